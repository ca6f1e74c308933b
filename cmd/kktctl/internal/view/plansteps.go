package view

import (
	"strings"

	"github.com/kktctl/kktctl/planner"
)

// stepIndent is the indent of what is said about a step.
const stepIndent = "      "

// steps writes the steps, those of one till together.
func (w *planWriter) steps() {
	byID := make(map[string]*planner.Step, len(w.p.Steps))
	for i := range w.p.Steps {
		byID[w.p.Steps[i].ID] = &w.p.Steps[i]
	}
	for _, group := range groupByAddress(w.p.Steps) {
		w.blank()
		for _, s := range group {
			w.step(s, byID)
		}
	}
}

// groupByAddress puts the steps of one till together, in the order in which
// the tills first appear.
func groupByAddress(steps []planner.Step) [][]*planner.Step {
	var groups [][]*planner.Step
	index := make(map[string]int)
	for i := range steps {
		s := &steps[i]
		g, ok := index[s.Address]
		if !ok {
			g = len(groups)
			index[s.Address] = g
			groups = append(groups, nil)
		}
		groups[g] = append(groups[g], s)
	}
	return groups
}

func (w *planWriter) step(s *planner.Step, byID map[string]*planner.Step) {
	st := w.t.action(s.Action)
	w.line("  ", st.of(s.Action.Symbol()), " ", w.t.bold.of(stepVerb(*s)), " ", Clean(s.Address))
	if text := why(s, w.o); text != "" {
		w.text(stepIndent, style{}, text)
	}
	w.changes(s)
	if f := w.facts(s); f != "" {
		w.text(stepIndent, w.t.yellow, f)
	}
	if waits := stepWaits(s); len(waits) > 0 {
		w.text(stepIndent, w.t.dim, "waits for "+whoms(waits))
	}
	if after := needs(s, byID); after != "" {
		w.text(stepIndent, w.t.dim, "after "+after)
	}
}

// why is the reason of a step, or where a running one stands: its reason
// says no more than that.
func why(s *planner.Step, o Options) string {
	if s.Action != planner.Continue || s.Phase == "" || s.WaitingFor == "" {
		return Clean(s.Reason)
	}
	text := phaseWords(s.Phase)
	if !s.Since.IsZero() {
		text += ", since " + o.since(s.Since)
	}
	text += ", waits for " + whom(s.WaitingFor)
	if s.Message != "" {
		text += ": " + Clean(s.Message)
	}
	return text
}

// stepWaits are the waits of a step that why does not tell of.
func stepWaits(s *planner.Step) []planner.Wait {
	if s.Action == planner.Continue && len(s.Waits) == 1 && s.Waits[0] == s.WaitingFor {
		return nil
	}
	return s.Waits
}

func (w *planWriter) changes(s *planner.Step) {
	col := 0
	for _, c := range s.Changes {
		col = max(col, width(Clean(c.Path))+1)
	}
	col = min(col, maxPath)
	for _, c := range s.Changes {
		before, after := quote(c.Before), quote(c.After)
		if c.Sensitive {
			before, after = masked(c.Before), masked(c.After)
		}
		if c.Before == "" && (s.Action == planner.Register || s.Action == planner.Adopt || s.Order != nil) {
			w.line(stepIndent, w.t.dim.of(pad(Clean(c.Path)+":", col)), " ", after)
			continue
		}
		w.pair(stepIndent, c.Path, col, before, after)
	}
}

// facts is what a person weighs before saying yes.
func (w *planWriter) facts(s *planner.Step) string {
	return strings.Join(append(details(s), stakes(s, w.o)...), ", ")
}

// details are the particulars that some actions have.
func details(s *planner.Step) []string {
	var parts []string
	if s.From != "" {
		parts = append(parts, "was "+Clean(s.From))
	}
	if s.Centre != "" {
		parts = append(parts, "centre "+Clean(s.Centre))
	}
	if s.Because != "" {
		parts = append(parts, Clean(string(s.Because)))
	}
	return parts
}

// stakes are what cannot be taken back, what it costs and when it is due.
func stakes(s *planner.Step, o Options) []string {
	var parts []string
	if s.Irreversible {
		parts = append(parts, "irreversible")
	}
	code := ""
	if s.Code != nil {
		code = Clean(s.Code.String())
	}
	if c := costs(s.Cost, code); c != "" {
		parts = append(parts, "costs "+c)
	}
	if !s.Due.IsZero() {
		parts = append(parts, o.by(s.Due))
	}
	return parts
}

// needs names the steps that this one waits for, but those of the same till,
// which stand right above it.
func needs(s *planner.Step, byID map[string]*planner.Step) string {
	var parts []string
	for _, id := range s.Requires {
		r, ok := byID[id]
		switch {
		case !ok:
			parts = append(parts, Clean(id))
		case r.Address != s.Address:
			parts = append(parts, stepVerb(*r)+" "+Clean(r.Address))
		}
	}
	return strings.Join(parts, ", ")
}

// masked stands for a sensitive value; that there is none may be known.
func masked(s string) string {
	if s == "" {
		return quote(s)
	}
	return "(sensitive)"
}
