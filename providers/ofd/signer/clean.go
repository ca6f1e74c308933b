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
