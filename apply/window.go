package apply

import (
	"fmt"
	"sync"
	"time"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

// The rules of windows: outside of them no step begins that nothing takes back,
// and of one that was begun before no call is made that nothing takes back.
// That is looked at right before the intent of the call. Everything else goes
// on: readings, drafts, documents, what people give, the settling of calls that
// were made.

// WindowError tells that a call waits for a window.
type WindowError struct {
	Opens time.Time // UTC; zero: not within a year
}

// Error says when it opens.
func (e *WindowError) Error() string {
	return "waits for the window of policy.windows, which opens " + planner.Opens(e.Opens)
}

// final tells whether nothing takes a call back. An application that was made
// can be left alone, and a membership of Renta can be ended again.
func final(e state.Effect) bool {
	switch e {
	case state.EffectSign, state.EffectSimple, state.EffectPay, state.EffectBook, state.EffectOrder, state.EffectCabinet, state.EffectReceipt:
		return true
	}
	return false
}

// gate keeps calls back outside of the windows.
type gate struct {
	windows spec.Windows
	now     func() time.Time

	mu    sync.Mutex
	shut  time.Time // from when the windows were found closed,
	opens time.Time // and until when
}

// closed gives the error while no window is open. A receipt that a person
// sends waits for none.
func (g *gate) closed(a planner.Action) *WindowError {
	if len(g.windows) == 0 || a == planner.Receipt {
		return nil
	}
	now := g.now()
	if g.windows.Open(now) {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if known := !g.shut.IsZero() && !now.Before(g.shut) && now.Before(g.opens); !known {
		g.shut, g.opens = now, g.windows.Next(now)
	}
	return &WindowError{Opens: g.opens}
}

// after is how long it takes until a window opens.
func (e *WindowError) after(now time.Time) time.Duration {
	if e.Opens.IsZero() {
		return 24 * time.Hour
	}
	return max(e.Opens.Sub(now), time.Second)
}

// held is the outcome of a step that is not begun outside of the windows.
func (r *runner) held(n *node) (outcome, bool) {
	if n.started || !n.step.Irreversible || !n.step.Begins() {
		return outcome{}, false
	}
	e := r.gate.closed(n.action)
	if e == nil {
		return outcome{}, false
	}
	now := r.s.now().UTC()
	return outcome{
		state: StepWaiting, waitingFor: planner.WaitWindow, since: now, retryAfter: e.after(now),
		message: "not begun: " + e.Error(), hint: "kktctl apply --wait goes on when it opens; kktctl apply later does the same",
	}, true
}

// untilOpen leaves a workflow as it is until a window opens.
func (e *WindowError) untilOpen(run *Run) Transition {
	return Transition{
		Phase: run.Workflow.Phase, Data: run.Workflow.Data, Status: Waiting, WaitingFor: planner.WaitWindow,
		RetryAfter: e.after(run.Now), Message: e.Error(),
	}
}

// protected refuses the calls that end a registration or a membership of a
// till that is protected, also when they were begun before it was.
func (run *Run) protected() error {
	if run.Action != planner.Unregister && run.Action != planner.RemoveKKT {
		return nil
	}
	declared := run.Till != nil && run.Till.Protect != nil && *run.Till.Protect
	if !declared && !run.Resource.Protected {
		return nil
	}
	return fmt.Errorf("%s: is protected: nothing more is sent for %s\nhint: if it is meant: write protect: false for it and apply", run.Address, run.Action.Words())
}
