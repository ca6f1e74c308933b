package main

import (
	"errors"

	"github.com/kktctl/kktctl/state"
)

// openPostgresStore opens a state at postgres://.
func openPostgresStore(stateAccess) (state.Store, error) {
	return nil, errors.New("states at postgres:// are not supported yet\nhint: give the path of a file")
}
