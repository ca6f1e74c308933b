package spec

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
)

// maxComparisons bounds the search for similar names over one load: with a
// hundred thousand tills and as many mistakes it would be quadratic.
const maxComparisons = 200_000

// similar gives a hint that names the candidate most like the word; without
// one it lists the candidates when they are few.
func (r *reader) similar(word string, candidates []string) string {
	if best := r.closest(word, candidates); best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	if len(candidates) == 0 || len(candidates) > 24 {
		return ""
	}
	return "known: " + strings.Join(candidates, ", ")
}

func (r *reader) closest(word string, candidates []string) string {
	n := utf8.RuneCountInString(word)
	if n == 0 || n > 64 {
		return ""
	}
	low := strings.ToLower(word)
	best, bestDistance := "", allowed(n)+1
	for _, c := range candidates {
		if r.comparisons++; r.comparisons > maxComparisons {
			break
		}
		d := levenshtein.ComputeDistance(low, strings.ToLower(c))
		if d < bestDistance || (d == bestDistance && best != "" && c < best) {
			best, bestDistance = c, d
		}
	}
	return best
}

// allowed is how many letters may differ in a word of n.
func allowed(n int) int {
	if n < 4 {
		return 1
	}
	return max(2, min(n/3, 4))
}

// quote makes text from a file safe and short enough for a message.
func quote(s string) string {
	const most = 60
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + "…"
	}
	return strconv.Quote(s)
}

// mapKeys is the keys of a map in no order.
func mapKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	return keys
}
