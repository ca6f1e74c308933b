package local_test

import (
	"path/filepath"
	"testing"

	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/local"
	"github.com/kktctl/kktctl/state/statetest"
)

func TestStore(t *testing.T) {
	statetest.TestPlaces(t, func(t *testing.T) statetest.Place {
		path := filepath.Join(t.TempDir(), "sever.kktstate")
		return statetest.Place{Open: func() state.Store { return local.Open(path) }}
	})
}
