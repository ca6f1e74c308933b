package apply

import (
	"context"
	"time"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

// Observer reads the live state. It cannot change anything: that a plan makes
// no mutating call is a matter of types.
type Observer interface {
	Observe(ctx context.Context, needs planner.Needs) (planner.Live, error)
}

// Provider runs the workflows of a fleet.
type Provider interface {
	Observer
	// Round forgets what was read before: the next readings are fresh.
	Round()
	// Advance makes one transition of the workflow in run. It never sleeps and
	// never sends a call that cannot be repeated without a durable intent.
	Advance(ctx context.Context, run *Run) (Transition, error)
}

// Run is what a workflow is given for one transition.
type Run struct {
	Address  string
	Action   planner.Action
	Fleet    *spec.Fleet
	Till     *spec.KKT // as declared now; nil when it is not in the file any more, and for what is no till
	Resource state.Resource
	Workflow state.Workflow // a copy: changes are returned in the Transition
	// Intent is the open intent of this workflow, left by a call whose outcome
	// is not known; nil when there is none.
	Intent *state.Intent
	// Cabinet is what the state knows of the client cabinet of the company that
	// the step is about, from wherever; nil when there is none or the step is a
	// till's.
	Cabinet *spec.CabinetRecord
	// Code is the resolved activation code, for Pay with a declared one.
	Code string
	// FingerprintKey is for spec.RecordCode.
	FingerprintKey string
	// Of gives what is remembered of something else: a till that is looked at.
	Of          func(address string) state.Resource
	Now         time.Time // UTC
	QuietPeriod time.Duration

	// Intend makes an intent durable. Only when it has returned nil may the
	// call be sent, and only once, at once: see SendLeft. What takes time comes
	// before it. The intent is then in Intent.
	Intend func(ctx context.Context, effect state.Effect, requestHash string, preRead map[string]string) error
	// Closed gives an error while a call with the effect has to wait for a window.
	// Intend looks at it too: this is for what is done only for the call.
	Closed func(effect state.Effect) error
	// Bookings counts what other tills have taken of a code through bookings
	// after a reading of it, which was between two times, and what they may have.
	Bookings func(code spec.CodeRecord, from, to time.Time) (after, maybe int)
	opened   bool             // Intent was opened in this transition
	clock    func() time.Time // nil: nothing runs out
}

// The bounds of the time in which a call has to begin after its intent: well
// below the quiet period, after which others conclude that it was not made.
const (
	latestSend   = 15 * time.Second
	earliestSend = 5 * time.Second // also when the quiet period is shorter than that of use
)

// SendLeft is how long the call of the intent that was made may still begin.
// At zero and below nothing may be sent.
func (run *Run) SendLeft() time.Duration {
	within := min(max(run.QuietPeriod/4, earliestSend), latestSend)
	if run.Intent == nil || run.clock == nil {
		return within
	}
	return within - elapsed(run.Intent.At, run.clock())
}

// Status is how a transition leaves its workflow.
type Status uint8

// The statuses.
const (
	Next    Status = iota // go on with the new phase at once, behind what else is ready
	Waiting               // for WaitingFor; try again after RetryAfter
	Done                  // finished: Result is recorded
	Failed                // refused for good: Message says why; the workflow ends
	Unknown               // only a person can tell what happened
	Dropped               // given up before anything took effect: the next plan says what is to be done
)

// Settlement says what became of the open intent.
type Settlement string

// The settlements. The zero value leaves the intent open.
const (
	SettledDone    Settlement = "done"     // it happened
	SettledRefused Settlement = "refused"  // the service said no: it did not happen
	SettledNotSent Settlement = "not-sent" // it did not reach the service
	SettledPerson  Settlement = "resolved" // a person said so
)

// Transition is one step of a workflow. It is persisted whole, in one entry
// with the settlement of the intent, before the next one is made.
type Transition struct {
	Phase      string
	Data       state.WorkflowData
	Status     Status
	Settled    Settlement
	AbsentAt   time.Time     // a first reading showed no trace of the open intent
	WaitingFor planner.Wait  // with Waiting and Unknown
	RetryAfter time.Duration // with Waiting: not before; 0 means the engine's own interval
	Message    string        // for people: what is done or waited for, or why it failed
	Hint       string        // what a person can do
	Due        time.Time
	Result     *Result // with Done
	// Orphan names a draft that may have been made and that nothing continues.
	Orphan string
}

// Result is what a finished workflow changes in its resource. Nil and zero
// fields leave things as they are.
type Result struct {
	Status     state.Status
	Attributes *spec.Attributes
	RNM        string
	Payment    *state.Payment
	Booking    *state.Booking
	Renta      *string // centre key; empty after leaving
	Receipt    *state.Receipt
	Cabinet    *spec.CabinetRecord
	Order      *spec.OrderRecord // also with Failed: an order that lapsed
}

// RetryError is an error of Advance that another try may not meet: the service
// could not be reached, or did not answer a reading. With --wait it is tried
// again; otherwise the step is reported as failed and continues another day.
type RetryError struct{ Err error }

// Error is that of the cause.
func (e *RetryError) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *RetryError) Unwrap() error { return e.Err }
