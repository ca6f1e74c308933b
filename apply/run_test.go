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

// phases makes a workflow that goes through the named phases and is done.
func phases(names ...string) func(context.Context, *apply.Run) (apply.Transition, error) {
	return func(_ context.Context, run *apply.Run) (apply.Transition, error) {
		for i, n := range append([]string{"start"}, names...) {
			if run.Workflow.Phase == n && i < len(names) {
				return apply.Transition{Phase: names[i], Data: run.Workflow.Data}, nil
			}
		}
		return apply.Transition{Status: apply.Done, Result: &apply.Result{Status: state.StatusLive}}, nil
	}
}

func states(r *apply.Report) map[string]apply.StepState {
	out := map[string]apply.StepState{}
	for _, s := range r.Steps {
		out[s.ID] = s.State
	}
	return out
}

func TestRunGoesThroughPhasesInOrderOfDependencies(t *testing.T) {
	s := open(t, newStore())
	p := &script{advance: phases("one", "two")}
	rep, err := s.Run(t.Context(), fleet("a"), plan(s,
		step(planner.Register, "a"),
		step(planner.Pay, "a", "register:kkts.a"),
	), p, apply.Options{Parallelism: 1})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"kkts.a/start", "kkts.a/one", "kkts.a/two", "kkts.a/start", "kkts.a/one", "kkts.a/two"}
	if d := cmp.Diff(want, p.order); d != "" {
		t.Error(d)
	}
	if rep.Summary.Done != 2 {
		t.Errorf("summary: %+v", rep.Summary)
	}
	if r := s.Snapshot().Resources["kkts.a"]; r.Status != state.StatusLive || len(r.Workflows) != 0 {
		t.Errorf("resource: %+v", r)
	}
}

// Ready workflows take turns: what serves many tills (reading a list) comes
// after the calls of all of them.
func TestRunTakesTurns(t *testing.T) {
	s := open(t, newStore())
	p := &script{advance: phases("verify")}
	if _, err := s.Run(t.Context(), fleet("a", "b"), plan(s, step(planner.AddKKT, "a"), step(planner.AddKKT, "b")), p, apply.Options{Parallelism: 1}); err != nil {
		t.Fatal(err)
	}
	want := []string{"kkts.a/start", "kkts.b/start", "kkts.a/verify", "kkts.b/verify"}
	if d := cmp.Diff(want, p.order); d != "" {
		t.Error(d)
	}
}

func TestRunSkipsWhatNeedsAFailedStepAndGoesOnWithTheRest(t *testing.T) {
	s := open(t, newStore())
	p := &script{advance: func(ctx context.Context, run *apply.Run) (apply.Transition, error) {
		if run.Address == "kkts.a" {
			return apply.Transition{Status: apply.Failed, Message: "no such company"}, nil
		}
		return phases()(ctx, run)
	}}
	rep, err := s.Run(t.Context(), fleet("a", "b"), plan(s,
		step(planner.Register, "a"), step(planner.Register, "b"),
		step(planner.Pay, "a", "register:kkts.a"), step(planner.AddKKT, "a", "pay:kkts.a"),
	), p, apply.Options{})
	want := map[string]apply.StepState{
		"register:kkts.a": apply.StepFailed, "register:kkts.b": apply.StepDone,
		"pay:kkts.a": apply.StepSkipped, "addKkt:kkts.a": apply.StepSkipped,
	}
	if d := cmp.Diff(want, states(rep)); d != "" {
		t.Error(d)
	}
	var se *apply.StepError
	if !errors.As(err, &se) || se.Result.Message != "no such company" {
		t.Errorf("error: %v", err)
	}
	if r := s.Snapshot().Resources["kkts.a"]; r.Refusal == nil || r.Refusal.Reason != "no such company" || len(r.Workflows) != 0 {
		t.Errorf("the refusal is not in the state: %+v", r)
	}
}

func TestRunLeavesWhatWaitsAndSaysWhatWaitsForIt(t *testing.T) {
	s := open(t, newStore())
	p := &script{advance: func(_ context.Context, run *apply.Run) (apply.Transition, error) {
		return apply.Transition{Phase: "signature", Data: run.Workflow.Data, Status: apply.Waiting, WaitingFor: planner.WaitSignature, Message: "sign x"}, nil
	}}
	rep, err := s.Run(t.Context(), fleet("a"), plan(s, step(planner.Register, "a"), step(planner.Pay, "a", "register:kkts.a")), p, apply.Options{})
	if err != nil {
		t.Fatalf("waiting is success: %v", err)
	}
	if d := cmp.Diff(map[string]apply.StepState{"register:kkts.a": apply.StepWaiting, "pay:kkts.a": apply.StepSkipped}, states(rep)); d != "" {
		t.Error(d)
	}
	if rep.Steps[1].SkippedFor != "register:kkts.a" {
		t.Errorf("skipped for %q", rep.Steps[1].SkippedFor)
	}
	if len(rep.Tasks) != 1 || rep.Tasks[0].What != "sign x" {
		t.Errorf("tasks: %+v", rep.Tasks)
	}
}

