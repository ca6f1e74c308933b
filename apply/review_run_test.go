package apply_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

// A workflow whose first call was settled as not sent keeps what it was
// planned with, however often it has to wait: the step that continues it does
// not say it again.
func TestContinuedWorkflowKeepsItsData(t *testing.T) {
	s := open(t, newStore())
	first := &script{advance: func(ctx context.Context, run *apply.Run) (apply.Transition, error) {
		if err := run.Intend(ctx, state.EffectCreate, "hash", nil); err != nil {
			return apply.Transition{}, err
		}
		return apply.Transition{Phase: "draft", Data: run.Workflow.Data, Status: apply.Waiting}, nil // the answer is lost
	}}
	st := step(planner.Reregister, "a")
	st.Reasons = []string{"FnChanged"}
	_, err := s.Run(t.Context(), fleet("a"), plan(s, st), first, apply.Options{})
	must(t, err)

	n := 0
	second := &script{advance: func(_ context.Context, run *apply.Run) (apply.Transition, error) {
		n++
		if !slices.Equal(run.Workflow.Data.Reasons, []string{"FnChanged"}) {
			t.Errorf("advance %d: reasons %v", n, run.Workflow.Data.Reasons)
		}
		tr := apply.Transition{Phase: "draft", Data: run.Workflow.Data}
		switch n {
		case 1: // nothing came of it
			tr.Settled = apply.SettledNotSent
		case 2: // and the next could not be sent
			tr.Status = apply.Waiting
		default:
			tr.Status = apply.Done
		}
		return tr, nil
	}}
	cont := planner.Step{ID: "reregister:kkts.a", Action: planner.Continue, Continues: planner.Reregister, Address: "kkts.a"}
	rep, err := s.Run(t.Context(), fleet("a"), plan(s, cont), second, apply.Options{Wait: time.Minute, PollInterval: time.Millisecond})
	if err != nil || rep.Summary.Done != 1 || n != 3 {
		t.Errorf("%+v after %d advances, %v", rep.Summary, n, err)
	}
}

// A renamed till's workflow is resumed under its new name, and tills that swap
// names lose nothing.
func TestResumeFollowsNamesThatChangeHands(t *testing.T) {
	s := open(t, newStore())
	waits := &script{advance: func(_ context.Context, run *apply.Run) (apply.Transition, error) {
		return apply.Transition{Phase: "tax", Data: run.Workflow.Data, Status: apply.Waiting}, nil
	}}
	st := step(planner.Adopt, "b")
	st.Prior = &spec.Attributes{Serial: "1b"}
	_, err := s.Run(t.Context(), fleet("a", "b"), plan(s, step(planner.Register, "a"), st), waits, apply.Options{})
	must(t, err)
	ab, ba := step(planner.Move, "b"), step(planner.Move, "a")
	ab.From, ba.From = "kkts.a", "kkts.b"
	cont := planner.Step{ID: "register:kkts.b", Action: planner.Continue, Continues: planner.Register, Address: "kkts.b", Requires: []string{"move:kkts.b"}}
	rep, err := s.Run(t.Context(), fleet("a", "b"), plan(s, ba, ab, cont, step(planner.Pay, "a")), &script{advance: phases()}, apply.Options{Resume: true})
	if err != nil || rep.Summary.Done != 3 {
		t.Fatalf("%+v, %v", rep, err)
	}
	r := s.Snapshot().Resources
	if r["kkts.b"].Status != state.StatusLive || r["kkts.a"].Identity.Serial != "1b" || len(r["kkts.a"].Workflows) != 0 {
		t.Errorf("resources: %+v", r)
	}
}

// A session whose lock was taken over sends nothing more, also for steps that
// are on their way already.
func TestLostLockStopsStepsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newStore()
		s := open(t, store)
		var mu sync.Mutex
		sent := 0
		p := &script{advance: func(ctx context.Context, run *apply.Run) (apply.Transition, error) {
			if run.Address == "kkts.a" {
				info, err := store.LockInfo(ctx)
				must(t, err)
				must(t, store.ForceUnlock(ctx, info.ID))
				_, err = store.Lock(ctx, state.LockRequest{Holder: "another"})
				must(t, err)
			}
			time.Sleep(time.Second) // the rest signs its documents meanwhile
			if err := run.Intend(ctx, state.EffectSign, "hash", nil); err != nil {
				return apply.Transition{}, err
			}
			mu.Lock()
			defer mu.Unlock()
			sent++
			return apply.Transition{Phase: "tax", Data: run.Workflow.Data, Settled: apply.SettledDone, Status: apply.Waiting}, nil
		}}
		rep, err := s.Run(t.Context(), fleet("a", "b", "c"), plan(s, step(planner.Register, "a"), step(planner.Register, "b"), step(planner.Register, "c")), p,
			apply.Options{Parallelism: 2, Wait: time.Hour})
		if !errors.Is(err, state.ErrFenced) || sent != 0 {
			t.Errorf("%d calls were sent without a lock: %+v, %v", sent, rep.Summary, err)
		}
		if len(p.order) > 2 {
			t.Errorf("steps were begun without a lock: %v", p.order)
		}
		_ = s.Close(t.Context())
	})
}

