package postgres_test

import (
	"errors"
	"fmt"
	"testing"

	"filippo.io/age"

	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/postgres"
	"github.com/kktctl/kktctl/state/sealed"
	"github.com/kktctl/kktctl/state/statetest"
)

// newCodec makes one with keys of its own.
func newCodec(t testing.TB) func() state.Codec {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	must(t, err)
	s, err := sealed.New([]string{id.Recipient().String()}, id.String(), "the test")
	must(t, err)
	return func() state.Codec { return state.Encrypted(s) }
}

func TestEncryptedStore(t *testing.T) {
	url, n, codec := database(t, false), 0, newCodec(t)
	connections := open(t, url)
	statetest.TestPlaces(t, func(t *testing.T) statetest.Place {
		n++
		p := place(t, at(url, fmt.Sprintf("s%d", n)), connections)
		p.Open = func() state.Store {
			s, err := postgres.Open(at(url, fmt.Sprintf("s%d", n)), postgres.WithLease(term), postgres.WithCodec(codec()))
			must(t, err)
			must(t, postgres.Share(s, connections))
			return s
		}
		p.Faulty = nil // it would write plain text
		return p
	})
}

// TestWithoutTheKey: who has no key, or another, writes nothing and reads
// nothing, and nothing readable is in the tables.
func TestWithoutTheKey(t *testing.T) {
	url := at(database(t, false), "sealed")
	s := open(t, url, postgres.WithCodec(newCodec(t)()))
	lease := begin(t, s)
	must(t, s.Append(t.Context(), lease, []state.Entry{entry(1)}))
	snap := load(t, s)
	must(t, s.Compact(t.Context(), lease, snap))
	must(t, s.Append(t.Context(), lease, []state.Entry{entry(2)}))
	must(t, s.Unlock(t.Context(), lease))
	for name, codec := range map[string]state.Codec{"none": {}, "wrong": newCodec(t)()} {
		other := open(t, url, postgres.WithCodec(codec))
		if _, _, err := other.Load(t.Context()); !errors.Is(err, state.ErrSealed) {
			t.Errorf("%s: load: %v", name, err)
		}
		lease := lock(t, other)
		if err := other.Append(t.Context(), lease, []state.Entry{entry(3)}); !errors.Is(err, state.ErrSealed) {
			t.Errorf("%s: append: %v", name, err)
		}
		if err := other.Compact(t.Context(), lease, snap); !errors.Is(err, state.ErrSealed) {
			t.Errorf("%s: compact: %v", name, err)
		}
		must(t, other.Unlock(t.Context(), lease))
	}
	var n int
	must(t, connect(t, url).QueryRow(t.Context(), `SELECT count(*) FROM (
		SELECT data FROM kktctl.parts UNION ALL SELECT data FROM kktctl.journal UNION ALL SELECT head FROM kktctl.snapshots) x
		WHERE position('till'::bytea IN data) > 0`).Scan(&n))
	if n > 0 {
		t.Errorf("%d rows can be read", n)
	}
	if got := load(t, s); got.Serial != 2 {
		t.Errorf("serial %d", got.Serial)
	}
}
