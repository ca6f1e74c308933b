package planner

import (
	"cmp"
	"slices"

	"github.com/kktctl/kktctl/spec"
)

// wanted tells whether something would be planned for one, were it chosen.
func (p *planning) wanted(o *peer) bool {
	switch o.kind {
	case kindCompany:
		return p.cabinetMissing(o)
	case kindReceipt:
		return false
	}
	return o.inFile || o.busy()
}

// keepOthers leaves out all but the given ones and what the chosen need: the
// till of a check, the cabinet of a company.
func (p *planning) keepOthers(tills []*till, chosen []*peer) {
	for _, o := range p.others {
		o.left = true
	}
	for _, o := range chosen {
		o.left = false
		if t := p.tillOf(o); t != nil {
			t.left = false
		}
		p.keepCompany(p.companyOf(o))
	}
	for _, t := range p.tills {
		if !t.left && t.unseen() {
			p.keepCompany(t.decl.Company)
		}
	}
}

// unseen tells whether a declared till is still to be registered.
func (t *till) unseen() bool { return t.wanted() && t.live == nil && !t.registered() }

func (p *planning) keepCompany(key string) {
	if o := p.byAddr[spec.CompanyAddress(key)]; o != nil {
		o.left = false
	}
}

// companyOf is the key of the company that something belongs to.
func (p *planning) companyOf(o *peer) string {
	switch o.kind {
	case kindOrder:
		return p.in.Fleet.Orders[o.name].Company
	case kindCheck:
		return p.in.Fleet.Checks[o.name].Company
	}
	return ""
}

// tillOf is the till that a check expects to answer, or nil.
func (p *planning) tillOf(o *peer) *till {
	expect := p.in.Fleet.Checks[o.name].Expect
	if o.kind != kindCheck || expect == "" {
		return nil
	}
	i, ok := slices.BinarySearchFunc(p.tills, spec.KKTAddress(expect), func(t *till, addr string) int { return cmp.Compare(t.addr, addr) })
	if !ok {
		return nil
	}
	return p.tills[i]
}

// dropOthers leaves out the given ones and what needs them, and what needs a
// till that is left out.
func (p *planning) dropOthers(excluded []*peer, byAddr map[string]*till) {
	for _, o := range excluded {
		o.left = true
		if o.kind == kindCompany && p.wanted(o) {
			p.dropOfCompany(o.name, byAddr)
		}
	}
	for _, o := range p.others {
		if t := p.tillOf(o); t != nil && t.left {
			o.left = true
		}
	}
}

// dropOfCompany leaves out what needs a company's cabinet, which is not made.
func (p *planning) dropOfCompany(key string, byAddr map[string]*till) {
	for _, t := range p.tills {
		if t.decl.Company == key && t.unseen() {
			dropNeeding(t, byAddr)
		}
	}
	for _, o := range p.others {
		if o.kind != kindCompany && p.companyOf(o) == key {
			o.left = true
		}
	}
}
