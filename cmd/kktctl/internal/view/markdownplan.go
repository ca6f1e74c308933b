package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec/diag"
)

// maxWeighty is how many of the steps that cost or cannot be taken back stand
// above the fold.
const maxWeighty = 20

// PlanMarkdown is a plan for a comment on a pull request. The command all
// shows what there is no room for.
func PlanMarkdown(p *planner.Plan, o Options, all string) string {
	m := newMarkdown("plan", p.Fleet, summaryLine(p), all)
	m.rows(stakesRows(p))
	steps := inGroups(p.Steps)
	errors, others := bySeverity(p.Diagnostics)
	return m.sections(
		diagnosticSection("Errors", errors, o, 25),
		weightySection(steps),
		stepFold("All steps", steps, o, 30),
		driftFold(p.Drift, 10),
		unmanagedFold(p.Unmanaged, 5),
		diagnosticSection("Warnings and notes", others, o, 10),
	)
}

// stakesRows is what a reviewer has to weigh.
func stakesRows(p *planner.Plan) [][2]string {
	var rows [][2]string
	add := func(title, text string) { rows = append(rows, [2]string{title, text}) }
	if p.Diagnostics.HasErrors() {
		add("Cannot be applied", "**"+count(countSeverities(p.Diagnostics)[diag.Error], "error")+"**")
	}
	if !p.HasChanges() {
		return rows
	}
	var sum planner.Cost
	var final []*planner.Step
	waits := map[planner.Wait]int{}
	for i := range p.Steps {
		s := &p.Steps[i]
		sum.Roubles, sum.Codes = sum.Roubles+s.Cost.Roubles, sum.Codes+s.Cost.Codes
		if s.Irreversible {
			final = append(final, s)
		}
		for _, w := range s.Waits {
			waits[w]++
		}
	}
	add("Costs", "**"+cmp.Or(costs(sum, ""), "nothing")+"**")
	if len(final) == 0 {
		add("Cannot be taken back", "**nothing**")
	} else {
		add("Cannot be taken back", "**"+count(len(final), "step")+"**: "+mdText(actionsOf(final)))
	}
	for _, people := range []bool{true, false} {
		if text := waitsInWords(waits, people); text != "" {
			add(waitTitle(people), text)
		}
	}
	if !p.Complete {
		add("Not complete", "the plan does not make the whole declaration true")
	}
	return rows
}

// waitsInWords counts the waits that people end, or those that others do.
func waitsInWords(n map[planner.Wait]int, people bool) string {
	var parts []string
	for _, w := range sortedWaits(n) {
		if ofPeople(w) == people {
			word := whom(w)
			switch w {
			case planner.WaitSignature:
				word = "a signature" // nobody in particular reads a comment
			case "":
				word = "the next try"
			}
			parts = append(parts, fmt.Sprintf("%d × %s", n[w], mdText(word)))
		}
	}
	return strings.Join(parts, ", ")
}

// actionsOf counts steps by what they do: 2 to register, 1 to pay.
func actionsOf(steps []*planner.Step) string {
	n := map[planner.Action]int{}
	for _, s := range steps {
		n[s.Action]++
	}
	order := []planner.Action{
		planner.Register, planner.Reregister, planner.Unregister, planner.Pay, planner.AddKKT, planner.RemoveKKT,
		planner.CreateCabinet, planner.Order, planner.Book, planner.Check, planner.Receipt,
		planner.Adopt, planner.Move, planner.Forget, planner.Continue,
	}
	var parts []string
	for _, a := range order {
		if n[a] > 0 {
			parts = append(parts, fmt.Sprintf("%d to %s", n[a], verb(a)))
			delete(n, a)
		}
	}
	other := 0
	for _, c := range n {
		other += c
	}
	if other > 0 { // a plan file may say anything
		parts = append(parts, fmt.Sprintf("%d of other kinds", other))
	}
	return strings.Join(parts, ", ")
}

// inGroups gives the steps with those of one till together.
func inGroups(steps []planner.Step) []*planner.Step {
	out := make([]*planner.Step, 0, len(steps))
	for _, group := range groupByAddress(steps) {
		out = append(out, group...)
	}
	return out
}

// weightySection is the table of what costs, the dearest first, and of what
// cannot be taken back.
func weightySection(steps []*planner.Step) mdSection {
	var list []*planner.Step
	for _, s := range steps {
		if s.Irreversible || s.Cost != (planner.Cost{}) {
			list = append(list, s)
		}
	}
	slices.SortStableFunc(list, func(a, b *planner.Step) int {
		return cmp.Or(cmp.Compare(b.Cost.Roubles, a.Cost.Roubles), cmp.Compare(b.Cost.Codes, a.Cost.Codes))
	})
	s := titled("What costs money or cannot be taken back", "step", len(list), func(i int) string { return weightyRow(list[i]) })
	s.open += "| Step | Address | Costs | Irreversible | By |\n| :-- | :-- | :-- | :-- | :-- |\n"
	s.table, s.most, s.share = true, maxWeighty, 20
	s.sum = func(from int) string { return actionsOf(list[from:]) }
	return s
}

func stepFold(title string, steps []*planner.Step, o Options, share int) mdSection {
	s := folded(title, "step", len(steps), func(i int) string { return stepLine(steps[i], o) })
	s.sum, s.share = func(from int) string { return actionsOf(steps[from:]) }, share
	return s
}

// bySeverity takes errors apart from the rest.
func bySeverity(list diag.List) (errors, others diag.List) {
	for _, d := range list {
		if d.Severity == diag.Error {
			errors = append(errors, d)
		} else {
			others = append(others, d)
		}
	}
	return errors, others
}

func diagnosticSection(title string, list diag.List, o Options, share int) mdSection {
	s := titled(title, "message", len(list), func(i int) string { return diagnosticLine(list[i], o) })
	s.share = share
	return s
}

func driftFold(list []planner.Drift, share int) mdSection {
	s := folded("Changed outside kktctl since it was last applied", "difference", len(list), func(i int) string {
		return driftLine(list[i], "this plan corrects it")
	})
	s.share = share
	return s
}

func unmanagedFold(list []planner.Unmanaged, share int) mdSection {
	s := folded("Live and not in the file", "till", len(list), func(i int) string { return unmanagedLine(list[i]) })
	s.share = share
	return s
}
