package view

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/kktctl/kktctl/planner"
)

// The rules of a drift report: what was changed elsewhere, what is declared
// and not applied and what nothing shows stand apart, each under its own
// title; what is coming stands behind them; the verdict is the last line.

// DriftText is a drift report for a terminal.
func DriftText(r *planner.DriftReport, o Options) string {
	w := &planWriter{o: o, t: newTheme(o.Color), p: driftPlan(r)}
	w.line("", w.t.bold.of("Drift of the fleet "+Clean(r.Fleet)))
	w.drift("apply would correct it")
	w.stepSection("Declared and not applied", r.Unapplied)
	w.stepSection("Under way", r.UnderWay)
	w.coming(r.Coming)
	w.unobservable(r.Unobservable)
	w.diagnostics()
	w.unmanaged()
	w.blank()
	w.line("", w.t.bold.of(Clean(r.Line())))
	return w.b.String()
}

// driftPlan holds what a report has in common with a plan.
func driftPlan(r *planner.DriftReport) *planner.Plan {
	return &planner.Plan{Fleet: r.Fleet, Drift: r.Changed, Unmanaged: r.Unmanaged, Diagnostics: r.Diagnostics}
}

func (w *planWriter) stepSection(title string, steps []planner.Step) {
	if len(steps) == 0 {
		return
	}
	w.blank()
	w.line("", w.t.bold.of(title))
	byID := map[string]*planner.Step{}
	for i := range steps {
		s := steps[i]
		s.Requires = nil // the order is a plan's business
		w.step(&s, byID)
	}
}

func (w *planWriter) coming(list []planner.Coming) {
	if len(list) == 0 {
		return
	}
	w.blank()
	w.line("", w.t.bold.of("Coming"))
	for _, c := range list {
		w.line("  ", w.t.bold.of(Clean(c.Address)))
		w.text(stepIndent, w.t.yellow, Clean(c.What))
		if c.Detail != "" {
			w.text(stepIndent, w.t.dim, Clean(c.Detail))
		}
		writeIndented(&w.b, stepIndent, w.t.cyan, "hint: ", w.o.commands(c.Hint), w.o)
	}
}

// maxNamed is how many addresses of one group are named without -v.
const maxNamed = 10

func (w *planWriter) unobservable(list []planner.Unseen) {
	if len(list) == 0 {
		return
	}
	w.blank()
	w.line("", w.t.bold.of("Not observable"))
	for _, u := range list {
		w.text("  ", style{}, unseenHead(u))
		if len(u.Addresses) > 0 {
			w.text(stepIndent, w.t.dim, named(u.Addresses, w.o.Verbose))
		}
	}
}

// unseenHead says what cannot be compared, of how many, and why.
func unseenHead(u planner.Unseen) string {
	head := Clean(strings.Join(u.Paths, ", "))
	if u.Count > 0 {
		noun := "till"
		if slices.Equal(u.Paths, []string{"cabinet"}) {
			noun = "client cabinet"
			head = ""
		}
		if head != "" {
			head += " of "
		}
		head += count(u.Count, noun)
	}
	return head + ": " + Clean(u.Reason)
}

// named lists addresses, the first ones if there are many.
func named(addresses []string, all bool) string {
	n := len(addresses)
	if n > maxNamed && !all {
		return Clean(strings.Join(addresses[:maxNamed], ", ")) + " and " + strconv.Itoa(n-maxNamed) + " more (all with -v)"
	}
	return Clean(strings.Join(addresses, ", "))
}

// DriftJSON writes a report as one JSON document.
func DriftJSON(out io.Writer, r *planner.DriftReport) error {
	c := *r
	c.Changed, c.Unobservable, c.Coming = orEmpty(r.Changed), orEmpty(r.Unobservable), orEmpty(r.Coming)
	c.Unmanaged, c.Diagnostics = orEmpty(r.Unmanaged), orEmpty(r.Diagnostics)
	c.Unapplied = listed(&planner.Plan{Steps: r.Unapplied}).Steps
	c.UnderWay = listed(&planner.Plan{Steps: r.UnderWay}).Steps
	return writeJSON(out, &c, true)
}
