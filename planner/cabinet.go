package planner

import (
	"strings"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// cabinetKey is what a client cabinet belongs to: a branch of a company has
// one of its own (004 §5.1).
type cabinetKey struct{ inn, kpp string }

func keyOf(c spec.Company) cabinetKey { return cabinetKey{c.INN, c.KPP} }

// knownCabinets tells which companies have a cabinet, with the agreement when
// it is known: from the making of the cabinet, from a person, or from an
// application of one of the company's tills.
func (p *planning) knownCabinets() map[cabinetKey]string {
	if p.cabinets != nil {
		return p.cabinets
	}
	p.cabinets = map[cabinetKey]string{}
	learn := func(r *spec.CabinetRecord) {
		if r == nil {
			return
		}
		key := cabinetKey{r.INN, r.KPP}
		if known := p.cabinets[key]; known == "" || r.Agreement != "" && r.Agreement < known {
			p.cabinets[key] = r.Agreement
		}
	}
	for _, r := range p.in.Prior.Resources {
		learn(r.Agreement)
		for _, w := range r.Running {
			learn(w.Agreement)
		}
	}
	for _, o := range p.others { // what was made or told counts more
		if o.prior != nil && o.prior.Cabinet != nil {
			c := o.prior.Cabinet
			if c.Agreement != "" {
				p.cabinets[cabinetKey{c.INN, c.KPP}] = c.Agreement
			}
			learn(c)
		}
	}
	return p.cabinets
}

// cabinetMissing tells whether a company's client cabinet is to be made, or is
// being made.
func (p *planning) cabinetMissing(o *peer) bool {
	if o.busy() {
		return true
	}
	c := p.in.Fleet.Companies[o.name]
	if !c.CreateCabinet {
		return false
	}
	_, known := p.knownCabinets()[keyOf(c)]
	return !known
}

// planCabinet plans to make the client cabinet of a company.
func (p *planning) planCabinet(o *peer) {
	c := p.in.Fleet.Companies[o.name]
	if !p.cabinetMissing(o) || p.cabinetStep(o.name) != "" { // under this key or another of the same company
		return
	}
	reason := "no client cabinet is recorded"
	if c.Email != "" {
		reason += "; OFD.ru writes to " + plain(c.Email)
	}
	p.checkEmail(o, c.Email)
	o.put(Step{Action: CreateCabinet, Reason: reason})
	p.noteCabinet(o)
}

// checkEmail refuses two new cabinets with one email: the service takes an
// email once.
func (p *planning) checkEmail(o *peer, email string) {
	email = strings.ToLower(email)
	switch by := p.emails[email]; {
	case email == "":
	case by == "":
		p.emails[email] = o.addr
	default:
		d := p.sayOf(diag.Error, &o.subject, "the email "+plain(email)+" is the one that the cabinet of "+by+" is made with: the service takes an email once")
		d.Hint = "declare another email for one of them, or apply one with --exclude " + o.addr
	}
}

// cabinetStep is the id of the step that makes the cabinet of a company, or "".
func (p *planning) cabinetStep(company string) string {
	c, ok := p.in.Fleet.Companies[company]
	if !ok {
		return ""
	}
	return p.makings[keyOf(c)]
}

// noteCabinet remembers the step that makes a company's cabinet, for what
// needs it.
func (p *planning) noteCabinet(o *peer) {
	if id := o.step(CreateCabinet); id != "" && o.inFile {
		key := keyOf(p.in.Fleet.Companies[o.name])
		p.makings[key] = id
		r := o.run(CreateCabinet)
		p.nameless[key] = r != nil && r.Said != nil && r.Said.Sent && r.Said.ID == ""
	}
}

// afterCabinet lists the step that makes a company's cabinet, if there is one.
func (p *planning) afterCabinet(company string) []string {
	if id := p.cabinetStep(company); id != "" {
		return []string{id}
	}
	return nil
}
