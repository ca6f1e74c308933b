package view

import (
	"testing"
	"time"

	"github.com/kktctl/kktctl/planner"
)

func TestHumanize(t *testing.T) {
	for in, want := range map[string]string{
		"awaitingSignature": "awaiting signature", "await-tax_service": "await tax service", "RNM": "RNM", "": "", "a\x1bB": `a\x1b b`,
	} {
		if got := humanize(in); got != want {
			t.Errorf("humanize(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestPhaseWords(t *testing.T) {
	for in, want := range map[string]string{
		"report-signature": "the report is to be signed", "somethingNew": "something new", hostile: humanize(hostile),
	} {
		if got := phaseWords(in); got != want {
			t.Errorf("phaseWords(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestEveryActionAndWaitHasWords(t *testing.T) {
	for a, want := range map[planner.Action]string{
		planner.Register: "register", planner.Reregister: "re-register", planner.Unregister: "deregister", planner.Pay: "pay",
		planner.AddKKT: "add to Renta", planner.RemoveKKT: "remove from Renta", planner.Adopt: "adopt", planner.Move: "move",
		planner.Forget: "forget", planner.Continue: "continue", "createCabinet": "create cabinet",
	} {
		if got := verb(a); got != want {
			t.Errorf("verb(%s) = %q, want %q", a, got, want)
		}
	}
	for w, people := range map[planner.Wait]bool{
		planner.WaitSignature: true, planner.WaitTaxService: false, planner.WaitService: false, planner.WaitReport: true,
		planner.WaitPapers: true, planner.WaitFirstDocument: true, planner.WaitPerson: true,
	} {
		if whom(w) == humanize(string(w)) || ofPeople(w) != people {
			t.Errorf("%s reads %q, of people: %v", w, whom(w), ofPeople(w))
		}
	}
}

func TestWhy(t *testing.T) {
	s := planner.Step{Action: planner.Continue, Reason: "what became of a call is unknown", Phase: "pay"}
	if got := why(&s, Options{}); got != s.Reason {
		t.Errorf("a step that waits for nobody known reads %q", got)
	}
	s.WaitingFor, s.Waits = planner.WaitPerson, []planner.Wait{planner.WaitPerson, planner.WaitFirstDocument}
	if got, want := why(&s, Options{}), "the code is being used, waits for a person's word on what happened"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := stepWaits(&s); len(got) != 2 {
		t.Errorf("the waits to come are %v", got)
	}
	s.Action = planner.Pay
	if got := why(&s, Options{}); got != s.Reason {
		t.Errorf("a new step reads %q", got)
	}
}

func TestTimes(t *testing.T) {
	due := time.Date(2026, 11, 23, 20, 59, 0, 0, time.UTC)
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{}, "by Mon 23 Nov 2026 23:59 MSK"},
		{Options{Now: now()}, "by Mon 23 Nov 23:59 MSK"},
		{Options{Now: now(), Location: time.UTC}, "by Mon 23 Nov 20:59 UTC"},
		{Options{Now: now().AddDate(1, 0, 0)}, "was due by Mon 23 Nov 2026 23:59 MSK"},
	} {
		if got := c.o.by(due); got != c.want {
			t.Errorf("by = %q, want %q", got, c.want)
		}
	}
}

func TestSpan(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 s", 59 * time.Second: "59 s", time.Minute: "1 min", 47 * time.Hour: "47 h", 48 * time.Hour: "2 days", 240 * time.Hour: "10 days",
	} {
		if got := span(d); got != want {
			t.Errorf("span(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestTableWidthsOfWideText(t *testing.T) {
	cols := []column{{title: "A"}, {title: "B", shrink: true}, {title: "C"}}
	rows := [][]string{{"Магазин", "東京都千代田区の大きなお店です", "x"}, {"e\u0301", "short", "y"}}
	widths := layOut(cols, rows, 30)
	at := -1
	for _, r := range rows {
		l := row(r, widths)
		if width(l) > 30 {
			t.Errorf("%d columns: %s", width(l), l)
		}
		if n := width(l); at >= 0 && n != at {
			t.Errorf("the last column does not line up: %d and %d", at, n)
		}
		at = width(l)
	}
}

func TestWrapKeepsWordsWhole(t *testing.T) {
	lines := wrap("see outbox/kkts.oka-2/KO_ZVLREGKKT-7702.xml now", 12)
	want := []string{"see", "outbox/kkts.oka-2/KO_ZVLREGKKT-7702.xml", "now"}
	if len(lines) != 3 || lines[0] != want[0] || lines[1] != want[1] || lines[2] != want[2] {
		t.Errorf("got %q, want %q", lines, want)
	}
}
