package planner

import (
	"slices"

	"github.com/kktctl/kktctl/spec"
)

// till is one till with everything that is known about it.
type till struct {
	addr    string
	inFile  bool
	decl    spec.KKT        // when inFile
	want    spec.Attributes // when inFile
	prior   *Resource       // nil when never met
	from    string          // where the record stands, when the till was renamed
	stale   bool            // the address's own record is of a till that is gone
	rows    []*Till         // live rows of its factory number
	live    *Till           // the one that counts
	members []*RentaTill
	blocked bool // an error stands against any new step
	left    bool // not chosen by the targets

	is     *spec.Attributes // see observed
	drift  fields
	recent bool   // an application ended less than listLag ago
	lag    fields // what the list still shows as it was before that

	first []string // ids of the state-only steps that all others need
	steps []Step
}

// run returns the running workflow of the action, or nil. One that has sent
// nothing does not count: see waiting.
func (t *till) run(a Action) *Running {
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

// application returns the running workflow that holds an application to the
// tax service, or nil. There is never more than one.
func (t *till) application() *Running {
	for _, a := range []Action{Register, Reregister, Unregister} {
		if r := t.run(a); r != nil {
			return r
		}
	}
	return nil
}

// registered tells whether the state holds the till as registered.
func (t *till) registered() bool { return t.prior != nil && t.prior.Registered }

// unregistered tells whether kktctl deregistered the till.
func (t *till) unregistered() bool { return t.prior != nil && t.prior.Unregistered }

// wanted tells whether the file wants the till to be registered.
func (t *till) wanted() bool { return t.inFile && t.decl.Unregister == "" }

// rnm is the РНМ as far as it is known.
func (t *till) rnm() string {
	switch {
	case t.live != nil && t.live.RNM != "":
		return t.live.RNM
	case t.registered() && t.prior.RNM != "":
		return t.prior.RNM
	case t.decl.RNM != "":
		return t.decl.RNM
	case t.prior != nil && !t.prior.Unregistered:
		return t.prior.RNM
	}
	return ""
}

// fn is the ФН that is in the till now, as far as it is known.
func (t *till) fn() string {
	switch {
	case t.live != nil && t.live.FN != "":
		return t.live.FN
	case t.prior != nil && t.prior.Attributes != nil:
		return t.prior.Attributes.FN
	}
	return t.want.FN
}

// serial is the factory number.
func (t *till) serial() string {
	if t.inFile {
		return t.decl.Serial
	}
	return serialOf(t.prior)
}

// step returns the id of the till's step for the action, new or continued, or
// "".
func (t *till) step(a Action) string {
	id := StepID(a, t.addr)
	if slices.ContainsFunc(t.steps, func(s Step) bool { return s.ID == id }) {
		return id
	}
	return ""
}

// need collects the ids of those steps that exist.
func (t *till) need(actions ...Action) []string {
	var ids []string
	for _, a := range actions {
		if id := t.step(a); id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}

func serialOf(r *Resource) string {
	switch {
	case r == nil:
		return ""
	case r.Serial != "":
		return r.Serial
	case r.Attributes != nil:
		return r.Attributes.Serial
	}
	for _, w := range r.Running {
		if w.Desired != nil {
			return w.Desired.Serial
		}
	}
	return ""
}

// add puts a step into the till's plan, completed with what follows from its
// action. State-only steps stand before all others.
func (p *planning) add(t *till, s Step) {
	s.Address = t.addr
	kind := s.kind()
	s.ID = StepID(kind, t.addr)
	s.Irreversible = !s.Obsolete && (kind == Register || kind == Reregister || kind == Unregister || kind == Pay)
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
