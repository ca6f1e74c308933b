package apply

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/go-multierror"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
)

// DefaultQuietPeriod is how long after a call nothing is concluded from not
// finding its trace.
const DefaultQuietPeriod = 60 * time.Second

// Options say how a plan is applied.
type Options struct {
	Parallelism  int           // workflows advanced at the same time; 0 means 10
	Wait         time.Duration // how long to poll on for what waits; 0 means not at all
	PollInterval time.Duration // fixes the interval between polls; 0: from 5 s, growing with age to 10 min
	QuietPeriod  time.Duration // 0 means DefaultQuietPeriod
	Resume       bool          // only continues what runs; starts nothing
	KeepLock     bool          // also while nothing can be done: the lock guards more than the state
	Codes        map[string]string
	Windows      spec.Windows // outside of which no call is made that nothing takes back; none: always
	Listener     Listener
	Version      string
	// Stop ends the run softly when it is closed: what was sent is finished and
	// recorded, nothing new begins.
	Stop <-chan struct{}
}

func (o Options) withDefaults() Options {
	if o.Parallelism <= 0 {
		o.Parallelism = 10
	}
	if o.QuietPeriod <= 0 {
		o.QuietPeriod = DefaultQuietPeriod
	}
	if o.Listener == nil {
		o.Listener = silent{}
	}
	return o
}

type silent struct{}

func (silent) Event(Event) {}

// ErrNotApplyable is returned for a plan that carries errors.
var ErrNotApplyable = errors.New("the plan has errors and cannot be applied")

// Run applies a plan: it starts its steps, continues what runs, and goes as
// far as the answers allow. The Report is complete also when the error is not
// nil; the error gathers every failed step.
func (s *Session) Run(ctx context.Context, fleet *spec.Fleet, plan *planner.Plan, p Provider, o Options) (*Report, error) {
	if plan.Diagnostics.HasErrors() && !o.Resume {
		return nil, ErrNotApplyable
	}
	if serial := s.serial(); plan.Serial != serial {
		return nil, fmt.Errorf("the plan was made from serial %d of the state, which is now at %d: plan again", plan.Serial, serial)
	}
	o = o.withDefaults()
	r := &runner{s: s, fleet: fleet, provider: p, o: o, graph: newGraph(plan, o.Resume), gate: &gate{windows: o.Windows, now: s.now}}
	r.event(Event{Type: EventVersion, Version: o.Version, FormatVersion: EventsFormatVersion})
	fatal := r.run(ctx)
	report := r.report()
	r.event(Event{Type: EventSummary, Summary: &report.Summary})
	return report, collect(report, fatal)
}

// collect gathers what went wrong, step by step, in the order of the plan.
func collect(report *Report, fatal error) error {
	var all *multierror.Error
	if fatal != nil {
		all = multierror.Append(all, fatal)
	}
	for _, st := range report.Steps {
		if st.State == StepFailed {
			all = multierror.Append(all, &StepError{Result: st})
		}
	}
	return all.ErrorOrNil()
}

// StepError is a failed step in the error of Run.
type StepError struct{ Result StepResult }

// Error begins with the till's address.
func (e *StepError) Error() string {
	return fmt.Sprintf("%s: %s: %s", e.Result.Address, e.Result.Action, e.Result.Message)
}

// Unwrap gives the error of the last transition, if there was one.
func (e *StepError) Unwrap() error { return e.Result.Err }

type runner struct {
	s        *Session
	fleet    *spec.Fleet
	provider Provider
	o        Options
	graph    *graph
	gate     *gate
	// stale: another kktctl has changed the state while this one rested. What
	// runs goes on; nothing of this plan begins any more.
	stale bool
}

func (r *runner) event(e Event) {
	e.Time = r.s.now().UTC()
	r.o.Listener.Event(e)
}

// run does the state-only steps, then advances workflows until nothing is
// ready and nothing is worth waiting for.
func (r *runner) run(ctx context.Context) error {
	first := r.graph.stateOnly()
	if err := r.s.recordStateOnly(ctx, first); err != nil {
		return err
	}
	for _, n := range first {
		r.start(n)
		r.finish(n, outcome{state: StepDone})
	}
	deadline := r.s.now().Add(r.o.Wait)
	for {
		r.drain(ctx)
		if ctx.Err() != nil || r.stopped() || r.s.Err() != nil {
			return errors.Join(ctx.Err(), r.s.Err())
		}
		wake, ok := r.graph.nextPoll()
		if !ok || wake.After(deadline) {
			return nil
		}
		switch goOn, err := r.rest(ctx, wake, deadline); {
		case err != nil:
			return err
		case !goOn && r.s.isAway():
			return ctx.Err() // stopped, or others go on with what waits
		case !goOn:
			continue // stopped: the next round returns
		}
		r.provider.Round()
		r.graph.wake(r.s.now())
	}
}

// drain advances whatever is ready, as many at a time as allowed, until
// nothing is. A workflow that can go on is put behind the others, so that
// readings which serve many tills happen after the calls that they follow.
func (r *runner) drain(ctx context.Context) {
	type result struct {
		n *node
		o outcome
	}
	results := make(chan result)
	running := 0
	for {
		for running < r.o.Parallelism && !r.stopped() && ctx.Err() == nil && r.s.Err() == nil {
			n := r.graph.pop()
			if n == nil {
				break
			}
			if r.stale && !n.started {
				r.finish(n, outcome{state: StepSkipped, message: "another kktctl has changed the state meanwhile: nothing of this plan begins any more", hint: "plan again"})
				continue
			}
			if o, held := r.held(n); held {
				r.finish(n, o)
				continue
			}
			r.start(n)
			running++
			go func() { results <- result{n, unrecorded(r.advance(ctx, n))} }()
		}
		if running == 0 {
			return
		}
		res := <-results
		running--
		r.finish(res.n, res.o)
	}
}

func (r *runner) stopped() bool {
	select {
	case <-r.o.Stop:
		return true
	default:
		return false
	}
}

// sleep waits until the time; false when the run is to end instead.
func (r *runner) sleep(ctx context.Context, until time.Time) bool {
	t := time.NewTimer(until.Sub(r.s.now()))
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	case <-r.o.Stop:
		return false
	}
}

// pollAfter is when a waiting workflow is looked at again: from 5 s, a tenth
// of its age, to 10 min.
func (r *runner) pollAfter(since time.Time, least time.Duration) time.Time {
	now := r.s.now()
	d := min(max(5*time.Second, now.Sub(since)/10), 10*time.Minute)
	if r.o.PollInterval > 0 {
		d = r.o.PollInterval
	}
	return now.Add(max(d, least))
}
