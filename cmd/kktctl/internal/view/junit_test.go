package view

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec/diag"
)

// decoded reads JUnit XML back; anything that is not XML fails.
func decoded(t *testing.T, text []byte) junitSuites {
	t.Helper()
	if !strings.HasPrefix(string(text), JUnitBegins) {
		t.Errorf("it begins with %.80q", text)
	}
	d := xml.NewDecoder(bytes.NewReader(text))
	for {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("%v in %s", err, text)
		}
	}
	var out struct {
		Suite struct {
			Cases []*junitCase `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(dropTimes(string(text))), &out); err != nil {
		t.Fatal(err)
	}
	return junitSuites{Suite: &junitSuite{Cases: out.Suite.Cases}}
}

func dropTimes(s string) string { return strings.ReplaceAll(s, ` time="0.000"`, "") }

// Hostile text is text, whatever it holds: nothing of it is markup, and nothing
// can drive the terminal of who reads the report.
func TestJUnitHostileText(t *testing.T) {
	hostile := "]]><failure/>&\"'\x1b[31m\x00\x08\u202e\ufffe\xff\n<!--" + strings.Repeat("x", 100_000)
	p := &planner.Plan{
		Fleet: hostile, Timestamp: time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC),
		Steps: []planner.Step{{ID: "register:kkts.a", Address: "kkts." + hostile, Action: planner.Register, Reason: hostile}},
		Diagnostics: diag.List{
			{Summary: hostile, Address: hostile, Hint: hostile},
			{Summary: hostile, Address: hostile},
			{Severity: diag.Warning, Summary: hostile},
			{Summary: hostile},
		},
	}
	var b bytes.Buffer
	if err := PlanJUnit(&b, p, Options{}); err != nil {
		t.Fatal(err)
	}
	if i := strings.IndexAny(b.String(), "\x1b\x00\x08\u202e\ufffe"); i >= 0 {
		t.Errorf("there is a %q", b.String()[i:i+4])
	}
	cases := decoded(t, b.Bytes()).Suite.Cases
	if len(cases) != 3 || cases[0].Failure == nil || cases[1].Failure == nil || cases[2].Failure != nil {
		t.Fatalf("%d cases", len(cases))
	}
	if b.Len() > 400_000 {
		t.Errorf("%d bytes", b.Len())
	}
}

// Each state of a step is the outcome that pipelines know, with its time.
func TestReportJUnit(t *testing.T) {
	at := time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)
	times := NewStepTimes()
	times.Event(apply.Event{Type: apply.EventVersion, Time: at})
	times.Event(apply.Event{ID: "pay:kkts.a", Time: at})
	times.Event(apply.Event{ID: "pay:kkts.a", Time: at.Add(1500 * time.Millisecond)})
	report := &apply.Report{Steps: []apply.StepResult{
		{ID: "pay:kkts.a", Address: "kkts.a", Action: planner.Pay, State: apply.StepDone},
		{ID: "pay:kkts.b", Address: "kkts.b", Action: planner.Pay, State: apply.StepFailed, Message: "refused"},
		{ID: "pay:kkts.c", Address: "kkts.c", Action: planner.Pay, State: apply.StepUnknown, Message: "no answer"},
		{ID: "pay:kkts.d", Address: "kkts.d", Action: planner.Pay, State: apply.StepWaiting, WaitingFor: planner.WaitTaxService},
		{ID: "pay:kkts.e", Address: "kkts.e", Action: planner.Pay, State: apply.StepSkipped, SkippedFor: "register:kkts.e"},
		{ID: "pay:kkts.f", Address: "kkts.f", Action: planner.Pay, State: apply.StepInterrupted},
	}}
	var b bytes.Buffer
	if err := ReportJUnit(&b, Ended{Operation: "apply", Fleet: "sever", Report: report}, times, at, 2*time.Second, Options{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<testsuites name="kktctl sever apply" tests="7" failures="1" errors="1" time="2.000">`,
		`<testsuite name="sever apply" tests="7" failures="1" errors="1" skipped="3" time="2.000" timestamp="2026-11-22T06:00:00">`,
		`<testcase name="pay kkts.a" classname="sever.apply" time="1.500">`,
		`<failure message="refused" type="failed">`,
		`<error message="no answer" type="unknown">`,
		`kktctl resolve kkts.c --not-sent`,
		`<skipped message="waits for the tax service" type="">`,
		`<skipped message="needs another step: register kkts.e" type="">`,
		`<skipped message="not finished" type="">`,
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %s in\n%s", want, b.String())
		}
	}
}

