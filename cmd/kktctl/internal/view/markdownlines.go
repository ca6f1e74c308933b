package view

import (
	"strings"

	"github.com/kktctl/kktctl/planner"
)

// stepLines is a line for each step, with a line below for each change.
func stepLines(p *planner.Plan) []string {
	var lines []string
	for _, group := range groupByAddress(p.Steps) {
		for _, s := range group {
			lines = append(lines, stepLine(s))
		}
	}
	return lines
}

// weightyLines is a line for each step that a reviewer has to weigh.
func weightyLines(p *planner.Plan) []string {
	var lines []string
	for i := range p.Steps {
		if s := &p.Steps[i]; s.Irreversible || s.Cost != (planner.Cost{}) {
			lines = append(lines, stepHead(s)+mdFacts(stakes(s, Options{}))+"\n")
		}
	}
	return lines
}

func stepHead(s *planner.Step) string {
	return "- `" + s.Action.Symbol() + "` **" + mdText(stepVerb(*s)) + "** " + mdCode(s.Address)
}

func stepLine(s *planner.Step) string {
	var b strings.Builder
	b.WriteString(stepHead(s))
	if text := why(s, Options{}); text != "" {
		b.WriteString(": " + mdText(text))
	}
	facts := append(details(s), stakes(s, Options{})...)
	if waits := stepWaits(s); len(waits) > 0 {
		facts = append(facts, "waits for "+whoms(waits))
	}
	b.WriteString(mdFacts(facts) + "\n")
	for _, c := range s.Changes {
		b.WriteString("  - " + changeLine(c) + "\n")
	}
	return b.String()
}

func mdFacts(facts []string) string {
	var b strings.Builder
	for _, f := range facts {
		b.WriteString("; " + mdText(f))
	}
	return b.String()
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

// mdLines puts text of several lines on one.
func mdLines(s string) string {
	lines := strings.Split(CleanLines(s), "\n")
	for i, l := range lines {
		lines[i] = mdText(l)
	}
	return strings.Join(lines, "; ")
}

func driftLines(p *planner.Plan) []string {
	lines := make([]string, len(p.Drift))
	for i, d := range p.Drift {
		note := driftNote(d, "this plan corrects it")
		lines[i] = "- " + mdCode(d.Address) + " " + mdCode(d.Path) + ": " + mdValue(d.Applied) + " → " + mdValue(d.Live) + "; " + note + "\n"
	}
	return lines
}

func unmanagedLines(p *planner.Plan) []string {
	lines := make([]string, len(p.Unmanaged))
	for i, u := range p.Unmanaged {
		parts := []string{}
		for _, v := range []string{u.Serial, u.RNM, u.Model, u.Address} {
			if v != "" {
				parts = append(parts, mdCode(v))
			}
		}
		lines[i] = "- " + strings.Join(parts, ", ") + "\n"
	}
	return lines
}

func diagnosticLines(p *planner.Plan) []string {
	lines := make([]string, len(p.Diagnostics))
	for i, d := range p.Diagnostics {
		l := "- **" + d.Severity.String() + "**: "
		if !d.Pos.IsZero() {
			l += mdCode(d.Pos.String()) + ": "
		}
		if d.Address != "" && !strings.Contains(d.Summary, d.Address) {
			l += mdCode(d.Address) + ": "
		}
		l += mdText(d.Summary)
		if d.Detail != "" {
			l += "; " + mdLines(d.Detail)
		}
		if d.Hint != "" {
			l += "; hint: " + mdLines(d.Hint)
		}
		lines[i] = l + "\n"
	}
	return lines
}
