package view

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec/diag"
)

func TestPlanText(t *testing.T) {
	for name, o := range map[string]Options{
		"plan-100.txt":        {Now: now()},
		"plan-80-verbose.txt": {Now: now(), Width: 80, Verbose: true},
		"plan-color.txt":      {Now: now(), Color: true, Width: 120},
	} {
		goldenPlan(t, name, PlanText(samplePlan(), o), samplePlan())
	}
}

func TestPlanTextOfNothing(t *testing.T) {
	p := &planner.Plan{Fleet: "sever", Complete: true}
	got, want := PlanText(p, Options{}), "Plan of the fleet sever\n\nNo changes. The fleet matches the declaration.\n"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPlanTextEndsWithTheSummary(t *testing.T) {
	if got := PlanText(samplePlan(), Options{}); !strings.HasSuffix(got, "\n"+summaryLine(samplePlan())+"\n") {
		t.Errorf("it ends with %q", got[len(got)-100:])
	}
}

// goldenPlan leaves the wording of the summary to the planner's tests.
func goldenPlan(t *testing.T, name, got string, p *planner.Plan) {
	t.Helper()
	golden(t, name, strings.Replace(got, summaryLine(p), "SUMMARY LINE", 1))
}

func TestPlanTextOfErrors(t *testing.T) {
	p := samplePlan()
	p.Diagnostics = append(p.Diagnostics, diag.Diagnostic{Summary: "3 pays, but the code serves 2", Pos: diag.Pos{File: "fleet.yaml", Line: 12, Column: 5}})
	got := PlanText(p, Options{})
	for _, want := range []string{"fleet.yaml:12:5: error: 3 pays, but the code serves 2", "cannot be applied"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
}

func TestPlanTextSaysThatItIsIncomplete(t *testing.T) {
	p := samplePlan()
	p.Complete = false
	if got := PlanText(p, Options{}); !strings.Contains(got, "does not make the whole declaration true") {
		t.Errorf("an incomplete plan reads as a complete one:\n%s", got)
	}
}

func TestPlanTextFitsItsWidth(t *testing.T) {
	for _, w := range []int{80, 100, 120} {
		for l := range strings.SplitSeq(PlanText(samplePlan(), Options{Width: w, Verbose: true}), "\n") {
			// A value alone on its line is longer rather than cut, and the summary stays one line.
			if width(l) > w && !strings.Contains(l, longAddress) && l != summaryLine(samplePlan()) {
				t.Errorf("%d columns of %d: %s", width(l), w, l)
			}
		}
	}
}

func TestHostileTextIsCleanEverywhere(t *testing.T) {
	p := hostilePlan()
	for _, o := range []Options{{}, {Verbose: true, Width: 60}} {
		checkClean(t, PlanText(p, o), "\n")
		checkClean(t, Diagnostics(p.Diagnostics, o), "\n")
	}
	checkClean(t, PlanMarkdown(p, Options{}, "kktctl plan"), "\n")
}

func TestSensitiveValuesAreNotShown(t *testing.T) {
	for _, got := range []string{PlanText(samplePlan(), Options{Verbose: true}), PlanMarkdown(samplePlan(), Options{}, "kktctl plan")} {
		if strings.Contains(got, "secret") {
			t.Errorf("a sensitive value is shown:\n%s", got)
		}
	}
}

func TestPlanJSON(t *testing.T) {
	var b bytes.Buffer
	if err := PlanJSON(&b, samplePlan()); err != nil {
		t.Fatal(err)
	}
	golden(t, "plan.json", b.String())
	var back planner.Plan
	if err := json.Unmarshal(b.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(samplePlan().Published(), &back, cmpopts.EquateEmpty()); d != "" {
		t.Errorf("the plan does not come back (-want +got):\n%s", d)
	}
}

func TestPlanJSONOfNothingHasLists(t *testing.T) {
	var b bytes.Buffer
	if err := PlanJSON(&b, &planner.Plan{Steps: []planner.Step{{}}}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "null") {
		t.Errorf("null in place of a list:\n%s", b.String())
	}
}

func TestPlanJSONKeepsHostileTextAsData(t *testing.T) {
	var b bytes.Buffer
	if err := PlanJSON(&b, hostilePlan()); err != nil {
		t.Fatal(err)
	}
	checkClean(t, b.String(), "\n")
	var back planner.Plan
	if err := json.Unmarshal(b.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if want := strings.ToValidUTF8(hostile, "\ufffd"); back.Fleet != want {
		t.Errorf("the text changed:\n got %q\nwant %q", back.Fleet, want)
	}
}

func TestPlanJSONEscapesBeyondTheBasicPlane(t *testing.T) {
	var b bytes.Buffer
	if err := PlanJSON(&b, &planner.Plan{Fleet: "a\U000e0041b"}); err != nil {
		t.Fatal(err)
	}
	var back planner.Plan
	if err := json.Unmarshal(b.Bytes(), &back); err != nil || back.Fleet != "a\U000e0041b" {
		t.Errorf("got %q, %v", back.Fleet, err)
	}
	if strings.Contains(b.String(), "\U000e0041") {
		t.Error("an invisible character is written as it is")
	}
}

// bigPlan registers so many tills.
func bigPlan(n int) *planner.Plan {
	p := &planner.Plan{Fleet: "big", Complete: true, Applyable: true}
	for i := range n {
		s := sampleSteps()[0]
		s.Address = fmt.Sprintf("kkts.till-%06d", i)
		s.ID = planner.StepID(s.Action, s.Address)
		p.Steps = append(p.Steps, s)
	}
	return p
}

func TestPlanTextListsEveryStep(t *testing.T) {
	const n = 5000
	if got := strings.Count(PlanText(bigPlan(n), Options{}), "+ register kkts.till-"); got != n {
		t.Errorf("%d steps listed of %d", got, n)
	}
}

func BenchmarkPlanText(b *testing.B) {
	p := bigPlan(100_000)
	for b.Loop() {
		PlanText(p, Options{Color: true})
	}
}
