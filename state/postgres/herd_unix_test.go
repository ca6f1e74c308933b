//go:build unix

package postgres_test

import (
	"fmt"
	"testing"

	"github.com/kktctl/kktctl/state/postgres"
	"github.com/kktctl/kktctl/state/statetest"
)

// TestHerd has 32 processes take one lock, directly and by the pooler; some die
// while they hold it. KKTCTL_HERD_ROUNDS says how many rounds.
func TestHerd(t *testing.T) {
	for _, pooled := range []bool{false, true} {
		t.Run(fmt.Sprintf("pooled=%v", pooled), func(t *testing.T) {
			url := at(database(t, pooled), "herd")
			statetest.Herd(t, statetest.HerdOptions{
				Place:    place(t, url, open(t, url, postgres.WithLease(term))),
				Location: url,
				Deaths:   true,
			})
		})
	}
}
