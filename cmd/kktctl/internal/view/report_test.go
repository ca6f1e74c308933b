package view

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/state"
)

func TestApplyReport(t *testing.T) {
	golden(t, "report.txt", ApplyReport(sampleReport(), Options{Now: now()}))
	golden(t, "report-80-verbose.txt", ApplyReport(sampleReport(), Options{Now: now(), Width: 80, Verbose: true}))
	golden(t, "report-color.txt", ApplyReport(sampleReport(), Options{Now: now(), Color: true}))
}

func TestApplyReportOfSuccess(t *testing.T) {
	r := &apply.Report{Steps: []apply.StepResult{{State: apply.StepDone}}, Summary: apply.Summary{Done: 7}}
	if got, want := ApplyReport(r, Options{}), "Applied: 7 done, 0 waiting, 0 failed, 0 skipped, 0 unknown.\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCommandsAreWholeAndAlone(t *testing.T) {
	o := Options{Now: now(), Width: 40, Program: "kktctl -f 'a b.yaml'"}
	lines := strings.Split(ApplyReport(sampleReport(), o), "\n")
	for _, want := range []string{
		"kktctl -f 'a b.yaml' resolve kkts.don-1 --sent", "kktctl -f 'a b.yaml' resolve kkts.don-1 --not-sent",
		"kktctl -f 'a b.yaml' tasks report kkts.neva-1 --at YYYY-MM-DDTHH:MM:SS --document NUMBER --sign FISCAL-SIGN",
	} {
		n := 0
		for _, l := range lines {
			if strings.TrimSpace(l) == want {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d lines are %q", n, want)
		}
	}
}

func TestHostileAddressesAreQuotedInCommands(t *testing.T) {
	r := &apply.Report{Steps: []apply.StepResult{{State: apply.StepUnknown, Address: "kkts.a;rm -rf $HOME'"}}}
	if got, want := ApplyReport(r, Options{}), `kktctl resolve 'kkts.a;rm -rf $HOME'\''' --sent`; !strings.Contains(got, want) {
		t.Errorf("no %s in:\n%s", want, got)
	}
}

func TestReportsOfHostileTextAreClean(t *testing.T) {
	for _, o := range []Options{{}, {Verbose: true, Now: now(), Width: 60}} {
		checkClean(t, ApplyReport(hostileReport(), o), "\n")
		checkClean(t, StateList(hostileState(), o), "\n")
		got := StateShow(hostileState(), hostile, o)
		checkClean(t, got, "\n")
		if got == "" {
			t.Error("nothing was shown")
		}
	}
}

func TestTasks(t *testing.T) {
	golden(t, "tasks.txt", Tasks(sampleTasks(), Options{Now: now()}))
	golden(t, "tasks-80.txt", Tasks(sampleTasks(), Options{Width: 80}))
	if got := Tasks(nil, Options{}); got != "" {
		t.Errorf("no tasks read %q", got)
	}
}

func TestTasksJSON(t *testing.T) {
	var b bytes.Buffer
	if err := TasksJSON(&b, sampleTasks()); err != nil {
		t.Fatal(err)
	}
	var back struct{ Tasks []apply.Task }
	if err := json.Unmarshal(b.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(sampleTasks(), back.Tasks); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	b.Reset()
	if err := TasksJSON(&b, nil); err != nil || strings.Contains(b.String(), "null") {
		t.Errorf("no tasks: %v %s", err, b.String())
	}
}

func TestState(t *testing.T) {
	golden(t, "state-list.txt", StateList(sampleState(), Options{}))
	golden(t, "state-show.txt", StateShow(sampleState(), "kkts.sloboda-1", Options{Now: now()}))
	if got := StateShow(sampleState(), "kkts.none", Options{}); got != "" {
		t.Errorf("what is not there reads %q", got)
	}
	if got := StateShow(nil, "kkts.none", Options{}) + ApplyReport(nil, Options{}); got != "" {
		t.Errorf("no state and no report read %q", got)
	}
	if got := StateList(nil, Options{}); got != "The state is empty.\n" {
		t.Errorf("no state reads %q", got)
	}
}

func TestHistory(t *testing.T) {
	by := state.Provenance{ID: "r1", Who: "anna@office 42", Operation: "apply", Plan: "a1b2c3", Actor: "anna", Commit: "0123456789abcdef0123", Pipeline: "77"}
	list := []state.Happening{
		{Address: "kkts.sloboda-1", Event: state.Event{Serial: 1, At: now(), What: "start pay", Run: "r1"}, By: by},
		{Address: "kkts.sloboda-1", Event: state.Event{Serial: 2, At: now().Add(time.Minute), What: "move", From: "kkts.old"}, By: state.Provenance{Who: "boris@office 43"}},
	}
	golden(t, "history.txt", History(list, Options{Now: now()}))
	golden(t, "history-plain.txt", History(list[1:], Options{Now: now()}))
	if got := History(nil, Options{}); got != "Nothing is recorded.\n" {
		t.Errorf("nothing reads %q", got)
	}
	h := state.Happening{Address: hostile, Event: state.Event{What: hostile, From: hostile}, By: state.Provenance{Who: hostile, Actor: hostile, Plan: hostile, Commit: hostile, Pipeline: hostile}}
	checkClean(t, History([]state.Happening{h}, Options{}), "\n")
	var b bytes.Buffer
	if err := HistoryJSON(&b, []state.Happening{h}); err != nil {
		t.Fatal(err)
	}
	checkClean(t, b.String(), "\n")
}

func sampleDiagnostics() diag.List {
	return diag.List{
		{Summary: "unknown key", Pos: diag.Pos{File: "fleet.yaml", Line: 12, Column: 5}, Hint: "did you mean serial?"},
		{Summary: "the check digit is wrong", Address: "kkts.neva-1", Pos: diag.Pos{File: "fleet.yaml", Line: 40}, Detail: "computed 5\nwritten 7"},
		{Severity: diag.Warning, Summary: "kkts.neva-2: the FN is a test one", Address: "kkts.neva-2"},
		{Severity: diag.Note, Summary: "the state may be old"},
	}
}

func TestDiagnostics(t *testing.T) {
	golden(t, "diagnostics.txt", Diagnostics(sampleDiagnostics(), Options{}))
	golden(t, "diagnostics-color.txt", Diagnostics(sampleDiagnostics(), Options{Color: true}))
	if got := Diagnostics(nil, Options{}); got != "" {
		t.Errorf("no diagnostics read %q", got)
	}
}

func TestDiagnosticsJSON(t *testing.T) {
	var b bytes.Buffer
	if err := DiagnosticsJSON(&b, sampleDiagnostics()); err != nil {
		t.Fatal(err)
	}
	golden(t, "diagnostics.json", b.String())
	b.Reset()
	if err := DiagnosticsJSON(&b, nil); err != nil || !strings.Contains(b.String(), `"valid": true`) || !strings.Contains(b.String(), `"diagnostics": []`) {
		t.Errorf("no diagnostics: %v %s", err, b.String())
	}
}

func TestReportMarkdown(t *testing.T) {
	e := Ended{Operation: "apply", Fleet: "sever", Report: sampleReport(), Errors: sampleDiagnostics()[:1], All: "kktctl plan"}
	got := ReportMarkdown(e, Options{Program: "kktctl -f fleet"})
	golden(t, "report.md", got)
	checkWhole(t, got)
	e.Report = nil
	golden(t, "refused.md", ReportMarkdown(e, Options{}))
}

func TestReportMarkdownOfHostileText(t *testing.T) {
	r := sampleReport()
	for i := range r.Steps {
		s := &r.Steps[i]
		s.Address, s.Message, s.Hint, s.Gives = hostile, hostile, hostile, hostile
	}
	for i := range r.Tasks {
		r.Tasks[i] = apply.Task{Address: hostile, What: hostile, RNM: hostile, Link: hostile, Commands: []string{hostile}}
	}
	got := ReportMarkdown(Ended{Operation: "apply", Fleet: hostile, Report: r, All: hostile}, Options{})
	checkClean(t, got, "\n")
	checkWhole(t, got)
	for _, bad := range []string{"<img", "@team", "](http", "://", "**b**"} {
		if strings.Contains(got, bad) {
			t.Errorf("%q comes through", bad)
		}
	}
}

// However much went wrong, the comment has its bound, and what a person has to
// decide is told before what failed or is done.
func TestReportMarkdownIsCut(t *testing.T) {
	r := &apply.Report{Summary: apply.Summary{Done: 20_000, Unknown: 3, Failed: 20_000}}
	for i := range 20_000 {
		name := fmt.Sprint("till-", i)
		r.Steps = append(r.Steps, result(name, planner.Register, apply.StepDone), result(name, planner.Pay, apply.StepFailed))
	}
	for i := range 3 {
		r.Steps = append(r.Steps, result(fmt.Sprint("lost-", i), planner.Register, apply.StepUnknown))
	}
	got := ReportMarkdown(Ended{Operation: "apply", Fleet: "sever", Report: r, All: "kktctl plan"}, Options{})
	if n := len([]rune(got)); n > maxMarkdown || n < maxMarkdown/2 {
		t.Errorf("%d characters", n)
	}
	checkWhole(t, got)
	for i := range 3 {
		if !strings.Contains(got, mdCode(fmt.Sprintf("kktctl resolve kkts.lost-%d --not-sent", i))) {
			t.Errorf("what is unknown of lost-%d is not told", i)
		}
	}
	if !regexp.MustCompile(`\n- … and \d+ steps more: \d+ to pay\. All: `).MatchString(got) {
		t.Error("what failed is not summed up")
	}
}
