package apply_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

func record(kpp, agreement string) *spec.CabinetRecord {
	return &spec.CabinetRecord{INN: "5252012620", KPP: kpp, Agreement: agreement}
}

// An order is given the agreement of its company, and of its branch, from
// wherever it was learnt; a person's word counts more than an application, whose
// word is not replaced by another.
func TestRunKnowsTheCabinet(t *testing.T) {
	s := open(t, newStore())
	f := fleet("a")
	seen := ""
	p := &script{advance: func(_ context.Context, run *apply.Run) (apply.Transition, error) {
		d := run.Workflow.Data
		if run.Till != nil { // its application names one agreement, and another branch's another one
			d.Agreement = record("525201001", "from-a-till")
		} else if seen = "none"; run.Cabinet != nil {
			seen = run.Cabinet.Agreement
		}
		return apply.Transition{Status: apply.Failed, Data: d, Message: "no"}, nil
	}}
	order := func() string {
		st := orderStep()
		st.Order.KPP = "525201001"
		if _, err := s.Run(t.Context(), f, plan(s, st), p, apply.Options{}); err == nil {
			t.Fatal("the refusal is not told")
		}
		return seen
	}
	if got := order(); got != "none" {
		t.Errorf("before anything is known: %s", got)
	}
	company := f.Companies["c"]
	company.KPP = "525202002"
	if err := s.GiveAgreement(t.Context(), "companies.branch", company, "of-a-branch"); err != nil {
		t.Fatal(err)
	}
	if got := order(); got != "none" {
		t.Errorf("of another branch: %s", got)
	}
	if _, err := s.Run(t.Context(), f, plan(s, step(planner.Register, "a")), p, apply.Options{}); err == nil {
		t.Fatal("the refusal is not told")
	}
	if got := order(); got != "from-a-till" {
		t.Errorf("named by an application: %s", got)
	}
	err := s.GiveAgreement(t.Context(), "companies.c", f.Companies["c"], "by-hand")
	if err == nil || !strings.Contains(err.Error(), "from-a-till") {
		t.Errorf("another word replaces what is known: %v", err)
	}
	if err := s.GiveAgreement(t.Context(), "companies.c", f.Companies["c"], "from-a-till"); err != nil {
		t.Errorf("the same word again: %v", err)
	}
}

// Whoever opens the state knows what was given before.
func TestAgreementIsKept(t *testing.T) {
	store := newStore()
	s := open(t, store)
	if err := s.GiveAgreement(t.Context(), "companies.c", fleet().Companies["c"], "by-hand"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	s = open(t, store)
	if c := s.Snapshot().Resources["companies.c"].Cabinet; c == nil || c.Agreement != "by-hand" || !c.Existed {
		t.Fatalf("%+v", c)
	}
	if err := s.GiveAgreement(t.Context(), "companies.c", fleet().Companies["c"], "another"); err != nil {
		t.Fatal(err)
	}
	if c := s.Snapshot().Resources["companies.c"].Cabinet; c.Agreement != "another" || !c.Told {
		t.Errorf("not put right: %+v", c)
	}
}

// What a person gave under another key of the same company is put right with
// it; what the service named is not replaced.
func TestAgreementIsPutRightEverywhere(t *testing.T) {
	s := open(t, newStore())
	c := fleet().Companies["c"]
	give := func(address, id string) error { return s.GiveAgreement(t.Context(), address, c, id) }
	if err := errors.Join(give("companies.c", "wrong"), give("companies.d", "right")); err != nil {
		t.Fatal(err)
	}
	for _, a := range []string{"companies.c", "companies.d"} {
		if got := s.Snapshot().Resources[a].Cabinet; got == nil || got.Agreement != "right" {
			t.Errorf("%s: %+v", a, got)
		}
	}
	named := state.Resource{Cabinet: &spec.CabinetRecord{INN: c.INN, KPP: c.KPP, Agreement: "named"}}
	if err := s.Record(t.Context(), state.Entry{Event: "done create-cabinet", Address: "companies.c", Resource: &named}, state.Entry{Event: "state rm", Address: "companies.d", Delete: true}); err != nil {
		t.Fatal(err)
	}
	if err := give("companies.c", "other"); err == nil {
		t.Error("what the service named was replaced")
	}
}
