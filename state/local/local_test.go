package local_test

import (
	"path/filepath"
	"testing"

	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/local"
	"github.com/kktctl/kktctl/state/statetest"
)

func TestStore(t *testing.T) {
	statetest.Test(t, func(t *testing.T) func() state.Store {
		path := filepath.Join(t.TempDir(), "sever.kktstate")
		return func() state.Store { return local.Open(path) }
	})
}
