package apply

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/state"
)

// Tasks lists what people owe, the soonest due first, those without a date
// last.
func Tasks(snap *state.Snapshot) []Task {
	var out []Task
	if snap == nil {
		return out
	}
	open := map[string]bool{}
	for _, in := range snap.Intents {
		open[in.Workflow] = true
	}
	for address, r := range snap.Resources {
		for _, w := range r.Workflows {
			if w.Action == string(planner.Receipt) && open[w.ID] && w.WaitingFor != string(planner.WaitPerson) {
				w = cutOff(address, w)
			}
			if t, ok := task(address, w); ok {
				out = append(out, t)
			}
		}
	}
	sortTasks(out)
	return out
}

// cutOff is a receipt whose sending was cut off: its file is needed to go on.
func cutOff(address string, w *state.Workflow) *state.Workflow {
	c := *w
	c.WaitingFor = string(planner.WaitDocument)
	c.Message = cmp.Or(c.Message, "what became of the receipt "+strings.TrimPrefix(address, "receipts.")+" is not known")
	return &c
}

// WithWatched adds tills that somebody has to look after to a list of tasks.
func WithWatched(list []Task, w planner.Watched) []Task {
	for _, p := range w.Printing {
		list = append(list, Task{
			Address: p.Address, WaitingFor: planner.WaitDeclaration, Since: p.At, Due: p.Due, RNM: p.RNM, What: p.What(),
		})
	}
	for _, s := range w.Silent {
		list = append(list, Task{
			Address: s.Address, WaitingFor: planner.WaitSilent, Since: s.Since, Due: s.Blocks, RNM: s.RNM,
			What: s.What() + "; " + s.Why(),
		})
	}
	sortTasks(list)
	return list
}

func sortTasks(list []Task) {
	slices.SortFunc(list, func(a, b Task) int {
		if a.Due.IsZero() != b.Due.IsZero() {
			if a.Due.IsZero() {
				return 1
			}
			return -1
		}
		return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.Address, b.Address), cmp.Compare(a.Action, b.Action))
	})
}

// gives is the flag with which a person names what a call gave.
func gives(a planner.Action, d state.WorkflowData) string {
	if d.Simplified && d.ApplicationID == "" {
		return planner.GivesApplication
	}
	return a.Gives()
}

func task(address string, w *state.Workflow) (Task, bool) {
	t := Task{
		Address: address, Action: planner.Action(w.Action), WaitingFor: planner.Wait(w.WaitingFor), Since: w.Since, Due: w.Due,
		RNM: w.Data.RNM,
	}
	switch given := w.Data; t.WaitingFor {
	case planner.WaitSignature:
		if given.Signature != "" {
			return Task{}, false // it goes on with the next apply or resume
		}
		t.What = cmp.Or(w.Message, "sign the document")
		t.Commands = []string{fmt.Sprintf("kktctl tasks sign %s --signature FILE", address)}
	case planner.WaitReport:
		if given.Report != nil {
			return Task{}, false
		}
		t.What = cmp.Or(w.Message, "print the report of registration on the till and enter what it says")
		t.Commands = []string{fmt.Sprintf("kktctl tasks report %s --at YYYY-MM-DDTHH:MM:SS --document NUMBER --sign FISCAL-SIGN", address)}
	case planner.WaitPapers:
		t.What = cmp.Or(w.Message, "write fnChange.closed and fnChange.installed into the fleet file")
		t.Commands = []string{"kktctl apply"}
	case planner.WaitFirstDocument:
		t.What = "have the till send its first fiscal document"
	case planner.WaitDocument:
		t.What = w.Message
		t.Commands = []string{"kktctl receipt send FILE"}
		if given.Receipt != nil && given.Receipt.Receipt.Correction {
			t.Commands[0] = "kktctl receipt correct FILE"
		}
		t.Commands = append(t.Commands, resolves(address, gives(t.Action, given))...)
	case planner.WaitPayment:
		t.What = cmp.Or(w.Message, "pay the order")
		if o := given.Order; o != nil {
			t.Link = o.Link
			if len(o.Image) > 0 {
				t.Commands = []string{fmt.Sprintf("kktctl tasks payment %s --to DIR", address)}
			}
		}
	case planner.WaitPerson:
		t.What = w.Message
		t.Commands = resolves(address, gives(t.Action, given))
	default:
		return Task{}, false
	}
	return t, true
}

// resolves are the two commands that take a person's word.
func resolves(address, gives string) []string {
	return []string{
		fmt.Sprintf("kktctl resolve %s --sent%s", address, gives),
		fmt.Sprintf("kktctl resolve %s --not-sent", address),
	}
}
