package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
)

func somePlan() *planner.Plan {
	return &planner.Plan{
		FormatVersion: planner.FormatVersion, Fleet: "sever", FleetHash: "h", Lineage: "l", Serial: 7,
		Timestamp: time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC),
		Steps: []planner.Step{
			{ID: "register:kkts.a", Address: "kkts.a", Action: planner.Register, Due: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), Requires: []string{}},
			{ID: "pay:kkts.a", Address: "kkts.a", Action: planner.Pay, Requires: []string{"register:kkts.a"}, Code: &spec.CodeRecord{Fingerprint: "f", Tail: "1Lq"}},
		},
	}
}

// staleness is what stands against a saved plan, but for the history.
func staleness(saved, now *planner.Plan) error {
	if why := append(bindings(saved, now), changesInWords(stepChanges(saved, now))...); len(why) > 0 {
		return errors.New(strings.Join(why, "\n"))
	}
	return nil
}

func TestCheckStale(t *testing.T) {
	for name, tc := range map[string]struct {
		saved, now func(*planner.Plan)
		want       string // empty: not stale
	}{
		"the same": {},
		"later":    {now: func(p *planner.Plan) { p.Timestamp = p.Timestamp.Add(time.Hour); p.Steps[0].Due = time.Time{} }},
		"fleet":    {now: func(p *planner.Plan) { p.Fleet = "yug" }, want: `it is of the fleet "sever", this one is "yug"`},
		"lineage":  {now: func(p *planner.Plan) { p.Lineage = "m" }, want: "another state (lineage)"},
		"first state": {saved: func(p *planner.Plan) {
			p.Lineage = ""
			p.Steps[1].Code = &spec.CodeRecord{Fingerprint: "g", Tail: "1Lq"}
		}},
		"other code": {saved: func(p *planner.Plan) {
			p.Lineage = ""
			p.Steps[1].Code = &spec.CodeRecord{Fingerprint: "g", Tail: "2Lq"}
		}, want: "changed: pay:kkts.a"},
		"same tail":       {now: func(p *planner.Plan) { p.Steps[1].CodeID = "other" }, want: "changed: pay:kkts.a"},
		"serial":          {now: func(p *planner.Plan) { p.Serial = 8 }, want: "it was at serial 7 and is at 8"},
		"older state":     {now: func(p *planner.Plan) { p.Serial = 6 }, want: "the state is older than the plan"},
		"file":            {now: func(p *planner.Plan) { p.FleetHash = "i" }, want: "the fleet file was changed since"},
		"a step went":     {now: func(p *planner.Plan) { p.Steps = p.Steps[:1] }, want: "no longer to do: pay:kkts.a"},
		"a step came":     {saved: func(p *planner.Plan) { p.Steps = p.Steps[:1] }, want: "new: pay:kkts.a"},
		"a step changed":  {now: func(p *planner.Plan) { p.Steps[0].Cost.Roubles = 100 }, want: "changed: register:kkts.a"},
		"the order moved": {now: func(p *planner.Plan) { p.Steps[0], p.Steps[1] = p.Steps[1], p.Steps[0] }, want: "the order of the steps changed"},
	} {
		saved, now := somePlan(), somePlan()
		if tc.saved != nil {
			tc.saved(saved)
		}
		if tc.now != nil {
			tc.now(now)
		}
		err := staleness(saved, now)
		switch {
		case tc.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
	}
}

func TestPlanFileComesBackAsItWas(t *testing.T) {
	path := filepath.Join(t.TempDir(), "plan.json")
	want := planFile{Plan: somePlan(), Targets: []string{"kkts.a"}, AllowUnregister: 2}
	for range 2 { // the second replaces the first
		if err := (&App{}).savePlan(path, want); err != nil {
			t.Fatal(err)
		}
	}
	got, err := (&App{}).readPlan(&globals{}, path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(&planFile{Kind: savedPlanKind, Plan: want.Published(), Targets: want.Targets, AllowUnregister: 2}, got); d != "" {
		t.Error(d)
	}
	if planID(got.Plan) != planID(want.Plan) {
		t.Error("the plan has another id than its copy")
	}
	if err := staleness(got.Plan, somePlan()); err != nil {
		t.Errorf("a plan read again is stale: %v", err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestReadPlanRefuses(t *testing.T) {
	dir := t.TempDir()
	for name, tc := range map[string]struct{ data, want string }{
		"json":   {"{", "is not a saved plan"},
		"other":  {`{"formatVersion": 1}`, "is not a saved plan"},
		"format": {`{"kind": "savedPlan", "formatVersion": 99}`, "has format 99"},
		"yaml":   {"kkts: {}", "is not a saved plan"},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(tc.data), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := (&App{}).readPlan(&globals{}, path); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := (&App{}).readPlan(&globals{}, dir); err == nil || !strings.Contains(err.Error(), "it is a folder") {
		t.Errorf("a folder: %v", err)
	}
}
