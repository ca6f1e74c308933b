package main

import (
	"errors"

	"github.com/kktctl/kktctl/state"
)

// openS3Store opens a state at s3://.
func openS3Store(stateAccess) (state.Store, error) {
	return nil, errors.New("states at s3:// are not supported yet\nhint: give the path of a file")
}
