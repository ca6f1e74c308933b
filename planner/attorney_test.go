package planner

import (
	"strings"
	"testing"
	"time"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// A power of attorney of a day that has come anywhere in Russia can be named;
// one that is not used yet holds nothing back.
func TestAttorneyOfTomorrow(t *testing.T) {
	now := time.Date(2026, 11, 22, 11, 59, 0, 0, time.UTC) // 23:59 in Kamchatka
	for _, c := range []struct {
		date            string
		now             time.Time
		register, wrong bool
	}{
		{"2026-11-22", now, true, false},
		{"2026-11-23", now, true, true},
		{"2026-11-23", now.Add(time.Minute), true, false},
		{"2031-01-15", now, true, true},
		{"2031-01-15", now, false, false},
	} {
		w := newWorld()
		w.Now = c.now
		a := w.declare(1)
		if !c.register {
			w.list(a)
			w.record(a)
		}
		company := w.Fleet.Companies["sever"]
		company.PowerOfAttorney = &spec.PowerOfAttorney{Number: "1", Date: c.date, ID: "x", Pos: diag.Pos{File: "fleet.yaml", Line: 7}}
		w.Fleet.Companies["sever"] = company
		p := w.plan()
		said := 0
		for _, d := range p.Diagnostics {
			if strings.Contains(d.Summary, "has not come yet") && d.Severity == diag.Error && d.Pos.Line == 7 {
				said++
			}
		}
		if want := map[bool]int{true: 1}[c.wrong]; said != want || p.Applyable == c.wrong && c.register {
			t.Errorf("%+v: said %d times, applyable %v", c, said, p.Applyable)
		}
	}
}
