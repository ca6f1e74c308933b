package httpapi

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// redacted stands where a secret was.
const redacted = "[redacted]"

// The bounds of texts in runes.
const (
	maxError   = 2000
	maxMessage = 500
)

var (
	tokenInQuery = regexp.MustCompile(`(?i)(authtoken(?:=|%3d))[^&\s"'<>#;]+`)
	tokenInJSON  = regexp.MustCompile(`(?i)(\\?"authtoken\\?"\s*:\s*\\?")[^"\\]+`)
)

// Redact removes secrets from s: as they are and in the encodings they may
// come back in (URL, JSON, base64, hex). The value of any AuthToken, in a
// query or in JSON, goes as well.
func Redact(s string, secrets ...string) string {
	for _, form := range secretForms(secrets) {
		s = strings.ReplaceAll(s, form, redacted)
	}
	s = tokenInQuery.ReplaceAllString(s, "${1}"+redacted)
	return tokenInJSON.ReplaceAllString(s, "${1}"+redacted)
}

// shortestSecret is what is taken for a secret at all: a shorter one would be
// found inside ordinary words, and is none.
const shortestSecret = 4

// secretForms lists all forms, longest first, so that no part of one is left
// behind when another is replaced.
func secretForms(secrets []string) []string {
	var forms []string
	for _, secret := range secrets {
		if len(secret) < shortestSecret {
			continue
		}
		forms = append(forms, secret)
		forms = append(forms, encodedForms(secret)...)
	}
	slices.SortFunc(forms, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	return slices.Compact(forms)
}

func encodedForms(secret string) []string {
	raw := []byte(secret)
	query, path := url.QueryEscape(secret), url.PathEscape(secret)
	forms := []string{
		query, path, lowerPercent(query), lowerPercent(path),
		base64.StdEncoding.EncodeToString(raw), base64.RawStdEncoding.EncodeToString(raw),
		base64.URLEncoding.EncodeToString(raw), base64.RawURLEncoding.EncodeToString(raw),
		hex.EncodeToString(raw), strings.ToUpper(hex.EncodeToString(raw)),
	}
	if quoted, err := json.Marshal(secret); err == nil {
		forms = append(forms, strings.Trim(string(quoted), `"`))
	}
	return slices.DeleteFunc(forms, func(form string) bool { return form == "" })
}

// lowerPercent writes the hex digits of percent escapes in lower case.
func lowerPercent(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:i+3], strings.ToLower(string(b[i+1:i+3])))
		}
	}
	return string(b)
}

// Clean makes hostile text fit for one line of a terminal and bounds it.
func Clean(s string) string { return clean(s, maxMessage) }

// clean makes hostile text fit for one line of a terminal: control and format
// characters go, and so does what is over limit runes.
func clean(s string, limit int) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n == limit {
			b.WriteString("…")
			break
		}
		switch {
		case r == '\n' || r == '\r' || r == '\t' || r == '\u2028' || r == '\u2029':
			r = ' '
		case r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			continue
		}
		b.WriteRune(r)
		n++
	}
	return strings.TrimSpace(b.String())
}

// cleanError gives err a text without secrets and keeps it for errors.Is and
// errors.As.
func cleanError(err error, secrets []string) error {
	if err == nil {
		return nil
	}
	if _, already := err.(*Error); already { //nolint:errorlint // one that is wrapped has text around it that is not clean
		return err
	}
	return &cleaned{text: clean(Redact(err.Error(), secrets...), maxMessage), err: err}
}

type cleaned struct {
	text string
	err  error
}

func (c *cleaned) Error() string { return c.text }
func (c *cleaned) Unwrap() error { return c.err }
