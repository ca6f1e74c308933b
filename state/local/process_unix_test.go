//go:build unix

package local_test

import (
	"context"
	"io"
	"os"
	"testing"

	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/local"
	"github.com/kktctl/kktctl/state/statetest"
)

// roleVar makes this test binary a process that works on the state at pathVar.
const (
	roleVar = "KKTCTL_TEST_ROLE"
	pathVar = "KKTCTL_TEST_STATE"
	nameVar = "KKTCTL_TEST_NAME"
)

func TestMain(m *testing.M) {
	switch os.Getenv(roleVar) {
	case "orders":
		statetest.TakeOrders(os.Getenv(nameVar), entry, func(stop func(string)) (state.Store, error) {
			return local.Open(os.Getenv(pathVar), local.WithFS(stopFS{&faultFS{before: stop}, stop})), nil
		})
	case "herd":
		herd()
	default:
		os.Exit(m.Run())
	}
}

// stopFS stops its process before an operation, until it is told to go on.
type stopFS struct {
	*faultFS
	stop func(op string)
}

func (f stopFS) Lock(ctx context.Context, name string) (io.Closer, error) {
	f.stop("mutex")
	return f.faultFS.Lock(ctx, name)
}

// start starts a process with a role.
func start(t *testing.T, role, path, name string, env ...string) *statetest.Process {
	t.Helper()
	return statetest.Start(t, append([]string{roleVar + "=" + role, pathVar + "=" + path, nameVar + "=" + name}, env...)...)
}
