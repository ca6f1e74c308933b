package planner

import (
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// planLeaving plans what ends a till's registration: a tombstone, or that it
// was dropped from the file.
func (p *planning) planLeaving(t *till) {
	switch {
	case t.blocked:
	case !t.inFile:
		p.planDropped(t)
	case t.decl.Unregister != "":
		p.planTombstone(t)
	}
}

func (p *planning) planTombstone(t *till) {
	if p.waitsFor(t) {
		return
	}
	if t.unregistered() && (t.live == nil || t.live.RNM == t.prior.RNM) {
		return // gone; the list may show it for a while yet
	}
	if t.runs(Pay, AddKKT) {
		p.leaveOut()
		p.say(diag.Note, t, "to be unregistered once what is under way has ended")
		return
	}
	if t.live == nil && !t.registered() {
		return
	}
	p.planUnregister(t, t.decl.Unregister, "declared "+string(t.decl.Unregister), nil)
}

// planDropped plans for a till that is in the state and not in the file.
func (p *planning) planDropped(t *till) {
	if len(t.prior.Running) > 0 {
		p.leaveOut()
		p.say(diag.Note, t, "not in the file any more; what is under way goes on to its end")
		return
	}
	policy := p.in.Fleet.Policy
	listed := t.live != nil && !t.unregistered() || len(t.members) > 0 && t.prior.Renta != ""
	switch {
	case t.booked() != nil && !listed && !t.registered():
		p.groups.add(groupBooked, t.addr)
	case !listed || !t.registered() && !t.unregistered():
		p.add(t, Step{Action: Forget, Reason: forgetReason(t), RNM: t.rnm()})
	case policy.Prune && policy.PruneReason != "" && t.live != nil && t.registered() && t.prior.Attributes != nil:
		p.planUnregister(t, policy.PruneReason, "dropped from the file, and policy.prune is on: "+string(policy.PruneReason), t.attributes())
	default:
		p.groups.add(groupLeftAlone, t.addr)
	}
}

func forgetReason(t *till) string {
	switch {
	case t.unregistered():
		return "dropped from the file, and deregistered on " + date(t.prior.Since)
	case t.live != nil:
		return "dropped from the file before it was registered through kktctl; the live till is left alone"
	}
	return "dropped from the file, and not in the list of tills: nothing is deregistered"
}

// planUnregister plans the end of a registration, after the till has left
// Renta.
func (p *planning) planUnregister(t *till, because spec.UnregisterReason, why string, applied *spec.Attributes) {
	if p.guarded(t, "deregistered") {
		return
	}
	if len(t.members) > 0 && t.step(RemoveKKT) == "" && !t.inFile {
		p.leave(t, t.centre(""))
	}
	p.add(t, Step{
		Action: Unregister, Reason: why, Because: because, RNM: t.rnm(), FN: t.fn(), Prior: applied,
		Waits: []Wait{WaitSignature, WaitTaxService}, Requires: t.need(RemoveKKT),
	})
}
