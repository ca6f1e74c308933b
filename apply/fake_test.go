package apply_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/memory"
)

// script is a Provider whose answers are functions.
type script struct {
	mu      sync.Mutex
	rounds  int
	advance func(ctx context.Context, run *apply.Run) (apply.Transition, error)
	order   []string // address/phase of each Advance
}

func (s *script) Observe(context.Context, planner.Needs) (planner.Live, error) {
	return planner.Live{}, nil
}

func (s *script) Round() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rounds++
}

func (s *script) Advance(ctx context.Context, run *apply.Run) (apply.Transition, error) {
	s.mu.Lock()
	s.order = append(s.order, run.Address+"/"+run.Workflow.Phase)
	s.mu.Unlock()
	return s.advance(ctx, run)
}

func fleet(names ...string) *spec.Fleet {
	f := &spec.Fleet{Name: "test", Companies: map[string]spec.Company{"c": {INN: "5252012620", KPP: "525201001"}}, KKTs: map[string]spec.KKT{}}
	for _, n := range names {
		f.KKTs[n] = spec.KKT{Name: n, Company: "c", Serial: "1" + n}
	}
	return f
}

func open(t *testing.T, store state.Store) *apply.Session {
	t.Helper()
	s, err := apply.Open(t.Context(), store, "test", state.LockRequest{Holder: "tester", Operation: "apply"}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// plan makes a plan of steps; each entry is an action, an address and the ids
// it requires.
func plan(s *apply.Session, steps ...planner.Step) *planner.Plan {
	snap := s.Snapshot()
	for i := range steps {
		st := &steps[i]
		if st.ID == "" {
			st.ID = planner.StepID(st.Action, st.Address)
		}
	}
	return &planner.Plan{Fleet: "test", Lineage: snap.Lineage, Serial: snap.Serial, Steps: steps}
}

func step(a planner.Action, name string, requires ...string) planner.Step {
	return planner.Step{Action: a, Address: spec.KKTAddress(name), Requires: requires}
}

func newStore() *memory.Store { return memory.New("test") }
