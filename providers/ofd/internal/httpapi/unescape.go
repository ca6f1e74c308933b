package httpapi

import (
	"html"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxLayers is how many escapes may lie upon one another.
const maxLayers = 4

// hide puts the mark in the place of every form, also of an escaped one.
func hide(s string, forms []string) string {
	if len(forms) == 0 {
		return s
	}
	var found []span
	view := unescaped{text: s}
	for range maxLayers {
		for _, form := range forms {
			found = append(found, view.find(form)...)
		}
		next := view.unescape()
		if len(next.text) == len(view.text) {
			break
		}
		view = next
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

// unescaped is a text with some layers of escapes taken off, and where in the
// original each of its bytes begins; nil when nothing was taken off.
type unescaped struct {
	text string
	at   []int32
	end  int32 // of the original
}

func (u *unescaped) original(i int) int {
	switch {
	case u.at == nil:
		return i
	case i == len(u.text):
		return int(u.end)
	}
	return int(u.at[i])
}

// find lists where a form stands, also where it overlaps itself.
func (u *unescaped) find(form string) []span {
	var out []span
	for from := 0; ; {
		i := strings.Index(u.text[from:], form)
		if i < 0 {
			return out
		}
		from += i
		out = append(out, span{u.original(from), u.original(from + len(form))})
		from++
	}
}

// unescape takes one layer off.
func (u *unescaped) unescape() unescaped {
	if !strings.ContainsAny(u.text, `%\\&`) {
		return *u
	}
	var b strings.Builder
	next := unescaped{at: make([]int32, 0, len(u.text)), end: int32(u.original(len(u.text)))}
	for i := 0; i < len(u.text); {
		text, n := unescapeOne(u.text[i:])
		for range len(text) {
			next.at = append(next.at, int32(u.original(i)))
		}
		b.WriteString(text)
		i += n
	}
	next.text = b.String()
	return next
}

// unescapeOne gives what the beginning of s stands for, and its length.
func unescapeOne(s string) (string, int) {
	switch {
	case s[0] == '%' && len(s) > 2:
		if c, err := strconv.ParseUint(s[1:3], 16, 8); err == nil {
			return string([]byte{byte(c)}), 3
		}
	case s[0] == '\\' && len(s) > 1:
		return unescapeJSON(s)
	case s[0] == '&':
		const longest = 10
		if i := strings.IndexByte(s[:min(len(s), longest)], ';'); i > 0 {
			if text := html.UnescapeString(s[:i+1]); text != s[:i+1] {
				return text, i + 1
			}
		}
	}
	return s[:1], 1
}

func unescapeJSON(s string) (string, int) {
	const short = `"\/bfnrt`
	if i := strings.IndexByte(short, s[1]); i >= 0 {
		return "\"\\/\b\f\n\r\t"[i : i+1], 2
	}
	high, ok := unit(s)
	if !ok {
		return s[:1], 1
	}
	if low, ok := unit(s[6:]); ok && high>>10 == 0xd800>>10 && low>>10 == 0xdc00>>10 {
		return string(utf8.AppendRune(nil, (high-0xd800)<<10|(low-0xdc00)+0x10000)), 12
	}
	return string(utf8.AppendRune(nil, high)), 6
}

// unit reads a unit of UTF-16 as JSON escapes it.
func unit(s string) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	c, err := strconv.ParseUint(s[2:6], 16, 16)
	return rune(c), err == nil
}
