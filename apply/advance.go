package apply

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/fiscal"
	"github.com/kktctl/kktctl/state"
)

// firstPhase is the phase of a workflow that was recorded and has done nothing.
const firstPhase = "start"

// draftPhase is where an application is made; it has none before.
const draftPhase = "draft"

// maxAdvances bounds the transitions of one step between two waits: the
// longest workflow has twelve phases.
const maxAdvances = 100

// errElsewhere tells that a workflow of this run was taken to its end, or begun
// anew, by somebody else while the lock was given back.
var errElsewhere = errors.New("another kktctl has gone on with it meanwhile")

// advance makes one transition of a node's workflow and records it. Starting
// and resuming are the same: a new workflow is recorded, then advanced.
func (r *runner) advance(ctx context.Context, n *node) outcome {
	if n.advances++; n.advances > maxAdvances {
		err := fmt.Errorf("%d transitions and no end: this is a defect of kktctl, please report it", maxAdvances)
		return outcome{state: StepFailed, message: err.Error(), err: err}
	}
	w, err := r.workflow(ctx, n)
	if errors.Is(err, errElsewhere) {
		return outcome{state: StepSkipped, message: err.Error(), hint: "plan again"}
	}
	if err != nil {
		return outcome{state: StepFailed, message: err.Error(), err: err}
	}
	if n.step.Obsolete {
		return r.drop(ctx, n, w)
	}
	run := r.prepare(n, w)
	tr, err := r.provider.Advance(ctx, run)
	if shut, ok := errors.AsType[*WindowError](err); ok {
		return r.record(ctx, n, run, shut.untilOpen(run))
	}
	if err != nil {
		return r.interrupted(ctx, n.step.Address, w, err)
	}
	return r.record(ctx, n, run, tr)
}

// interrupted is a transition that could not be made: the workflow stays in
// its phase and any later run tries again.
func (r *runner) interrupted(ctx context.Context, address string, w *state.Workflow, err error) outcome {
	o := outcome{
		state: StepFailed, phase: w.Phase, since: w.Since, due: w.Due, err: err,
		hint: "nothing is lost: the next apply or resume goes on from here",
	}
	text, hint, found := strings.Cut(err.Error(), "\nhint: ")
	if o.message = strings.TrimPrefix(text, address+": "); found {
		o.hint = hint
	}
	var again *RetryError
	switch {
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		o.state, o.message = StepInterrupted, "interrupted; what became of the last call is settled by reading, by the next apply or resume"
	case errors.As(err, &again) && r.o.Wait > 0:
		o.state, o.waitingFor = StepWaiting, planner.WaitService
	}
	return o
}

// workflow returns the running workflow of the node, recording a new one.
func (r *runner) workflow(ctx context.Context, n *node) (*state.Workflow, error) {
	res := r.s.resource(n.step.Address)
	if w := res.Workflows[string(n.action)]; w != nil && (n.id == "" || n.id == w.ID) {
		n.id = w.ID
		if !n.met {
			n.met, n.anew = true, r.unbegun(w)
		}
		if n.anew && n.advances == 1 && r.unbegun(w) {
			return w, r.renew(ctx, n, w)
		}
		return w, nil
	}
	if n.id != "" {
		return nil, errElsewhere
	}
	if n.step.Action == planner.Continue {
		return nil, fmt.Errorf("the workflow to continue is not in the state any more: plan again")
	}
	now := r.s.now().UTC()
	w := &state.Workflow{ID: uuid.NewString(), Action: string(n.action), Phase: firstPhase, Started: now, Since: now, Due: n.step.Due, Data: startData(n.step)}
	err := r.s.update(ctx, n.step.Address, state.Entry{Event: "start " + string(n.action), Log: true}, func(res *state.Resource) {
		res.Workflows[w.Action] = w
		identify(res, r.fleet, n.step)
	})
	n.id = w.ID
	c := *w
	return &c, err
}

// renew gives a workflow that is planned anew its new wish. It is durable
// before anything is announced: a call that is cut off is settled by what it
// was made of, not by what was wished before.
func (r *runner) renew(ctx context.Context, n *node, w *state.Workflow) error {
	data := startData(n.step)
	if w.Phase == firstPhase && reflect.DeepEqual(w.Data, data) {
		return nil
	}
	w.Phase, w.Data = firstPhase, data
	return r.s.update(ctx, n.step.Address, state.Entry{Event: "plan " + w.Action + " anew"}, func(res *state.Resource) {
		now := *w
		res.Workflows[w.Action] = &now
	})
}

// unbegun tells whether a workflow has sent nothing yet.
func (r *runner) unbegun(w *state.Workflow) bool {
	return (w.Phase == firstPhase || w.Phase == draftPhase) && w.Data.ApplicationID == "" && !w.Unknown && r.s.intentOf(w.ID) == nil
}

