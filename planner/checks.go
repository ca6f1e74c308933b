package planner

import (
	"slices"
	"strings"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/spec/fiscal"
)

// The rules of checks: a check prints a fiscal document, so that it runs only
// when somebody asks for it. A plan says of the others when they were last
// proved, and which of them are due.

// The groups of checks that one diagnostic sums up.
const (
	groupCheckNew     = "check: never proved"
	groupCheckChanged = "check: changed"
	groupCheckProved  = "check: proved"
)

const checkHint = "a check prints a fiscal document: it runs only when asked for, with kktctl check NAME or kktctl apply --checks"

// planCheck plans a check that is due and was asked for.
func (p *planning) planCheck(o *peer) {
	if o.run(Check) != nil {
		return // it goes on
	}
	t := p.tillOf(o)
	why := due(o, t)
	if !p.in.Checks || why == "" {
		p.groups.add(checkGroup(o, why))
		return
	}
	if t != nil && t.unseen() && t.step(Register) == "" {
		p.leaveOut()
		p.sayOf(diag.Warning, &o.subject, "its till "+t.addr+" is not registered: the check is left out")
		return
	}
	p.putCheck(o, t, why)
}

func (p *planning) putCheck(o *peer, t *till, why string) {
	c := p.in.Fleet.Checks[o.name]
	s := Step{Action: Check, Reason: why + "; prints a receipt of " + c.Kind}
	if c.Return {
		s.Reason += " and its return"
	}
	if c.Kind == spec.KindOrangeData {
		s.Waits = []Wait{WaitService}
	}
	if t != nil {
		s.Requires = t.need(Register, Reregister, Pay)
	}
	o.put(s)
}

// due says why a check should be run; "" when nothing has changed since it
// was proved.
func due(o *peer, t *till) string {
	proof := o.proof()
	switch {
	case proof == nil:
		return "never proved"
	case t != nil && t.notAs(proof):
		return "its till has changed since it was proved on " + date(proof.At)
	}
	return ""
}

func (o *peer) proof() *Proof {
	if o.prior == nil {
		return nil
	}
	return o.prior.Proof
}

// notAs tells whether the till is another one than a proof found, or will be.
func (t *till) notAs(proof *Proof) bool {
	return !fiscal.SameSerial(t.serial(), proof.Serial) || t.fn() != proof.FN ||
		t.rnm() != "" && t.rnm() != proof.RNM || len(t.need(Register, Reregister)) > 0
}

// checkGroup says under which heading a check that is not run is told of.
func checkGroup(o *peer, why string) (group, entry string) {
	entry = o.addr
	if proof := o.proof(); proof != nil {
		entry += " on " + date(proof.At)
	}
	if o.prior != nil && o.prior.Refusal != nil {
		entry += " (the last attempt failed on " + date(o.prior.Refusal.At) + ": " + plain(o.prior.Refusal.Reason) + ")"
	}
	switch {
	case why == "":
		return groupCheckProved, entry
	case o.proof() == nil:
		return groupCheckNew, entry
	}
	return groupCheckChanged, entry
}

// sayChecks sums up the checks of one group.
func (p *planning) sayChecks(group string, n int) *diag.Diagnostic {
	switch group {
	case groupCheckNew:
		d := p.say(diag.Note, nil, counted(n, "check")+" not run, never proved")
		d.Hint = checkHint
		return d
	case groupCheckChanged:
		d := p.say(diag.Note, nil, counted(n, "check")+" not run, though the till has changed since it was proved")
		d.Hint = checkHint
		return d
	}
	return p.say(diag.Note, nil, counted(n, "check")+" proved, and the till is as it was then")
}

// Checks is the plan of kktctl check: the named checks, or all, whether they
// are due or not, and nothing else. Nothing live is needed for it.
func Checks(in Input, names []string) *Plan {
	in.Live = remembered(in.Prior)
	p := newPlanning(&in)
	p.matchTills()
	p.plan.Diagnostics = diag.List{} // they are about tills, which are left alone
	p.matchOthers()
	known := map[string]bool{}
	chosen := p.chosenChecks()
	for _, o := range p.others {
		if o.kind != kindCheck || !o.inFile && !o.busy() {
			continue
		}
		known[o.name] = true
		if len(names) > 0 && !slices.Contains(names, o.name) && !slices.Contains(names, o.addr) || !chosen(o) {
			continue
		}
		p.continueOther(o)
		if o.inFile && o.run(Check) == nil {
			t := p.tillOf(o)
			why := due(o, t)
			if why == "" {
				why = "asked for; last proved on " + date(o.proof().At)
			}
			p.putCheck(o, t, why)
		}
	}
	p.unknownChecks(names, known)
	plan := p.finish()
	if len(plan.Steps) == 0 && len(known) > 0 && len(in.Targets)+len(in.Exclude) > 0 && !plan.Diagnostics.HasErrors() {
		p.say(diag.Error, nil, "no check is chosen").Hint = "a check is chosen by its address, its company, or the till that it expects"
		plan.Applyable = false
	}
	return plan
}

// chosenChecks tells which checks targets and exclusions choose: by themselves,
// or by the till that they expect.
func (p *planning) chosenChecks() func(*peer) bool {
	byAddr := make(map[string]*till, len(p.tills))
	for _, t := range p.tills {
		byAddr[t.addr] = t
	}
	by := func(flag string, texts []string) map[string]bool {
		s := p.selected(flag, texts, byAddr)
		out := map[string]bool{}
		for _, t := range s.tills {
			out[t.addr] = true
		}
		for _, o := range s.others {
			out[o.addr] = true
		}
		return out
	}
	targets, exclude := by("target", p.in.Targets), by("exclude", p.in.Exclude)
	in := func(set map[string]bool, o *peer) bool {
		t := p.tillOf(o)
		return set[o.addr] || t != nil && set[t.addr]
	}
	return func(o *peer) bool { return (len(p.in.Targets) == 0 || in(targets, o)) && !in(exclude, o) }
}

func (p *planning) unknownChecks(names []string, known map[string]bool) {
	for _, name := range names {
		if key := strings.TrimPrefix(name, spec.CheckAddress("")); !known[key] {
			d := p.say(diag.Error, nil, "there is no check "+plain(key)+" in the fleet file")
			if keys := sortedKeys(known); len(keys) > 0 {
				d.Hint = "declared are: " + list(keys)
			} else {
				d.Hint = "declare one under checks"
			}
		}
	}
	if len(names) == 0 && len(known) == 0 {
		p.say(diag.Error, nil, "the fleet file declares no checks").Hint = "declare one under checks"
	}
}
