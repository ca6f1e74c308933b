package ofd

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
	"github.com/kktctl/kktctl/state"
)

// phaseStart is where every workflow begins; the engine sets it.
const phaseStart = "start"

// next goes on to a phase.
func next(phase string, data state.WorkflowData, message string) apply.Transition {
	return apply.Transition{Phase: phase, Data: data, Message: message}
}

// wait stays in a phase for somebody.
func wait(phase string, data state.WorkflowData, who planner.Wait, message string) apply.Transition {
	return apply.Transition{Phase: phase, Data: data, Status: apply.Waiting, WaitingFor: who, Message: message}
}

// refused ends a workflow: the answer was no.
func refused(run *apply.Run, message string) apply.Transition {
	return apply.Transition{Phase: run.Workflow.Phase, Data: run.Workflow.Data, Status: apply.Failed, Message: message}
}

// person stops a workflow until somebody says what happened.
func person(run *apply.Run, message, hint string) apply.Transition {
	return apply.Transition{
		Phase: run.Workflow.Phase, Data: run.Workflow.Data, Status: apply.Unknown, WaitingFor: planner.WaitPerson,
		Message: message, Hint: hint,
	}
}

// requestHash identifies what was sent without keeping it.
func requestHash(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		b = fmt.Append(nil, err) // requests are plain structs: not reached
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// call is a call that cannot be repeated.
type call struct {
	effect  state.Effect
	request any               // what its hash is made of
	preRead map[string]string // what a reading showed before
	send    func(ctx context.Context) error
	// sent is the transition after it is known to have happened.
	sent func() apply.Transition
	// no is the transition after a refusal; nil means that the workflow ends.
	no func(err error) apply.Transition
	// open is the transition after a refusal that says that the thing is there
	// already: the intent stays open. nil, or false, means an ordinary refusal.
	open func(err error) (apply.Transition, bool)
	// unknown is the transition when it cannot be told what happened and no
	// reading will tell it; nil means that one will.
	unknown func(err error) apply.Transition
}

// once sends a call behind a durable intent, exactly once, and says what is
// known afterwards. An unknown outcome leaves the intent open: the next
// Advance settles it.
func once(ctx context.Context, run *apply.Run, c call) (apply.Transition, error) {
	a := announcement{run: run, effect: c.effect, hash: requestHash(c.request), preRead: c.preRead}
	if err := a.shut(); err != nil {
		return apply.Transition{}, err
	}
	err := c.send(a.before(ctx))
	if stop := a.stop(ctx, err == nil); stop != nil {
		return apply.Transition{}, stop
	}
	if err == nil {
		tr := c.sent()
		tr.Settled = apply.SettledDone
		return tr, nil
	}
	switch outcome := httpapi.OutcomeOf(err); {
	case outcome == httpapi.OutcomeRefused:
		if tr, ok := renewed(run, err); ok {
			return tr, nil
		}
		if c.open != nil {
			if tr, ok := c.open(err); ok {
				return tr, nil
			}
		}
		tr := refused(run, sentence(err))
		if c.no != nil {
			tr = c.no(err)
		}
		tr.Settled = apply.SettledRefused
		return tr, nil
	case outcome == httpapi.OutcomeNotSent, !a.made:
		tr := wait(run.Workflow.Phase, run.Workflow.Data, planner.WaitService, "not sent: "+sentence(err)+"; it will be tried again")
		tr.Settled = apply.SettledNotSent
		return tr, nil
	default:
		if c.unknown != nil {
			return c.unknown(err), nil
		}
		tr := wait(run.Workflow.Phase, run.Workflow.Data, planner.WaitService,
			fmt.Sprintf("what became of %s is not known (%s); it is settled by reading, not by sending again", c.effect, sentence(err)))
		tr.RetryAfter = run.QuietPeriod
		return tr, nil
	}
}

// renewEvery is how often a token may be had anew for the calls of a workflow:
// one that is refused at once is refused for another reason.
const renewEvery = time.Hour

// renewed goes back to where a call is sent whose token had run out. The
// refusal proves that it was not executed: the next one has an intent of its
// own and a new token.
func renewed(run *apply.Run, err error) (apply.Transition, bool) {
	d := run.Workflow.Data
	e, ok := errors.AsType[*httpapi.Error](err)
	if !ok || !e.Renewable || run.Now.Sub(d.RenewedAt) < renewEvery {
		return apply.Transition{}, false
	}
	d.RenewedAt = run.Now
	tr := next(run.Workflow.Phase, d, "the token was refused: it is had anew, once")
	tr.Settled = apply.SettledRefused
	return tr, true
}

// reading is what a reading shows about an open intent.
type reading uint8

const (
	unclear  reading = iota // it cannot be told from here
	happened                // a trace was found
	absent                  // no trace, and there would be one
)

// settleByReading decides about an open intent from one fresh reading. "It did
// not happen" takes two of them, both after the quiet period.
func settleByReading(run *apply.Run, r reading, sent func() apply.Transition, unclearMessage, hint string) apply.Transition {
	in := run.Intent
	here := func(message string, after time.Duration) apply.Transition {
		tr := wait(run.Workflow.Phase, run.Workflow.Data, planner.WaitService, message)
		tr.RetryAfter = after
		return tr
	}
	switch quiet := in.At.Add(run.QuietPeriod); {
	case r == happened:
		tr := sent()
		tr.Settled = apply.SettledDone
		return tr
	case r == unclear && !run.Now.Before(quiet):
		return person(run, unclearMessage, hint)
	case run.Now.Before(quiet):
		return here(fmt.Sprintf("%s: no trace yet; nothing is concluded before %s", in.Effect, clock(quiet)), quiet.Sub(run.Now))
	case in.AbsentAt.IsZero():
		tr := here(fmt.Sprintf("%s: no trace; it is read once more before it is taken as not sent", in.Effect), secondReading(run))
		tr.AbsentAt = run.Now
		return tr
	case run.Now.Before(in.AbsentAt.Add(secondReading(run))):
		return here(fmt.Sprintf("%s: no trace; it is read once more before it is taken as not sent", in.Effect), in.AbsentAt.Add(secondReading(run)).Sub(run.Now))
	default:
		tr := next(run.Workflow.Phase, run.Workflow.Data, fmt.Sprintf("%s did not reach the service: two readings showed no trace of it", in.Effect))
		tr.Settled = apply.SettledNotSent
		return tr
	}
}

// secondReading is how long after the first reading without a trace the
// second one is made.
func secondReading(run *apply.Run) time.Duration { return run.QuietPeriod / 6 }

// byPerson applies a person's word to the open intent; ok is false when there
// is none.
func byPerson(run *apply.Run, sent func() apply.Transition) (apply.Transition, bool) {
	r := run.Workflow.Resolution
	if r == nil || run.Intent == nil || r.Intent != run.Intent.ID {
		return apply.Transition{}, false
	}
	tr := next(run.Workflow.Phase, run.Workflow.Data, fmt.Sprintf("%s said that it was not sent", r.Who))
	if r.Sent {
		tr = sent()
	}
	tr.Settled = apply.SettledPerson
	return tr, true
}

// sentence is what a person is told of a failed call.
func sentence(err error) string {
	var e *httpapi.Error
	if errors.As(err, &e) && e.Hint != "" {
		return e.Error() + "; " + e.Hint
	}
	return err.Error()
}

// clock shows a time to people, in the zone in which plans and tasks show it.
func clock(t time.Time) string { return t.In(moscow).Format("2 Jan 2006 15:04:05 MST") }

// withHint puts what a person can do on a line of its own.
func withHint(err error) error {
	var e *httpapi.Error
	if errors.As(err, &e) && e.Hint != "" && !strings.Contains(err.Error(), e.Hint) {
		return fmt.Errorf("%w\nhint: %s", err, e.Hint)
	}
	return err
}

// again marks a failed reading as worth another try.
func again(err error) error { return &apply.RetryError{Err: err} }
