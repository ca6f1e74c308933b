//go:build unix

package postgres_test

import (
	"os"
	"testing"

	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/postgres"
	"github.com/kktctl/kktctl/state/statetest"
)

// TestMain makes this test binary a process of a herd, or one that takes
// orders. Neither runs the tests: it would have a herd of its own.
func TestMain(m *testing.M) {
	switch {
	case os.Getenv("KKTCTL_HERD_LOCATION") != "":
		statetest.Main(m, func(location string) (state.Store, error) {
			return postgres.Open(location, postgres.WithLease(term))
		})
	case os.Getenv(roleVar) != "":
		takeOrders()
	default:
		os.Exit(runTests(m))
	}
}
