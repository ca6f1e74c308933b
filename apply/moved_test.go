package apply_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

// A till that is renamed while the outcome of a call is open keeps the intent:
// the call is settled under the new name, and not sent again.
func TestRenamedTillKeepsItsIntent(t *testing.T) {
	store := newStore()
	s := open(t, store)
	cut := &script{advance: func(ctx context.Context, run *apply.Run) (apply.Transition, error) {
		if err := run.Intend(ctx, state.EffectPay, "hash", map[string]string{"left": "1"}); err != nil {
			return apply.Transition{}, err
		}
		return apply.Transition{}, errors.New("cut off")
	}}
	if _, err := s.Run(t.Context(), fleet("a"), plan(s, step(planner.Pay, "a")), cut, apply.Options{}); err == nil {
		t.Fatal("nothing was cut off")
	}
	move := step(planner.Move, "b")
	move.From = "kkts.a"
	cont := planner.Step{ID: "pay:kkts.b", Action: planner.Continue, Continues: planner.Pay, Address: "kkts.b", Requires: []string{"move:kkts.b"}}
	seen := 0
	settles := &script{advance: func(_ context.Context, run *apply.Run) (apply.Transition, error) {
		if seen++; run.Intent == nil || run.Intent.Address != "kkts.b" || run.Intent.PreRead["left"] != "1" {
			t.Errorf("the intent under the new name: %+v", run.Intent)
		}
		return apply.Transition{Status: apply.Done, Settled: apply.SettledDone}, nil
	}}
	_, err := s.Run(t.Context(), fleet("b"), plan(s, move, cont), settles, apply.Options{Resume: true})
	must(t, err)
	if snap := s.Snapshot(); seen != 1 || len(snap.Intents) != 0 {
		t.Errorf("%d advances, open: %+v", seen, snap.Intents)
	}
}

// A plan is of the state that it was made from: when another kktctl has done
// something meanwhile, what runs goes on, and nothing of the plan begins.
func TestNothingOfAnOldPlanBegins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newStore()
		s := open(t, store)
		go func() {
			time.Sleep(time.Minute)
			other := open(t, store)
			must(t, other.GiveReport(t.Context(), "kkts.a", spec.FiscalReport{Document: "1"}))
			_, err := other.Run(t.Context(), fleet("a", "b"), plan(other, step(planner.Pay, "b")), &script{advance: phases()}, apply.Options{})
			must(t, err)
			must(t, other.Close(t.Context()))
		}()
		rep, err := s.Run(t.Context(), fleet("a", "b"), plan(s, step(planner.Register, "a"), step(planner.Pay, "a", "register:kkts.a")),
			&script{advance: report}, apply.Options{Wait: time.Hour})
		must(t, err)
		want := map[string]apply.StepState{"register:kkts.a": apply.StepDone, "pay:kkts.a": apply.StepSkipped}
		if d := cmp.Diff(want, states(rep)); d != "" {
			t.Error(d)
		}
		must(t, s.Close(t.Context()))
	})
}
