package planner

import (
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// choose applies the targets and exclusions. A till is chosen whole: all that
// a step needs is of the same till, but for names that change hands.
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
	targets, exclude := p.named(p.in.Targets, byAddr), p.named(p.in.Exclude, byAddr)
	if len(p.in.Targets) > 0 {
		p.keepTargets(targets)
	}
	for _, t := range exclude {
		dropNeeding(t, byAddr)
	}
	left := 0
	for _, t := range p.tills {
		if t.left {
			left++
		}
	}
	p.plan.Diagnostics = slices.DeleteFunc(p.plan.Diagnostics, func(d diag.Diagnostic) bool {
		t := byAddr[d.Address]
		return t != nil && t.left
	})
	if left > 0 {
		p.leaveOut()
		p.say(diag.Note, nil, "by target or exclusion "+counted(left, "till")+" left out; those that are planned have all the steps that they need")
	}
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

// named finds the tills of the given names; a bare name is a till's.
func (p *planning) named(names []string, byAddr map[string]*till) []*till {
	var out []*till
	for _, name := range names {
		switch t := first(byAddr[name], byAddr[spec.KKTAddress(name)]); {
		case t != nil:
			out = append(out, t)
		case !p.other(name):
			p.leaveOut()
			d := p.say(diag.Error, nil, "unknown address "+plain(name))
			if near := nearest(name, byAddr); near != "" {
				d.Hint = "did you mean " + near + "?"
			}
		}
	}
	return out
}

func first(a, b *till) *till {
	if a != nil {
		return a
	}
	return b
}

// other tells whether the address is of something that is not a till.
func (p *planning) other(name string) bool {
	kind, key, _ := strings.Cut(name, ".")
	var ok bool
	switch kind {
	case "orders":
		_, ok = p.in.Fleet.Orders[key]
	case "checks":
		_, ok = p.in.Fleet.Checks[key]
	}
	return ok
}

// nearest finds the address that a mistyped one may mean.
func nearest(name string, byAddr map[string]*till) string {
	const farthest, longest = 3, 100
	if len(name) > longest {
		return ""
	}
	if !strings.Contains(name, ".") {
		name = spec.KKTAddress(name)
	}
	best, found := farthest+1, ""
	for addr := range byAddr {
		if d := len(addr) - len(name); d > 2*farthest || d < -2*farthest {
			continue
		}
		if d := levenshtein.ComputeDistance(name, addr); d < best || d == best && addr < found {
			best, found = d, addr
		}
	}
	return found
}
