package view

import (
	"maps"
	"slices"
	"strings"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/state"
)

// StateList lists the resources of a state, by address.
func StateList(s *state.Snapshot, o Options) string {
	if s == nil || len(s.Resources) == 0 {
		return "The state is empty.\n"
	}
	cols := []column{{title: "ADDRESS"}, {title: "STATUS"}, {title: "SERIAL"}, {title: "RNM"}, {title: "RUNNING", shrink: true}}
	var rows [][]string
	for _, a := range slices.Sorted(maps.Keys(s.Resources)) {
		r := s.Resources[a]
		rows = append(rows, []string{Clean(a), protectedWord(r), Clean(r.Identity.Serial), Clean(r.Identity.RNM), runningWords(r)})
	}
	var b strings.Builder
	writeTable(&b, newTheme(o.Color), cols, rows, "", o.width())
	return b.String()
}

// protectedWord is the status, and whether the till is protected.
func protectedWord(r state.Resource) string {
	if r.Protected {
		return statusWord(r) + ", protected"
	}
	return statusWord(r)
}

// statusWord is a till's status. One without a status is new when it is being
// registered; of any other it is not known here what it is.
func statusWord(r state.Resource) string {
	switch {
	case r.Status != "":
		return Clean(string(r.Status))
	case r.Cabinet != nil:
		return "cabinet"
	case r.Order != nil:
		return Clean(string(r.Order.Status))
	case r.Receipt != nil:
		return "printed"
	case r.Refusal != nil && len(r.Workflows) == 0:
		return "refused"
	}
	for _, w := range r.Workflows {
		if w != nil && planner.Action(w.Action) != planner.Register {
			return "—"
		}
	}
	return "new"
}

// runningWords names the running workflows of a till.
func runningWords(r state.Resource) string {
	var parts []string
	for _, w := range sortedWorkflows(r) {
		text := verb(planner.Action(w.Action)) + ": " + phaseWords(w.Phase)
		if w.Unknown {
			text += " (outcome unknown)"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "; ")
}

func sortedWorkflows(r state.Resource) []*state.Workflow {
	var out []*state.Workflow
	for _, k := range slices.Sorted(maps.Keys(r.Workflows)) {
		if w := r.Workflows[k]; w != nil {
			out = append(out, w)
		}
	}
	return out
}

// StateShow shows one resource of a state with its workflows and open intents;
// it is empty when there is no such resource.
func StateShow(s *state.Snapshot, address string, o Options) string {
	if s == nil {
		return ""
	}
	r, ok := s.Resources[address]
	if !ok {
		return ""
	}
	w := &fieldWriter{o: o, t: newTheme(o.Color)}
	w.b.WriteString(w.t.bold.of(Clean(address)) + "\n")
	w.field("status", statusWord(r))
	w.time("since", r.Since)
	w.field("serial", r.Identity.Serial)
	w.field("rnm", r.Identity.RNM)
	w.field("inn", r.Identity.INN)
	w.field("renta", r.Renta)
	if r.Protected {
		w.field("protected", "yes: neither deregistered nor removed from Renta until protect: false is applied")
	}
	w.codes(r)
	if r.Agreement != nil {
		w.field("agreement", r.Agreement.Agreement)
	}
	if r.Cabinet != nil {
		w.cabinet(*r.Cabinet)
	}
	if r.Order != nil {
		w.order(*r.Order)
	}
	if r.Receipt != nil {
		w.receipt(*r.Receipt)
	}
	if r.Refusal != nil {
		w.field("refused", verb(planner.Action(r.Refusal.Action))+": "+r.Refusal.Reason)
		w.time("refused at", r.Refusal.At)
	}
	if a := r.Application; a != nil {
		w.field("application", a.ID+" ("+verb(planner.Action(a.Action))+")")
		w.time("ended at", a.At)
	}
	for _, id := range r.Orphans {
		w.field("orphan", id)
	}
	if r.Attributes != nil {
		w.attributes(*r.Attributes)
	}
	for _, f := range sortedWorkflows(r) {
		w.workflow(f)
	}
	for _, id := range slices.Sorted(maps.Keys(s.Intents)) {
		if in := s.Intents[id]; in.Address == address {
			w.intent(in)
		}
	}
	return w.b.String()
}
