package signer

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean makes hostile text fit for one line of a message: control characters,
// escapes, bidirectional controls and other invisible characters are left
// out, line breaks become spaces, and at most limit characters remain.
func Clean(text string, limit int) string {
	var b strings.Builder
	n, space := 0, false
	for _, r := range text {
		if unicode.IsSpace(r) {
			space = n > 0
			continue
		}
		if !unicode.IsPrint(r) || r == utf8.RuneError {
			continue
		}
		if space {
			b.WriteByte(' ')
			n++
		}
		if n++; n > limit {
			b.WriteString("…")
			break
		}
		b.WriteRune(r)
		space = false
	}
	return b.String()
}

// Slug makes hostile text a part of a file's name: letters and digits stay, at
// most limit characters of at most four bytes each, and everything else
// becomes a hyphen. It is never empty.
func Slug(text string, limit int) string {
	var b strings.Builder
	n := 0
	for _, r := range strings.ToValidUTF8(text, "-") {
		if n++; n > limit {
			break
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(r)
		} else {
			b.WriteByte('-')
		}
	}
	// A leading - would read as an option where somebody types the name.
	if s := strings.TrimLeft(b.String(), "-"); s != "" {
		return s
	}
	return "none"
}
