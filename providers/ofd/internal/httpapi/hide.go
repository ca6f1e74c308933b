package httpapi

import (
	"html"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// hide puts the mark in the place of every form, also of one whose characters
// are escaped in any way. It does not ask what the text around is: an escape
// that only looks like one hides a secret just as well.
func hide(s string, forms []string) string {
	var found []span
	for _, form := range forms {
		found = append(found, find(s, form)...)
	}
	return replace(s, found)
}

// span is a part of a text in bytes.
type span struct{ from, to int }

// replace puts the mark in the place of the spans; those that overlap are one.
func replace(s string, spans []span) string {
	if len(spans) == 0 {
		return s
	}
	slices.SortFunc(spans, func(a, b span) int { return a.from - b.from })
	var b strings.Builder
	done := 0
	for i := 0; i < len(spans); {
		from, to := spans[i].from, spans[i].to
		for i++; i < len(spans) && spans[i].from < to; i++ {
			to = max(to, spans[i].to)
		}
		b.WriteString(s[done:from])
		b.WriteString(redacted)
		done = to
	}
	b.WriteString(s[done:])
	return b.String()
}

// find lists where a form stands, also where it overlaps itself.
func find(s, form string) []span {
	var out []span
	starts := form[:1] + `%\&`
	if form[0] == ' ' {
		starts += "+"
	}
	for i := 0; i < len(s); i++ {
		next := strings.IndexAny(s[i:], starts)
		if form[0] >= utf8.RuneSelf { // IndexAny takes no part of a character
			next = 0
		}
		if next < 0 {
			break
		}
		i += next
		if end := match(s, i, form); end > 0 {
			out = append(out, span{i, end})
		}
	}
	return out
}

// match tells where the form ends that begins at from; 0 when none does. An
// escape can be read in several ways, so that it keeps every place where the
// next character may begin.
func match(s string, from int, form string) int {
	places := []int{from}
	for j := 0; j < len(form) && len(places) > 0; {
		r, size := utf8.DecodeRuneInString(form[j:])
		var next []int
		for _, i := range places {
			next = appendEnds(next, s, i, r, form[j:j+size])
			if r == ' ' { // as a query writes it
				next = appendEnds(next, s, i, '+', "+")
			}
		}
		slices.Sort(next)
		places = slices.Compact(next)
		j += size
	}
	if len(places) == 0 {
		return 0
	}
	return places[len(places)-1]
}

// appendEnds appends where a character that begins at i can end.
func appendEnds(ends []int, s string, i int, r rune, raw string) []int {
	if strings.HasPrefix(s[i:], raw) {
		ends = append(ends, i+len(raw))
	}
	if i == len(s) {
		return ends
	}
	switch s[i] {
	case '%':
		return appendPercent(ends, s, i, raw)
	case '&':
		if end := entity(s, i, r); end > 0 {
			ends = append(ends, end)
		}
	case '\\':
		return appendBackslashed(ends, s, i, r, raw)
	}
	return ends
}

// appendPercent reads the bytes of a character as a URL escapes them, any
// number of times: a percent sign that is escaped itself is %25.
func appendPercent(ends []int, s string, i int, raw string) []int {
	if raw == "" {
		return append(ends, i)
	}
	if i == len(s) || s[i] != '%' {
		return ends
	}
	for i++; isHex(s, i); i += 2 {
		c, _ := strconv.ParseUint(s[i:i+2], 16, 8)
		if byte(c) == raw[0] {
			ends = appendPercent(ends, s, i+2, raw[1:])
		}
		if c != '%' {
			break
		}
	}
	return ends
}

// isHex tells whether two hex digits stand at i.
func isHex(s string, i int) bool {
	if len(s) < i+2 {
		return false
	}
	_, err := strconv.ParseUint(s[i:i+2], 16, 8)
	return err == nil
}

// entity reads a character as HTML escapes it, any number of times.
func entity(s string, i int, r rune) int {
	const amp, longest = "amp;", 10
	i++
	before := i
	for strings.HasPrefix(s[i:], amp) {
		i += len(amp)
	}
	if r == '&' {
		if i > before {
			return i
		}
		return 0
	}
	n := strings.IndexByte(s[i:min(len(s), i+longest)], ';')
	if n < 0 || html.UnescapeString("&"+s[i:i+n+1]) != string(r) {
		return 0
	}
	return i + n + 1
}

// maxBackslashes is how many may stand before one character.
const maxBackslashes = 16

// appendBackslashed reads a character as JSON escapes it, any number of times.
func appendBackslashed(ends []int, s string, i int, r rune, raw string) []int {
	const short, means = "bfnrt", "\b\f\n\r\t"
	for n := 1; n <= maxBackslashes && i < len(s) && s[i] == '\\'; n++ {
		i++
		if strings.HasPrefix(s[i:], raw) {
			ends = append(ends, i+len(raw))
		}
		if k := strings.IndexRune(means, r); k >= 0 && i < len(s) && s[i] == short[k] {
			ends = append(ends, i+1)
		}
		if end := units(s, i, r); end > 0 {
			ends = append(ends, end)
		}
		if r == '\\' && n > 1 {
			ends = append(ends, i)
		}
	}
	return ends
}

// units reads a character as uHHHH, or as two of them.
func units(s string, i int, r rune) int {
	want := []rune{r}
	if r >= 0x10000 {
		high, low := utf16.EncodeRune(r)
		want = []rune{high, low}
	}
	for k, unit := range want {
		for ; k > 0 && i < len(s) && s[i] == '\\'; i++ {
		}
		if len(s) < i+5 || s[i] != 'u' {
			return 0
		}
		if c, err := strconv.ParseUint(s[i+1:i+5], 16, 16); err != nil || rune(c) != unit {
			return 0
		}
		i += 5
	}
	return i
}