// A call is not sent after the second Ctrl-C, though its intent could be
// written.
func TestNothingIsSentAfterTheEnd(t *testing.T) {
	store := newStore()
	s := open(t, store)
	ctx, cancel := context.WithCancel(t.Context())
	p := &script{advance: func(ctx context.Context, run *apply.Run) (apply.Transition, error) {
		cancel()
		err := run.Intend(ctx, state.EffectPay, "hash", nil)
		if err == nil {
			t.Error("an intent was opened after the end")
		}
		return apply.Transition{}, err
	}}
	_, err := s.Run(ctx, fleet("a"), plan(s, step(planner.Pay, "a")), p, apply.Options{})
	if !errors.Is(err, context.Canceled) || len(s.Snapshot().Intents) != 0 {
		t.Errorf("%v, %+v", err, s.Snapshot().Intents)
	}
}

// A person's word is kept while the workflow stands where it was said, and not
// a phase longer.
func TestPersonsWordHoldsForItsPhase(t *testing.T) {
	s := open(t, newStore())
	next := apply.Transition{Phase: "tax", Status: apply.Unknown, WaitingFor: planner.WaitPerson}
	var seen []bool
	p := &script{advance: func(_ context.Context, run *apply.Run) (apply.Transition, error) {
		seen = append(seen, run.Workflow.Resolution != nil)
		tr := next
		tr.Data = run.Workflow.Data
		return tr, nil
	}}
	run := func(o apply.Options) {
		t.Helper()
		st := planner.Step{ID: "register:kkts.a", Action: planner.Continue, Continues: planner.Register, Address: "kkts.a"}
		if len(s.Snapshot().Resources) == 0 {
			st = step(planner.Register, "a")
		}
		_, err := s.Run(t.Context(), fleet("a"), plan(s, st), p, o)
		must(t, err)
	}
	run(apply.Options{})
	must(t, s.Resolve(t.Context(), "kkts.a", "", true, ""))
	next = apply.Transition{Phase: "tax", Status: apply.Waiting}
	run(apply.Options{})
	run(apply.Options{})
	next.Phase = "report"
	run(apply.Options{})
	run(apply.Options{})
	if !slices.Equal(seen, []bool{false, true, true, true, false}) {
		t.Errorf("seen: %v", seen)
	}
}

// leased is a store whose lock runs out; from lost on it belongs to another.
type leased struct {
	state.Store
	lost time.Time
}

func (l *leased) Lock(ctx context.Context, req state.LockRequest) (*state.Lease, error) {
	lease, err := l.Store.Lock(ctx, req)
	if err == nil {
		lease.Expires, lease.Term = lease.Created.Add(time.Minute), time.Minute
	}
	return lease, err
}

func (l *leased) Renew(context.Context, *state.Lease) error {
	if time.Now().After(l.lost) {
		return state.ErrFenced
	}
	return errors.New("the network is down") // which proves nothing
}

// A lease that cannot be renewed any more ends the run, also one that has
// nothing to write.
func TestLeaseThatIsLostEndsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		s := open(t, &leased{Store: newStore(), lost: began.Add(10 * time.Minute)})
		p := &script{advance: func(_ context.Context, run *apply.Run) (apply.Transition, error) {
			return apply.Transition{Phase: "tax", Data: run.Workflow.Data, Status: apply.Waiting}, nil
		}}
		_, err := s.Run(t.Context(), fleet("a"), plan(s, step(planner.Register, "a")), p, apply.Options{KeepLock: true, Wait: 24 * time.Hour})
		if !errors.Is(err, state.ErrFenced) {
			t.Errorf("error: %v", err)
		}
		if took := time.Since(began); took < 10*time.Minute || took > 15*time.Minute {
			t.Errorf("the run ended after %s", took)
		}
		if err := s.Record(t.Context(), state.Entry{Event: "test"}); !errors.Is(err, state.ErrFenced) {
			t.Errorf("a session without a lock writes: %v", err)
		}
		_ = s.Close(t.Context())
	})
}

// The quiet period begins when the call has ended, not when it was announced:
// a call can take as long as that.
func TestQuietPeriodBeginsWithTheEndOfTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, newStore())
		first := true
		var ended, at time.Time
		p := &script{advance: func(ctx context.Context, run *apply.Run) (apply.Transition, error) {
			if !first {
				at = run.Intent.At
				return apply.Transition{Phase: "tax", Data: run.Workflow.Data, Status: apply.Waiting}, nil
			}
			first = false
			must(t, run.Intend(ctx, state.EffectSign, "hash", map[string]string{"status": "x"}))
			time.Sleep(time.Minute) // a timeout
			ended = time.Now()
			return apply.Transition{Phase: "sign", Data: run.Workflow.Data, Status: apply.Waiting}, nil
		}}
		_, err := s.Run(t.Context(), fleet("a"), plan(s, step(planner.Register, "a")), p, apply.Options{Wait: 10 * time.Minute, PollInterval: 9 * time.Minute})
		must(t, err)
		if at.Before(ended) || len(s.Snapshot().Intents) != 1 {
			t.Errorf("counted from %s, the call ended at %s", at, ended)
		}
		must(t, s.Close(t.Context()))
	})
}
