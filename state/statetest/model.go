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
func testModel(t *testing.T, open func() state.Store) {
	s := open()
	lease, model := begin(t, s)
	rapid.Check(t, func(t *rapid.T) {
		t.Repeat(map[string]func(*rapid.T){
			"append":  func(t *rapid.T) { add(t, s, lease, model, drawEntries(t)...) },
			"nothing": func(t *rapid.T) { add(t, s, lease, model) },
			"compact": func(t *rapid.T) {
				if err := s.Compact(context.Background(), lease, model.Clone()); err != nil {
					t.Fatalf("compact: %v", err)
				}
			},
			"reopen": func(*rapid.T) { s = open() },
			"relock": func(t *rapid.T) {
				unlock(t, s, lease)
				s = open()
				lease = lock(t, s)
			},
			"": func(t *rapid.T) { same(t, open(), model) },
		})
	})
}

func drawEntries(t *rapid.T) []state.Entry {
	return rapid.SliceOfN(rapid.Custom(drawEntry), 1, 4).Draw(t, "entries")
}

func drawEntry(t *rapid.T) state.Entry {
	address := fmt.Sprintf("kkts.c%d", rapid.IntRange(0, 5).Draw(t, "till"))
	id := fmt.Sprintf("i%d", rapid.IntRange(0, 3).Draw(t, "intent"))
	e := state.Entry{Event: rapid.StringMatching(`[ -~а-я]{0,9}`).Draw(t, "event"), Address: address}
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
