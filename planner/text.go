package planner

import (
	"strconv"
	"strings"
	"time"
	"unicode"
)

// textMax bounds text from the wire inside a sentence; listMax bounds how many
// addresses one sentence names.
const (
	textMax = 300
	listMax = 10
)

// moscow is the zone that dates are said in: the tax service's own.
func moscow() *time.Location { return time.FixedZone("MSK", 3*60*60) }

// date says a day.
func date(t time.Time) string { return t.In(moscow()).Format(time.DateOnly) }

// plain makes one bounded line of text from the wire, so that it can stand in
// a sentence.
func plain(s string) string {
	if len(s) > 8*textMax {
		s = s[:8*textMax]
	}
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if r := []rune(s); len(r) > textMax {
		s = string(r[:textMax]) + "…"
	}
	return s
}

// fold brings a name to a form in which spelling does not count: case, ё,
// spaces and marks aside.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch r = unicode.ToLower(r); {
		case r == 'ё':
			return 'е'
		case unicode.IsLetter(r), unicode.IsDigit(r):
			return r
		default:
			return -1
		}
	}, s)
}

// foldPlace is fold for a place, where digits that a space parts must stay
// apart.
func foldPlace(s string) string {
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	return strings.ReplaceAll(strings.Join(words, " "), "ё", "е")
}

// counted says a number of things: 1 till, 2 tills.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// list names the first addresses and counts the rest.
func list(names []string) string {
	if len(names) <= listMax {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:listMax], ", ") + " and " + strconv.Itoa(len(names)-listMax) + " more"
}
