package apply

import (
	"slices"
	"testing"
	"time"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
)

// TestNews: what there is to tell of a step, by how it ended.
func TestNews(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	steps := []StepResult{
		{State: StepDone, Action: planner.Register},
		{State: StepDone, Action: planner.Adopt},
		{State: StepWaiting, WaitingFor: planner.WaitTaxService},
		{State: StepWaiting, WaitingFor: planner.WaitService},
		{State: StepWaiting},
		{State: StepWaiting, WaitingFor: planner.WaitSignature},
		{State: StepWaiting, WaitingFor: planner.WaitSignature, Due: now.Add(time.Hour)},
		{State: StepWaiting, WaitingFor: planner.WaitTaxService, Due: now.Add(-time.Hour)},
		{State: StepFailed},
		{State: StepUnknown},
		{State: StepSkipped},
		{State: StepInterrupted},
	}
	var got []string
	for _, n := range (&Report{Steps: steps}).News(now) {
		got = append(got, n.Kind)
	}
	want := []string{spec.NotifyDone, spec.NotifyWaiting, spec.NotifyWaiting, spec.NotifyOverdue, spec.NotifyRefused, spec.NotifyUnknown}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestRemembered: of one destination and kind there is one key; others stay.
func TestRemembered(t *testing.T) {
	told := []string{"a waiting signature 1", "b waiting signature 1", "a overdue x 1"}
	got := remembered(told, "a", News{Kind: spec.NotifyWaiting, key: "waiting report 2"})
	if want := []string{"b waiting signature 1", "a overdue x 1", "a waiting report 2"}; !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	if told[0] != "a waiting signature 1" {
		t.Error("what was given is changed")
	}
}