// A case has one outcome, the worst; what else there was is told with it.
func TestDriftJUnit(t *testing.T) {
	r := &planner.DriftReport{
		Fleet: "sever",
		Tills: []planner.Measure{{Address: "kkts.a"}, {Address: "kkts.b"}, {Address: "kkts.c"}},
		Changed: []planner.Drift{
			{Address: "kkts.a", Path: "place", Applied: "Зал"},
			{Address: "kkts.b", Path: "place", Applied: "Зал", Live: "Подвал", Ignored: true},
		},
		Unapplied:   []planner.Step{{Address: "kkts.a", Action: planner.Pay}, {Address: "companies.x", Action: planner.CreateCabinet}},
		UnderWay:    []planner.Step{{Address: "kkts.a", Action: planner.Continue, Continues: planner.Register, WaitingFor: planner.WaitTaxService}},
		Coming:      []planner.Coming{{Address: "kkts.c", What: "the ФН ends soon"}},
		Diagnostics: diag.List{{Summary: "cannot be compared", Address: "kkts.a"}},
	}
	var b bytes.Buffer
	if err := DriftJUnit(&b, r, Options{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`tests="5" failures="2" errors="0" skipped="0"`,
		`<failure message="place was changed outside kktctl: &#34;Зал&#34; → nothing" type="changed">`,
		"declared and not applied: pay", "cannot be compared",
		"(ignored)", "the ФН ends soon", `<testcase name="companies.x"`,
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %s in\n%s", want, b.String())
		}
	}
	if n := strings.Count(b.String(), "<failure") + strings.Count(b.String(), "<error") + strings.Count(b.String(), "<skipped"); n != 2 {
		t.Errorf("%d outcomes", n)
	}
}

// A hundred thousand tills take a moment, not a square of it.
func TestDriftJUnitOfALargeFleet(t *testing.T) {
	r := &planner.DriftReport{}
	for i := range 100_000 {
		address := "kkts.till-" + time.Duration(i).String()
		r.Tills = append(r.Tills, planner.Measure{Address: address})
		r.Diagnostics = append(r.Diagnostics, diag.Diagnostic{Summary: "a", Address: address}, diag.Diagnostic{Summary: "b", Address: address})
	}
	began := time.Now()
	if err := DriftJUnit(io.Discard, r, Options{}); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestGitLabReport(t *testing.T) {
	p := &planner.Plan{}
	for _, a := range []planner.Action{
		planner.CreateCabinet, planner.Order, planner.Book, planner.Check, planner.Register, planner.Reregister, planner.Unregister,
		planner.Pay, planner.AddKKT, planner.RemoveKKT, planner.Adopt, planner.Move, planner.Forget,
	} {
		p.Steps = append(p.Steps, planner.Step{Action: a})
	}
	p.Steps = append(p.Steps,
		planner.Step{Action: planner.Continue, Continues: planner.Register},
		planner.Step{Action: planner.Continue, Continues: planner.Register, Unbegun: true},
		planner.Step{Action: planner.Continue, Continues: planner.Register, Unbegun: true, Obsolete: true},
	)
	var b bytes.Buffer
	if err := GitLabReport(&b, p); err != nil {
		t.Fatal(err)
	}
	if got, want := b.String(), `{"create":5,"update":4,"delete":2}`+"\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
