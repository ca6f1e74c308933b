package planner

import (
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"github.com/kktctl/kktctl/spec"
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
	targets, others := p.named(p.in.Targets, byAddr)
	if len(p.in.Targets) > 0 {
		p.keepTargets(targets)
		p.keepOthers(targets, others)
	}
	exclude, others := p.named(p.in.Exclude, byAddr)
	for _, t := range exclude {
		dropNeeding(t, byAddr)
	}
	p.dropOthers(others, byAddr)
	p.plan.Diagnostics = slices.DeleteFunc(p.plan.Diagnostics, func(d diag.Diagnostic) bool {
		t := byAddr[d.Address]
		return t != nil && t.left
	})
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
	var drawn []string
	for _, t := range targets {
		t.left = false
	}
	for _, t := range targets {
		for n := p.evictor(t); n != nil && n.left; n = p.evictor(n) {
			n.left = false
			drawn = append(drawn, n.addr)
		}
	}
	if len(drawn) > 0 {
		slices.Sort(drawn)
		p.say(diag.Note, nil, list(drawn)+" drawn in: names change hands, and a move needs its place to be free")
	}
}

// evictor is the till whose move frees the address of t.
func (p *planning) evictor(t *till) *till { return p.takers[t.addr] }

// dropNeeding leaves out a till, and with it the one whose address its move
// would have freed.
func dropNeeding(t *till, byAddr map[string]*till) {
	for t != nil && !t.left {
		t.left = true
		if t.from == "" {
			return
		}
		if t = byAddr[t.from]; t != nil && !t.inFile {
			return
		}
	}
}

// named finds the tills, and what is none, of the given names; a bare name is
// a till's.
func (p *planning) named(names []string, byAddr map[string]*till) ([]*till, []*peer) {
	var tills []*till
	var others []*peer
	for _, name := range names {
		switch t := first(byAddr[name], byAddr[spec.KKTAddress(name)]); {
		case t != nil:
			tills = append(tills, t)
		case p.byAddr[name] != nil:
			others = append(others, p.byAddr[name])
		default:
			p.leaveOut()
			d := p.say(diag.Error, nil, "unknown address "+plain(name))
			if near := p.nearest(name, byAddr); near != "" {
				d.Hint = "did you mean " + near + "?"
			}
		}
	}
	return tills, others
}

func first(a, b *till) *till {
	if a != nil {
		return a
	}
	return b
}

// nearest finds the address that a mistyped one may mean.
func (p *planning) nearest(name string, byAddr map[string]*till) string {
	const farthest, longest = 3, 100
	if len(name) > longest {
		return ""
	}
	if !strings.Contains(name, ".") {
		name = spec.KKTAddress(name)
	}
	best, found := farthest+1, ""
	try := func(addr string) {
		if d := len(addr) - len(name); d > 2*farthest || d < -2*farthest {
			return
		}
		if d := levenshtein.ComputeDistance(name, addr); d < best || d == best && addr < found {
			best, found = d, addr
		}
	}
	for addr := range byAddr {
		try(addr)
	}
	for addr := range p.byAddr {
		try(addr)
	}
	return found
}
