package view

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
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
		rows = append(rows, []string{Clean(a), statusWord(r.Status), Clean(r.Identity.Serial), Clean(r.Identity.RNM), runningWords(r)})
	}
	var b strings.Builder
	writeTable(&b, newTheme(o.Color), cols, rows, "", o.width())
	return b.String()
}

func statusWord(s state.Status) string {
	if s == "" {
		return "new"
	}
	return Clean(string(s))
}

// runningWords names the running workflows of a till.
func runningWords(r state.Resource) string {
	var parts []string
	for _, w := range sortedWorkflows(r) {
		text := verb(planner.Action(w.Action)) + ": " + humanize(w.Phase)
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
	r, ok := s.Resources[address]
	if !ok {
		return ""
	}
	w := &fieldWriter{o: o, t: newTheme(o.Color)}
	w.b.WriteString(w.t.bold.of(Clean(address)) + "\n")
	w.field("status", statusWord(r.Status))
	w.time("since", r.Since)
	w.field("serial", r.Identity.Serial)
	w.field("rnm", r.Identity.RNM)
	w.field("inn", r.Identity.INN)
	w.field("renta", r.Renta)
	if r.Payment != nil {
		w.field("paid with", strings.TrimSpace(r.Payment.Code.String()+" "+r.Payment.Service))
		w.time("paid at", r.Payment.At)
	}
	if r.Refusal != nil {
		w.field("refused", verb(planner.Action(r.Refusal.Action))+": "+r.Refusal.Reason)
		w.time("refused at", r.Refusal.At)
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

// fieldWriter writes names and values, one a line; empty values are left out.
type fieldWriter struct {
	b strings.Builder
	o Options
	t theme
}

// fieldColumn is the width of the names.
const fieldColumn = 16

func (w *fieldWriter) title(s string) { w.b.WriteString("\n  " + w.t.bold.of(s) + "\n") }

func (w *fieldWriter) field(name, value string) {
	if value != "" {
		w.b.WriteString("  " + w.t.dim.of(pad(name, fieldColumn)) + Clean(value) + "\n")
	}
}

func (w *fieldWriter) time(name string, t time.Time) {
	if !t.IsZero() {
		w.field(name, w.o.since(t))
	}
}

func (w *fieldWriter) attributes(a spec.Attributes) {
	w.title("last applied")
	for _, f := range [][2]string{
		{"company", a.Company}, {"model", a.Model}, {"fn", strings.TrimSpace(a.FN + " " + string(a.FNType))},
		{"address", addressLine(a.Address)}, {"place", a.Place}, {"ffd", a.FFD},
		{"usage", strings.Join(a.Usage, ", ")}, {"agents", strings.Join(a.Agents, ", ")},
		{"ofd", strings.TrimSpace(a.OFDINN + " " + a.OFDName)},
	} {
		w.field(f[0], f[1])
	}
	for _, d := range a.Devices {
		w.field("device", strings.Join(filled(d.Number, addressLine(d.Address), d.Place), ", "))
	}
}

// addressLine is an address on one line.
func addressLine(a spec.Address) string {
	if a.Full != "" {
		return a.Full
	}
	return strings.Join(filled(a.PostalCode, a.Region, a.Settlement, a.Street, a.HouseNumber, a.Building, a.Office), ", ")
}

func filled(parts ...string) []string {
	return slices.DeleteFunc(parts, func(s string) bool { return s == "" })
}

func (w *fieldWriter) workflow(f *state.Workflow) {
	w.title("running: " + verb(planner.Action(f.Action)))
	w.field("phase", humanize(f.Phase))
	w.time("started", f.Started)
	w.time("in phase since", f.Since)
	if f.WaitingFor != "" {
		w.field("waits for", whom(planner.Wait(f.WaitingFor)))
	}
	w.field("message", f.Message)
	if !f.Due.IsZero() {
		w.field("due", w.o.by(f.Due))
	}
	w.field("application", f.Data.ApplicationID)
	w.field("document", strings.TrimSpace(f.Data.DocumentID+" "+f.Data.FileName))
	if f.Data.Code != nil {
		w.field("code", f.Data.Code.String())
	}
	if f.Unknown {
		w.field("outcome", "unknown: a person has to resolve it")
	}
}

func (w *fieldWriter) intent(in state.Intent) {
	w.title("open intent")
	w.field("id", in.ID)
	w.field("effect", string(in.Effect))
	w.time("at", in.At)
}
