package view

import (
	"strings"
	"unicode/utf8"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec/diag"
)

// stepHead is what a step does and of what.
func stepHead(s *planner.Step) string { return stepName(s) + " " + mdCode(s.Address) }

func stepName(s *planner.Step) string {
	return mdCode(s.Action.Symbol()) + " **" + mdText(stepVerb(*s)) + "**"
}

// weightyRow is a row of the table of what a reviewer has to weigh.
func weightyRow(s *planner.Step) string {
	code, final, due := "", "", ""
	if s.Code != nil {
		code = s.Code.String()
	}
	if s.Irreversible {
		final = "yes"
	}
	if !s.Due.IsZero() {
		due = Options{}.at(s.Due)
	}
	return "| " + stepName(s) + " | " + mdCode(s.Address) + " | " + mdText(costs(s.Cost, code)) + " | " + final + " | " + mdText(due) + " |\n"
}

// stepLine is a step on a line, with a line below for each change.
func stepLine(s *planner.Step, o Options) string {
	var b strings.Builder
	b.WriteString("- " + stepHead(s))
	if text := why(s, Options{}); text != "" {
		b.WriteString(": " + mdText(o.commands(text)))
	}
	facts := append(details(s), stakes(s, Options{})...)
	if waits := stepWaits(s); len(waits) > 0 {
		facts = append(facts, "waits for "+whoms(waits))
	}
	for _, f := range facts {
		b.WriteString("; " + mdText(f))
	}
	b.WriteByte('\n')
	for _, c := range s.Changes {
		b.WriteString("  - " + changeLine(c) + "\n")
	}
	return bounded(b.String(), "- "+stepHead(s))
}

// bounded gives up what a line says beyond its head when it is too long.
func bounded(line, head string) string {
	if utf8.RuneCountInString(line) <= maxMarkdownLine {
		return line
	}
	return head + "; the rest is too long for a comment\n"
}

func changeLine(c planner.Change) string {
	if c.Sensitive {
		return mdCode(c.Path) + ": (sensitive)"
	}
	return mdCode(c.Path) + ": " + mdValue(c.Before) + " → " + mdValue(c.After)
}

func mdValue(s string) string {
	if s == "" {
		return "(none)"
	}
	return mdCode(s)
}

func driftLine(d planner.Drift, corrected string) string {
	return "- " + mdCode(d.Address) + " " + mdCode(d.Path) + ": " + mdValue(d.Applied) + " → " + mdValue(d.Live) +
		"; " + driftNote(d, corrected) + "\n"
}

func unmanagedLine(u planner.Unmanaged) string {
	parts := []string{}
	for _, v := range []string{u.Serial, u.RNM, u.Model, u.Address} {
		if v != "" {
			parts = append(parts, mdCode(v))
		}
	}
	return "- " + strings.Join(parts, ", ") + "\n"
}

func diagnosticLine(d diag.Diagnostic, o Options) string {
	head := "- **" + d.Severity.String() + "**: "
	if !d.Pos.IsZero() {
		head += mdCode(d.Pos.String()) + ": "
	}
	if d.Address != "" && !strings.Contains(d.Summary, d.Address) {
		head += mdCode(d.Address) + ": "
	}
	head += mdText(d.Summary)
	return bounded(head+mdBelow(d.Detail, d.Hint, o)+"\n", head)
}

// mdBelow is what text output has on lines below: details and the way out.
func mdBelow(detail, hint string, o Options) string {
	text := ""
	if detail != "" {
		text += "; " + mdLines(detail)
	}
	if hint != "" {
		text += "; hint: " + mdLines(o.commands(hint))
	}
	return text
}
