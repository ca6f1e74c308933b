package apply

import (
	"slices"
	"strings"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

// PriorOf shows a state to the planner. A nil snapshot is a state that does
// not exist yet.
func PriorOf(snap *state.Snapshot) planner.Prior {
	if snap == nil {
		return planner.Prior{Resources: map[string]planner.Resource{}, Others: map[string]planner.Resource{}}
	}
	p := planner.Prior{
		Lineage: snap.Lineage, Serial: snap.Serial, FingerprintKey: snap.FingerprintKey(),
		Resources: make(map[string]planner.Resource, len(snap.Resources)), Others: map[string]planner.Resource{},
	}
	open := make(map[string]bool, len(snap.Intents)) // workflows whose last call is not settled
	for _, in := range snap.Intents {
		open[in.Workflow] = true
	}
	for address, r := range snap.Resources {
		of := p.Resources
		if !spec.IsKKTAddress(address) {
			of = p.Others
		}
		of[address] = priorResource(r, open)
	}
	return p
}

func priorResource(r state.Resource, open map[string]bool) planner.Resource {
	out := planner.Resource{
		Registered: r.Status == state.StatusLive, Unregistered: r.Status == state.StatusUnregistered,
		Since: r.Since, Serial: r.Identity.Serial, RNM: r.Identity.RNM, INN: r.Identity.INN,
		Attributes: r.Attributes, AppliedAt: r.AppliedAt, Replaced: r.Replaced, Renta: r.Renta, RentaSince: r.RentaSince,
		Cabinet: r.Cabinet, Order: r.Order, Agreement: r.Agreement, Protected: r.Protected,
	}
	if p := r.Payment; p != nil {
		out.PaidCode, out.PaidAt = p.Code, p.At
	}
	if k := r.Booking; k != nil {
		out.Booking = &planner.Booking{Code: k.Code, CodeID: k.CodeID, FN: k.FN, At: k.At, Left: k.Left}
	}
	if f := r.Refusal; f != nil {
		out.Refusal = &planner.Refusal{Action: planner.Action(f.Action), Reason: f.Reason, At: f.At}
	}
	if c := r.Receipt; c != nil && c.Printed != nil {
		out.Proof = &planner.Proof{At: c.At, Serial: c.Printed.Serial, RNM: c.Printed.RNM, FN: c.Printed.FN}
	}
	for _, w := range r.Workflows {
		run := running(w)
		run.Unsettled = open[w.ID]
		out.Running = append(out.Running, run)
	}
	slices.SortFunc(out.Running, func(a, b planner.Running) int { return strings.Compare(string(a.Action), string(b.Action)) })
	return out
}

func running(w *state.Workflow) planner.Running {
	r := planner.Running{
		Action: planner.Action(w.Action), Phase: w.Phase, Started: w.Started, Since: w.Since,
		WaitingFor: planner.Wait(w.WaitingFor), Message: w.Message, Due: w.Due, Unknown: w.Unknown,
		ApplicationID: w.Data.ApplicationID, Simplified: w.Data.Simplified, Desired: w.Data.Desired, CodeID: w.Data.CodeID,
		Order: w.Data.Order, Agreement: w.Data.Agreement,
	}
	if s := w.Resolution; s != nil {
		r.Said = &planner.Said{Sent: s.Sent, ID: s.ID}
	}
	if w.Data.Code != nil {
		r.Code = *w.Data.Code
	}
	return r
}
