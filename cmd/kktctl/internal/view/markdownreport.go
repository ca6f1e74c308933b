package view

import (
	"strings"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec/diag"
)

// Ended is how a command that applies came to its end.
type Ended struct {
	Operation string // apply, resume or check
	Fleet     string
	Report    *apply.Report // nil when nothing was begun
	Errors    diag.List     // what the report does not tell
	All       string        // the command that shows what a form has no room for
}

// ReportMarkdown is how a command that applies ended, for a comment beside the
// plan's.
func ReportMarkdown(e Ended, o Options) string {
	r := e.Report
	if r == nil {
		m := newMarkdown(e.Operation, e.Fleet, "Nothing was done.", e.All)
		return m.sections(diagnosticSection("Errors", e.Errors, o, 100))
	}
	line := reportSentence(r.Summary)
	if len(r.Steps) == 0 {
		line = "There was nothing to do."
	}
	m := newMarkdown(e.Operation, e.Fleet, line, e.All)
	states := stepsByState(r)
	m.rows(waitRows(states[apply.StepWaiting]))
	unknown := resultSection("Outcome unknown: a person has to look", states[apply.StepUnknown], func(s apply.StepResult) string {
		return resultLine(s, reason(s), o) + "  - " + ifSent + " " + mdCode(o.program()+" resolve "+shellQuote(s.Address)+" --sent"+s.Gives) +
			"\n  - " + ifNotSent + " " + mdCode(o.program()+" resolve "+shellQuote(s.Address)+" --not-sent") + "\n"
	})
	failed := resultSection("Failed", states[apply.StepFailed], func(s apply.StepResult) string { return resultLine(s, reason(s), o) })
	tasks := owed(r)
	people := titled("People owe "+count(len(tasks), "thing"), "thing", len(tasks), func(i int) string { return taskLine(tasks[i], o) })
	people.all = o.program() + " tasks"
	unknown.share, failed.share, people.share = 25, 20, 20
	return m.sections(
		diagnosticSection("Errors", e.Errors, o, 10), unknown, failed, people,
		resultFold("Waiting", states[apply.StepWaiting], func(s apply.StepResult) string {
			return resultLine(s, waitText(apply.Event{WaitingFor: s.WaitingFor}, s.Message), o)
		}),
		resultFold("Skipped", states[apply.StepSkipped], func(s apply.StepResult) string { return resultLine(s, skippedText(s), o) }),
		resultFold("Not finished", states[apply.StepInterrupted], func(s apply.StepResult) string { return resultLine(s, s.Message, o) }),
		resultFold("Done", states[apply.StepDone], func(s apply.StepResult) string { return resultLine(s, s.Message, o) }),
	)
}

func stepsByState(r *apply.Report) map[apply.StepState][]apply.StepResult {
	out := map[apply.StepState][]apply.StepResult{}
	for _, s := range r.Steps {
		out[s.State] = append(out[s.State], s)
	}
	return out
}

// waitRows counts what is waited for, people first.
func waitRows(waiting []apply.StepResult) [][2]string {
	n := map[planner.Wait]int{}
	for _, s := range waiting {
		n[s.WaitingFor]++
	}
	var rows [][2]string
	for _, people := range []bool{true, false} {
		if text := waitsInWords(n, people); text != "" {
			rows = append(rows, [2]string{waitTitle(people), text})
		}
	}
	return rows
}

// waitTitle says who ends a wait.
func waitTitle(people bool) string {
	if people {
		return "Waits for people"
	}
	return "Waits for others"
}

func resultSection(title string, list []apply.StepResult, line func(apply.StepResult) string) mdSection {
	s := titled(title, "step", len(list), func(i int) string { return line(list[i]) })
	s.sum = func(from int) string { return resultActions(list[from:]) }
	return s
}

func resultFold(title string, list []apply.StepResult, line func(apply.StepResult) string) mdSection {
	s := folded(title, "step", len(list), func(i int) string { return line(list[i]) })
	s.sum, s.share = func(from int) string { return resultActions(list[from:]) }, 6
	return s
}

func resultActions(list []apply.StepResult) string {
	steps := make([]*planner.Step, len(list))
	for i, s := range list {
		steps[i] = &planner.Step{Action: s.Action}
	}
	return actionsOf(steps)
}

func resultLine(s apply.StepResult, text string, o Options) string {
	head := "- " + mdCode(s.Address) + " **" + mdText(verb(s.Action)) + "**"
	line := head
	if text != "" {
		line += ": " + mdLines(text)
	}
	return bounded(line+mdBelow("", s.Hint, o)+"\n", head)
}

// taskLine is what a person owes, with the commands that answer it below.
func taskLine(t apply.Task, o Options) string {
	head := "- " + mdCode(t.Address) + ": "
	if t.What == "" {
		head += mdText(whom(t.WaitingFor))
	} else {
		head += mdText(t.What)
	}
	line := head
	if t.RNM != "" && !strings.Contains(t.What, t.RNM) {
		line += "; РНМ " + mdCode(t.RNM)
	}
	if !t.Due.IsZero() {
		line += "; by " + mdText(Options{}.at(t.Due))
	}
	if t.Link != "" {
		line += "; " + mdCode(t.Link)
	}
	line += "\n"
	for _, c := range t.Commands {
		line += "  - " + mdCode(o.commands(c)) + "\n"
	}
	return bounded(line, head)
}
