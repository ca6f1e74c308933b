package apply_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

// window is one of every day, in minutes after midnight UTC.
func window(from, to int) spec.Windows {
	w := spec.Window{From: from, To: to, Zone: time.UTC}
	for i := range w.Days {
		w.Days[i] = true
	}
	return spec.Windows{w}
}

// signs makes a call with the effect in its second phase, after a while, and
// tells when.
func signs(effect state.Effect, after time.Duration, sent *[]time.Time) func(context.Context, *apply.Run) (apply.Transition, error) {
	return func(ctx context.Context, run *apply.Run) (apply.Transition, error) {
		if run.Workflow.Phase == "start" {
			time.Sleep(after)
			return apply.Transition{Phase: "signature", Data: run.Workflow.Data}, nil
		}
		if err := run.Intend(ctx, effect, "h", nil); err != nil {
			return apply.Transition{}, err
		}
		*sent = append(*sent, time.Now().UTC())
		return apply.Transition{Phase: "signature", Status: apply.Done, Settled: apply.SettledDone, Result: &apply.Result{Status: state.StatusLive}}, nil
	}
}

func final(st planner.Step) planner.Step {
	st.Irreversible = true
	return st
}

// Outside of the windows a step does not begin; an apply that waits begins it
// when one opens.
func TestAWindowOpens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // from midnight
		s := open(t, newStore())
		var sent []time.Time
		p := &script{advance: signs(state.EffectSign, 0, &sent)}
		rep, err := s.Run(t.Context(), fleet("a"), plan(s, final(step(planner.Register, "a"))), p, apply.Options{Windows: window(60, 120)})
		must(t, err)
		if rep.Summary.Waiting != 1 || rep.Steps[0].WaitingFor != planner.WaitWindow || len(p.order) > 0 || len(s.Snapshot().Resources) > 0 {
			t.Fatalf("%+v %v", rep.Steps, p.order)
		}
		rep, err = s.Run(t.Context(), fleet("a"), plan(s, final(step(planner.Register, "a"))), p, apply.Options{Windows: window(60, 120), Wait: 2 * time.Hour})
		must(t, err)
		if rep.Summary.Done != 1 || len(sent) != 1 || sent[0].Format("15:04") != "01:00" {
			t.Errorf("%+v %v", rep.Summary, sent)
		}
		must(t, s.Close(t.Context()))
	})
}

// A window that closes while a step is under way holds back its call, right
// before the intent; the next run within one makes it.
func TestAWindowCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newStore()
		s := open(t, store)
		var sent []time.Time
		p := &script{advance: signs(state.EffectSign, 2*time.Minute, &sent)}
		rep, err := s.Run(t.Context(), fleet("a"), plan(s, final(step(planner.Register, "a"))), p, apply.Options{Windows: window(0, 1)})
		must(t, err)
		snap := s.Snapshot()
		w := snap.Resources["kkts.a"].Workflows["register"]
		if rep.Summary.Waiting != 1 || len(sent) > 0 || len(snap.Intents) > 0 || w == nil || w.Phase != "signature" || w.WaitingFor != string(planner.WaitWindow) {
			t.Fatalf("%+v %+v %v", rep.Steps, w, sent)
		}
		goesOn := planner.Step{ID: "register:kkts.a", Action: planner.Continue, Continues: planner.Register, Address: "kkts.a", Irreversible: true}
		_, err = s.Run(t.Context(), fleet("a"), plan(s, goesOn), p, apply.Options{Resume: true, Windows: window(0, 1)})
		must(t, err)
		if len(sent) > 0 {
			t.Fatal("sent outside of the window")
		}
		rep, err = s.Run(t.Context(), fleet("a"), plan(s, goesOn), p, apply.Options{Resume: true})
		must(t, err)
		if rep.Summary.Done != 1 || len(sent) != 1 {
			t.Errorf("%+v %v", rep.Summary, sent)
		}
		must(t, s.Close(t.Context()))
	})
}

// What can be taken back waits for no window.
func TestWindowsHoldOnlyWhatIsFinal(t *testing.T) {
	for _, effect := range []state.Effect{state.EffectCreate, state.EffectAddKKT, state.EffectRemoveKKT} {
		synctest.Test(t, func(t *testing.T) {
			s := open(t, newStore())
			var sent []time.Time
			rep, err := s.Run(t.Context(), fleet("a"), plan(s, step(planner.AddKKT, "a")), &script{advance: signs(effect, 0, &sent)}, apply.Options{Windows: window(60, 120)})
			must(t, err)
			if rep.Summary.Done != 1 || len(sent) != 1 {
				t.Errorf("%s: %+v", effect, rep.Steps)
			}
			must(t, s.Close(t.Context()))
		})
	}
}

// Nothing more is sent to deregister a till that was protected meanwhile.
func TestProtectedMeanwhile(t *testing.T) {
	s := open(t, newStore())
	var sent []time.Time
	f := fleet("a")
	k, yes := f.KKTs["a"], true
	k.Protect = &yes
	f.KKTs["a"] = k
	rep, err := s.Run(t.Context(), f, plan(s, step(planner.Unregister, "a")), &script{advance: signs(state.EffectSign, 0, &sent)}, apply.Options{})
	if err == nil || rep.Summary.Failed != 1 || len(sent) > 0 {
		t.Errorf("%v %+v", err, rep.Steps)
	}
	must(t, s.Close(t.Context()))
}
