package main

import (
	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/postgres"
)

// openPostgresStore opens a state at postgres://.
func openPostgresStore(access stateAccess) (state.Store, error) {
	return postgres.Open(access.URL,
		postgres.WithUser(access.Username), postgres.WithPassword(access.Password), postgres.WithRoots(access.Roots),
		postgres.WithLease(access.Lease), postgres.WithCodec(access.Codec))
}
