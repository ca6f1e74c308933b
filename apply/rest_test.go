package apply_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

// report is a workflow that waits for a printed report.
func report(ctx context.Context, run *apply.Run) (apply.Transition, error) {
	if run.Action == planner.Register && run.Workflow.Data.Report == nil {
		return apply.Transition{Phase: "report", Data: run.Workflow.Data, Status: apply.Waiting, WaitingFor: planner.WaitReport}, nil
	}
	return phases()(ctx, run)
}

// While an apply waits people can give what it waits for: it does not keep the
// lock, and goes on with what was given and with what needs it.
func TestWaitGivesTheLockBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newStore()
		s := open(t, store)
		go func() {
			time.Sleep(time.Minute)
			other := open(t, store)
			must(t, other.GiveReport(t.Context(), "kkts.a", spec.FiscalReport{Document: "1"}))
			must(t, other.Close(t.Context()))
		}()
		rep, err := s.Run(t.Context(), fleet("a"), plan(s, step(planner.Register, "a"), step(planner.Pay, "a", "register:kkts.a")),
			&script{advance: report}, apply.Options{Wait: time.Hour})
		must(t, err)
		if rep.Summary.Done != 2 {
			t.Errorf("%+v", rep.Summary)
		}
		must(t, s.Close(t.Context()))
	})
}

// When another kktctl goes on with the fleet meanwhile, nothing is done twice
// and nothing of the old plan begins.
func TestAnotherRunMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newStore()
		s := open(t, store)
		go func() {
			time.Sleep(time.Minute)
			other := open(t, store)
			cont := planner.Step{ID: "register:kkts.a", Action: planner.Continue, Continues: planner.Register, Address: "kkts.a"}
			_, err := other.Run(t.Context(), fleet("a", "b"), plan(other, cont), &script{advance: phases()}, apply.Options{Resume: true})
			must(t, err)
			must(t, other.Close(t.Context()))
		}()
		p := &script{advance: report}
		rep, err := s.Run(t.Context(), fleet("a", "b"), plan(s,
			step(planner.Register, "a"), step(planner.Pay, "a", "register:kkts.a"), step(planner.Register, "b"),
		), p, apply.Options{Wait: time.Hour})
		must(t, err)
		want := map[string]apply.StepState{"register:kkts.a": apply.StepSkipped, "pay:kkts.a": apply.StepSkipped, "register:kkts.b": apply.StepWaiting}
		if d := cmp.Diff(want, states(rep)); d != "" {
			t.Error(d)
		}
		must(t, s.Close(t.Context()))
		snap, _, err := store.Load(t.Context())
		must(t, err)
		if r := snap.Resources["kkts.a"]; r.Status != state.StatusLive || len(r.Workflows) != 0 {
			t.Errorf("a was begun again: %+v", r)
		}
	})
}

// Somebody who keeps the lock goes on with what waits: the run ends in peace.
func TestLockThatIsNotHadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newStore()
		s := open(t, store)
		go func() {
			time.Sleep(time.Minute)
			open(t, store) // and never closed
		}()
		rep, err := s.Run(t.Context(), fleet("a"), plan(s, step(planner.Register, "a")), &script{advance: report}, apply.Options{Wait: 10 * time.Minute})
		if err != nil || rep.Summary.Waiting != 1 {
			t.Errorf("%+v, %v", rep, err)
		}
		must(t, s.Close(t.Context()))
	})
}

// With KeepLock nobody gets in.
func TestKeepLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newStore()
		s := open(t, store)
		done := make(chan error)
		go func() {
			time.Sleep(time.Minute)
			_, err := apply.Open(t.Context(), store, "test", state.LockRequest{}, time.Now)
			done <- err
		}()
		go func() {
			_, err := s.Run(t.Context(), fleet("a"), plan(s, step(planner.Register, "a")), &script{advance: report}, apply.Options{Wait: time.Hour, KeepLock: true})
			done <- err
		}()
		if err := <-done; err == nil {
			t.Error("the lock was given back")
		}
		must(t, <-done)
		must(t, s.Close(t.Context()))
	})
}
