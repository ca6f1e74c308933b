package planner

import (
	"slices"
	"strings"

	"github.com/kktctl/kktctl/spec/diag"
)

// choose applies the targets and exclusions. A till is chosen whole: what a
// step needs is of the same till, but for names that change hands and the
// cabinet of its company.
func (p *planning) choose() {
	if len(p.in.Targets)+len(p.in.Exclude) == 0 {
		return
	}
	byAddr := make(map[string]*till, len(p.tills))
	for _, t := range p.tills {
		byAddr[t.addr] = t
	}
	for from, taker := range p.takers {
		if byAddr[from] == nil {
			byAddr[from] = taker // an old name still finds the till
		}
	}
	targets := p.selected("target", p.in.Targets, byAddr)
	if len(p.in.Targets) > 0 {
		p.keepTargets(targets.tills)
		p.keepOthers(targets.tills, targets.others)
	}
	exclude := p.selected("exclude", p.in.Exclude, byAddr)
	for _, t := range append(exclude.tills, exclude.open...) {
		t.shut = true
	}
	for _, t := range append(exclude.tills, exclude.open...) {
		p.dropNeeding(t, byAddr)
	}
	p.dropOthers(exclude.others, byAddr)
	p.plan.Diagnostics = slices.DeleteFunc(p.plan.Diagnostics, func(d diag.Diagnostic) bool {
		t := byAddr[d.Address]
		return t != nil && t.left
	})
	p.saySundered()
	if left := p.leftOut(); left != "" {
		p.leaveOut()
		p.say(diag.Note, nil, "by target or exclusion "+left+" left out; those that are planned have all the steps that they need")
	}
}

// leftOut counts what is left out, in words; "" when nothing is.
func (p *planning) leftOut() string {
	tills, others := 0, map[string]int{}
	for _, t := range p.tills {
		if t.left {
			tills++
		}
	}
	for _, o := range p.others {
		if o.left && p.wanted(o) {
			others[o.kind]++
		}
	}
	var parts []string
	if tills > 0 {
		parts = append(parts, counted(tills, "till"))
	}
	for _, kind := range kinds() {
		if others[kind] > 0 {
			parts = append(parts, counterparts(kind, others[kind]))
		}
	}
	return strings.Join(parts, ", ")
}

// chosen lists the tills to plan for.
func (p *planning) chosen() []*till {
	if len(p.in.Targets)+len(p.in.Exclude) == 0 {
		return p.tills
	}
	out := make([]*till, 0, len(p.tills))
	for _, t := range p.tills {
		if !t.left {
			out = append(out, t)
		}
	}
	return out
}

func (p *planning) keepTargets(targets []*till) {
	for _, t := range p.tills {
		t.left = true
	}
	for _, t := range targets {
		t.left = false
	}
	for _, t := range targets {
		for n := p.evictor(t); n != nil && n.left; n = p.evictor(n) {
			n.left = false
			p.draw(&n.subject, t.addr)
		}
	}
}

// evictor is the till whose move frees the address of t.
func (p *planning) evictor(t *till) *till { return p.takers[t.addr] }

// dropNeeding leaves out a till, and with it the one whose address its move
// would have freed.
func (p *planning) dropNeeding(t *till, byAddr map[string]*till) {
	cause := ""
	for t != nil {
		if cause != "" && !t.left && !t.shut {
			p.sunder(cause, t.addr)
		}
		if t.left && cause != "" {
			return
		}
		t.left = true
		if t.from == "" {
			return
		}
		cause = t.addr
		if t = byAddr[t.from]; t != nil && !t.inFile {
			return
		}
	}
}
