package planner

import (
	"slices"

	"github.com/kktctl/kktctl/spec/diag"
)

// subject is something with an address that has steps: a till, or a company,
// an order or a check.
type subject struct {
	addr    string
	inFile  bool
	pos     diag.Pos  // in the file
	prior   *Resource // nil when never met
	blocked bool      // an error stands against any new step
	left    bool      // not chosen by the targets
	shut    bool      // excluded by a selector of its own

	first []string // ids of the state-only steps that all others need
	steps []Step
}

// run returns the running workflow of the action, or nil. One that has sent
// nothing does not count: see waiting.
func (t *subject) run(a Action) *Running {
	if t.prior == nil {
		return nil
	}
	for i := range t.prior.Running {
		if r := &t.prior.Running[i]; r.Action == a && !r.unbegun() {
			return r
		}
	}
	return nil
}

// runs tells whether any of the actions is under way.
func (t *subject) runs(actions ...Action) bool {
	return slices.ContainsFunc(actions, func(a Action) bool { return t.run(a) != nil })
}

// waiting returns the workflow of the action that has sent nothing, or nil.
func (t *subject) waiting(a Action) *Running {
	if t.prior == nil {
		return nil
	}
	for i := range t.prior.Running {
		if r := &t.prior.Running[i]; r.Action == a && r.unbegun() {
			return r
		}
	}
	return nil
}

// step returns the id of the subject's step for the action, new or continued,
// or "".
func (t *subject) step(a Action) string {
	id := StepID(a, t.addr)
	if slices.ContainsFunc(t.steps, func(s Step) bool { return s.ID == id }) {
		return id
	}
	return ""
}

// need collects the ids of those steps that exist.
func (t *subject) need(actions ...Action) []string {
	var ids []string
	for _, a := range actions {
		if id := t.step(a); id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

// continued makes a new step of one that the state holds already and that has
// sent nothing: the step is the new one, the workflow goes on.
func (t *subject) continued(s *Step) {
	r := t.waiting(s.Action)
	if r == nil {
		return
	}
	s.Action, s.Continues, s.Phase, s.Since, s.Unbegun = Continue, s.Action, r.Phase, r.Since, true
	if len(s.Waits) > 0 && s.Waits[0] == WaitPapers {
		s.WaitingFor, s.Message = WaitPapers, r.Message
	}
}

// irreversible tells whether nothing takes the action back.
func irreversible(a Action) bool {
	return slices.Contains([]Action{Register, Reregister, Unregister, Book, Pay, CreateCabinet, Order, Check, Receipt}, a)
}

// toldSent tells whether all that a step does is to record a person's word that
// it happened.
func (t *subject) toldSent(s Step) bool {
	if s.Continues != CreateCabinet && s.Continues != Order {
		return false
	}
	r := t.run(s.Continues)
	return r != nil && r.Said != nil && r.Said.Sent
}

// put gives the subject a step, completed with what follows from its action.
// State-only steps stand before all others.
func (t *subject) put(s Step) {
	s.Address = t.addr
	kind := s.kind()
	s.ID = StepID(kind, t.addr)
	s.Irreversible = !s.Obsolete && irreversible(kind) && !t.toldSent(s)
	s.Requires = append(slices.Clone(t.first), s.Requires...)
	slices.Sort(s.Requires)
	s.Requires = slices.Compact(s.Requires)
	if s.Requires == nil {
		s.Requires = []string{}
	}
	if s.Changes == nil {
		s.Changes = []Change{}
	}
	if s.Waits == nil {
		s.Waits = []Wait{}
	}
	if r := t.prior; r != nil && r.Refusal != nil && r.Refusal.Action == s.Action {
		s.Reason += "; the last attempt was refused on " + date(r.Refusal.At) + ": " + plain(r.Refusal.Reason)
	}
	t.continued(&s)
	t.steps = append(t.steps, s)
	if s.Action.StateOnly() {
		t.first = append(t.first, s.ID)
	}
}
