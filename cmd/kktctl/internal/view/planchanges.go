package view

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/kktctl/kktctl/planner"
)

// Changes are the differences between a saved plan and the same plan made now.
type Changes struct {
	Saved, Now *planner.Plan
	Gone, New  []*planner.Step
	Changed    [][2]*planner.Step // as saved, as it is now
	Moved      bool               // only the order differs
}

// PlanChanges shows the differences as plans show steps; nothing when no step
// differs.
func PlanChanges(c Changes, o Options) string {
	if len(c.Gone)+len(c.New)+len(c.Changed) == 0 {
		return ""
	}
	before, after := newStepWriter(c.Saved, o), newStepWriter(c.Now, o)
	w := newStepWriter(c.Now, o)
	w.line("", w.t.bold.of("What is not as in the saved plan"))
	w.changedPart("No longer to do", len(c.Gone), func(i int) { w.lines(before.stepText(c.Gone[i])) })
	w.changedPart("New", len(c.New), func(i int) { w.lines(after.stepText(c.New[i])) })
	w.changedPart("Changed", len(c.Changed), func(i int) {
		was, is := c.Changed[i][0], c.Changed[i][1]
		w.difference(before.stepText(was), after.stepText(is), unseenKeys(was, is))
	})
	w.blank()
	return w.b.String()
}

// stepWriter writes single steps of a plan.
type stepWriter struct {
	planWriter
	byID map[string]*planner.Step
}

func newStepWriter(p *planner.Plan, o Options) *stepWriter {
	w := &stepWriter{planWriter: planWriter{o: o, t: newTheme(o.Color), p: p}, byID: make(map[string]*planner.Step, len(p.Steps))}
	for i := range p.Steps {
		w.byID[p.Steps[i].ID] = &p.Steps[i]
	}
	return w
}

// text is a step as its plan shows it, line by line.
func (w *stepWriter) stepText(s *planner.Step) []string {
	w.b.Reset()
	w.step(s, w.byID)
	return strings.Split(strings.TrimSuffix(w.b.String(), "\n"), "\n")
}

func (w *stepWriter) lines(lines []string) {
	for _, l := range lines {
		w.line("", l)
	}
}

// changedPart writes one kind of difference, the first ones without -v.
func (w *stepWriter) changedPart(title string, n int, write func(int)) {
	if n == 0 {
		return
	}
	w.blank()
	w.line("", w.t.dim.of(title))
	for i := range n {
		if i == maxListed && !w.o.Verbose {
			w.line("  ", w.t.dim.of("and "+strconv.Itoa(n-i)+" more (all with -v)"))
			return
		}
		write(i)
	}
}

// difference writes a step with what it was and what it is where these differ.
func (w *stepWriter) difference(was, is, keys []string) {
	head, tail := 0, 0
	for head < min(len(was), len(is)) && was[head] == is[head] {
		head++
	}
	for tail < min(len(was), len(is))-head && was[len(was)-1-tail] == is[len(is)-1-tail] {
		tail++
	}
	w.lines(is[:head])
	for _, l := range was[head : len(was)-tail] {
		w.line(stepIndent, w.t.red.of("saved:"), " ", strings.TrimSpace(l))
	}
	for _, l := range is[head : len(is)-tail] {
		w.line(stepIndent, w.t.green.of("now:  "), " ", strings.TrimSpace(l))
	}
	if head == len(is) && head == len(was) {
		w.text(stepIndent, w.t.dim, "what differs is not shown in a plan: "+strings.Join(keys, ", "))
	}
	w.lines(is[len(is)-tail:])
}

// unseenKeys names the keys of two steps' JSON that differ.
func unseenKeys(was, is *planner.Step) []string {
	a, b := fieldsOf(was), fieldsOf(is)
	var keys []string
	for k := range a {
		if string(a[k]) != string(b[k]) {
			keys = append(keys, Clean(k))
		}
	}
	for k := range b {
		if _, both := a[k]; !both {
			keys = append(keys, Clean(k))
		}
	}
	slices.Sort(keys)
	return keys
}

func fieldsOf(s *planner.Step) map[string]json.RawMessage {
	fields := map[string]json.RawMessage{}
	if data, err := json.Marshal(s); err == nil {
		_ = json.Unmarshal(data, &fields) // what was just encoded
	}
	return fields
}
