package apply_test

import (
	"context"
	"testing"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
)

func orderStep() planner.Step {
	return planner.Step{
		Action: planner.Order, Address: spec.OrderAddress("a"),
		Order: &spec.OrderTerms{INN: "5252012620", Quantity: 3, Tariff: "Urgent12M", FN: spec.FN15, Payment: "bill"},
	}
}

// An order may be called like a till: it is not the till.
func TestRunOfWhatIsNoTill(t *testing.T) {
	s := open(t, newStore())
	p := &script{advance: func(_ context.Context, run *apply.Run) (apply.Transition, error) {
		if run.Till != nil || run.Resource.Identity.Serial != "" {
			t.Errorf("%s is taken for the till %+v", run.Address, run.Till)
		}
		d := run.Workflow.Data
		if d.Order == nil || d.Order.Terms.Quantity != 3 {
			t.Fatalf("the terms are not with the workflow: %+v", d)
		}
		done := *d.Order
		done.ID, done.Status = "17", spec.OrderPaid
		return apply.Transition{Status: apply.Done, Data: d, Result: &apply.Result{Order: &done}}, nil
	}}
	f := fleet("a", "orders.a")
	if _, err := s.Run(t.Context(), f, plan(s, orderStep()), p, apply.Options{}); err != nil {
		t.Fatal(err)
	}
	r := s.Snapshot().Resources["orders.a"]
	if r.Order == nil || r.Order.ID != "17" || r.Identity.INN != "5252012620" || len(r.Workflows) != 0 {
		t.Errorf("%+v", r)
	}
	if pr := apply.PriorOf(s.Snapshot()); pr.Others["orders.a"].Order.ID != "17" || len(pr.Resources) != 0 {
		t.Errorf("%+v", pr)
	}
}

// Whoever goes on finds the terms and the phase of what another process began.
func TestRunGoesOnWithWhatIsNoTill(t *testing.T) {
	store := newStore()
	s := open(t, store)
	wait := &script{advance: func(_ context.Context, run *apply.Run) (apply.Transition, error) {
		d := run.Workflow.Data
		d.Order.ID = "17"
		return apply.Transition{Phase: "payment", Data: d, Status: apply.Waiting, WaitingFor: planner.WaitPayment, Message: "pay it"}, nil
	}}
	if _, err := s.Run(t.Context(), fleet(), plan(s, orderStep()), wait, apply.Options{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	s = open(t, store)
	in := planner.Input{Fleet: fleet(), Prior: apply.PriorOf(s.Snapshot())}
	next := planner.New(in)
	if len(next.Steps) != 1 || next.Steps[0].Action != planner.Continue || next.Steps[0].WaitingFor != planner.WaitPayment {
		t.Fatalf("%+v", next.Steps)
	}
	seen := ""
	rep, err := s.Run(t.Context(), fleet(), next, &script{advance: func(_ context.Context, run *apply.Run) (apply.Transition, error) {
		seen = run.Workflow.Phase + " " + run.Workflow.Data.Order.ID
		return apply.Transition{Status: apply.Failed, Data: run.Workflow.Data, Message: "not paid in time", Result: &apply.Result{Order: run.Workflow.Data.Order}}, nil
	}}, apply.Options{Resume: true})
	if err == nil || rep.Summary.Failed != 1 || seen != "payment 17" {
		t.Errorf("%+v %v %q", rep, err, seen)
	}
	r := s.Snapshot().Resources["orders.a"]
	if r.Order == nil || r.Refusal == nil || r.Refusal.Action != string(planner.Order) {
		t.Errorf("what a refused step leaves behind is lost: %+v", r)
	}
}

// What an application names of its company stays with the till.
func TestRunKeepsTheAgreement(t *testing.T) {
	s := open(t, newStore())
	p := &script{advance: func(_ context.Context, run *apply.Run) (apply.Transition, error) {
		d := run.Workflow.Data
		d.Agreement = &spec.CabinetRecord{INN: "5252012620", Agreement: "999ae9fc"}
		return apply.Transition{Status: apply.Failed, Data: d, Message: "no"}, nil
	}}
	if _, err := s.Run(t.Context(), fleet("a"), plan(s, step(planner.Register, "a")), p, apply.Options{}); err == nil {
		t.Fatal("the refusal is not told")
	}
	if r := s.Snapshot().Resources["kkts.a"]; r.Agreement == nil || r.Agreement.Agreement != "999ae9fc" {
		t.Errorf("%+v", r)
	}
}
