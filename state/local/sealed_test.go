package local_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"filippo.io/age"

	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/local"
	"github.com/kktctl/kktctl/state/sealed"
	"github.com/kktctl/kktctl/state/statetest"
)

// newSealer makes one with keys of its own.
func newSealer(t testing.TB) *sealed.Sealer {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	s, err := sealed.New([]string{id.Recipient().String()}, id.String(), "the test")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEncryptedStore(t *testing.T) {
	s := newSealer(t)
	statetest.TestPlaces(t, func(t *testing.T) statetest.Place {
		path := filepath.Join(t.TempDir(), "sever.kktstate")
		return statetest.Place{Open: func() state.Store {
			return local.Open(path, local.WithCodec(state.Encrypted(s)))
		}}
	})
}

// Who has no key writes nothing, not even to a state whose journal is empty or
// gone.
func TestNothingIsWrittenWithoutTheKey(t *testing.T) {
	for _, gone := range []bool{false, true} {
		path := filepath.Join(t.TempDir(), "sever.kktstate")
		s := local.Open(path, local.WithCodec(state.Encrypted(newSealer(t))))
		lease := lock(t, s)
		snap := state.NewSnapshot("sever")
		if err := errors.Join(s.Init(t.Context(), lease, snap), s.Compact(t.Context(), lease, snap), s.Unlock(t.Context(), lease)); err != nil {
			t.Fatal(err)
		}
		if gone {
			if err := os.Remove(path + ".journal"); err != nil {
				t.Fatal(err)
			}
		}
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]state.Codec{"none": {}, "wrong": state.Encrypted(newSealer(t))} {
			other := local.Open(path, local.WithCodec(c))
			lease := lock(t, other)
			if got, _, err := other.Load(t.Context()); got != nil || !errors.Is(err, state.ErrSealed) {
				t.Errorf("%s: loaded %v, %v", name, got, err)
			}
			if err := other.Append(t.Context(), lease, []state.Entry{{Event: "x"}}); !errors.Is(err, state.ErrSealed) {
				t.Errorf("%s: append: %v", name, err)
			}
			if err := other.Compact(t.Context(), lease, snap); !errors.Is(err, state.ErrSealed) {
				t.Errorf("%s: compact: %v", name, err)
			}
			after, err := os.ReadFile(path)
			if err != nil || !bytes.Equal(before, after) {
				t.Errorf("%s: the snapshot was changed, %v", name, err)
			}
			if err := other.Unlock(t.Context(), lease); err != nil {
				t.Fatal(err)
			}
		}
	}
}
