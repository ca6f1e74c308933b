package statetest

import (
	"context"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/kktctl/kktctl/state"
)

// testModel compares any sequence of appends, compactions, reopenings and
// changes of the holder with a plain snapshot.
func testModel(t *testing.T, fresh func(t *testing.T) func() state.Store) {
	rapid.Check(t, func(rt *rapid.T) {
		m := machine{open: fresh(t)}
		m.store = m.open()
		m.lease, m.model = begin(rt, m.store)
		for _, op := range rapid.SliceOfN(rapid.SampledFrom([]string{"append", "append", "compact", "reopen", "relock", "nothing"}), 1, 12).Draw(rt, "operations") {
			m.do(rt, op)
			same(rt, m.open(), m.model)
		}
	})
}

// machine is a store and the model that it has to equal.
type machine struct {
	open  func() state.Store
	store state.Store
	lease *state.Lease
	model *state.Snapshot
}

func (m *machine) do(t *rapid.T, op string) {
	switch op {
	case "append":
		add(t, m.store, m.lease, m.model, drawEntries(t)...)
	case "nothing":
		add(t, m.store, m.lease, m.model)
	case "compact":
		if err := m.store.Compact(context.Background(), m.lease, m.model.Clone()); err != nil {
			t.Fatalf("compact: %v", err)
		}
	case "reopen":
		m.store = m.open()
	case "relock":
		unlock(t, m.store, m.lease)
		m.store = m.open()
		m.lease = lock(t, m.store)
	}
}

func drawEntries(t *rapid.T) []state.Entry {
	return rapid.SliceOfN(rapid.Custom(drawEntry), 1, 4).Draw(t, "entries")
}

func drawEntry(t *rapid.T) state.Entry {
	address := fmt.Sprintf("kkts.c%d", rapid.IntRange(0, 5).Draw(t, "till"))
	id := fmt.Sprintf("i%d", rapid.IntRange(0, 3).Draw(t, "intent"))
	e := state.Entry{Event: rapid.StringMatching(`[ -~а-я]{0,9}`).Draw(t, "event"), Address: address}
	if rapid.Bool().Draw(t, "log") {
		e.At, e.Log, e.Peer = at(1), true, "kkts.other"
		e.Run = &state.Provenance{ID: fmt.Sprintf("r%d", rapid.IntRange(0, 2).Draw(t, "run")), Who: "anna", Operation: "apply", Plan: "p"}
	}
	switch rapid.IntRange(0, 3).Draw(t, "kind") {
	case 0:
		e.Delete = true
	case 1:
		e.Intent = &state.Intent{ID: id, Address: address, At: at(1)}
	case 2:
		e.SettledIntent, e.Outcome = id, "done"
		fallthrough
	default:
		e.Resource = Resource(address, rapid.IntRange(0, 99).Draw(t, "n"))
	}
	return e
}
