package main

import (
	"errors"

	"github.com/kktctl/kktctl/state"
)

// openHTTPStore opens a state at http://.
func openHTTPStore(stateAccess) (state.Store, error) {
	return nil, errors.New("states at http:// are not supported yet\nhint: give the path of a file")
}