// drop ends a workflow that has sent nothing and that nothing needs.
func (r *runner) drop(ctx context.Context, n *node, w *state.Workflow) outcome {
	if !r.unbegun(w) {
		err := errors.New("the step has begun and cannot be dropped: plan again")
		return outcome{state: StepFailed, message: err.Error(), err: err}
	}
	err := r.s.update(ctx, n.step.Address, state.Entry{Event: "drop " + w.Action, Log: true}, func(res *state.Resource) {
		delete(res.Workflows, w.Action)
	})
	if err != nil {
		return outcome{state: StepFailed, message: err.Error(), err: err}
	}
	return outcome{state: StepDone, message: "not needed any more; nothing was sent"}
}

func startData(st planner.Step) state.WorkflowData {
	return state.WorkflowData{
		RNM: st.RNM, Reasons: st.Reasons, Unregister: st.Because, Code: st.Code, CodeID: st.CodeID,
		Centre: st.Centre, Desired: st.Prior, Order: orderOf(st), Simplified: st.Simplified,
	}
}

func orderOf(st planner.Step) *spec.OrderRecord {
	if st.Order == nil {
		return nil
	}
	return &spec.OrderRecord{Terms: *st.Order}
}

// identify gives a resource that is met for the first time its identity.
// One that never was registered and of which nothing else runs is the company's
// that is declared now, whatever was tried before.
func identify(res *state.Resource, f *spec.Fleet, st planner.Step) {
	k, ok := declaredAt(f, st.Address)
	fresh := res.Status == "" && len(res.Workflows) == 1 && fiscal.SameSerial(k.Serial, res.Identity.Serial)
	if ok && (res.Identity.Serial == "" || fresh) {
		res.Identity.Serial, res.Identity.INN = k.Serial, f.Companies[k.Company].INN
	}
	if res.Identity.RNM == "" {
		res.Identity.RNM = st.RNM
	}
	if ok && k.Protect != nil && *k.Protect {
		res.Protected = true
	}
}

// declared is what the file says of the till that a resource is of. Another
// till of the same name is not it: what is declared of one must never go into
// the application of another.
func (r *runner) declared(address string, id state.Identity) *spec.KKT {
	k, ok := declaredAt(r.fleet, address)
	if !ok || id.Serial != "" && !fiscal.SameSerial(k.Serial, id.Serial) {
		return nil
	}
	if inn := r.fleet.Companies[k.Company].INN; id.INN != "" && inn != id.INN {
		return nil
	}
	return &k
}

