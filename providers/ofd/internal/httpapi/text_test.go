package httpapi

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestScalars(t *testing.T) {
	type scalars struct {
		S []String
		I []Int
		B []Bool
		L List[Int]
		O List[struct{ A Int }]
		N List[Int]
	}
	const text = `{
		"S": ["a", 7841465198, 1.50, true, null, {}],
		"I": [1, "0020", 3.0, null, "", "2e1"],
		"B": [true, "False", 1, "0", null],
		"L": [1, "2"], "O": {"A": 5}, "N": null}`
	var got scalars
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	want := scalars{
		S: []String{"a", "7841465198", "1.50", "true", "", ""}, I: []Int{1, 20, 3, 0, 0, 20},
		B: []Bool{true, false, true, false, false}, L: List[Int]{1, 2}, O: List[struct{ A Int }]{{5}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{`{"I":["x"]}`, `{"I":[1.5]}`, `{"I":[{}]}`, `{"I":[1e99]}`, `{"B":["yes"]}`, `{"B":[[]]}`} {
		if json.Unmarshal([]byte(bad), new(scalars)) == nil {
			t.Errorf("%s was read", bad)
		}
	}
}

func TestRNM(t *testing.T) {
	for text, want := range map[string]RNM{
		`2950038403`: "0000002950038403", " 17 ": "0000000000000017", //nolint:gocritic // the white space is the case
		`"2950038403"`:       "2950038403",
		`"0000002950038403"`: "0000002950038403", `9999000087654321`: "9999000087654321",
		`12345678901234567`: "12345678901234567", `null`: "", `{}`: "", `true`: "true", `-1`: "-1",
	} {
		var got RNM
		if err := json.Unmarshal([]byte(text), &got); err != nil || got != want {
			t.Errorf("%s: %q, %v", text, got, err)
		}
	}
}

func TestTimes(t *testing.T) {
	at := time.Date(2021, 9, 1, 15, 43, 28, 0, time.UTC)
	for text, want := range map[string]time.Time{
		`"2021-09-01T15:43:28"`:         at,
		`"2021-09-01T15:43:28Z"`:        at,
		`"2021-09-01T18:43:28+03:00"`:   at,
		`"2021-09-01T15:43:28.1234567"`: at.Add(123456700),
		`"01.09.2021 15:43:28"`:         at,
		`"2021-09-01"`:                  time.Date(2021, 9, 1, 0, 0, 0, 0, time.UTC),
		`"0001-01-01T00:00:00"`:         {},
		`"0001-01-01T00:00:00Z"`:        {},
		`"0001-01-01T03:00:00"`:         {},
		`"later"`:                       {},
		`null`:                          {},
		`17`:                            {},
		`{}`:                            {},
	} {
		var got Time
		if err := json.Unmarshal([]byte(text), &got); err != nil || !got.Equal(want) {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
}

func TestRedactLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.StringN(6, 24, -1).Filter(func(s string) bool {
			return !strings.Contains(redacted, s)
		}).Draw(t, "secret")
		raw := []byte(secret)
		forms := []string{
			secret, url.QueryEscape(secret), url.PathEscape(secret), strings.ToLower(hex.EncodeToString(raw)),
			base64.StdEncoding.EncodeToString(raw), base64.RawURLEncoding.EncodeToString(raw),
			"?AuthToken=" + url.QueryEscape(secret) + "&x=1",
		}
		form := rapid.SampledFrom(forms).Draw(t, "form")
		got := Redact("before "+form+" after", secret)
		if strings.Contains(got, secret) || strings.Contains(got, form) || !strings.HasSuffix(got, " after") && !strings.HasSuffix(got, "&x=1 after") {
			t.Fatalf("%q left %q", form, got)
		}
	})
}

func TestRedactTokens(t *testing.T) {
	for text, want := range map[string]string{
		`https://x/?AuthToken=abc&y=1`:      `https://x/?AuthToken=[redacted]&y=1`,
		`https://x/?authtoken=abc`:          `https://x/?authtoken=[redacted]`,
		`x%3FAuthToken%3Dabc`:               `x%3FAuthToken%3D[redacted]`,
		`{"AuthToken": "abc","a":"b"}`:      `{"AuthToken": "[redacted]","a":"b"}`,
		`"{\"authToken\":\"abc\"}"`:         `"{\"authToken\":\"[redacted]\"}"`,
		`nothing here`:                      `nothing here`,
		`Date1/Date2AuthToken=abc and more`: `Date1/Date2AuthToken=[redacted] and more`,
	} {
		if got := Redact(text); got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
}

func TestErrorsAreCleanAndBounded(t *testing.T) {
	hostile := "\x1b[31mred\r\n\u202eback\u0000" + strings.Repeat("я", 5000) + " AuthToken=abc"
	body, _ := json.Marshal(map[string]any{"Errors": []string{hostile, hostile}, "Status": "Failed"})
	client, _ := serve(t, reply(400, string(body)))
	err := client.Get(t.Context(), Call{Op: "read", Path: "/r"})
	text := err.Error()
	if len([]rune(text)) > maxError+1 || strings.IndexFunc(text, func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
	}) >= 0 {
		t.Errorf("%q", text)
	}
	if !strings.HasPrefix(text, "read: HTTP 400: [31mred  back") {
		t.Errorf("%q", text[:60])
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(200, []byte(`{"Data":{},"Success":true}`))
	f.Add(403, []byte(`{}`))
	f.Add(200, []byte(`{"errors":[{"Code":{}},[]]}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		got, err := open(status, body, false)
		if err == nil && !got.failed {
			_ = got.decode(new(List[String]))
		}
		if got.mixed && !got.failed {
			t.Error("mixed but not failed")
		}
	})
}
