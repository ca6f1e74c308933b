package spec

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// maxText bounds one line of text, in characters.
const maxText = 1024

// text reads a line of text; "" for null, and for what was reported.
func (r *reader) text(n *yaml.Node) string {
	s, _ := r.textOK(n)
	return s
}

// needText reads text that must not be empty; ok is false when it reported.
func (r *reader) needText(n *yaml.Node) (s string, ok bool) {
	r.may(func(p *Place) { p.Filled = true })
	s, ok = r.textOK(n)
	if ok && s == "" {
		r.errorAt(n, "write a value, or take the key out", "is empty")
		return "", false
	}
	return s, ok
}

func (r *reader) textOK(n *yaml.Node) (string, bool) {
	r.may(func(p *Place) { p.Text = true })
	n = deref(n)
	if isNull(n) {
		return "", true
	}
	if n.Kind != yaml.ScalarNode || n.Tag != "!!str" {
		r.notText(n)
		return "", false
	}
	s := strings.TrimSpace(n.Value)
	if utf8.RuneCountInString(s) > maxText {
		r.errorAt(n, "shorten it", "is longer than %d characters", maxText)
		return "", false
	}
	if i := strings.IndexFunc(s, hidden); i >= 0 {
		c, _ := utf8.DecodeRuneInString(s[i:])
		r.errorAt(n, "write it on one line, without characters that do not show", "holds a character that does not print (%U)", c)
		return "", false
	}
	return s, true
}

// CheckText tells whether s can stand in a fleet file as a line of text: not
// too long, and without characters that do not print. The error goes on where
// the text stands.
func CheckText(s string) error {
	if utf8.RuneCountInString(s) > maxText {
		return fmt.Errorf("is longer than %d characters", maxText)
	}
	if i := strings.IndexFunc(s, hidden); i >= 0 {
		c, _ := utf8.DecodeRuneInString(s[i:])
		return fmt.Errorf("holds a character that does not print (%U)", c)
	}
	return nil
}

// Shown makes a line of text of what came from elsewhere: characters that do
// not print are taken out, line ends and tabs become spaces.
func Shown(s string) string {
	if CheckText(s) == nil {
		return strings.TrimSpace(s)
	}
	s = strings.Map(func(c rune) rune {
		switch {
		case c == '\t' || c == '\n' || c == '\r' || c == '\u2028' || c == '\u2029' || c == 0x85:
			return ' '
		case hidden(c):
			return -1
		}
		return c
	}, s)
	return strings.TrimSpace(strings.Join(strings.Fields(s), " "))
}

// hidden tells characters that do not show, or that turn text around them:
// what a person reads and approves must be what is sent. No-break spaces are
// let through: addresses copied from documents are full of them.
func hidden(c rune) bool {
	return unicode.IsControl(c) || unicode.Is(unicode.Cf, c) || c == '\u2028' || c == '\u2029' || c == utf8.RuneError
}

// notText tells why a value is not text and how to make it so.
func (r *reader) notText(n *yaml.Node) {
	if n.Kind != yaml.ScalarNode || !slices.Contains([]string{"!!int", "!!float", "!!bool", "!!timestamp"}, n.Tag) {
		r.errorAt(n, "write one line of text", "must be text, this is %s", kindOf(n))
		return
	}
	hint := "write it in quotes: \"" + n.Value + "\""
	if len(n.Value) > 60 || strings.ContainsAny(n.Value, "\"\\\n") {
		hint = "write it in quotes"
	}
	loss := ""
	if number(n) && len(n.Value) > 1 && n.Value[0] == '0' && n.Value[1] != '.' {
		loss = " and would lose its leading zeros"
	}
	r.errorAt(n, hint, "%s is %s%s", shorten(n.Value), kindOf(n), loss)
}

func shorten(s string) string {
	q := quote(s)
	return q[1 : len(q)-1]
}

func number(n *yaml.Node) bool { return n.Tag == "!!int" || n.Tag == "!!float" }

