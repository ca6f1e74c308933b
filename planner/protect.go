package planner

import (
	"github.com/kktctl/kktctl/spec/diag"
)

// The rules of protection: the state keeps it, so that a till that is taken
// out of the file, or renamed, stays protected. Only protect: false lifts it,
// by a step of its own: what it held back is for the next plan.

// protected tells whether the till may not be deregistered nor leave Renta.
func (t *till) protected() bool {
	return t.inFile && t.decl.Protect != nil && *t.decl.Protect || t.prior != nil && t.prior.Protected
}

// lifting tells whether this plan lifts the protection.
func (t *till) lifting() bool {
	return t.inFile && t.decl.Protect != nil && !*t.decl.Protect && t.prior != nil && t.prior.Protected
}

// planProtection plans to remember that a till is protected, or not any more.
func (p *planning) planProtection(t *till) {
	if t.blocked || !t.inFile || t.decl.Protect == nil {
		return
	}
	switch {
	case t.lifting():
		p.add(t, Step{Action: Unprotect, Reason: "protect: false is declared: the next plans may deregister it and remove it from Renta", RNM: t.rnm()})
	case !*t.decl.Protect || t.prior != nil && t.prior.Protected:
	default:
		for i := range t.steps {
			if t.steps[i].Action == Adopt {
				t.steps[i].Protect = true
				t.steps[i].Reason += "; protected"
				return
			}
		}
		if t.prior != nil && t.waiting(Register) == nil { // a new one is protected as it begins
			p.add(t, Step{Action: Protect, Reason: "declared protected: it will not be deregistered nor removed from Renta", RNM: t.rnm()})
		}
	}
}

// guarded tells whether protection forbids what is to be done with the till,
// and says so, once.
func (p *planning) guarded(t *till, what string) bool {
	if !t.protected() {
		return false
	}
	p.leaveOut()
	switch {
	case t.guard || p.reporting:
	case t.lifting():
		p.say(diag.Warning, t, "its protection is lifted by this plan: to be "+what+" by the next one").Policy = policyProtect
	case t.inFile:
		d := p.say(diag.Error, t, "protected: it cannot be "+what)
		d.Hint, d.Policy = "if it is meant: write protect: false for it and apply, which lifts the protection; then plan again", policyProtect
	default:
		d := p.say(diag.Error, t, "protected, though it was taken out of the file: it cannot be "+what)
		d.Pos, d.Policy = p.in.Fleet.Policy.Pos, policyProtect
		d.Hint = "if it is meant: put it back with protect: false and apply, which lifts the protection; then take it out again"
	}
	t.guard = true
	return true
}

// policyProtect is what diagnostics of protection are told by.
const policyProtect = "protect"
