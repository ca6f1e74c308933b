package apply

import (
	"time"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

// conclude records the result of a finished workflow.
func conclude(res *state.Resource, tr Transition, now time.Time) {
	r := tr.Result
	if r == nil {
		return
	}
	if r.Status != "" {
		res.Status, res.Since = r.Status, now
	}
	if r.Booking != nil {
		res.Booking = r.Booking
	}
	if r.Status == state.StatusUnregistered {
		res.Booking = nil // the till begins anew
	}
	if r.Attributes != nil {
		res.Replaced, res.AppliedAt = res.Attributes, now
		res.Attributes = r.Attributes
		res.Identity.Serial, res.Identity.INN = r.Attributes.Serial, r.Attributes.INN
	}
	if r.RNM != "" {
		forgetPayment(res, r.RNM)
		res.Identity.RNM = r.RNM
	}
	if r.Payment != nil {
		res.Payment = r.Payment
	}
	if r.Renta != nil {
		res.Renta, res.RentaSince = *r.Renta, time.Time{}
		if *r.Renta != "" {
			res.RentaSince = now
		}
	}
	if r.Receipt != nil {
		res.Receipt = r.Receipt
	}
	if r.Cabinet != nil {
		res.Cabinet = r.Cabinet
		res.Identity.INN = r.Cabinet.INN
	}
	if r.Order != nil {
		res.Order = r.Order
		res.Identity.INN = r.Order.Terms.INN
	}
}

// remember keeps the id of an application that ended: its papers are had by
// it.
func remember(res *state.Resource, run *Run, tr Transition, now time.Time) {
	if id := tr.Data.ApplicationID; id != "" {
		res.Application = &state.Application{ID: id, Action: string(run.Action), Simplified: tr.Data.Simplified, At: now}
	}
}

// forgetPayment leaves a payment behind that was made for another РНМ: what is
// registered anew has no service yet.
func forgetPayment(res *state.Resource, rnm string) {
	if old := res.Identity.RNM; old != "" && rnm != "" && old != rnm {
		res.Payment = nil
	}
}

func (s *Session) fingerprintKey() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.snap.FingerprintKey()
}

func (s *Session) isAway() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.away
}

func (s *Session) serial() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.snap.Serial
}

// declaredAt is what the fleet file says of the till at an address; false for
// anything else.
func declaredAt(f *spec.Fleet, address string) (spec.KKT, bool) {
	if !spec.IsKKTAddress(address) {
		return spec.KKT{}, false
	}
	k, ok := f.KKTs[spec.NameOf(address)]
	return k, ok
}

// start tells the listener that a step begins in this run, once.
func (r *runner) start(n *node) {
	if n.started {
		return
	}
	n.started = true
	r.event(Event{Type: EventStart, ID: n.step.ID, Address: n.step.Address, Action: n.action, Phase: n.step.Phase, Message: n.step.Reason})
}

// finish takes the outcome of an advance into the graph and tells of it.
func (r *runner) finish(n *node, o outcome) {
	n.out, n.state = o, o.state
	e := Event{
		ID: n.step.ID, Address: n.step.Address, Action: n.action, Phase: o.phase, WaitingFor: o.waitingFor,
		Due: o.due, Message: o.message, Hint: o.hint,
	}
	switch o.state {
	case "":
		e.Type = EventProgress
		r.graph.push(n)
	case StepDone:
		e.Type = EventDone
		r.graph.done(n)
	case StepWaiting:
		e.Type, e.Since = EventWaiting, o.since
		n.advances = 0
		n.pollAt, n.due = r.pollAfter(o.since, o.retryAfter), o.due
		r.graph.wait(n)
	case StepUnknown:
		e.Type, e.Since = EventUnknown, o.since
		r.skipDependents(n)
	case StepFailed:
		e.Type = EventFailed
		r.skipDependents(n)
	case StepSkipped: // given up; what is to be done is for the next plan
		e.Type = EventSkipped
		r.skipDependents(n)
	case StepInterrupted:
		return
	}
	r.event(e)
}

func (r *runner) skipDependents(n *node) {
	r.graph.skip(n, func(d, cause *node) {
		d.state = StepSkipped
		d.out = outcome{state: StepSkipped, skippedFor: cause.step.ID, message: "needs another step, which did not finish: " + cause.step.Words()}
		r.event(Event{Type: EventSkipped, ID: d.step.ID, Address: d.step.Address, Action: d.action, Message: d.out.message})
	})
}

// report sums up in the order of the plan. A step that was never settled
// needs one that waits, or the run was stopped before it.
func (r *runner) report() *Report {
	rep := &Report{Steps: make([]StepResult, 0, len(r.graph.nodes))}
	blocked := r.graph.blocked()
	for _, n := range r.graph.nodes {
		res := result(n)
		if n.state == "" {
			res.State, res.Message = StepInterrupted, "not begun: the run was stopped"
			if n.started {
				res.Message = "stopped between two phases; the next apply or resume goes on from here"
			}
			if by := blocked[n]; by != nil {
				res.State, res.SkippedFor = StepSkipped, by.step.ID
				res.Message = "waits for another step: " + by.step.Words()
			}
		}
		rep.Summary.count(res.State)
		rep.Steps = append(rep.Steps, res)
	}
	rep.Tasks = Tasks(r.s.Snapshot())
	return rep
}

func result(n *node) StepResult {
	res := StepResult{
		Step: n.step, ID: n.step.ID, Address: n.step.Address, Action: n.action, State: n.state, Phase: n.out.phase,
		WaitingFor: n.out.waitingFor, Since: n.out.since, Due: n.out.due, Message: n.out.message, Hint: n.out.hint, Err: n.out.err, Gives: n.out.gives, SkippedFor: n.out.skippedFor,
	}
	if n.state == StepWaiting && n.out.err != nil {
		res.State = StepFailed // it only waited to try again
	}
	return res
}

// blocked finds, for each step that was not reached, one that it needs and
// that waits.
func (g *graph) blocked() map[*node]*node {
	out := map[*node]*node{}
	for _, n := range g.nodes {
		if n.state == StepWaiting || out[n] != nil {
			for _, d := range n.needed {
				if d.state == "" && out[d] == nil {
					out[d] = n
				}
			}
		}
	}
	return out
}

func (s *Summary) count(st StepState) {
	switch st {
	case StepDone:
		s.Done++
	case StepWaiting:
		s.Waiting++
	case StepFailed:
		s.Failed++
	case StepSkipped:
		s.Skipped++
	case StepUnknown:
		s.Unknown++
	case StepInterrupted:
		s.Interrupted++
	}
}