// What was given is no task any more, and may be given again until it is sent.
func TestGivenTasksAreNotOwed(t *testing.T) {
	s := open(t, newStore())
	due := time.Date(2026, 11, 23, 20, 59, 59, 0, time.UTC)
	waiting := planner.WaitReport
	p := &script{advance: func(_ context.Context, run *apply.Run) (apply.Transition, error) {
		d := run.Workflow.Data
		d.RNM = "0000002950038403"
		tr := apply.Transition{Phase: "report", Data: d, Status: apply.Waiting, WaitingFor: waiting, Message: "print it"}
		if waiting == planner.WaitReport {
			tr.Due = due
		}
		return tr, nil
	}}
	rep, err := s.Run(t.Context(), fleet("a"), plan(s, step(planner.Register, "a")), p, apply.Options{})
	must(t, err)
	if len(rep.Tasks) != 1 || rep.Tasks[0].RNM != "0000002950038403" || rep.Tasks[0].What != "print it" {
		t.Errorf("tasks: %+v", rep.Tasks)
	}
	must(t, s.GiveReport(t.Context(), "kkts.a", spec.FiscalReport{Document: "1"}))
	if tasks := apply.Tasks(s.Snapshot()); len(tasks) != 0 {
		t.Errorf("given, and owed still: %+v", tasks)
	}
	must(t, s.GiveReport(t.Context(), "kkts.a", spec.FiscalReport{Document: "2"}))

	waiting = planner.WaitSignature // a later phase that names no term of its own
	cont := planner.Step{ID: "register:kkts.a", Action: planner.Continue, Continues: planner.Register, Address: "kkts.a"}
	rep, err = s.Run(t.Context(), fleet("a"), plan(s, cont), p, apply.Options{})
	must(t, err)
	if len(rep.Tasks) != 1 || !rep.Tasks[0].Due.Equal(due) {
		t.Errorf("the term is lost: %+v", rep.Tasks)
	}
}

// A declaration of another till under the same name is not the workflow's.
func TestAnotherTillOfTheSameNameIsNotShown(t *testing.T) {
	s := open(t, newStore())
	f := fleet("a")
	p := &script{advance: func(_ context.Context, run *apply.Run) (apply.Transition, error) {
		if (run.Till != nil) != (f.KKTs["a"].Serial == "1a" && f.Companies["c"].INN == "5252012620") {
			t.Errorf("the till shown is %+v", run.Till)
		}
		return apply.Transition{Phase: "tax", Data: run.Workflow.Data, Status: apply.Waiting, WaitingFor: planner.WaitTaxService}, nil
	}}
	_, err := s.Run(t.Context(), f, plan(s, step(planner.Register, "a")), p, apply.Options{})
	must(t, err)
	cont := planner.Step{ID: "register:kkts.a", Action: planner.Continue, Continues: planner.Register, Address: "kkts.a"}
	f.KKTs["a"] = spec.KKT{Name: "a", Company: "c", Serial: "2"}
	_, err = s.Run(t.Context(), f, plan(s, cont), p, apply.Options{Resume: true})
	must(t, err)
	f.KKTs["a"], f.Companies["c"] = spec.KKT{Name: "a", Company: "c", Serial: "1a"}, spec.Company{INN: "7841465198"}
	_, err = s.Run(t.Context(), f, plan(s, cont), p, apply.Options{Resume: true})
	must(t, err)
}

func TestWaitPollsOnUntilDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, newStore())
		began := time.Now()
		p := &script{advance: func(ctx context.Context, run *apply.Run) (apply.Transition, error) {
			if time.Since(began) < 2*time.Minute {
				return apply.Transition{Phase: "tax", Data: run.Workflow.Data, Status: apply.Waiting, WaitingFor: planner.WaitTaxService}, nil
			}
			return phases()(ctx, run)
		}}
		rep, err := s.Run(t.Context(), fleet("a"), plan(s, step(planner.Register, "a")), p, apply.Options{Wait: time.Hour})
		if err != nil || rep.Summary.Done != 1 {
			t.Fatalf("%+v, %v", rep.Summary, err)
		}
		if took := time.Since(began); took > 3*time.Minute {
			t.Errorf("took %s: polls are too far apart", took)
		}
		if p.rounds < 10 || p.rounds > 30 {
			t.Errorf("%d rounds in two minutes", p.rounds)
		}
		must(t, s.Close(t.Context()))
	})
}

