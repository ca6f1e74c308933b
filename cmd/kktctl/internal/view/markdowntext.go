package view

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMarkdownText bounds one text in a comment, in characters: the whole of it
// stands in the plan.
const maxMarkdownText = 500

// markerName keeps of a fleet's name what cannot end an HTML comment.
func markerName(s string) string {
	var b strings.Builder
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '.' {
			b.WriteRune(r)
		} else if r == '-' && !strings.HasSuffix(b.String(), "-") {
			b.WriteRune(r)
		}
	}
	return strings.Trim(b.String(), "-")
}

// mdText makes hostile text safe inside of a line of Markdown or a cell of a
// table.
func mdText(s string) string {
	s = mdShort(s)
	if harmless(s) {
		return s
	}
	return mdCode(s)
}

// mdShort is a text on one line that no longer drives anything, and bounded.
func mdShort(s string) string {
	s = Clean(s)
	if utf8.RuneCountInString(s) <= maxMarkdownText {
		return s
	}
	return string([]rune(s)[:maxMarkdownText-1]) + "…"
}

// readAsMore finds what forges make more of than text, in text of harmless
// characters: bare host names, the short form of an issue, emoji.
var readAsMore = regexp.MustCompile(`(?i)www\.|\bgh-[0-9]|:[a-z0-9-]+:`)

// harmless tells whether a text reads the same in Markdown as it is: letters,
// digits and punctuation that means nothing, no bare host name.
func harmless(s string) bool {
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" ,.:;-()'\"«»№₽…→×", r) {
			return false
		}
	}
	return !readAsMore.MatchString(s)
}

// mdCode puts text in <code>; when it is not harmless, everything but letters,
// digits and spaces stands in entities. Mentions and references are not looked for there.
func mdCode(s string) string {
	s = mdShort(s)
	if harmless(s) {
		return "<code>" + s + "</code>"
	}
	var b strings.Builder
	b.WriteString("<code>")
	for _, r := range s {
		if r == ' ' || r >= utf8.RuneSelf || unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "&#%d;", r)
		}
	}
	b.WriteString("</code>")
	return b.String()
}

// maxMarkdownLines bounds a text of several lines in a comment.
const maxMarkdownLines = 10

// mdLines puts text of several lines on one.
func mdLines(s string) string {
	lines := strings.Split(CleanLines(s), "\n")
	if left := len(lines) - maxMarkdownLines; left > 0 {
		lines = append(lines[:maxMarkdownLines], fmt.Sprintf("… and %d lines more", left))
	}
	for i, l := range lines {
		lines[i] = mdText(strings.TrimSpace(l))
	}
	return strings.Join(lines, "; ")
}
