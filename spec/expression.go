package spec

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kktctl/kktctl/spec/diag"
	"gopkg.in/yaml.v3"
)

// maxExpression bounds the expression of a rule, in characters.
const maxExpression = 4096

// Expression is text of another language that stands in a fleet file. It knows
// the place of each of its characters, however YAML wrote it.
type Expression struct {
	Text   string
	start  diag.Pos
	places []place // of each character; nil when the text of the file is not known
}

// place is a line and a column in the file.
type place struct{ line, column int }

// NewExpression is an expression that stands in no file.
func NewExpression(text string) Expression { return Expression{Text: text} }

// Equal tells whether both are the same text at the same place.
func (e Expression) Equal(o Expression) bool { return e.Text == o.Text && e.start == o.start }

// At is the place of the character with the given index, counted from 0; one
// behind the end has the place of the last.
func (e Expression) At(index int) diag.Pos {
	if len(e.places) == 0 || index < 0 {
		return e.start
	}
	p := e.places[min(index, len(e.places)-1)]
	return diag.Pos{File: e.start.File, Line: p.line, Column: p.column}
}

// AtLine is At for a line, counted from 1, and a character in it, counted from
// 0.
func (e Expression) AtLine(line, column int) diag.Pos {
	index := 0
	for text := range strings.Lines(e.Text) {
		if line--; line <= 0 {
			break
		}
		index += utf8.RuneCountInString(text)
	}
	return e.At(index + max(column, 0))
}

// expression reads text that may have several lines.
func (r *reader) expression(n *yaml.Node) Expression {
	r.may(func(p *Place) { p.Text, p.Filled = true, true })
	e := Expression{start: r.pos(deref(n))}
	n = deref(n)
	switch {
	case isNull(n):
		r.errorAt(n, "write an expression in quotes, or behind |", "is empty")
		return e
	case n.Kind != yaml.ScalarNode || n.Tag != "!!str":
		r.errorAt(n, "write it in quotes, or behind |", "must be text, this is %s", kindOf(n))
		return e
	case strings.TrimSpace(n.Value) == "":
		r.errorAt(n, "write an expression in quotes, or behind |", "is empty")
		return e
	case utf8.RuneCountInString(n.Value) > maxExpression:
		r.errorAt(n, "split it into several rules", "is longer than %d characters", maxExpression)
		return e
	}
	e.Text = n.Value
	if src, ok := r.sources[r.file]; ok {
		e.places = placesOf(n, src)
	}
	if i := strings.IndexFunc(n.Value, func(c rune) bool { return hidden(c) && c != '\n' && c != '\t' }); i >= 0 {
		c, _ := utf8.DecodeRuneInString(n.Value[i:])
		r.errorAt(n, "write it without characters that do not show", "holds a character that does not print (%U)", c)
		return Expression{start: e.start}
	}
	return e
}

// inked is a character as the file has it.
type inked struct {
	c  rune
	at place
}

// placesOf finds the place of each character of a scalar. YAML folds, indents
// and escapes, but it keeps the order of what is not blank: those are matched
// one by one, and a blank has the place behind the character before it.
func placesOf(n *yaml.Node, src []byte) []place {
	ink := inkOf(n, src)
	out := make([]place, 0, len(n.Value))
	last := place{n.Line, n.Column}
	if len(ink) > 0 {
		last = ink[0].at
	}
	for _, c := range n.Value {
		if unicode.IsSpace(c) {
			out = append(out, place{last.line, last.column + 1})
			continue
		}
		if len(ink) == 0 || ink[0].c != c {
			return nil // not as expected: the start of the value has to do
		}
		last, ink = ink[0].at, ink[1:]
		out = append(out, last)
	}
	return out
}

// inkOf reads the characters of a scalar that are not blank off the file, from
// its first one on.
func inkOf(n *yaml.Node, src []byte) []inked {
	line, column := n.Line, n.Column
	block := n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0
	if block {
		line, column = line+1, 1
	}
	rest := []rune(string(from(src, line, column)))
	quote := rune(0)
	if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 && len(rest) > 0 {
		quote, rest = rest[0], rest[1:]
		column++
	}
	want := 0
	for _, c := range n.Value {
		if !unicode.IsSpace(c) {
			want++
		}
	}
	out := make([]inked, 0, want)
	for i := 0; i < len(rest) && len(out) < want; {
		c, size := rest[i], 1
		at := place{line, column}
		switch {
		case quote == '\'' && c == '\'':
			size = 2
		case quote == '"' && c == '\\':
			c, size = unescape(rest[i:])
		}
		if !unicode.IsSpace(c) {
			out = append(out, inked{c, at})
		}
		for _, passed := range rest[i:min(i+size, len(rest))] {
			if column++; passed == '\n' {
				line, column = line+1, 1
			}
		}
		i += size
	}
	return out
}

// from is what stands behind a place.
func from(src []byte, line, column int) []byte {
	for ; line > 1; line-- {
		i := bytes.IndexByte(src, '\n')
		if i < 0 {
			return nil
		}
		src = src[i+1:]
	}
	for ; column > 1 && len(src) > 0; column-- {
		_, size := utf8.DecodeRune(src)
		src = src[size:]
	}
	return src
}

// unescape reads an escape of a text in double quotes, and how many characters
// it has.
func unescape(rest []rune) (rune, int) {
	if len(rest) < 2 {
		return ' ', 1
	}
	digits := map[rune]int{'x': 2, 'u': 4, 'U': 8}[rest[1]]
	if digits > 0 && len(rest) >= 2+digits {
		if v, err := strconv.ParseUint(string(rest[2:2+digits]), 16, 32); err == nil {
			return rune(v), 2 + digits
		}
	}
	if strings.ContainsRune(`"\/`, rest[1]) {
		return rest[1], 2
	}
	return ' ', 2 // a blank, a break or what is refused later
}
