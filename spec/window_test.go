package spec

import (
	"strings"
	"testing"
	"time"
)

const windowHead = policyHead + "  windows:\n"

func windowsOf(t *testing.T, text string) Windows {
	t.Helper()
	f, list := Parse(".", []Source{{Name: "f.yaml", Data: []byte(windowHead + text)}})
	if len(list) > 0 {
		t.Fatal(list)
	}
	return f.Policy.Windows
}

func TestWindows(t *testing.T) {
	const office = "    - {days: [mon, tue, wed, thu, fri], from: \"09:00\", to: \"18:00\"}\n"
	const night = "    - {days: [fri], from: 22:00, to: 06:30, timezone: Asia/Vladivostok}\n"
	const berlin = "    - {days: [sun], from: \"02:30\", to: \"05:00\", timezone: Europe/Berlin}\n"
	for name, c := range map[string]struct {
		text, at string
		next     string // empty: open
	}{
		"inside":                      {office, "2026-11-20T11:59:00+03:00", ""},
		"opens on the minute":         {office, "2026-11-20T09:00:00+03:00", ""},
		"closed on the minute":        {office, "2026-11-20T18:00:00+03:00", "2026-11-23T09:00:00+03:00"},
		"before":                      {office, "2026-11-20T08:59:59+03:00", "2026-11-20T09:00:00+03:00"},
		"weekend":                     {office, "2026-11-21T12:00:00+03:00", "2026-11-23T09:00:00+03:00"},
		"the zone counts":             {office, "2026-11-23T05:59:00Z", "2026-11-23T09:00:00+03:00"},
		"over midnight, the evening":  {night, "2026-11-20T23:00:00+10:00", ""},
		"over midnight, the morning":  {night, "2026-11-21T06:29:00+10:00", ""},
		"over midnight, its end":      {night, "2026-11-21T06:30:00+10:00", "2026-11-27T22:00:00+10:00"},
		"no morning of Friday itself": {night, "2026-11-20T03:00:00+10:00", "2026-11-20T22:00:00+10:00"},
		"clocks put forward":          {berlin, "2026-03-29T01:30:00+01:00", "2026-03-29T03:00:00+02:00"},
		"an hour that comes twice":    {berlin, "2026-10-25T02:40:00+01:00", ""},
		"the soonest of several":      {office + night, "2026-11-20T21:00:00+10:00", ""},
		"several, all closed":         {office + night, "2026-11-21T07:00:00+10:00", "2026-11-23T09:00:00+03:00"},
		"the whole day":               {"    - {days: [sat]}\n", "2026-11-20T23:59:00+03:00", "2026-11-21T00:00:00+03:00"},
	} {
		t.Run(name, func(t *testing.T) {
			at, err := time.Parse(time.RFC3339, c.at)
			if err != nil {
				t.Fatal(err)
			}
			w := windowsOf(t, c.text)
			if open := w.Open(at); open != (c.next == "") {
				t.Fatalf("open: %v", open)
			}
			want := at
			if c.next != "" {
				want, _ = time.Parse(time.RFC3339, c.next)
			}
			if got := w.Next(at); !got.Equal(want) {
				t.Errorf("next: got %v, want %v", got, want)
			}
		})
	}
	if !Windows(nil).Open(time.Now()) {
		t.Error("no window means always")
	}
}

func TestWrongWindows(t *testing.T) {
	for text, want := range map[string]string{
		"    - {days: [mo]}\n":                     "unknown name \"mo\"",
		"    - {days: []}\n":                       "names no day",
		"    - {from: 9}\n":                        "must be a time of day",
		"    - {from: \"9:60\"}\n":                 "is not a time of day",
		"    - {from: \"24:00\"}\n":                "is not a time of day",
		"    - {to: \"24:01\"}\n":                  "is not a time of day",
		"    - {from: \"09:00\", to: \"09:00\"}\n": "from and to are the same",
		"    - {timezone: Moscow}\n":               "\"Moscow\" is not a time zone",
		"    - {timezone: ../../../etc/passwd}\n":  "is not a time zone",
		"    - {timezone: Local}\n":                "is not a time zone",
		"    []\n":                                 "holds no window",
	} {
		_, list := Parse(".", []Source{{Name: "f.yaml", Data: []byte(windowHead + text)}})
		if err := list.Err(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\ngot  %v\nwant %s", text, err, want)
		}
	}
}
