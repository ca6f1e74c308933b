package ofd

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/providers/ofd/partner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

var sentAt = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)

func openRun(after, absentAfter time.Duration) *apply.Run {
	in := &state.Intent{ID: "i", Effect: state.EffectSign, At: sentAt, PreRead: map[string]string{"document": "d-1"}}
	if absentAfter > 0 {
		in.AbsentAt = sentAt.Add(absentAfter)
	}
	return &apply.Run{Intent: in, Now: sentAt.Add(after), QuietPeriod: time.Minute, Workflow: state.Workflow{Phase: phaseSignature}}
}

func sentTransition() apply.Transition { return next("sent", state.WorkflowData{}, "") }

// That nothing happened is concluded after the quiet period, on two readings
// that are apart; that it happened, at once.
func TestSettlingTakesTwoReadingsAfterTheQuietPeriod(t *testing.T) {
	for name, test := range map[string]struct {
		run     *apply.Run
		reading reading
		status  apply.Status
		settled apply.Settlement
		absent  bool // the first reading without a trace is noted
	}{
		"a trace at once":           {openRun(time.Second, 0), happened, apply.Next, apply.SettledDone, false},
		"a trace after all":         {openRun(80*time.Second, 61*time.Second), happened, apply.Next, apply.SettledDone, false},
		"no trace yet":              {openRun(59*time.Second, 0), absent, apply.Waiting, "", false},
		"the first without a trace": {openRun(time.Minute, 0), absent, apply.Waiting, "", true},
		"too soon for the second":   {openRun(65*time.Second, time.Minute), absent, apply.Waiting, "", false},
		"the second":                {openRun(70*time.Second, time.Minute), absent, apply.Next, apply.SettledNotSent, false},
		"unclear yet":               {openRun(59*time.Second, 0), unclear, apply.Waiting, "", false},
		"unclear":                   {openRun(time.Minute, 0), unclear, apply.Unknown, "", false},
	} {
		got := settleByReading(test.run, test.reading, sentTransition, "unclear", "look")
		if got.Status != test.status || got.Settled != test.settled || got.AbsentAt.IsZero() == test.absent {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// What of an application proves that a signature arrived, and what does not.
func TestProofsOfASignature(t *testing.T) {
	unsigned := []partner.Document{{ID: "d-1", Content: "x", Signature: "Unsigned"}}
	signed := []partner.Document{{ID: "d-1", Signature: "Signed"}}
	for name, test := range map[string]struct {
		app     partner.Application
		status  apply.Status
		settled apply.Settlement
	}{
		"past, without its papers":      {partner.Application{Status: partner.StatusSentToFNS}, apply.Next, apply.SettledDone},
		"processed":                     {partner.Application{Status: partner.StatusProcessingSignedDocuments, Documents: signed}, apply.Next, apply.SettledDone},
		"rejected":                      {partner.Application{Status: partner.StatusRejected}, apply.Next, apply.SettledDone},
		"awaiting, marked":              {partner.Application{Status: partner.StatusAwaitingSignature, Documents: signed}, apply.Next, apply.SettledDone},
		"awaiting, not marked":          {partner.Application{Status: partner.StatusAwaitingSignature, Documents: unsigned}, apply.Next, apply.SettledNotSent},
		"the next stage, not yet begun": {partner.Application{Status: partner.StatusNew, Stage: partner.StageFinalization}, apply.Next, apply.SettledDone},
		"back at the beginning":         {partner.Application{Status: partner.StatusNew, Stage: partner.StageInitialization}, apply.Unknown, ""},
		"an unknown error":              {partner.Application{Status: partner.StatusUnknownError}, apply.Unknown, ""},
		"no status":                     {partner.Application{}, apply.Unknown, ""},
	} {
		got := application{}.settleSign(openRun(2*time.Minute, time.Minute), test.app, sentTransition)
		if got.Status != test.status || got.Settled != test.settled {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// The three ways in which the examples end, and those that are no end.
func TestExamplesAreFollowedToTheirEnds(t *testing.T) {
	for name, test := range map[string]struct {
		example, id string
		action      planner.Action
		phase       string
		status      apply.Status
		then        string
		rnm         string
	}{
		"7.5: an РНМ is no end":        {"7.5-answer-2", "81c178ca-fdf0-46f1-a4e6-a6cf0d77d39c", planner.Register, phaseTaxService, apply.Next, phaseReport, ""},
		"7.6.4":                        {"7.6.4-answer", "81c178ca-fdf0-46f1-a4e6-a6cf0d77d39c", planner.Register, phaseReportTax, apply.Done, phaseReportTax, "0000002950038403"},
		"7.6.4, ended elsewhere":       {"7.6.4-answer", "81c178ca-fdf0-46f1-a4e6-a6cf0d77d39c", planner.Register, phaseTaxService, apply.Done, phaseTaxService, "0000002950038403"},
		"7.7.3: signed is no end":      {"7.7.3-answer", "c76b003e-36de-4db6-af87-ad91e67ba042", planner.Reregister, phaseTaxService, apply.Waiting, phaseTaxService, ""},
		"7.7.4":                        {"7.7.4-answer", "c76b003e-36de-4db6-af87-ad91e67ba042", planner.Reregister, phaseTaxService, apply.Done, phaseTaxService, "0000002928049035"},
		"7.8.4":                        {"7.8.4-answer", "b9e0ff67-eae4-4d7b-b637-68df3999e7fb", planner.Unregister, phaseTaxService, apply.Done, phaseTaxService, ""},
		"7.5: rejected, with a reason": {"7.5-answer", "1b21cac3-2b85-404a-b147-7f3bbd6827a5", planner.Register, phaseTaxService, apply.Failed, phaseTaxService, ""},
	} {
		t.Run(name, func(t *testing.T) {
			answer, err := os.ReadFile(filepath.Join("partner", "testdata", test.example+".json"))
			if err != nil {
				t.Fatal(err)
			}
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(answer) }))
			t.Cleanup(server.Close)
			p, err := New(Config{Fleet: &spec.Fleet{}, Endpoint: server.URL, APIKey: "k"})
			if err != nil {
				t.Fatal(err)
			}
			got, err := p.Advance(t.Context(), &apply.Run{
				Address: "kkts.a", Action: test.action, Now: sentAt,
				Resource: state.Resource{Identity: state.Identity{RNM: map[planner.Action]string{planner.Reregister: "0000002928049035"}[test.action]}},
				Workflow: state.Workflow{Phase: test.phase, Data: state.WorkflowData{ApplicationID: test.id}},
			})
			if err != nil || got.Status != test.status || got.Phase != test.then {
				t.Fatalf("%+v, %v", got, err)
			}
			if test.rnm != "" && got.Result.RNM != test.rnm {
				t.Errorf("РНМ %q", got.Result.RNM)
			}
		})
	}
}
