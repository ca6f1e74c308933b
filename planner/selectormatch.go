package planner

import (
	"github.com/kktctl/kktctl/spec"
)

// kindKKT is the kind of tills in addresses.
const kindKKT = "kkts"

// verdict is whether a selector chooses something. A till that was dropped from
// the file has no labels to look at: what a condition says of it is open.
type verdict int

const (
	no verdict = iota
	open
	yes
)

// candidate is something that may be chosen, as selectors see it.
type candidate struct {
	kind, name string
	was        string // its old name
	company    string // key
	inn        string // of the company
	centres    []string
	labels     map[string]string
	labelled   bool // it is of a kind that has labels: a till, or a check by its till
	forgotten  bool // dropped from the file: its labels are not known
}

// tillCandidate shows a till to selectors.
func (p *planning) tillCandidate(t *till) candidate {
	c := candidate{kind: kindKKT, name: spec.NameOf(t.addr), labelled: true, forgotten: !t.inFile}
	if t.from != "" {
		c.was = spec.NameOf(t.from)
	}
	if t.inFile {
		c.company, c.inn, c.labels = t.decl.Company, t.want.INN, t.decl.Labels
		if t.decl.Renta != "" {
			c.centres = append(c.centres, t.decl.Renta)
		}
	} else if t.prior != nil {
		c.company, c.inn = p.companyOfRecord(t.prior)
	}
	if t.prior != nil && t.prior.Renta != "" && t.prior.Renta != t.decl.Renta {
		c.centres = append(c.centres, t.prior.Renta) // it leaves this one
	}
	return c
}

// companyOfRecord is the company of a till that only the state knows.
func (p *planning) companyOfRecord(r *Resource) (key, inn string) {
	inn = r.INN
	if r.Attributes != nil {
		key = r.Attributes.Company
		if r.Attributes.INN != "" {
			inn = r.Attributes.INN
		}
	}
	return key, inn
}

// otherCandidate shows what is no till to selectors.
func (p *planning) otherCandidate(o *peer) candidate {
	c := candidate{kind: o.kind, name: o.name}
	switch o.kind {
	case kindCompany:
		c.company = o.name
	case kindCheck:
		if t := p.tillOf(o); t != nil {
			c = p.tillCandidate(t)
			c.kind, c.name, c.was = o.kind, o.name, ""
		}
		c.company = p.companyOf(o)
	default:
		c.company = p.companyOf(o)
	}
	if decl, ok := p.in.Fleet.Companies[c.company]; ok {
		c.inn = decl.INN
	} else if o.prior != nil {
		c.inn = o.prior.INN
	}
	return c
}

// of tells whether the selector chooses the candidate. Exact ones are looked
// up, not compared.
func (s *Selector) of(c *candidate) verdict {
	if len(s.where) == 0 {
		if s.kind == c.kind && (s.glob.is(c.name) || c.was != "" && s.glob.is(c.was)) {
			return yes
		}
		return no
	}
	is := yes
	for i := range s.where {
		is = min(is, s.where[i].of(c))
	}
	return is
}

func (q *condition) of(c *candidate) verdict {
	var holds bool
	switch q.field {
	case byCompany:
		if c.company == "" && c.inn == "" {
			return no
		}
		holds = q.value.is(c.company) || c.inn != "" && q.value.is(c.inn)
	case byCentre:
		if !c.labelled {
			return no
		}
		for _, centre := range c.centres {
			holds = holds || q.value.is(centre)
		}
	default:
		switch v, ok := c.labels[q.key]; {
		case !c.labelled:
			return no
		case c.forgotten:
			return open
		case ok:
			holds = q.value.is(v)
		}
	}
	if holds != q.not {
		return yes
	}
	return no
}
