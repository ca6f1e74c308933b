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
	}
	for _, o := range chosen {
		if t := p.tillOf(o); t != nil && p.needed(&t.subject) {
			p.draw(&t.subject, o.addr)
		}
		p.keepCompany(p.companyOf(o), o.addr)
	}
	for _, t := range p.tills {
		if !t.left && t.unseen() {
			p.keepCompany(t.decl.Company, t.addr)
		}
	}
}

// unseen tells whether a declared till is still to be registered.
func (t *till) unseen() bool { return t.wanted() && t.live == nil && !t.registered() }

func (p *planning) keepCompany(key, by string) {
	if o := p.byAddr[spec.CompanyAddress(key)]; o != nil && p.needed(&o.subject) {
		p.draw(&o.subject, by)
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
	gone := map[string]bool{} // companies whose cabinets are not made
	for _, o := range excluded {
		o.left, o.shut = true, true
		if o.kind == kindCompany && p.wanted(o) {
			gone[o.name] = true
		}
	}
	if len(gone) > 0 {
		p.dropOfCompanies(gone, byAddr)
	}
	for _, o := range p.others {
		if t := p.tillOf(o); t != nil && t.left && !o.left {
			o.left = true
			if p.in.Checks || o.busy() {
				p.sunder(t.addr, o.addr)
			}
		}
	}
}

// dropOfCompanies leaves out what needs the cabinets of companies, which are
// not made.
func (p *planning) dropOfCompanies(gone map[string]bool, byAddr map[string]*till) {
	for _, t := range p.tills {
		if !gone[t.decl.Company] || !t.unseen() {
			continue
		}
		if !t.left {
			p.sunder(spec.CompanyAddress(t.decl.Company), t.addr)
		}
		p.dropNeeding(t, byAddr)
	}
	for _, o := range p.others {
		if key := p.companyOf(o); o.kind != kindCompany && gone[key] && !o.left {
			o.left = true
			if o.kind == kindOrder || p.in.Checks {
				p.sunder(spec.CompanyAddress(key), o.addr)
			}
		}
	}
}
