package planner

import (
	"slices"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// The groups of tills that one diagnostic sums up.
const (
	groupBookUnread  = "codes unread"
	groupBooked      = "booked"
	groupLeftAlone   = "left alone"
	groupRentaUnread = "renta unread"
)

// groups collects addresses under what is to be said of them all.
type groups map[string][]string

func (g groups) add(group, addr string) { g[group] = append(g[group], addr) }

// checkPolicy says what stands against the plan as a whole, and what will
// need attention soon.
func (p *planning) checkPolicy() {
	p.checkUnregisters()
	p.checkCost()
	p.checkWindows()
	p.sayUncounted()
	p.sayGroups()
	if p.reporting {
		return
	}
	for _, t := range p.chosen() {
		p.checkEnds(t)
	}
	p.checkSilence()
}

// sayGroups says each group once, with its addresses.
func (p *planning) sayGroups() {
	for _, g := range sortedKeys(p.groups) {
		addrs := slices.Compact(slices.Sorted(slices.Values(p.groups[g])))
		var d *diag.Diagnostic
		switch g {
		case groupLeftAlone:
			d = p.say(diag.Warning, nil, counted(len(addrs), "till")+" dropped from the file and still live: left alone")
			d.Hint = "to deregister a till, declare it with unregister: {reason: …}; to stop managing it: kktctl state rm ADDRESS"
		case groupRentaUnread:
			d = p.say(diag.Warning, nil, "the Renta list was not read: memberships of "+counted(len(addrs), "till")+" are not planned")
		case groupBookUnread:
			d = p.say(diag.Warning, nil, "the activation codes were not read: "+counted(len(addrs), "till")+" cannot be booked, and so not registered")
		case groupBooked:
			d = p.say(diag.Note, nil, counted(len(addrs), "till")+" booked and dropped from the file before registration: remembered, so that no code is used for it again")
			d.Hint = "to forget a booking: kktctl state rm ADDRESS"
		default: // of checks
			d = p.sayChecks(g, len(addrs))
		}
		d.Detail = list(addrs)
	}
}

// freshCode tells whether a code is declared that has not been used here.
func (p *planning) freshCode(t *till) bool {
	c := t.decl.ActivationCode
	if c.IsZero() || c.Auto || t.prior == nil || t.prior.PaidCode.IsZero() {
		return !c.IsZero()
	}
	return spec.RecordCode(p.in.Prior.FingerprintKey, p.in.Codes[t.addr]) != t.prior.PaidCode
}

// ignores tells whether the declaration leaves the path alone.
func (t *till) ignores(path string) bool { return slices.Contains(t.decl.Ignore, path) }
