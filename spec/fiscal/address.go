package fiscal

import "strings"

// CanonicalAddress gives the form in which spellings of one address are equal.
func CanonicalAddress(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// SameAddress tells whether two spellings mean the same place.
func SameAddress(a, b string) bool {
	return a == b || CanonicalAddress(a) == CanonicalAddress(b)
}
