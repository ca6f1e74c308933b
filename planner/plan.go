package planner

import (
	"github.com/kktctl/kktctl/spec/diag"
)

// FormatVersion is the version of a plan's JSON.
const FormatVersion = 1

// New computes the plan. It is total: whatever the input holds, there is a
// plan, and what stands against it is in its diagnostics.
func New(in Input) *Plan {
	return newPlanning(&in).run()
}

func (p *planning) run() *Plan {
	if !p.readable() {
		return p.finish()
	}
	p.paid = paymentsByRNM(p.in.Live.Payments)
	p.matchTills()
	p.matchOthers()
	p.choose()
	p.planOthers(kindCompany)
	for _, t := range p.chosen() {
		p.planRecord(t)
		p.planRegistration(t)
		p.planProtection(t)
	}
	p.planPays()
	p.bookFirst()
	for _, t := range p.chosen() {
		p.planRenta(t)
		p.planLeaving(t)
	}
	p.planOthers(kindOrder, kindCheck, kindReceipt)
	p.sayDrawn()
	p.reportDrift()
	p.checkPolicy()
	p.checkCredential()
	p.checkCompanies()
	p.checkAttorneys()
	p.dropUnneeded()
	p.listUnmanaged()
	return p.finish()
}

// planning is a plan while it is made.
type planning struct {
	in      *Input
	plan    *Plan
	tills   []*till // in the file or remembered, by address
	dropped []*till // those that are only remembered
	live    index
	rows    []*Till
	members index
	renta   []*RentaTill
	takers  map[string]*till        // who takes the record of an address
	printed map[string]*LastReceipt // by factory number; see lastReceipt
	pays    []wish
	paid    map[string]Payment // the newest that counts, by РНМ
	groups  groups
	others  []*peer // what is no till, by kind and address
	byAddr  map[string]*peer
	ordered int // new orders
	// reporting: what is coming goes into a drift report, not into diagnostics.
	reporting bool
	// cabinets are the known ones with their agreements: see knownCabinets.
	cabinets map[cabinetKey]string
	makings  map[cabinetKey]string // ids of the steps that make one
	nameless map[cabinetKey]bool   // made, as a person says who named no agreement
	emails   map[string]string     // who makes a cabinet with it
	drawn    map[*subject][]string // what is planned only for what needs it: by these
	sundered map[string][]string   // by what is left out: what needs it
}

func newPlanning(in *Input) *planning {
	return &planning{
		in: in,
		plan: &Plan{
			FormatVersion: FormatVersion, Fleet: in.Fleet.Name, FleetHash: in.Fleet.Hash,
			Lineage: in.Prior.Lineage, Serial: in.Prior.Serial, Timestamp: in.Now.UTC(), Complete: true,
			Steps: []Step{}, Drift: []Drift{}, Unmanaged: []Unmanaged{}, Diagnostics: diag.List{},
		},
		takers: map[string]*till{},
		groups: groups{}, makings: map[cabinetKey]string{}, nameless: map[cabinetKey]bool{}, emails: map[string]string{},
		drawn: map[*subject][]string{}, sundered: map[string][]string{},
	}
}

// readable tells whether there is a live state to plan from; with NoRefresh
// the remembered one is taken for it.
func (p *planning) readable() bool {
	if p.in.NoRefresh {
		p.in.Live = remembered(p.in.Prior)
		p.say(diag.Warning, nil, "the live state was not read: the plan is made from what is remembered and may be out of date").Hint = "plan without --refresh=false before anything is applied"
		return true
	}
	if !p.in.Live.TillsRead && len(p.in.Fleet.KKTs)+len(p.in.Prior.Resources) > 0 {
		p.say(diag.Error, nil, "the list of tills was not read: nothing can be planned")
		return false
	}
	return true
}

// say adds a diagnostic about a till, or about the plan when t is nil. The
// result may be completed before the next call of say.
func (p *planning) say(s diag.Severity, t *till, summary string) *diag.Diagnostic {
	if t == nil {
		return p.sayOf(s, nil, summary)
	}
	return p.sayOf(s, &t.subject, summary)
}

// sayOf is say for anything that has an address.
func (p *planning) sayOf(s diag.Severity, t *subject, summary string) *diag.Diagnostic {
	d := diag.Diagnostic{Severity: s, Summary: summary}
	if t != nil {
		d.Address, d.Pos = t.addr, t.pos
	}
	p.plan.Diagnostics = append(p.plan.Diagnostics, d)
	return &p.plan.Diagnostics[len(p.plan.Diagnostics)-1]
}

// leaveOut records that the plan does not lead to the whole declaration.
func (p *planning) leaveOut() { p.plan.Complete = false }
