package fiscal

import (
	"slices"
	"strings"
)

// CanonicalAddress gives the form in which spellings of one address are equal:
// the set of its words and numbered parts, in full words and in one order.
//
// What does not count: case, ё and е, punctuation, the postal code, the words
// город and улица, abbreviations of the other kinds of places, Latin letters
// that look like Cyrillic ones, the order, and saying the same twice («Москва,
// г Москва»). What counts: every other word, and every number together with
// what it numbers; a number that nothing names is the house when it stands
// where the house does, and otherwise part of a name («8 Марта»).
//
// The form is its own canonical form. It is for comparing, not for sending.
func CanonicalAddress(s string) string {
	a := addressReader{tokens: addressTokens(foldAddress(s))}
	a.parts = make([]string, 0, len(a.tokens))
	a.read()
	a.house()
	return a.join()
}

// SameAddress tells whether two spellings mean the same place.
func SameAddress(a, b string) bool {
	return a == b || CanonicalAddress(a) == CanonicalAddress(b)
}

// addressReader turns the tokens of an address into parts.
type addressReader struct {
	tokens []token
	parts  []string
	loose  []looseNumber // that nothing names
	housed bool          // the house was named
}

// looseNumber is a number that no word says the kind of.
type looseNumber struct {
	value    string
	from, to int  // its tokens
	ordinal  bool // 8-е, 1-я: never a house
}

// read goes over the tokens from left to right.
func (a *addressReader) read() {
	for i := 0; i < len(a.tokens); {
		t := a.tokens[i]
		if t.number {
			i = a.number(i)
			continue
		}
		if n := a.noise(i); n > 0 {
			i += n
			continue
		}
		i = a.word(i, meaningOf(t.text))
	}
}

// noise counts the tokens at i that say nothing of the place.
func (a *addressReader) noise(i int) int {
	next := ""
	if a.near(i + 1) {
		next = a.tokens[i+1].text
	}
	switch pair := a.tokens[i].text; {
	case pair == "российская" && next == "федерация",
		pair == "городской" && next == "округ",
		pair == "г" && next == "о",
		pair == "вн" && next == "тер":
		return 2
	}
	return 0
}

// word reads what begins with the word at i and returns where to go on.
func (a *addressReader) word(i int, m meaning) int {
	switch m.kind {
	case dropped:
		return i + 1
	case numbered:
		return a.numbered(i, m)
	}
	a.parts = append(a.parts, m.full)
	return i + 1
}

// numbered reads a word that goes with the number behind it, or before it.
func (a *addressReader) numbered(i int, m meaning) int {
	if a.near(i + 1) {
		next := a.tokens[i+1]
		if next.number {
			value, end, _ := a.value(i+1, true)
			return a.part(m, value, i, end)
		}
		if value, end := a.letters(i + 1); m.lettered && end > 0 {
			return a.part(m, value, i, end)
		}
		if !m.trailing && meaningOf(next.text).kind == numbered {
			a.take(i, i+1) // «корп/стр: к 1»: the next word says it
			return i + 1
		}
	}
	if k := len(a.loose) - 1; m.trailing && k >= 0 && a.loose[k].to == i && a.near(i) {
		before := a.loose[k]
		a.loose = a.loose[:k]
		return a.part(m, before.value, before.from, i+1)
	}
	if m.alone != "" {
		a.parts = append(a.parts, m.alone)
	}
	return i + 1
}

// part adds a numbered part that was read from some tokens.
func (a *addressReader) part(m meaning, value string, from, to int) int {
	a.housed = a.housed || m.house
	a.parts = append(a.parts, m.full+" "+value)
	a.take(from, to)
	return to
}

// take marks tokens that a numbered part has used up.
func (a *addressReader) take(from, to int) {
	for i := from; i < to; i++ {
		a.tokens[i].taken = true
	}
}

// near tells whether the token at i stands in the segment of the one before.
func (a *addressReader) near(i int) bool {
	return i > 0 && i < len(a.tokens) && a.tokens[i].segment == a.tokens[i-1].segment
}

// join puts the parts in order, each once.
func (a *addressReader) join() string {
	slices.Sort(a.parts)
	return strings.Join(slices.Compact(a.parts), ", ")
}
