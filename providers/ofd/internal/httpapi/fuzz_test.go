package httpapi

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// FuzzEnvelope judges answers of any status and body: what says no is never a
// success, and what proves nothing is never a refusal.
func FuzzEnvelope(f *testing.F) {
	for status, body := range map[int]string{
		200: `{"Success":false,"Data":{"Id":"a"}}`,
		201: `{"Status":"Success","Data":{"Id":"a"}}`,
		302: `{"Id":"a"}`,
		400: `{"errors":["Не удалось оплатить услугу"]}`,
		403: ` {} `,
		408: `{"Success":false}`,
		500: `{"Status":"Failed","Error":{"Code":1,"Message":"\u001b[31m"}}`,
		503: "<html>\x00",
	} {
		f.Add(status, []byte(body))
	}
	f.Add(200, []byte(`{"Success":"false","success":0,"Id":"a"}`))
	f.Add(200, []byte(`{"Errors":[{"Code":{}},[],null,"x"],"Success":true}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		var out struct{ Id String }
		failure := (&Client{}).judge(Call{Op: "read", Path: "/x", Out: &out}, "", result{status: status, body: body, sent: true})
		if failure == nil {
			if status < 200 || status > 299 || saysNo(body) {
				t.Fatalf("HTTP %d %q passes for a success", status, body)
			}
			return
		}
		if failure.Outcome == OutcomeNotSent || failure.Outcome == OutcomeRefused && (status != 200 && (status < 400 || status == 408 || status == 429 || status >= 500)) {
			t.Fatalf("HTTP %d %q passes for %s", status, body, failure.Outcome)
		}
		checkText(t, failure.Error(), maxError)
	})
}

// saysNo tells, without the code under test, whether an object's every Success
// is false or its every Status is Failed, and there is one.
func saysNo(body []byte) bool {
	body = bytes.TrimPrefix(bytes.TrimSpace(body), []byte("\xef\xbb\xbf"))
	dec := json.NewDecoder(bytes.NewReader(body))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return false
	}
	seen := map[string][]any{}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return false
		}
		var value any
		if dec.Decode(&value) != nil {
			return false
		}
		name := strings.ToLower(key.(string))
		seen[name] = append(seen[name], value)
	}
	all := func(values []any, want any) bool {
		return len(values) > 0 && !slices.ContainsFunc(values, func(v any) bool {
			_, plain := v.(map[string]any)
			_, list := v.([]any)
			return plain || list || v != want
		})
	}
	return all(seen["success"], false) || all(seen["status"], "Failed")
}

// checkText fails on what could do anything to a terminal but print.
func checkText(t *testing.T, text string, limit int) {
	t.Helper()
	if !utf8.ValidString(text) || utf8.RuneCountInString(text) > limit+1 {
		t.Fatalf("not UTF-8, or longer than %d: %.200q", limit, text)
	}
	for _, r := range text {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' {
			t.Fatalf("%U survived in %q", r, text)
		}
	}
}

// FuzzRedact puts a secret between any two texts in every encoding that it may
// come back in: it does not survive, nor does anything else change.
func FuzzRedact(f *testing.F) {
	f.Add("PSZ7D1Lq", "code=", "&x=1", uint8(0))
	f.Add("p@ss/w!rd ж", "login:", "\n", uint8(5))
	f.Add("a+b&c<d>\"e\\f", `{"k":"`, `"}`, uint8(3))
	f.Add("0123456789abcdef", "Basic ", "==", uint8(7))
	f.Fuzz(func(t *testing.T, secret, before, after string, form uint8) {
		if len(secret) < 6 || len(secret) > 200 || !utf8.ValidString(secret) || overlapsMark(secret) {
			return // not what Redact promises to hide in every encoding
		}
		forms := encodings(before, secret, after)
		hidden := forms[int(form)%len(forms)]
		text := before + hidden.text + after
		got := Redact(text, secret)
		for _, left := range []string{secret, hidden.core} {
			if len(left) >= 6 && strings.Contains(got, left) {
				t.Fatalf("%s: %q leaves %q in %q", hidden.name, text, left, got)
			}
		}
		if !strings.Contains(got, redacted) {
			t.Fatalf("%s: nothing of %q is marked: %q", hidden.name, text, got)
		}
		checkUnchanged(t, before+after, secret)
	})
}

// encoding is a secret as it stands in a text, and what of it must go.
type encoding struct{ name, text, core string }

func encodings(before, secret, after string) []encoding {
	raw := []byte(secret)
	query, path := url.QueryEscape(secret), url.PathEscape(secret)
	quoted, _ := json.Marshal(secret)
	inner := strings.TrimSuffix(strings.TrimPrefix(string(quoted), `"`), `"`)
	out := []encoding{
		{"raw", secret, secret},
		{"query", query, query},
		{"path", path, path},
		{"json", inner, inner},
		{"hex", hex.EncodeToString(raw), hex.EncodeToString(raw)},
		{"every byte escaped", everyByte(raw), everyByte(raw)},
		{"html", html.EscapeString(secret), html.EscapeString(secret)},
		{"query twice", url.QueryEscape(query), url.QueryEscape(query)},
	}
	// In base64 a secret has three forms, by where in the text it begins.
	for shift := range 3 {
		whole := strings.Repeat("k", shift) + secret
		text := base64.StdEncoding.EncodeToString([]byte(whole))
		from, to := (shift*8+5)/6, len(whole)*8/6
		out = append(out,
			encoding{fmt.Sprintf("base64 at %d", shift), text, text[from:to]},
			encoding{fmt.Sprintf("base64 of a URL at %d", shift), base64.RawURLEncoding.EncodeToString([]byte(whole)), base64.RawURLEncoding.EncodeToString([]byte(whole))[from:to]})
	}
	return out
}

func everyByte(raw []byte) string {
	var b strings.Builder
	for _, c := range raw {
		fmt.Fprintf(&b, "%%%02x", c)
	}
	return b.String()
}

// overlapsMark tells of secrets that the mark itself holds a part of.
func overlapsMark(secret string) bool {
	return strings.ContainsAny(secret, "[]") || strings.Contains(redacted, secret)
}

// checkUnchanged fails when a text that has nothing to hide is changed.
func checkUnchanged(t *testing.T, text, secret string) {
	t.Helper()
	if hides(text, secret) || strings.Contains(strings.ToLower(text), "authtoken") {
		return
	}
	if got := Redact(text, secret); got != text {
		t.Fatalf("%q hides no %q and became %q", text, secret, got)
	}
}

// hides tells, generously, whether a text may hold the secret in an encoding:
// as it is, unescaped, or as a run of base64 or hex as long as it would need.
func hides(text, secret string) bool {
	for range 3 {
		if strings.Contains(text, secret) {
			return true
		}
		next := html.UnescapeString(text)
		if unescaped, err := url.QueryUnescape(next); err == nil {
			next = unescaped
		}
		text = next
	}
	if strings.ContainsAny(text, `%\&+`) {
		return true // it may hold a part of an encoding
	}
	run := 0
	for _, r := range text {
		if r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("+/-_", r)) {
			if run++; run >= 6 {
				return true
			}
			continue
		}
		run = 0
	}
	return false
}
