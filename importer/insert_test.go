package importer

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"
)

func sample(name string) Entry {
	return Entry{name, []Field{
		{"model", Text("АТОЛ 42ФС")},
		{"serial", Number("00307404867501")},
		{"fn", Map(Field{"number", Number("9287440300784501")}, Field{"type", Text("fn36")})},
		{"address", Text("603140, г Нижний Новгород, пр-кт Ленина, д 11")},
		{"place", Text(`Касса "у входа": №1`)},
		{"renta", Null()},
	}}
}

func TestInsert(t *testing.T) {
	block := "model: АТОЛ 42ФС\n    serial: \"00307404867501\"\n    fn: {number: \"9287440300784501\", type: fn36}\n" +
		"    address: 603140, г Нижний Новгород, пр-кт Ленина, д 11\n    place: \"Касса \\\"у входа\\\": №1\"\n    renta: null\n"
	lines := "  new:\n    " + block
	flow := "new: {model: АТОЛ 42ФС, serial: \"00307404867501\", fn: {number: \"9287440300784501\", type: fn36}, " +
		"address: \"603140, г Нижний Новгород, пр-кт Ленина, д 11\", place: \"Касса \\\"у входа\\\": №1\", renta: null}"
	for name, tc := range map[string]struct{ old, want string }{
		"at the end":                   {"name: a\nkkts:\n  b:\n    serial: x y\n", "name: a\nkkts:\n  b:\n    serial: x y\n" + lines},
		"in the middle":                {"kkts:\n  b:\n    serial: x y\n\n# Policy.\npolicy: {}\n", "kkts:\n  b:\n    serial: x y\n" + lines + "\n# Policy.\npolicy: {}\n"},
		"behind an indented comment":   {"kkts:\n  b:\n    serial: x y\n  # c: later\n# vim: ts=2\n", "kkts:\n  b:\n    serial: x y\n  # c: later\n" + lines + "# vim: ts=2\n"},
		"no line end":                  {"kkts:\n  b:\n    serial: x y", "kkts:\n  b:\n    serial: x y\n" + strings.TrimSuffix(lines, "\n")},
		"CRLF":                         {"kkts:\r\n  b:\r\n    serial: x y\r\nname: a\r\n", "kkts:\r\n  b:\r\n    serial: x y\r\n" + strings.ReplaceAll(lines, "\n", "\r\n") + "name: a\r\n"},
		"four spaces":                  {"kkts:\n    b:\n        serial: x y\n", "kkts:\n    b:\n        serial: x y\n    new:\n" + strings.ReplaceAll("    "+block, "    ", "        ")},
		"spaced":                       {"kkts:\n  a:\n    serial: x y\n\n  # The second.\n  b:\n    serial: x z\n", "kkts:\n  a:\n    serial: x y\n\n  # The second.\n  b:\n    serial: x z\n\n" + lines},
		"absent":                       {"name: a\n", "name: a\n\nkkts:\n" + lines},
		"absent, no line end":          {"name: a", "name: a\n\nkkts:\n" + strings.TrimSuffix(lines, "\n")},
		"nothing there":                {"# Tills.\n", "# Tills.\n\nkkts:\n" + lines},
		"not a byte":                   {"", "kkts:\n" + lines},
		"before the document ends":     {"---\nname: a\n...\n", "---\nname: a\n\nkkts:\n" + lines + "...\n"},
		"null":                         {"kkts:\n# none\nname: a\n", "kkts:\n" + lines + "# none\nname: a\n"},
		"null with a comment":          {"kkts: # none\nname: a\n", "kkts: # none\n" + lines + "name: a\n"},
		"null, written":                {"kkts: ~ # none\nname: a\n", "kkts:  # none\n" + lines + "name: a\n"},
		"empty braces":                 {"kkts: {}\nname: a\n", "kkts: {\n  " + flow + "\n  }\nname: a\n"},
		"braces":                       {"kkts: {b: {serial: 'it''s, }'}} # one\n", "kkts: {b: {serial: 'it''s, }'},\n  " + flow + "} # one\n"},
		"braces on lines":              {"kkts: {\n  b: {serial: x}, # {\n}\n", "kkts: {\n  b: {serial: x}, # {\n  " + flow + "\n}\n"},
		"braces on lines without end":  {"kkts: {\n  b: {serial: x} # {\n}\n", "kkts: {\n  b: {serial: x}, # {\n  " + flow + "\n}\n"},
		"entries between braces":       {"kkts:\n  a: {serial: x}\n  b: {serial: y}\n", "kkts:\n  a: {serial: x}\n  b: {serial: y}\n  " + flow + "\n"},
		"anchors, aliases and merges":  {"x-a: &a {serial: x}\nkkts: &k\n  <<: {}\n  b: *a\n", "x-a: &a {serial: x}\nkkts: &k\n  <<: {}\n  b: *a\n" + lines},
		"all indented":                 {"  name: a\n  kkts:\n    b:\n      serial: x y\n", "  name: a\n  kkts:\n    b:\n      serial: x y\n" + "    new:\n" + strings.ReplaceAll("    "+block, "    ", "      ")},
		"a byte order mark":            {"\ufeffkkts:\n  b:\n    serial: x y\n", "\ufeffkkts:\n  b:\n    serial: x y\n" + lines},
		"a block scalar at the end":    {"kkts:\n  b:\n    place: |\n      # Зал\n\nname: a\n", "kkts:\n  b:\n    place: |\n      # Зал\n" + lines + "\nname: a\n"},
		"the top between braces":       {"{name: a, kkts: {}}\n", "{name: a, kkts: {\n  " + flow + "\n  }}\n"},
		"the top between braces, none": {"{name: a}\n", "{name: a,\n  kkts: {\n    " + flow + "\n  }}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := Open([]byte(tc.old))
			if err != nil {
				t.Fatal(err)
			}
			got, edits, err := d.Insert(Section{"kkts", []Entry{sample("new")}})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, string(got)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(string(got), string(Apply([]byte(tc.old), edits))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestInsertJSON(t *testing.T) {
	d, err := Open([]byte("{\n  \"name\": \"a\",\n  \"kkts\": {\n    \"b\": {\"serial\": \"x\"}\n  }\n}\n"))
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := d.Insert(Section{"kkts", []Entry{sample("new"), sample("too")}}, Section{"companies", []Entry{{"c", []Field{{"inn", Number("1")}}}}})
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	if err := yaml.Unmarshal(got, &v); err != nil || !strings.Contains(string(got), `    "too": {"model": "АТОЛ 42ФС"`) {
		t.Error(err, string(got))
	}
	if !strings.Contains(string(got), "\"companies\": {\n    \"c\": {\"inn\": \"1\"}\n  }\n}") {
		t.Error(string(got))
	}
}

func TestInsertRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"an alias":         "x-a: &a {}\nkkts: *a\n",
		"a list":           "kkts: [a]\n",
		"an explicit key":  "? kkts\n: a:\n    serial: x\n",
		"quotes elsewhere": "kkts: !!map {a: {serial: x}\n",
	} {
		d, err := Open([]byte(text))
		if err != nil {
			continue
		}
		if got, _, err := d.Insert(Section{"kkts", []Entry{sample("new")}}); err == nil {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestInsertKeeps is the law of all insertions: what was there is there still,
// byte for byte and in order, and it means what it meant.
func TestInsertKeeps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		old := drawFleet(t)
		d, err := Open([]byte(old))
		if err != nil {
			t.Fatalf("%v\n%s", err, old)
		}
		names := rapid.SliceOfNDistinct(rapid.StringMatching(`new-[a-z0-9]{1,4}`), 1, 3, rapid.ID).Draw(t, "names")
		var entries []Entry
		for _, n := range names {
			entries = append(entries, sample(n))
		}
		sections := []Section{{"kkts", entries}}
		if rapid.Bool().Draw(t, "companies") {
			sections = append(sections, Section{"companies", []Entry{{"new", []Field{{"inn", Number("5252012620")}, {"name", Text("ООО «Север»")}}}}})
		}
		got, edits, err := d.Insert(sections...)
		if err != nil {
			t.Fatalf("%v\n%s", err, old)
		}
		for _, e := range edits {
			if e.Cut > 0 && old[e.At:e.At+e.Cut] != "~" {
				t.Fatalf("%q was cut", old[e.At:e.At+e.Cut])
			}
		}
		rest := got
		for _, c := range []byte(strings.ReplaceAll(old, "~", "")) { // only a null makes room
			j := bytes.IndexByte(rest, c)
			if j < 0 {
				t.Fatalf("lost: %q\n%s\n---\n%s", c, old, got)
			}
			rest = rest[j+1:]
		}
		if strings.Contains(old, "\r\n") && strings.Contains(strings.ReplaceAll(string(got), "\r\n", ""), "\n") {
			t.Fatalf("line ends are mixed\n%q", got)
		}
		var v map[string]any
		if err := yaml.Unmarshal(got, &v); err != nil {
			t.Fatalf("%v\n%s", err, got)
		}
		for _, n := range names {
			if v["kkts"].(map[string]any)[n] == nil {
				t.Fatalf("%s is not there:\n%s", n, got)
			}
		}
	})
}

// drawFleet draws a file as people write them.
func drawFleet(t *rapid.T) string {
	var b strings.Builder
	step := strings.Repeat(" ", rapid.IntRange(1, 4).Draw(t, "step"))
	filler := func(indent string) {
		switch rapid.IntRange(0, 5).Draw(t, "filler") {
		case 0:
			b.WriteString("\n")
		case 1:
			b.WriteString(indent + "# a 'comment: {\n")
		case 2:
			b.WriteString("# at the margin }\n")
		}
	}
	scalar := func() string {
		return rapid.SampledFrom([]string{"x y", "'it''s # {'", "\"a } \\\" b\"", "д'Артаньян", "a#b", "http://x/y", "\"1\" # it's", "[a, {b: c}]", "&a x", "|\n" + step + step + step + "text # no\n" + step + step + step + "more", ">-\n" + step + step + step + "folded: {"}).Draw(t, "scalar")
	}
	inline := func() string {
		return rapid.SampledFrom([]string{"x", "'it''s, }'", "\"a } \\\" b\"", "a#b", "{b: {c: d}}", "[1, 'two']", "http://x"}).Draw(t, "inline")
	}
	sections := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"name", "kkts", "companies", "policy", "x-more"}), 0, 5, rapid.ID).Draw(t, "sections")
	if rapid.IntRange(0, 9).Draw(t, "mark") == 0 {
		b.WriteString("---\n")
	}
	for _, s := range sections {
		filler("")
		if s == "name" {
			b.WriteString("name: sever\n")
			continue
		}
		b.WriteString(s + ":")
		switch rapid.IntRange(0, 5).Draw(t, "form") {
		case 0:
			b.WriteString(rapid.SampledFrom([]string{"\n", " ~\n", " # none\n"}).Draw(t, "null"))
			filler(step)
		case 1:
			b.WriteString(" {}\n")
		case 2:
			b.WriteString(" {a: " + inline() + ", b: {c: " + inline() + "}} # {\n")
		case 3:
			b.WriteString(" {\n" + step + "a: " + inline() + ", # 'one\n\n" + step + "b: {c: " + inline() + "} # two }\n" + step + "}\n")
		default:
			b.WriteString("\n")
			for _, k := range []string{"a", "b", "c"}[:rapid.IntRange(1, 3).Draw(t, "entries")] {
				filler(step)
				b.WriteString(step + k + ":\n")
				for _, f := range []string{"d", "e"}[:rapid.IntRange(1, 2).Draw(t, "fields")] {
					filler(step + step)
					b.WriteString(step + step + f + ": " + scalar() + "\n")
				}
			}
		}
		filler(step)
	}
	text := b.String()
	if rapid.IntRange(0, 9).Draw(t, "end") == 0 && len(sections) > 0 {
		text += "...\n"
	}
	if rapid.Bool().Draw(t, "cut") {
		text = strings.TrimRight(text, "\n")
	}
	if rapid.Bool().Draw(t, "crlf") {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text
}
