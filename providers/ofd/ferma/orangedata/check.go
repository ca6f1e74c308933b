package orangedata

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Problem is something in a receipt that the service or the till would refuse,
// or that would be lost on the way.
type Problem struct {
	Path    string // such as content.positions[0].price
	Message string
	Hint    string // a way out; may be empty
}

// String gives path and message.
func (p Problem) String() string { return p.Path + ": " + p.Message }

// maxMoney is the largest sum that the service takes, in roubles.
const maxMoney Decimal = 99_999_999_990_000

// The longest texts in characters. What 003 does not give is the length of the
// tag in the fiscal format, less what the service's own client leaves.
const (
	maxID                = 64
	maxGroup             = 32
	maxKey               = 32
	maxCallback          = 1024
	maxText              = 128
	maxContact           = 64
	maxUnit              = 16
	maxPositionAttribute = 64
	maxReceiptAttribute  = 16
	maxCustoms           = 32
	maxOperation         = 24
	maxOperatorName      = 64
	maxAddress           = 243
	maxSupplierName      = 239
	maxUserName          = 64
	maxUserValue         = 234
	maxAutomat           = 20
	maxCauseNumber       = 32
	maxPhone             = 19
	maxNomenclature      = 32 // bytes
)

// checker collects problems.
type checker struct {
	problems []Problem
}

func (c *checker) add(path, hint, format string, args ...any) {
	c.problems = append(c.problems, Problem{Path: path, Message: fmt.Sprintf(format, args...), Hint: hint})
}

// need tells whether a text that must be there is, and complains otherwise.
func (c *checker) need(path, value, hint string) bool {
	if strings.TrimSpace(value) == "" {
		c.add(path, hint, "is missing")
		return false
	}
	return true
}

// text checks a text that is printed: its length, and that the till can store
// it, which it does in CP866.
func (c *checker) text(path, value string, most int) {
	if n := utf8.RuneCountInString(value); n > most {
		c.add(path, fmt.Sprintf("shorten it to %d characters", most), "has %d characters, the most is %d", n, most)
	}
	if !utf8.ValidString(value) {
		c.add(path, "save the file as UTF-8", "is not UTF-8")
		return
	}
	var lost []rune
	for _, r := range value {
		if _, ok := charmap.CodePage866.EncodeRune(r); (!ok || r < ' ' || r == 0x7f) && !slices.Contains(lost, r) {
			lost = append(lost, r)
		}
	}
	if len(lost) > 0 {
		c.add(path, "tills store texts in CP866: write \" for «», - for —, and no line breaks", "has %s, which a till cannot store", listRunes(lost))
	}
}

// listRunes names characters, so that invisible ones are seen.
func listRunes(runes []rune) string {
	const most = 5
	var names []string
	for _, r := range runes[:min(most, len(runes))] {
		names = append(names, fmt.Sprintf("%q (U+%04X)", r, r))
	}
	if len(runes) > most {
		names = append(names, fmt.Sprintf("and %d more", len(runes)-most))
	}
	return strings.Join(names, ", ")
}

// oneOf checks a code of a list.
func (c *checker) oneOf(path string, value int, codes []int, hint string) {
	if !slices.Contains(codes, value) {
		c.add(path, hint, "%d is not a code of the service", value)
	}
}

// money checks a sum in roubles.
func (c *checker) money(path string, value Decimal) {
	switch {
	case value < 0:
		c.add(path, "write the sum without a sign; the type of the receipt says which way money goes", "%s is below 0", value)
	case value.Places() > 2:
		c.add(path, "round it to kopecks", "%s has more than two digits after the point", value)
	case value > maxMoney:
		c.add(path, "the most is "+maxMoney.String(), "%s is too large", value)
	}
}

var (
	idForm    = regexp.MustCompile(`^[!-~]+$`)
	phoneForm = regexp.MustCompile(`^\+\d{5,18}$`)
	emailForm = regexp.MustCompile(`^[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@<>,;".]+$`)
)

// head checks what receipts and corrections begin with.
func (c *checker) head(id, inn, group, key, callback string) {
	const idHint = "give each receipt an id of its own, such as a UUID"
	if c.need("id", id, idHint) {
		switch {
		case utf8.RuneCountInString(id) > maxID:
			c.add("id", idHint, "has more than %d characters", maxID)
		case !idForm.MatchString(id) || strings.ContainsAny(id, `/\?#%`) || strings.Trim(id, ".") == "":
			c.add("id", idHint, "%s cannot stand in an address: take latin letters, digits, - and _", quote(id))
		}
	}
	if c.need("inn", inn, "the INN of the company whose receipt it is") {
		c.inn("inn", inn)
	}
	c.text("group", group, maxGroup)
	c.text("key", key, maxKey)
	if callback != "" {
		u, err := url.Parse(callback)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || len(callback) > maxCallback {
			c.add("callbackUrl", "write it as https://host/path", "is not a URL of up to %d characters", maxCallback)
		}
	}
}

func (c *checker) inn(path, value string) {
	if !validINN(value) {
		c.add(path, "copy the INN again, in quotes", "%s is not an INN: its check digits do not fit", quote(value))
	}
}

// phones checks the form that the examples show.
func (c *checker) phones(path string, values []string) {
	for i, v := range values {
		if !phoneForm.MatchString(v) {
			c.add(fmt.Sprintf("%s[%d]", path, i), "write it as \"+79200000001\"", "%s is not a phone number", quote(v))
		}
	}
}

// contact checks where the receipt is sent to.
func (c *checker) contact(path, value string) {
	const hint = "the customer's phone as \"+79123456789\", or e-mail"
	if !c.need(path, value, hint) {
		return
	}
	if !phoneForm.MatchString(value) && !emailForm.MatchString(value) {
		c.add(path, hint, "%s is neither a phone number nor an e-mail address", quote(value))
	}
	c.text(path, value, maxContact)
}

// validINN tells whether the check digits fit: 10 digits for a legal entity,
// 12 for a person.
func validINN(s string) bool {
	if strings.Trim(s, "0123456789") != "" {
		return false
	}
	weighted := func(weights ...int) byte {
		total := 0
		for i, w := range weights {
			total += w * int(s[i]-'0')
		}
		return byte(total%11%10) + '0'
	}
	switch len(s) {
	case 10:
		return strings.Trim(s, "0") != "" && s[9] == weighted(2, 4, 10, 3, 5, 9, 4, 6, 8)
	case 12:
		return strings.Trim(s, "0") != "" && s[10] == weighted(7, 2, 4, 10, 3, 5, 9, 4, 6, 8) &&
			s[11] == weighted(3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
	}
	return false
}
