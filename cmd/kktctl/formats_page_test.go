package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/cmd/kktctl/internal/metrics"
	"github.com/kktctl/kktctl/docs/schema"
	"github.com/kktctl/kktctl/planner"
)

// TestFormatsPage keeps docs/formats.md complete: schemas, events, metrics,
// and the flags that write reports.
func TestFormatsPage(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "docs", "formats.md"))
	if err != nil {
		t.Fatal(err)
	}
	page := string(data)
	wants := []string{schema.Modeline(schema.Fleet)}
	for _, name := range schema.Names() {
		wants = append(wants, "(schema/"+schema.File(name)+")")
	}
	for _, e := range []apply.EventType{
		apply.EventVersion, apply.EventStart, apply.EventProgress, apply.EventDone, apply.EventWaiting,
		apply.EventFailed, apply.EventUnknown, apply.EventSkipped, apply.EventSummary,
	} {
		wants = append(wants, "`"+string(e)+"`")
	}
	now := time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)
	text, err := metrics.Text(&planner.DriftReport{
		Fleet: "sever", Timestamp: now, Verdict: planner.VerdictClean,
		Conditions: map[planner.Condition]int{planner.ConditionOK: 1},
		Tills:      []planner.Measure{{Address: "kkts.a", FNEnd: now, ContractEnd: now, LastDocument: now}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (\S+)`).FindAllStringSubmatch(string(text), -1) {
		wants = append(wants, "`"+m[1])
	}
	for _, want := range wants {
		if !strings.Contains(page, want) {
			t.Errorf("docs/formats.md does not name %s", want)
		}
	}
	app := testApp(t)
	for _, command := range []string{"validate", "plan", "show", "drift", "apply", "resume", "check"} {
		var help bytes.Buffer
		app.Out = &help
		app.Main([]string{command, "--help"})
		for _, m := range regexp.MustCompile(`--(\S+-into|junit|prometheus|gitlab-report) `).FindAllStringSubmatch(help.String(), -1) {
			if !strings.Contains(page, "--"+m[1]) {
				t.Errorf("docs/formats.md does not name --%s of %s", m[1], command)
			}
		}
		if !strings.Contains(help.String(), "--junit") {
			t.Errorf("kktctl %s has no --junit:\n%s", command, help.String())
		}
	}
}