// boolean reads true or false; false for null.
func (r *reader) boolean(n *yaml.Node) bool {
	r.may(func(p *Place) { p.Boolean = true })
	n = deref(n)
	switch {
	case isNull(n):
	case n.Kind != yaml.ScalarNode || n.Tag != "!!bool":
		r.errorAt(n, "write true or false, without quotes", "must be true or false, this is %s", kindOf(n))
	default:
		return strings.EqualFold(n.Value, "true")
	}
	return false
}

// choice reads true or false; nil for null, and for what was reported.
func (r *reader) choice(n *yaml.Node) *bool {
	if isNull(n) || deref(n).Tag != "!!bool" {
		r.boolean(n) // says what is wrong
		return nil
	}
	v := r.boolean(n)
	return &v
}

// whole reads a whole number within bounds; ok is false when it reported, or
// when there is none.
func (r *reader) whole(n *yaml.Node, least, most int) (v int, ok bool) {
	r.may(func(p *Place) { p.Whole = &[2]int{least, most} })
	n = deref(n)
	if isNull(n) {
		return 0, false
	}
	if n.Kind != yaml.ScalarNode || !number(n) {
		r.errorAt(n, "write digits without quotes", "must be a whole number, this is %s", kindOf(n))
		return 0, false
	}
	v, err := strconv.Atoi(n.Value)
	if err == nil && (v < least || v > most) || errors.Is(err, strconv.ErrRange) {
		r.errorAt(n, fmt.Sprintf("write a number from %d to %d", least, most), "must be a whole number from %d to %d, this is %s", least, most, shorten(n.Value))
		return 0, false
	}
	if err != nil {
		r.errorAt(n, "write digits only", "must be a whole number from %d to %d, this is %s", least, most, shorten(n.Value))
		return 0, false
	}
	return v, true
}

// rate reads a number that is not negative; ok as with whole.
func (r *reader) rate(n *yaml.Node, most float64) (v float64, ok bool) {
	r.may(func(p *Place) { p.Number = &most })
	n = deref(n)
	if isNull(n) {
		return 0, false
	}
	if n.Kind != yaml.ScalarNode || !number(n) {
		r.errorAt(n, "write digits without quotes", "must be a number, this is %s", kindOf(n))
		return 0, false
	}
	v, err := strconv.ParseFloat(n.Value, 64)
	if err != nil || math.IsNaN(v) || v < 0 || v > most {
		r.errorAt(n, "0 means without limit", "must be a number from 0 to %v, this is %s", most, shorten(n.Value))
		return 0, false
	}
	return v, true
}

// oneOf reads one of some words; "" for null, and for what was reported.
func (r *reader) oneOf(n *yaml.Node, words ...string) string {
	r.may(func(p *Place) { p.Words = words })
	s, ok := r.textOK(n)
	if !ok || s == "" || slices.Contains(words, s) {
		return s
	}
	hint := "write one of them"
	if best := r.closest(s, words); best != "" {
		hint = fmt.Sprintf("did you mean %q?", best)
	}
	r.errorAt(n, hint, "%s is not one of %s", quote(s), strings.Join(words, ", "))
	return ""
}

// setOf reads a list of words, sorted.
func (r *reader) setOf(n *yaml.Node, words []string) []string {
	var set []string
	r.elements(n, func(e *yaml.Node) {
		r.may(func(p *Place) { p.Words = words })
		s, ok := r.needText(e)
		switch {
		case !ok:
		case !slices.Contains(words, s):
			r.errorAt(e, r.similar(s, words), "unknown name %s", quote(s))
		case slices.Contains(set, s):
			r.errorAt(e, "keep one of them", "%s is given twice", s)
		default:
			set = append(set, s)
		}
	})
	slices.Sort(set)
	return set
}

// checked reads text that must pass a check when it is there.
func (r *reader) checked(n *yaml.Node, check func(string) error, hint string) string {
	s, ok := r.textOK(n)
	if !ok || s == "" {
		return ""
	}
	if err := check(s); err != nil {
		r.errorAt(n, hint, "%s %v", quote(s), err)
		return ""
	}
	return s
}

// needChecked is checked for what must not be empty.
func (r *reader) needChecked(n *yaml.Node, check func(string) error, hint string) string {
	if s, ok := r.needText(n); !ok || s == "" {
		return ""
	}
	return r.checked(n, check, hint)
}
