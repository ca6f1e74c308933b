package postgres_test

import (
	"fmt"
	"testing"

	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/postgres"
	"github.com/kktctl/kktctl/state/statetest"
)

func TestStore(t *testing.T) {
	for _, pooled := range []bool{false, true} {
		t.Run(fmt.Sprintf("pooled=%v", pooled), func(t *testing.T) {
			url, n := database(t, pooled), 0
			connections := open(t, url)
			statetest.Test(t, func(t *testing.T) func() state.Store {
				n++
				name := fmt.Sprintf("s%d", n)
				return func() state.Store {
					s, err := postgres.Open(at(url, name))
					must(t, err)
					must(t, postgres.Share(s, connections))
					return s
				}
			})
		})
	}
}
