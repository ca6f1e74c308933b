package main

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"

	"github.com/kktctl/kktctl/planner"
)

// FuzzPlanFile: whatever a plan file holds, it is refused, or it comes back as
// it was, and only one with the same steps is taken for the plan made anew.
func FuzzPlanFile(f *testing.F) {
	saved, err := json.Marshal(planFile{Kind: savedPlanKind, Plan: somePlan(), Targets: []string{"kkts.a"}, AllowUnregister: 1})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(saved)
	f.Add(bytes.Replace(saved, []byte(`"serial":7`), []byte(`"serial":8`), 1))
	f.Add(saved[:len(saved)-3])
	f.Add(append(bytes.Clone(saved), "{}"...))
	f.Add([]byte(`null`))
	f.Add([]byte(`{"formatVersion":"1","Plan":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		plan, err := decodePlan("plan.json", data)
		if err != nil {
			if plan != nil {
				t.Fatal("a plan and an error")
			}
			return
		}
		if !json.Valid(data) {
			t.Fatalf("%q passes for a plan", data)
		}
		once, err := json.Marshal(plan)
		if err != nil {
			t.Fatalf("cannot be written back: %v", err)
		}
		again := planFile{Plan: &planner.Plan{}}
		if err := json.Unmarshal(once, &again); err != nil {
			t.Fatalf("cannot be read back: %v", err)
		}
		if twice, err := json.Marshal(again); err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("unstable: %v\n%s\n%s", err, once, twice)
		}
		now := somePlan()
		if staleness(plan.Plan, now) == nil && !slices.Equal(stepOrder(plan.Plan), stepOrder(now)) {
			t.Fatalf("taken for another plan: %s", once)
		}
	})
}
