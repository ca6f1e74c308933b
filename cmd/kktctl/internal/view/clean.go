package view

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The bounds of one cleaned text, in characters. A reason of the tax service
// is shown whole; these only stop what no person would read.
const (
	maxClean      = 4_000
	maxCleanLines = 20_000
	// maxMarks is how many combining marks may follow each other: more are
	// used to paint over the lines around.
	maxMarks = 4
)

// Clean makes hostile text safe to print on one line: control characters,
// escape sequences, direction overrides, invisible characters and line ends
// become visible escapes such as \x1b, invalid UTF-8 becomes U+FFFD, and what
// exceeds a bound is cut with an ellipsis.
func Clean(s string) string { return clean(s, maxClean, false) }

// CleanLines is Clean for text of several lines: newlines stay, and a
// carriage return before one is dropped.
func CleanLines(s string) string {
	return clean(strings.ReplaceAll(s, "\r\n", "\n"), maxCleanLines, true)
}

func clean(s string, limit int, lines bool) string {
	if plain(s, limit) {
		return s
	}
	var b strings.Builder
	left, marks := limit, 0
	for _, r := range s { // invalid bytes arrive as U+FFFD
		piece := ""
		switch {
		case lines && r == '\n':
			marks = 0
		case !safe(r):
			piece, marks = escape(r), 0
		case unicode.Is(unicode.M, r):
			if marks++; marks > maxMarks {
				piece = escape(r)
			}
		default:
			marks = 0
		}
		n := max(1, len(piece)) // an escape is ASCII
		if n >= left {
			b.WriteRune('…')
			break
		}
		left -= n
		if piece == "" {
			b.WriteRune(r)
		} else {
			b.WriteString(piece)
		}
	}
	return b.String()
}

// plain tells whether a text is printable ASCII within the limit, as most is.
func plain(s string, limit int) bool {
	if len(s) >= limit {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

// safe tells whether a character prints something and nothing else.
func safe(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 0x20 && r < 0x7f
	}
	return (unicode.IsPrint(r) || unicode.Is(unicode.Zs, r)) && !invisible(r)
}

// invisible tells of characters that Unicode counts among letters and marks
// although they print nothing: fillers, joiners, variation selectors.
func invisible(r rune) bool {
	switch {
	case r == 0x034f, r == 0x115f, r == 0x1160, r == 0x17b4, r == 0x17b5, r == 0x2800, r == 0x3164, r == 0xffa0:
		return true
	case r >= 0x180b && r <= 0x180f, r >= 0xfe00 && r <= 0xfe0f, r >= 0xe0000 && r <= 0xe0fff:
		return true
	}
	return false
}

// escape writes a character as JSON and most languages do.
func escape(r rune) string {
	switch {
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r == '\t':
		return `\t`
	case r < 0x100:
		return fmt.Sprintf(`\x%02x`, r)
	case r < 0x10000:
		return fmt.Sprintf(`\u%04x`, r)
	default:
		return fmt.Sprintf(`\U%08x`, r)
	}
}
