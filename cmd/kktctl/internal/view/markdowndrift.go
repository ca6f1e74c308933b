package view

import (
	"strconv"

	"github.com/kktctl/kktctl/planner"
)

// DriftMarkdown is a drift report for a comment or an issue. The command all
// shows what there is no room for.
func DriftMarkdown(r *planner.DriftReport, o Options, all string) string {
	m := newMarkdown("drift", r.Fleet, r.Line(), all)
	m.rows(driftRows(r))
	errors, others := bySeverity(r.Diagnostics)
	unapplied, underWay := inGroups(r.Unapplied), inGroups(r.UnderWay)
	changed := titled("Changed outside kktctl since it was last applied", "difference", len(r.Changed), func(i int) string {
		return driftLine(r.Changed[i], "apply would correct it")
	})
	changed.share = 20
	declared := titled("Declared and not applied", "step", len(unapplied), func(i int) string { return stepLine(unapplied[i], o) })
	declared.share, declared.sum = 15, func(from int) string { return actionsOf(unapplied[from:]) }
	coming := titled("Coming", "thing", len(r.Coming), func(i int) string { return comingLine(r.Coming[i], o) })
	coming.share = 15
	unseen := folded("Not observable", "group", len(r.Unobservable), func(i int) string { return unseenLine(r.Unobservable[i]) })
	unseen.share = 5
	return m.sections(
		diagnosticSection("Errors", errors, o, 15), changed, declared, coming,
		stepFold("Under way", underWay, o, 10), unseen, unmanagedFold(r.Unmanaged, 5),
		diagnosticSection("Warnings and notes", others, o, 10),
	)
}

// driftRows counts the tills by condition, the worst first.
func driftRows(r *planner.DriftReport) [][2]string {
	var rows [][2]string
	for _, c := range planner.Conditions() {
		if n := r.Conditions[c]; n > 0 {
			rows = append(rows, [2]string{mdText(humanize(string(c))), "**" + strconv.Itoa(n) + "**"})
		}
	}
	if len(rows) > 0 {
		rows[0][0] = "Tills: " + rows[0][0]
	}
	return rows
}

func comingLine(c planner.Coming, o Options) string {
	head := "- " + mdCode(c.Address) + ": " + mdText(c.What)
	return bounded(head+mdBelow(c.Detail, c.Hint, o)+"\n", head)
}

func unseenLine(u planner.Unseen) string {
	line := "- " + mdText(unseenHead(u))
	if len(u.Addresses) > 0 {
		line += ": " + mdText(named(u.Addresses, false))
	}
	return line + "\n"
}
