package spec

import (
	"strings"

	"github.com/kktctl/kktctl/spec/fiscal"
)

// IsZero tells whether nothing is known of the address.
func (a Address) IsZero() bool { return a == Address{} }

// Text gives the address as one line: Full when it is declared, and otherwise
// the parts in the order of 004's examples. As there, the region is left out
// when the postal code or the settlement stands for it.
func (a Address) Text() string {
	if a.Full != "" {
		return a.Full
	}
	parts := make([]string, 0, 7)
	add := func(prefix, s string) {
		if s != "" {
			parts = append(parts, prefix+s)
		}
	}
	add("", a.PostalCode)
	if a.PostalCode == "" && !fiscal.SameAddress(a.Region, a.Settlement) {
		add("", a.Region)
	}
	add("", a.Settlement)
	add("", a.Street)
	add("", a.HouseNumber)
	add("корп/стр: ", a.Building)
	add("офис/кв: ", a.Office)
	return strings.Join(parts, ", ")
}

// Canonical gives the form in which two spellings of one address are equal.
func (a Address) Canonical() string { return fiscal.CanonicalAddress(a.Text()) }
