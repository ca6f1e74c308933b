package main

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/hashicorp/go-multierror"

	"github.com/kktctl/kktctl/apply"
)

func TestExitCode(t *testing.T) {
	for name, tc := range map[string]struct {
		err  error
		want int
	}{
		"nothing":      {nil, 0},
		"plain":        {errors.New("x"), 1},
		"carried":      {fmt.Errorf("while y: %w", withCode(exitUnknown, errors.New("x"))), 4},
		"code alone":   {withCode(exitChanges, nil), 2},
		"interrupted":  {fmt.Errorf("reading: %w", context.Canceled), 130},
		"code of zero": {withCode(exitOK, nil), 0},
	} {
		if got := exitCode(tc.err); got != tc.want {
			t.Errorf("%s: %d, want %d", name, got, tc.want)
		}
	}
}

func TestOutcome(t *testing.T) {
	failed := errors.New("the state could not be written")
	for name, tc := range map[string]struct {
		summary               apply.Summary
		err                   error
		interrupted, detailed bool
		want                  int
	}{
		"done":                    {summary: apply.Summary{Done: 3}, want: 0},
		"waiting":                 {summary: apply.Summary{Done: 1, Waiting: 1}, want: 0},
		"waiting, detailed":       {summary: apply.Summary{Done: 1, Waiting: 1}, detailed: true, want: 3},
		"done, detailed":          {summary: apply.Summary{Done: 1}, detailed: true, want: 0},
		"failed":                  {summary: apply.Summary{Failed: 1, Waiting: 1}, detailed: true, want: 1},
		"failed outside of steps": {summary: apply.Summary{Waiting: 1}, err: failed, detailed: true, want: 1},
		"unknown beats failed":    {summary: apply.Summary{Failed: 1, Unknown: 1}, err: failed, want: 4},
		"interrupted beats all":   {summary: apply.Summary{Unknown: 1}, err: context.Canceled, interrupted: true, want: 130},
	} {
		got := exitCode(outcome(&apply.Report{Summary: tc.summary}, tc.err, tc.interrupted, tc.detailed))
		if got != tc.want {
			t.Errorf("%s: %d, want %d", name, got, tc.want)
		}
	}
}

func TestOtherErrorsLeavesOutFailedSteps(t *testing.T) {
	other := errors.New("the lock was lost")
	step := &apply.StepError{Result: apply.StepResult{Address: "kkts.a", Action: "pay", Message: "no"}}
	if err := otherErrors(multierror.Append(nil, step)); err != nil {
		t.Errorf("a failed step was left: %v", err)
	}
	if err := otherErrors(multierror.Append(nil, step, other)); !errors.Is(err, other) {
		t.Errorf("got %v", err)
	}
	if err := otherErrors(other); !errors.Is(err, other) {
		t.Errorf("got %v", err)
	}
}
