package view

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/kktctl/kktctl/planner"
)

// sampleDrift has something of everything.
func sampleDrift() *planner.DriftReport {
	p := samplePlan()
	many := make([]string, 12)
	for i := range many {
		many[i] = "kkts.far-" + string(rune('a'+i))
	}
	return &planner.DriftReport{
		FormatVersion: 1, Fleet: p.Fleet, FleetHash: p.FleetHash, Lineage: p.Lineage, Serial: p.Serial, Timestamp: p.Timestamp,
		Verdict: planner.VerdictDrift, Complete: true, Changed: p.Drift, Unapplied: p.Steps[:2], UnderWay: p.Steps[3:4], Unmanaged: p.Unmanaged,
		Unobservable: []planner.Unseen{
			{Reason: "no call shows them", Paths: []string{"ffd", "usage"}, Count: 20},
			{Reason: "not in the list", Paths: []string{"fn"}, Count: 12, Addresses: many},
			{Reason: "no call shows them", Paths: []string{"cabinet"}, Count: 1, Addresses: []string{"companies.sever"}},
		},
		Coming: []planner.Coming{{
			Kind: planner.ComingSilent, Address: "kkts.oka-1", At: now().Add(24 * time.Hour), What: "silent for 4 days", Detail: "a ФН blocks",
			Hint: "see that the till is on",
		}},
		Conditions: map[planner.Condition]int{planner.ConditionOK: 3}, Diagnostics: p.Diagnostics,
	}
}

func hostileDrift() *planner.DriftReport {
	p, r := hostilePlan(), sampleDrift()
	r.Fleet, r.Changed, r.Unapplied, r.UnderWay, r.Unmanaged, r.Diagnostics = p.Fleet, p.Drift, p.Steps, p.Steps, p.Unmanaged, p.Diagnostics
	r.Unobservable = []planner.Unseen{{Reason: hostile, Paths: []string{hostile}, Count: 1, Addresses: []string{hostile}}}
	r.Coming = []planner.Coming{{Address: hostile, What: hostile, Detail: hostile, Hint: hostile}}
	return r
}

func TestDrift(t *testing.T) {
	golden(t, "drift.txt", DriftText(sampleDrift(), Options{Now: now(), Width: 80}))
	golden(t, "drift.md", DriftMarkdown(sampleDrift(), Options{}, "kktctl drift"))
	var b bytes.Buffer
	if err := DriftJSON(&b, sampleDrift()); err != nil {
		t.Fatal(err)
	}
	golden(t, "drift.json", b.String())
}

func TestDriftIsClean(t *testing.T) {
	r := hostileDrift()
	for _, o := range []Options{{}, {Verbose: true, Width: 60}} {
		checkClean(t, DriftText(r, o), "\n")
	}
	checkClean(t, DriftMarkdown(r, Options{}, "kktctl drift"), "\n")
	if m := DriftMarkdown(r, Options{}, "kktctl drift"); strings.Contains(m, "<img") || strings.Contains(m, "@team") {
		t.Errorf("markup from elsewhere:\n%s", m)
	}
	var b bytes.Buffer
	if err := DriftJSON(&b, r); err != nil {
		t.Fatal(err)
	}
	checkClean(t, b.String(), "\n")
	var back planner.DriftReport
	if err := json.Unmarshal(b.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "null") {
		t.Errorf("null in place of a list:\n%s", b.String())
	}
}

func TestDriftMarkdownIsBounded(t *testing.T) {
	r := sampleDrift()
	for range 5000 {
		r.Changed = append(r.Changed, r.Changed[0])
		r.Unapplied = append(r.Unapplied, r.Unapplied[0])
		r.Coming = append(r.Coming, r.Coming[0])
	}
	if n := len([]rune(DriftMarkdown(r, Options{}, "kktctl drift"))); n > maxMarkdown {
		t.Errorf("%d characters", n)
	}
}
