package planner

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/kktctl/kktctl/spec"
)

// The conditions that a selector can be made of.
const (
	byCompany = "company"
	byCentre  = "centre"
	byLabel   = "label."
)

// selectorMax bounds a selector, in bytes.
const selectorMax = 1000

// SelectorForms tells how things are chosen, for messages and help.
const SelectorForms = "an ADDRESS, a pattern such as 'kkts.sloboda-*', or conditions that all hold: company=NAME, centre=NAME, label.KEY=VALUE, joined by commas"

// Selector chooses things by one flag: an address, a pattern of addresses, or
// conditions that all hold. Several flags choose what any of them does. See
// docs/choosing.md.
type Selector struct {
	text  string
	exact string // an address, or the bare name of a till
	kind  string // with glob: of what it chooses the names
	glob  word
	where []condition
}

// condition is one of those joined by commas.
type condition struct {
	text  string
	field string // byCompany, byCentre or byLabel
	key   string // of a label
	not   bool
	value word
}

// word is what a name is held against: a name, or one with * and ?.
type word struct {
	text    string
	pattern *regexp.Regexp // nil: text itself
}

func newWord(s string) word {
	if !strings.ContainsAny(s, "*?") {
		return word{text: s}
	}
	var b strings.Builder
	b.WriteString(`(?s)\A`)
	for _, r := range s {
		switch r {
		case '*':
			b.WriteString(`.*`)
		case '?':
			b.WriteString(`.`)
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	return word{text: s, pattern: regexp.MustCompile(b.String() + `\z`)}
}

func (w word) is(s string) bool {
	if w.pattern == nil {
		return w.text == s
	}
	return w.pattern.MatchString(s)
}

// ParseSelector reads what a flag says. It knows the form alone: whether
// anything is chosen is told by a plan.
func ParseSelector(s string) (Selector, error) {
	sel := Selector{text: s}
	switch {
	case s == "":
		return sel, errors.New("is empty\nhint: write " + SelectorForms)
	case len(s) > selectorMax || !utf8.ValidString(s):
		return sel, fmt.Errorf("is no selector: longer than %d bytes, or not text\nhint: write %s", selectorMax, SelectorForms)
	case strings.Contains(s, "="):
		for part := range strings.SplitSeq(s, ",") {
			c, err := parseCondition(part)
			if err != nil {
				return sel, err
			}
			sel.where = append(sel.where, c)
		}
	case strings.Contains(s, ","):
		return sel, errors.New("names several things at once\nhint: repeat the flag for each of them")
	case strings.ContainsAny(s, "*?"):
		kind, name := splitKind(s)
		sel.kind, sel.glob = kind, newWord(name)
	default:
		sel.exact = s
	}
	return sel, nil
}

// splitKind takes the kind off an address or a pattern; without one it is a
// till's. No pattern reaches over the kind.
func splitKind(s string) (kind, name string) {
	kind, name, found := strings.Cut(s, ".")
	for _, k := range append(kinds(), kindKKT) {
		if found && kind == k {
			return kind, name
		}
	}
	return kindKKT, s
}

func parseCondition(s string) (condition, error) {
	field, value, found := strings.Cut(s, "=")
	c := condition{text: s, field: field}
	if strings.HasSuffix(field, "!") {
		c.not, c.field = true, strings.TrimSuffix(field, "!")
	}
	if key, ok := strings.CutPrefix(c.field, byLabel); ok && spec.IsLabelKey(key) {
		c.field, c.key = byLabel, key
	}
	switch {
	case !found:
		return c, fmt.Errorf("has %s, which is no condition\nhint: conditions are company=NAME, centre=NAME, label.KEY=VALUE; an address stands alone in its flag", quoted(s))
	case c.field != byCompany && c.field != byCentre && c.key == "":
		return c, fmt.Errorf("has the unknown condition %s\nhint: %s", quoted(c.field), conditionHint(c.field))
	case value == "":
		return c, fmt.Errorf("has %s without a value\nhint: write company=NAME, centre=NAME or label.KEY=VALUE; * stands for any", quoted(s))
	}
	c.value = newWord(value)
	return c, nil
}

// conditionHint tells what a mistyped condition may mean: a bare key is most
// often a label's.
func conditionHint(field string) string {
	const known = "conditions are company=NAME, centre=NAME, label.KEY=VALUE"
	bare := strings.TrimPrefix(strings.TrimPrefix(field, "labels."), byLabel)
	switch {
	case field == "center":
		return "did you mean centre=?"
	case spec.IsLabelKey(bare):
		return "did you mean " + byLabel + bare + "=? " + known
	}
	return known
}

// quoted is text from a command line, safe and short enough for a message.
func quoted(s string) string { return strconv.Quote(plain(s)) }