func (r *runner) prepare(n *node, w *state.Workflow) *Run {
	run := &Run{
		Address: n.step.Address, Action: n.action, Fleet: r.fleet, Resource: r.s.resource(n.step.Address),
		Workflow: *w, Intent: r.s.intentOf(w.ID), Code: r.o.Codes[n.step.Address],
		FingerprintKey: r.s.fingerprintKey(), Now: r.s.now().UTC(), QuietPeriod: r.o.QuietPeriod,
		Of: r.s.resource, clock: r.s.now,
	}
	run.Till = r.declared(n.step.Address, run.Resource.Identity)
	if n.action == planner.CreateCabinet || n.action == planner.Order {
		run.Cabinet = r.s.cabinetOf(r.ownerOf(run))
	}
	run.Bookings = func(code spec.CodeRecord, from, to time.Time) (int, int) {
		return r.s.bookings(n.step.Address, code, from, to)
	}
	run.Closed = func(effect state.Effect) error {
		if err := r.gate.closed(run.Action); err != nil && final(effect) {
			return err
		}
		return nil
	}
	run.Intend = func(ctx context.Context, effect state.Effect, hash string, pre map[string]string) error {
		if run.Intent != nil {
			return fmt.Errorf("%s: an intent is open: %s may not be sent", run.Address, effect)
		}
		if err := run.protected(); err != nil {
			return err
		}
		if err := run.Closed(effect); err != nil {
			return err
		}
		in := state.Intent{
			ID: uuid.NewString(), Address: run.Address, Action: string(run.Action), Workflow: w.ID, Effect: effect,
			RequestHash: hash, PreRead: pre, Epoch: r.s.lease.Epoch, At: r.s.now().UTC(),
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := r.s.intend(ctx, in); err != nil {
			return err
		}
		run.Intent, run.opened = &in, true
		return nil
	}
	return run
}

// record makes a transition durable: the new phase, the settlement of the
// intent and the result stand in one entry.
func (r *runner) record(ctx context.Context, n *node, run *Run, tr Transition) outcome {
	now := r.s.now().UTC()
	if tr.Due.IsZero() {
		tr.Due = run.Workflow.Due // a term holds until another is set
	}
	o := outcome{phase: tr.Phase, waitingFor: tr.WaitingFor, retryAfter: tr.RetryAfter, message: tr.Message, hint: tr.Hint, due: tr.Due, since: now}
	if tr.Status == Unknown {
		o.gives = gives(run.Action, tr.Data)
	}
	if tr.Phase == run.Workflow.Phase {
		o.since = run.Workflow.Since
	}
	e := state.Entry{Event: event(run, tr), Log: tr.ends()}
	if in := run.Intent; in != nil {
		settle(&e, *in, tr)
		if run.opened && e.SettledIntent == "" {
			open := *in // nothing is concluded before a quiet period after the end of the call
			open.At, e.Intent = now, &open
		}
	}
	if e.SettledIntent == "" && e.Intent == nil && nothingNew(&run.Workflow, tr) {
		o.state = StepWaiting // a poll that shows nothing new is not worth an entry
		return o
	}
	err := r.s.outcome(ctx, n.step.Address, e, func(res *state.Resource) { fold(res, run, tr, o.since, now) })
	if err != nil {
		return outcome{
			state: StepFailed, phase: run.Workflow.Phase, message: err.Error(), err: err,
			hint: "what was sent last may be unknown to the state; the next apply settles it by reading",
		}
	}
	o.state = map[Status]StepState{Next: "", Waiting: StepWaiting, Done: StepDone, Failed: StepFailed, Unknown: StepUnknown, Dropped: StepSkipped}[tr.Status]
	return o
}

// nothingNew tells whether a transition leaves its workflow just as it was.
func nothingNew(w *state.Workflow, tr Transition) bool {
	return tr.Status == Waiting && tr.Orphan == "" && !w.Unknown && w.Resolution == nil &&
		tr.Phase == w.Phase && string(tr.WaitingFor) == w.WaitingFor && tr.Message == w.Message && tr.Due.Equal(w.Due) &&
		reflect.DeepEqual(tr.Data, w.Data)
}

func event(run *Run, tr Transition) string {
	switch tr.Status {
	case Done:
		return "done " + string(run.Action)
	case Failed:
		return "refused " + string(run.Action)
	case Unknown:
		return "unknown " + string(run.Action)
	case Dropped:
		return "drop " + string(run.Action)
	default:
		return string(run.Action) + " " + tr.Phase
	}
}

// ends tells whether a transition is one for the history: phases come and go.
func (tr Transition) ends() bool {
	return tr.Status == Done || tr.Status == Failed || tr.Status == Unknown || tr.Status == Dropped
}

func settle(e *state.Entry, in state.Intent, tr Transition) {
	switch {
	case tr.Settled != "":
		e.SettledIntent, e.Outcome = in.ID, string(tr.Settled)
	case tr.Status == Done:
		e.SettledIntent, e.Outcome = in.ID, string(SettledDone)
	case tr.Status == Failed:
		e.SettledIntent, e.Outcome = in.ID, string(SettledRefused)
	case !tr.AbsentAt.IsZero():
		in.AbsentAt = tr.AbsentAt
		e.Intent = &in
	}
}

// fold changes a resource by a transition.
func fold(res *state.Resource, run *Run, tr Transition, since, now time.Time) {
	if tr.Data.Agreement != nil {
		res.Agreement = tr.Data.Agreement
	}
	if tr.Orphan != "" {
		res.Orphans = append(res.Orphans[:len(res.Orphans):len(res.Orphans)], tr.Orphan)
	}
	switch tr.Status {
	case Done:
		delete(res.Workflows, string(run.Action))
		remember(res, run, tr, now)
		if res.Refusal != nil && res.Refusal.Action == string(run.Action) {
			res.Refusal = nil
		}
		conclude(res, tr, now)
	case Dropped:
		delete(res.Workflows, string(run.Action))
	case Failed:
		delete(res.Workflows, string(run.Action))
		conclude(res, tr, now)
		remember(res, run, tr, now)
		res.Refusal = &state.Refusal{Action: string(run.Action), Reason: tr.Message, At: now}
	default:
		w := run.Workflow
		w.Phase, w.Since, w.Data = tr.Phase, since, tr.Data
		w.WaitingFor, w.Message, w.Due, w.Unknown = string(tr.WaitingFor), tr.Message, tr.Due, tr.Status == Unknown
		if tr.Settled != "" || tr.Status == Unknown || tr.Phase != run.Workflow.Phase {
			w.Resolution = nil // a person's word holds for what it was said about
		}
		res.Workflows[w.Action] = &w
	}
}
