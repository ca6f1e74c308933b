package httpapi

import (
	"encoding/base64"
	"encoding/hex"
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
// come back in (escapes of URL, JSON and HTML in any number and layers, base64
// wherever in a text it begins, hex). The value of any AuthToken, in a query
// or in JSON, goes as well.
func Redact(s string, secrets ...string) string {
	s = hide(s, secretForms(secrets))
	s = tokenInQuery.ReplaceAllString(s, "${1}"+redacted)
	return tokenInJSON.ReplaceAllString(s, "${1}"+redacted)
}

// shortestSecret is what is taken for a secret at all: a shorter one would be
// found inside ordinary words, and is none.
const shortestSecret = 4

// shortestPart is the shortest secret that is looked for inside base64: of a
// shorter one too few characters are its own.
const shortestPart = 6

// secretForms lists what is looked for. Escapes are not among it: they are
// read as what they stand for.
func secretForms(secrets []string) []string {
	var forms []string
	for _, secret := range secrets {
		if len(secret) < shortestSecret {
			continue
		}
		forms = append(forms, secret)
		raw := hex.EncodeToString([]byte(secret))
		forms = append(forms, raw, strings.ToUpper(raw))
		forms = append(forms, base64Forms(secret)...)
	}
	slices.Sort(forms)
	return slices.Compact(forms)
}

// base64Forms gives the whole secret in base64, and what it leaves in the
// base64 of a longer text: that depends on where in the text it begins, and
// the characters at its ends hold bits of what is beside it.
func base64Forms(secret string) []string {
	var forms []string
	for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		whole := enc.EncodeToString([]byte(secret))
		forms = append(forms, whole, whole+"=", whole+"==")
		for shift := 0; shift < 3 && len(secret) >= shortestPart; shift++ {
			bits := (shift + len(secret)) * 8
			text := enc.EncodeToString(append(make([]byte, shift), secret...))
			forms = append(forms, text[(shift*8+5)/6:bits/6])
		}
	}
	return forms
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

// maxRedacted bounds what is searched for secrets. It is so much more than
// maxMessage that no secret cut by it comes to be shown.
const maxRedacted = 1 << 16

// told makes hostile text fit to be shown: clean, without secrets, bounded. It
// is cleaned first, so that nothing invisible stands in a secret.
func told(s string, secrets []string) string {
	return clean(Redact(clean(s, maxRedacted), secrets...), maxMessage)
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
	return &cleaned{text: told(err.Error(), secrets), err: err}
}

type cleaned struct {
	text string
	err  error
}

func (c *cleaned) Error() string { return c.text }
func (c *cleaned) Unwrap() error { return c.err }
