package view

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// TestANotificationHasRoom: whatever there is to tell, the text keeps to its
// limit, tells the worst first and counts what is left out.
func TestANotificationHasRoom(t *testing.T) {
	n := &Notification{Fleet: "sever", Operation: "resume", Commit: "0123456789abcdef", Pipeline: "https://git.example/1"}
	for i := range 400 {
		n.Items = append(n.Items, NotifyItem{
			Kind: spec.NotifyWaiting, Address: fmt.Sprintf("kkts.oka-%d", i), What: fmt.Sprintf("register: РНМ %d is assigned", i),
			Group: "register: waits for the printed report", Commands: []string{"kktctl tasks report X"},
		})
	}
	for i := range 30 {
		n.Items = append(n.Items, NotifyItem{
			Kind: spec.NotifyUnknown, Address: fmt.Sprintf("kkts.ока-%d", i), What: fmt.Sprintf("pay: nobody knows %d ", i) + strings.Repeat("ы", 500), Hint: "look",
			Commands: []string{"kktctl resolve X --sent"},
		})
	}
	for _, limit := range []int{0, 100, 1_000, 1_900, 3_900, 16_000, 1 << 20} {
		text := n.Text(limit, Options{})
		if len(text) > max(limit, 3) || !utf8.ValidString(text) {
			t.Errorf("limit %d: %d bytes", limit, len(text))
		}
		if limit < 1_000 {
			continue
		}
		if !strings.HasPrefix(text, "kktctl resume, fleet sever: 30 unknown, 400 waiting for people\n") || !strings.Contains(text, "All of it: kktctl tasks\ncommit 0123456789ab, pipeline https://git.example/1") {
			t.Errorf("limit %d:\n%s", limit, text)
		}
		if limit <= 16_000 != strings.Contains(text, "\nand ") {
			t.Errorf("limit %d: what is left out:\n%s", limit, text)
		}
	}
	all := n.Text(1<<20, Options{Program: "kktctl -f x.yaml"})
	for _, want := range []string{
		"- 400 × register: waits for the printed report (kkts.oka-0, kkts.oka-1, kkts.oka-2, kkts.oka-3, kkts.oka-4 and 395 more)\n",
		"  kktctl -f x.yaml resolve X --sent\n", "  hint: look\n",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if strings.Index(all, "Outcome unknown") > strings.Index(all, "Waiting for people") {
		t.Error("the worst is not first")
	}
}

// TestANotificationIsText: what comes from outside stays on its line and moves
// nothing.
func TestANotificationIsText(t *testing.T) {
	n := &Notification{Fleet: "a\r\nBcc: x", Operation: "drift", Items: []NotifyItem{
		{Kind: spec.NotifyError, What: "x\x1b[2J\n- kkts.b: forged\u202e", Hint: "y\nAll of it: rm -rf"},
	}}
	if strings.ContainsAny(n.Title(), "\r\n") {
		t.Errorf("%q", n.Title())
	}
	text := n.Text(4_000, Options{})
	if strings.ContainsAny(text, "\x1b\u202e\r") || strings.Contains(text, "\n- kkts.b") || strings.Contains(text, "\nAll of it: rm") {
		t.Errorf("%q", text)
	}
}

// TestWhatDriftTells: differences that count, open outcomes and overdue steps;
// what is left alone, under way or still to come is not told.
func TestWhatDriftTells(t *testing.T) {
	r := &planner.DriftReport{
		Changed:     []planner.Drift{{Address: "kkts.a", Path: "fn"}, {Address: "kkts.b", Path: "place", Ignored: true}},
		Unapplied:   []planner.Step{{Address: "kkts.c", Action: planner.Register}},
		UnderWay:    []planner.Step{{Address: "kkts.d", Action: planner.Continue, Continues: planner.Pay, WaitingFor: planner.WaitPerson}, {Address: "kkts.e", WaitingFor: planner.WaitSignature}},
		Coming:      []planner.Coming{{Kind: planner.ComingOverdue, Address: "kkts.f", What: "was due"}, {Kind: planner.ComingFNEnd, Address: "kkts.g"}},
		Diagnostics: diag.List{{Severity: diag.Error, Summary: "x"}, {Severity: diag.Warning, Summary: "y"}},
	}
	var got []string
	for _, it := range NotifyDrift(r) {
		got = append(got, it.Kind+" "+it.Address)
	}
	want := []string{"error ", "drift kkts.a", "drift kkts.c", "unknown kkts.d", "overdue kkts.f"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
