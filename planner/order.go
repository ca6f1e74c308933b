package planner

import (
	"cmp"
	"slices"

	"github.com/kktctl/kktctl/spec/diag"
)

// ranks is the order of a till's steps. It agrees with what the actions need
// of each other, so that every step stands behind those that it requires.
func ranks() []Action {
	return []Action{Move, Forget, Adopt, Protect, Unprotect, CreateCabinet, Book, Register, Reregister, Pay, RemoveKKT, AddKKT, Unregister, Order, Check, Receipt}
}

// rank is the place of a step among the till's own.
func rank(s *Step) int {
	a := s.Action
	if a == Continue {
		a = s.Continues
	}
	if i := slices.Index(ranks(), a); i >= 0 {
		return i
	}
	return len(ranks())
}

// subjects lists everything that has steps in the order of the plan: companies,
// tills, orders, checks, each by address. What needs another kind needs one
// that stands before its own.
func (p *planning) subjects() []*subject {
	out := make([]*subject, 0, len(p.tills)+len(p.others))
	for _, o := range p.others {
		if o.kind == kindCompany {
			out = append(out, &o.subject)
		}
	}
	for _, t := range p.tills {
		out = append(out, &t.subject)
	}
	for _, o := range p.others {
		if o.kind != kindCompany {
			out = append(out, &o.subject)
		}
	}
	return out
}

// finish collects the steps by address, and counts them.
func (p *planning) finish() *Plan {
	all := p.subjects()
	n := 0
	for _, t := range all {
		n += len(t.steps)
	}
	p.plan.Steps = make([]Step, 0, n)
	for _, t := range all {
		slices.SortStableFunc(t.steps, func(a, b Step) int {
			return cmp.Or(cmp.Compare(rank(&a), rank(&b)), cmp.Compare(a.ID, b.ID))
		})
		p.plan.Steps = append(p.plan.Steps, t.steps...)
	}
	p.plan.Summary = summarise(p.plan.Steps)
	slices.SortStableFunc(p.plan.Diagnostics, compareDiagnostics)
	if p.plan.Diagnostics.HasErrors() {
		p.plan.Complete = false
	}
	p.plan.Applyable = len(p.plan.Steps) > 0 && !p.plan.Diagnostics.HasErrors()
	return p.plan
}

// compareDiagnostics puts the worst first, then what is about the whole plan,
// then goes by address.
func compareDiagnostics(a, b diag.Diagnostic) int {
	return cmp.Or(cmp.Compare(a.Severity, b.Severity), cmp.Compare(a.Address, b.Address))
}
