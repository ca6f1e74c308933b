package fiscal

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// join says what stands between a token and the one before it.
type join uint8

const (
	spaced join = iota
	glued
	hyphen
	slash
)

// token is a word or a number of an address.
type token struct {
	text    string
	segment int // counts what commas separate
	join    join
	number  bool
	taken   bool // by a numbered part
}

// foldAddress makes letters that mean or look the same the same: lower case,
// ё to е, Latin letters to the Cyrillic ones they look like.
func foldAddress(s string) string {
	lower := strings.Map(foldCase, s)
	if strings.ContainsFunc(lower, decomposed) {
		lower = norm.NFC.String(lower)
	}
	return strings.Map(foldLetter, lower)
}

func foldCase(c rune) rune {
	switch {
	case c >= 'А' && c <= 'Я':
		return c + ('а' - 'А')
	case c < utf8.RuneSelf:
		if c >= 'A' && c <= 'Z' {
			return c + ('a' - 'A')
		}
		return c
	case c >= 'а' && c <= 'я':
		return c
	}
	return unicode.ToLower(c)
}

// decomposed tells characters whose form depends on their neighbours.
func decomposed(c rune) bool {
	return c > 0x2FF && (c < 0x400 || c > 0x45F) && c < 0x2000 || c > 0x206F
}

func foldLetter(c rune) rune {
	switch c {
	case 'ё':
		return 'е'
	case 'a':
		return 'а'
	case 'b':
		return 'в'
	case 'c':
		return 'с'
	case 'e':
		return 'е'
	case 'h':
		return 'н'
	case 'k':
		return 'к'
	case 'm':
		return 'м'
	case 'o':
		return 'о'
	case 'p':
		return 'р'
	case 't':
		return 'т'
	case 'x':
		return 'х'
	case 'y':
		return 'у'
	case '\u2010', '\u2011', '\u2012', '\u2013', '\u2014', '\u2212':
		return '-'
	case '\\':
		return '/'
	}
	return c
}

// scanner cuts a folded address into tokens.
type scanner struct {
	s       string
	tokens  []token
	segment int
	join    join // to the next token
}

func addressTokens(s string) []token {
	sc := scanner{s: s, tokens: make([]token, 0, 16)}
	for i := 0; i < len(s); {
		switch c, size := utf8.DecodeRuneInString(s[i:]); {
		case c >= '0' && c <= '9':
			i = sc.digits(i)
		case unicode.IsLetter(c):
			i = sc.letters(i)
		default:
			sc.mark(c)
			i += size
		}
	}
	return sc.tokens
}

func (sc *scanner) add(from, to int, number bool) int {
	sc.tokens = append(sc.tokens, token{text: sc.s[from:to], segment: sc.segment, join: sc.join, number: number})
	sc.join = glued
	return to
}

// mark takes note of a character between words.
func (sc *scanner) mark(c rune) {
	switch c {
	case ',', ';', '(', ')', '\n', '\r':
		sc.segment++
		sc.join = spaced
	case '-':
		sc.follow(hyphen)
	case '/':
		sc.follow(slash)
	case '"', '\'', '«', '»', '“', '”', '„':
		// «15 "В"» is 15В: quotes neither join nor part
	default:
		sc.join = spaced
	}
}

func (sc *scanner) follow(j join) {
	if sc.join == glued {
		sc.join = j
		return
	}
	sc.join = spaced
}

// digits reads a number with its fraction or range: 19, 19/2, 19-2.
func (sc *scanner) digits(from int) int {
	to := sc.run(from)
	for to+1 < len(sc.s) && (sc.s[to] == '/' || sc.s[to] == '-') && isDigit(sc.s[to+1]) {
		to = sc.run(to + 1)
	}
	return sc.add(from, to, true)
}

func (sc *scanner) run(i int) int {
	for i < len(sc.s) && isDigit(sc.s[i]) {
		i++
	}
	return i
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// letters reads a word; an abbreviation with a hyphen («пр-кт») is one word,
// and any other word with hyphens is several.
func (sc *scanner) letters(from int) int {
	to := sc.word(from)
	if to+1 < len(sc.s) && sc.s[to] == '-' {
		if end := sc.word(to + 1); end > to+1 && meaningOf(sc.s[from:end]).kind != plain {
			to = end
		}
	}
	return sc.add(from, to, false)
}

func (sc *scanner) word(i int) int {
	for i < len(sc.s) {
		c, size := utf8.DecodeRuneInString(sc.s[i:])
		if !unicode.IsLetter(c) {
			break
		}
		i += size
	}
	return i
}
