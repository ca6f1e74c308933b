package view

import (
	"strings"

	"github.com/kktctl/kktctl/planner"
)

// The rules of a plan on the terminal:
//
//   - Every step is listed: a plan is the truth, however long.
//   - The steps of one till stand together, tills in the order of the plan.
//   - What cannot be taken back, costs money or is due stands with its step.
//   - The summary is the last line.

// planWriter makes the text of one plan.
type planWriter struct {
	b strings.Builder
	o Options
	t theme
	p *planner.Plan
}

// PlanText is a plan for a terminal.
func PlanText(p *planner.Plan, o Options) string {
	w := &planWriter{o: o, t: newTheme(o.Color), p: p}
	w.line("", w.t.bold.of("Plan of the fleet "+Clean(p.Fleet)))
	w.drift("this plan corrects it")
	w.steps()
	w.diagnostics()
	w.unmanaged()
	w.totals()
	return w.b.String()
}

// summaryLine is the planner's own line. It is never wrapped: scripts look for it.
func summaryLine(p *planner.Plan) string { return Clean(p.SummaryLine()) }

func (w *planWriter) line(indent string, parts ...string) {
	w.b.WriteString(indent)
	for _, p := range parts {
		w.b.WriteString(p)
	}
	w.b.WriteByte('\n')
}

func (w *planWriter) blank() { w.b.WriteByte('\n') }

// text writes a paragraph with an indent, wrapped; a style goes on each line.
func (w *planWriter) text(indent string, st style, s string) {
	for _, l := range wrap(s, w.o.width()-len(indent)) {
		w.line(indent, st.of(l))
	}
}

// drift lists what was changed outside; corrected says it of what the plan
// sets right.
func (w *planWriter) drift(corrected string) {
	if len(w.p.Drift) == 0 {
		return
	}
	w.blank()
	w.line("", w.t.bold.of("Changed outside kktctl since it was last applied"))
	col := 0
	for _, d := range w.p.Drift {
		col = max(col, width(Clean(d.Path))+1)
	}
	address := ""
	for _, d := range w.p.Drift {
		if d.Address != address {
			address = d.Address
			w.line("  ", Clean(address))
		}
		note := driftNote(d, corrected)
		w.pair("      ", d.Path, min(col, maxPath), quote(d.Applied), quote(d.Live))
		w.line("        ", w.t.dim.of(note))
	}
}

// driftNote says what shows a difference, where it is not the list of tills,
// and what becomes of it.
func driftNote(d planner.Drift, corrected string) string {
	note := "left as it is"
	if d.Corrected {
		note = corrected
	} else if d.Ignored {
		note = "left as it is: ignored by declaration"
	}
	if d.Source == planner.SourceReceipts {
		note = "its receipts show it; " + note
	}
	return note
}

// maxPath bounds the column of attribute paths.
const maxPath = 28

// pair writes an attribute, old and new, on one line if that fits and one
// below the other if not.
func (w *planWriter) pair(indent, path string, col int, before, after string) {
	label := pad(Clean(path)+":", col) + " "
	const arrow = " → "
	fits := len(indent)+width(label)+width(before)+width(arrow)+width(after) <= w.o.width()
	if fits {
		w.line(indent, w.t.dim.of(label), w.t.red.of(before), arrow, w.t.green.of(after))
		return
	}
	w.line(indent, w.t.dim.of(label), w.t.red.of(before))
	w.line(indent+strings.Repeat(" ", max(0, width(label)-2)), "→ ", w.t.green.of(after))
}

func (w *planWriter) diagnostics() {
	if len(w.p.Diagnostics) == 0 {
		return
	}
	w.blank()
	for _, d := range w.p.Diagnostics {
		writeDiagnostic(&w.b, d, w.t, w.o)
	}
}

func (w *planWriter) unmanaged() {
	n := len(w.p.Unmanaged)
	if n == 0 {
		return
	}
	w.blank()
	if !w.o.Verbose {
		w.line("", count(n, "till"), " live that ", isAre(n), " not in the file; -v lists ", itThem(n), ".")
		return
	}
	w.line("", w.t.bold.of("Live and not in the file"))
	cols := []column{{title: "SERIAL"}, {title: "RNM"}, {title: "MODEL", shrink: true}, {title: "ADDRESS", shrink: true}}
	rows := make([][]string, n)
	for i, u := range w.p.Unmanaged {
		rows[i] = []string{Clean(u.Serial), Clean(u.RNM), Clean(u.Model), Clean(u.Address)}
	}
	writeTable(&w.b, w.t, cols, rows, "  ", w.o.width())
}

func (w *planWriter) totals() {
	var sum planner.Cost
	for _, s := range w.p.Steps {
		sum.Roubles += s.Cost.Roubles
		sum.Codes += s.Cost.Codes
	}
	w.blank()
	if c := costs(sum, ""); c != "" {
		w.line("", "Costs in all: ", w.t.bold.of(c), ".")
	}
	if w.p.Diagnostics.HasErrors() {
		w.line("", w.t.red.of("This plan cannot be applied: see the errors above."))
	} else if !w.p.Complete && w.p.HasChanges() {
		w.line("", w.t.yellow.of("Applying this plan does not make the whole declaration true: see above what is left out."))
	}
	w.line("", w.t.bold.of(summaryLine(w.p)))
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

func itThem(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}
