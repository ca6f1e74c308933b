package checkonline

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Problem is something in a receipt that the service or the till would refuse,
// or that would be lost on the way.
type Problem struct {
	Path    string // such as Lines[0].Price
	Message string
	Hint    string // a way out; may be empty
}

// String gives path and message.
func (p Problem) String() string { return p.Path + ": " + p.Message }

var (
	idForm    = regexp.MustCompile(`^[!-~]+$`)
	phoneForm = regexp.MustCompile(`^(7\d{10}|7-\d{3}-\d{3}-\d{2}-\d{2})$`)
	emailForm = regexp.MustCompile(`^[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@<>,;".]+$`)
)

// checker collects problems.
type checker struct {
	problems []Problem
}

func (c *checker) add(path, hint, format string, args ...any) {
	c.problems = append(c.problems, Problem{Path: path, Message: fmt.Sprintf(format, args...), Hint: hint})
}

// code checks a code of a list.
func (c *checker) code(path string, value, first, last int, hint string) {
	switch {
	case value == 0 && first > 0:
		c.add(path, hint, "is missing")
	case value < first || value > last:
		c.add(path, hint, "%d is not a code of the service", value)
	}
}

// money checks a sum in kopecks.
func (c *checker) money(path string, kopecks int64) {
	switch {
	case kopecks < 0:
		c.add(path, "write the sum without a sign; DocumentType says which way money goes", "%d is below 0", kopecks)
	case kopecks > maxMoney:
		c.add(path, "sums are in kopecks", "%s roubles are too much", roubles(kopecks))
	}
}

// contact checks where the receipt is sent to.
func (c *checker) contact(path, value string) {
	switch {
	case value == "":
	case phoneForm.MatchString(value):
	case emailForm.MatchString(value):
		c.text(path, value, maxContact)
	default:
		c.add(path, "a phone is 79161234567 or 7-916-123-45-67, in quotes and without +", "%s is neither a phone nor an e-mail address", quote(value))
	}
}

// text checks a text that is printed: its length, and that the till can store
// it, which it does in CP866. Positions are counted from 1.
func (c *checker) text(path, value string, most int) {
	if !utf8.ValidString(value) {
		c.add(path, "save the file as UTF-8", "is not UTF-8")
		return
	}
	if n := utf8.RuneCountInString(value); n > most {
		c.add(path, fmt.Sprintf("shorten it to %d characters", most), "has %d characters, the most is %d", n, most)
	}
	var lost []string
	seen, position := map[rune]bool{}, 0
	for _, r := range value {
		position++
		if _, ok := charmap.CodePage866.EncodeRune(r); ok && r >= ' ' && r != 0x7f || seen[r] {
			continue
		}
		seen[r] = true
		lost = append(lost, fmt.Sprintf("%q (U+%04X) at %d", r, r, position))
	}
	if len(lost) > 0 {
		c.add(path, `tills store texts in CP866: write " for «», - for —, and no line breaks`,
			"has %s, which a till cannot store", listed(lost))
	}
}

// listed bounds a list.
func listed(names []string) string {
	const most = 5
	if more := len(names) - most; more > 0 {
		names = append(slices.Clone(names[:most]), "and "+strconv.Itoa(more)+" more")
	}
	return strings.Join(names, ", ")
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }

// quote makes text of a file safe and short enough for a message.
func quote(s string) string {
	const most = 40
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return strconv.Quote(s)
}

// innForm checks the form and the check digits of an INN; twelve zeros stand
// for a supplier that has none.
func innForm(s string) bool {
	if strings.Trim(s, "0123456789") != "" {
		return false
	}
	fits := func(at int, weights ...int) bool {
		sum := 0
		for i, w := range weights {
			sum += w * int(s[i]-'0')
		}
		return sum%11%10 == int(s[at]-'0')
	}
	switch len(s) {
	case 10:
		return s != "0000000000" && fits(9, 2, 4, 10, 3, 5, 9, 4, 6, 8)
	case 12:
		return fits(10, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8) && fits(11, 3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
	}
	return false
}