// A poll that shows nothing new writes nothing: an apply that waits for days
// does not fill the journal.
func TestIdlePollsWriteNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, newStore())
		p := &script{advance: func(_ context.Context, run *apply.Run) (apply.Transition, error) {
			return apply.Transition{Phase: "tax", Data: run.Workflow.Data, Status: apply.Waiting, WaitingFor: planner.WaitTaxService}, nil
		}}
		_, err := s.Run(t.Context(), fleet("a"), plan(s, step(planner.Register, "a")), p, apply.Options{Wait: 24 * time.Hour})
		must(t, err)
		if serial := s.Snapshot().Serial; serial > 2 || len(p.order) < 100 {
			t.Errorf("%d entries after %d polls", serial, len(p.order))
		}
		must(t, s.Close(t.Context()))
	})
}

func TestWaitEndsAtItsLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, newStore())
		began := time.Now()
		p := &script{advance: func(_ context.Context, run *apply.Run) (apply.Transition, error) {
			return apply.Transition{Phase: "tax", Data: run.Workflow.Data, Status: apply.Waiting, WaitingFor: planner.WaitTaxService}, nil
		}}
		rep, err := s.Run(t.Context(), fleet("a"), plan(s, step(planner.Register, "a")), p, apply.Options{Wait: 30 * time.Minute})
		if err != nil || rep.Summary.Waiting != 1 {
			t.Fatalf("%+v, %v", rep.Summary, err)
		}
		if took := time.Since(began); took > 30*time.Minute {
			t.Errorf("waited %s", took)
		}
		must(t, s.Close(t.Context()))
	})
}

// The first Ctrl-C finishes what was sent, records it, and begins nothing new.
func TestStopFinishesWhatWasSent(t *testing.T) {
	s := open(t, newStore())
	stop := make(chan struct{})
	p := &script{advance: func(_ context.Context, run *apply.Run) (apply.Transition, error) {
		close(stop)
		return apply.Transition{Phase: "sent", Data: run.Workflow.Data}, nil
	}}
	rep, err := s.Run(t.Context(), fleet("a", "b"), plan(s, step(planner.Register, "a"), step(planner.Register, "b")), p, apply.Options{Parallelism: 1, Stop: stop})
	if err != nil {
		t.Fatal(err)
	}
	if rep.Summary.Interrupted != 2 || len(p.order) != 1 {
		t.Errorf("%+v after %v", rep.Summary, p.order)
	}
	snap := s.Snapshot()
	if w := snap.Resources["kkts.a"].Workflows["register"]; w == nil || w.Phase != "sent" {
		t.Errorf("the phase reached is not in the state: %+v", w)
	}
	if _, ok := snap.Resources["kkts.b"]; ok {
		t.Error("b was begun after the stop")
	}
}

// The intent is durable before the call; its outcome stands in one entry with
// the phase that it leads to.
func TestIntentIsDurableBeforeTheCall(t *testing.T) {
	store := newStore()
	s := open(t, store)
	sent := false
	p := &script{advance: func(ctx context.Context, run *apply.Run) (apply.Transition, error) {
		if err := run.Intend(ctx, state.EffectSign, "hash", map[string]string{"status": "AwaitingSignature"}); err != nil {
			return apply.Transition{}, err
		}
		snap, _, err := store.Load(ctx)
		if err != nil || len(snap.Intents) != 1 {
			t.Errorf("the intent is not in the store before the call: %+v, %v", snap, err)
		}
		sent = true
		return apply.Transition{Phase: "tax", Data: run.Workflow.Data, Status: apply.Waiting, Settled: apply.SettledDone}, nil
	}}
	if _, err := s.Run(t.Context(), fleet("a"), plan(s, step(planner.Register, "a")), p, apply.Options{}); err != nil {
		t.Fatal(err)
	}
	snap, _, err := store.Load(t.Context())
	if err != nil || !sent || len(snap.Intents) != 0 {
		t.Errorf("intents after settlement: %+v, %v", snap.Intents, err)
	}
}

