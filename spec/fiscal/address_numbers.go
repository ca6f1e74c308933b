package fiscal

import "unicode/utf8"

// number reads a number that no word stands before.
func (a *addressReader) number(i int) int {
	value, end, ordinal := a.value(i, false)
	a.loose = append(a.loose, looseNumber{value: value, from: i, to: end, ordinal: ordinal})
	return end
}

// value reads a number with the letter that belongs to it («15 В»), and tells
// whether it is an ordinal («8-е», «1-я»). Behind a word such as дом there are
// no ordinals: «д 5-е» is a house with a letter.
func (a *addressReader) value(i int, named bool) (value string, end int, ordinal bool) {
	value, end = a.tokens[i].text, i+1
	if a.near(end) && a.suffix(end, named) {
		value += a.tokens[end].text
		end++
	}
	if !named && a.near(end) && a.tokens[end].join != spaced && ordinalEnding(a.tokens[end]) {
		return value, end + 1, true
	}
	return value, end, false
}

// suffix tells whether the token at i is a letter that belongs to the number
// before it, and not the beginning of something else («19 к 2», «19к2»).
func (a *addressReader) suffix(i int, named bool) bool {
	t := a.tokens[i]
	if t.number || utf8.RuneCountInString(t.text) != 1 || (!named && (t.text == "й" || t.text == "я" || ordinalEnding(t))) {
		return false
	}
	short := meaningOf(t.text).kind != plain // г, д, к, с, …
	if a.near(i+1) && a.tokens[i+1].number && (short || a.tokens[i+1].join == glued) {
		return false
	}
	if t.join != spaced || !short {
		return true
	}
	return t.text != "д" && !a.near(i+1)
}

// ordinalEnding tells what makes a number before it an ordinal: й and я when
// glued, and with a hyphen also what could be the letter of a house.
func ordinalEnding(t token) bool {
	switch t.text {
	case "й", "я", "ый", "ой", "ий", "ая", "ья", "ое", "ье", "го", "ого", "му", "ти":
		return t.join == glued || t.join == hyphen
	case "е", "х", "м":
		return t.join == hyphen
	}
	return false
}

// letters reads the name of a building or room that is no number: А, А1, IV.
// end is 0 when there is none at i.
func (a *addressReader) letters(i int) (value string, end int) {
	t := a.tokens[i]
	if t.number || (utf8.RuneCountInString(t.text) > 2 && !roman(t.text)) {
		return "", 0
	}
	behind := a.near(i+1) && a.tokens[i+1].number
	switch m := meaningOf(t.text); {
	case m.kind == numbered && behind, m.kind != plain && utf8.RuneCountInString(t.text) > 1:
		return "", 0
	case behind && a.tokens[i+1].join == glued:
		return t.text + a.tokens[i+1].text, i + 2
	}
	return t.text, i + 1
}

// roman tells Roman numbers, some of whose letters were folded to Cyrillic.
func roman(s string) bool {
	for _, c := range s {
		switch c {
		case 'i', 'v', 'х', 'l':
		default:
			return false
		}
	}
	return s != ""
}

// house finds the house among the numbers that nothing names, and makes the
// others ordinals; a postal code is left out.
func (a *addressReader) house() {
	house := -1
	if !a.housed {
		house = a.likelyHouse()
	}
	for k, n := range a.loose {
		switch {
		case k == house:
			a.parts = append(a.parts, "дом "+n.value)
		case n.ordinal || !postalCode(n.value):
			a.parts = append(a.parts, n.value+"-й")
		}
	}
}

// likelyHouse is the first number that is a segment by itself («…, 19»), or
// else the last one that ends a segment («Ленина 19»); -1 when there is none.
func (a *addressReader) likelyHouse() int {
	found := -1
	for k, n := range a.loose {
		if n.ordinal || postalCode(n.value) || !a.rest(n.to, 1) {
			continue
		}
		if a.rest(n.from-1, -1) {
			return k
		}
		found = k
	}
	return found
}

// rest tells whether nothing but named parts is left of the segment, going
// from the token at i in steps of 1 or -1.
func (a *addressReader) rest(i, step int) bool {
	for ; i >= 0 && i < len(a.tokens); i += step {
		if a.tokens[i].segment != a.tokens[i-step].segment {
			return true
		}
		if !a.tokens[i].taken {
			return false
		}
	}
	return true
}

func postalCode(s string) bool { return len(s) == 6 && digits(s, 6) == nil }
