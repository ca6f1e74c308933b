package planner

import (
	"slices"

	"github.com/kktctl/kktctl/spec/diag"
)

// v1 tells whether the partner is used through the API v1, which pays and reads
// and does nothing else (document 000).
func (p *planning) v1() bool { return p.in.Fleet.Provider.Partner.V1() }

// keyed tells whether only the key of the API v2 lets a step be done.
func keyed(a Action) bool {
	return slices.Contains([]Action{Register, Reregister, Unregister, Book, CreateCabinet, Order}, a)
}

// checkCredential names the credential that is missing for planned steps.
func (p *planning) checkCredential() {
	if !p.v1() {
		return
	}
	by := map[string][]string{}
	for _, t := range p.subjects() {
		for i := range t.steps {
			if s := &t.steps[i]; keyed(s.kind()) && !s.Obsolete {
				by[string(s.kind())] = append(by[string(s.kind())], s.Address)
			}
		}
	}
	for _, a := range sortedKeys(by) {
		p.sayKey(a+" needs the partner API v2", by[a])
	}
}

// sayKey says that the key is missing.
func (p *planning) sayKey(what string, addrs []string) {
	p.leaveOut()
	slices.Sort(addrs)
	d := p.say(diag.Error, nil, what+", and provider.partner.apiKey is not declared")
	d.Pos = p.in.Fleet.Provider.Partner.Pos
	d.Detail = "for " + list(slices.Compact(addrs))
	d.Hint = "ask OFD.ru for a key and add apiKey: env:OFD_API_KEY; login and password (API v1) read tills and pay with declared codes, or leave these out with --exclude"
}

// spendDeclared pays with declared codes that nothing can be learnt about: the
// API v1 lists none.
func (p *planning) spendDeclared() {
	var auto, declared, book []string
	for _, w := range p.pays {
		if w.book {
			book = append(book, w.t.addr)
			continue
		}
		if w.code == "" {
			auto = append(auto, w.t.addr)
			continue
		}
		declared = append(declared, w.t.addr)
		p.planPay(w, &Code{})
	}
	if len(book) > 0 {
		p.sayKey(string(Book)+" needs the partner API v2", book)
	}
	if len(auto) > 0 {
		p.sayKey("activationCode: auto takes one of the partner's codes, which only the API v2 lists", auto)
	}
	if len(declared) > 0 {
		d := p.say(diag.Note, nil, "the API v1 does not tell until when a code can be used, how often, and for what: the service refuses one that does not fit")
		d.Detail = "codes are declared for " + list(declared)
	}
}