// A workflow that died between intent and outcome meets its intent again and
// cannot open a second one.
func TestOpenIntentIsShownToTheNextProcess(t *testing.T) {
	store := newStore()
	s := open(t, store)
	ctx, cancel := context.WithCancel(t.Context())
	dies := &script{advance: func(ctx context.Context, run *apply.Run) (apply.Transition, error) {
		if err := run.Intend(ctx, state.EffectPay, "hash", nil); err != nil {
			t.Error(err)
		}
		cancel()
		return apply.Transition{}, ctx.Err()
	}}
	rep, err := s.Run(ctx, fleet("a"), plan(s, step(planner.Pay, "a")), dies, apply.Options{})
	if !errors.Is(err, context.Canceled) || rep.Summary.Interrupted != 1 {
		t.Fatalf("%+v, %v", rep.Summary, err)
	}
	must(t, s.Close(t.Context()))

	s = open(t, store)
	next := &script{advance: func(ctx context.Context, run *apply.Run) (apply.Transition, error) {
		if run.Intent == nil || run.Intent.Effect != state.EffectPay {
			t.Errorf("intent: %+v", run.Intent)
		}
		if err := run.Intend(ctx, state.EffectPay, "hash", nil); err == nil {
			t.Error("a second intent was opened over an open one")
		}
		return apply.Transition{Status: apply.Unknown, WaitingFor: planner.WaitPerson, Message: "who knows"}, nil
	}}
	cont := planner.Step{ID: "pay:kkts.a", Action: planner.Continue, Continues: planner.Pay, Address: "kkts.a"}
	rep, err = s.Run(t.Context(), fleet("a"), plan(s, cont), next, apply.Options{Resume: true})
	if err != nil || rep.Summary.Unknown != 1 {
		t.Fatalf("%+v, %v", rep.Summary, err)
	}
	must(t, s.Resolve(t.Context(), "kkts.a", "", true, ""))
	if w := s.Snapshot().Resources["kkts.a"].Workflows["pay"]; w.Resolution == nil || !w.Resolution.Sent || w.Resolution.Intent == "" {
		t.Errorf("resolution: %+v", w.Resolution)
	}
}

func TestResumeStartsNothing(t *testing.T) {
	s := open(t, newStore())
	p := &script{advance: phases()}
	unbegun := planner.Step{ID: "pay:kkts.a", Action: planner.Continue, Continues: planner.Pay, Address: "kkts.a", Unbegun: true}
	rep, err := s.Run(t.Context(), fleet("a"), plan(s, step(planner.Register, "a"), unbegun), p, apply.Options{Resume: true})
	if err != nil || len(rep.Steps) != 0 || len(p.order) != 0 {
		t.Errorf("%+v, %v, %v", rep, p.order, err)
	}
}

// failing is a store whose appends fail from the nth on.
type failing struct {
	state.Store
	left int
}

func (f *failing) Append(ctx context.Context, l *state.Lease, e []state.Entry) error {
	if f.left--; f.left < 0 {
		return errors.New("disk is full")
	}
	return f.Store.Append(ctx, l, e)
}

// When the state cannot be written nothing more is sent.
func TestNothingIsSentWithoutADurableIntent(t *testing.T) {
	for n := range 4 {
		s := open(t, &failing{Store: newStore(), left: n})
		calls := 0
		p := &script{advance: func(ctx context.Context, run *apply.Run) (apply.Transition, error) {
			if err := run.Intend(ctx, state.EffectSign, "hash", nil); err != nil {
				return apply.Transition{}, err
			}
			calls++
			return apply.Transition{Phase: "tax", Status: apply.Waiting, Settled: apply.SettledDone}, nil
		}}
		_, err := s.Run(t.Context(), fleet("a", "b"), plan(s, step(planner.Register, "a"), step(planner.Register, "b")), p, apply.Options{Parallelism: 1})
		if err == nil {
			t.Errorf("%d: success is reported although the state could not be written", n)
		}
		// start, intent, outcome are the appends of one till
		if want := map[int]int{0: 0, 1: 0, 2: 1, 3: 1}[n]; calls != want {
			t.Errorf("%d appends succeed: %d calls were sent, want %d", n, calls, want)
		}
	}
}

func TestStateOnlySteps(t *testing.T) {
	store := newStore()
	s := open(t, store)
	attrs := func(serial string) *spec.Attributes { return &spec.Attributes{Serial: serial, INN: "5252012620"} }
	adopt := func(name, serial string) planner.Step {
		st := step(planner.Adopt, name)
		st.Prior, st.RNM = attrs(serial), "0000000000000001"
		return st
	}
	_, err := s.Run(t.Context(), fleet("a", "b", "c"), plan(s, adopt("a", "1"), adopt("b", "2"), adopt("c", "3")), &script{}, apply.Options{})
	must(t, err)
	// a and b swap names, c goes.
	ab, ba := step(planner.Move, "b"), step(planner.Move, "a")
	ab.From, ba.From = "kkts.a", "kkts.b"
	_, err = s.Run(t.Context(), fleet("a", "b"), plan(s, ba, ab, step(planner.Forget, "c")), &script{}, apply.Options{})
	must(t, err)
	got := map[string]string{}
	for a, r := range s.Snapshot().Resources {
		got[a] = r.Identity.Serial
	}
	if d := cmp.Diff(map[string]string{"kkts.a": "2", "kkts.b": "1"}, got); d != "" {
		t.Error(d)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
