package fiscal

import (
	"errors"
	"fmt"
)

// digits checks that s is exactly n ASCII digits. It never echoes s: the
// caller knows whether it may be printed.
func digits(s string, n int) error {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return errors.New("must be digits only")
		}
	}
	if len(s) != n {
		return fmt.Errorf("must have %d digits, not %d", n, len(s))
	}
	return nil
}

// weighted is the sum of the leading digits of s by their weights.
func weighted(s string, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += w * int(s[i]-'0')
	}
	return sum
}
