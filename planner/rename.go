package planner

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/spec/fiscal"
)

// claimRecords gives every till of the file its record: the one under its own
// address when the factory number is the same, or else the one with its
// factory number under an address that does not hold it any more (the till
// was renamed). Records that nobody claims are of dropped tills.
func (p *planning) claimRecords() {
	adrift := p.adrift()
	taken := make(map[string]bool, len(p.in.Prior.Resources))
	slab := make([]Resource, len(p.tills))
	for i, t := range p.tills {
		own, ok := p.in.Prior.Resources[t.addr]
		if slab[i] = own; ok && sameTill(&slab[i], t.decl.Serial) {
			t.prior, taken[t.addr] = &slab[i], true
			continue
		}
		if from := pick(adrift[fiscal.NormalizeSerial(t.decl.Serial)], taken); from != "" {
			r := p.in.Prior.Resources[from]
			t.prior, t.from, taken[from] = &r, from, true
			p.takers[from] = t
		}
	}
	for _, t := range p.tills {
		if own, ok := p.in.Prior.Resources[t.addr]; ok && !taken[t.addr] {
			taken[t.addr] = true
			p.replaced(t, &own)
		}
	}
	p.drop(taken)
}

// sameTill tells whether the record is of the till with the factory number.
func sameTill(r *Resource, serial string) bool {
	s := serialOf(r)
	return s == "" || fiscal.SameSerial(s, serial)
}

// adrift lists by factory number the addresses whose record is not of the
// till that the file holds there.
func (p *planning) adrift() map[string][]string {
	out := map[string][]string{}
	at := make(map[string]string, len(p.tills))
	for _, t := range p.tills {
		at[t.addr] = t.decl.Serial
	}
	for addr, r := range p.in.Prior.Resources {
		if serial, ok := at[addr]; ok && sameTill(&r, serial) {
			continue
		}
		if s := fiscal.NormalizeSerial(serialOf(&r)); s != "" {
			out[s] = append(out[s], addr)
		}
	}
	for _, addrs := range out {
		slices.SortFunc(addrs, func(a, b string) int {
			x, y := p.in.Prior.Resources[a], p.in.Prior.Resources[b]
			return cmp.Or(cmp.Compare(weight(&y), weight(&x)), cmp.Compare(a, b))
		})
	}
	return out
}

// weight says how much a record would be missed.
func weight(r *Resource) int {
	n := 0
	if r.Registered {
		n += 2
	}
	if len(r.Running) > 0 || r.Booking != nil {
		n++
	}
	return n
}

func pick(addrs []string, taken map[string]bool) string {
	for _, a := range addrs {
		if !taken[a] {
			return a
		}
	}
	return ""
}

// replaced deals with a record of another till under the address: harmless
// when that till is gone, an error otherwise, since a factory number cannot
// change.
func (p *planning) replaced(t *till, own *Resource) {
	if !own.Registered && len(own.Running) == 0 && own.Booking == nil {
		t.stale = t.from == "" // a move overwrites it
		return
	}
	t.prior, t.from, t.blocked = own, "", true
	for from, taker := range p.takers {
		if taker == t {
			delete(p.takers, from)
		}
	}
	d := p.say(diag.Error, t, fmt.Sprintf("the factory number changed from %s to %s: that is another till", plain(serialOf(own)), plain(t.decl.Serial)))
	d.Detail = "The РНМ binds the factory number and the company's ИНН: another number is another registration."
	d.Hint = "declare the new till under a new name, and unregister the old one here (serial: as it was, unregister: {reason: …})"
	if !own.Registered && own.Booking != nil {
		d.Detail = "It was booked with the code " + own.Booking.Code.String() + ", which is bound to that factory number."
		d.Hint = "declare the new till under a new name; to forget the booking: kktctl state rm " + t.addr
	}
}

// drop makes a till of every record that nobody in the file claims.
func (p *planning) drop(taken map[string]bool) {
	for addr, r := range p.in.Prior.Resources {
		if !taken[addr] {
			p.dropped = append(p.dropped, &till{subject: subject{addr: addr, prior: &r}})
		}
	}
	p.tills = append(p.tills, p.dropped...)
	p.sortTills()
}

// checkIdentity finds what no re-registration can change: the company and the
// factory number.
func (p *planning) checkIdentity(t *till) {
	if !t.inFile || t.blocked {
		return
	}
	if inn := t.appliedINN(); inn != "" && inn != t.want.INN {
		t.blocked = true
		d := p.say(diag.Error, t, fmt.Sprintf("the company's ИНН changed from %s to %s: the till would need another registration", plain(inn), t.want.INN))
		d.Detail = "The РНМ binds the company's ИНН and the factory number: another company registers the till anew."
		d.Hint = "unregister the till under the old company first, then declare it under the new one"
		return
	}
	if t.live == nil || t.live.RNM == "" || fiscal.CheckRNM(t.live.RNM, t.want.INN, t.want.Serial) {
		return
	}
	t.blocked = true
	d := p.say(diag.Error, t, fmt.Sprintf("the live РНМ %s does not fit ИНН %s and factory number %s", plain(t.live.RNM), t.want.INN, plain(t.want.Serial)))
	d.Detail = "The last digits of a РНМ are computed from the company's ИНН and the factory number: the live till is of another company, or another till."
	d.Hint = "correct company or serial in the file; a till that changed hands is unregistered by its old company and registered anew"
}

// appliedINN is the ИНН that the till was registered under, or is being.
func (t *till) appliedINN() string {
	if r := t.run(Register); r != nil && r.Desired != nil {
		return r.Desired.INN
	}
	switch {
	case !t.registered():
		return ""
	case t.prior.Attributes != nil && t.prior.Attributes.INN != "":
		return t.prior.Attributes.INN
	}
	return t.prior.INN
}

// planRecord plans what only the state has to learn before anything else can
// be done: a new name, or that the till of this name is gone.
func (p *planning) planRecord(t *till) {
	if t.from != "" {
		p.add(t, Step{Action: Move, From: t.from, Reason: "renamed in the file from " + t.from + ": the factory number is the same", RNM: t.rnm()})
	}
	p.checkIdentity(t)
	p.planContinues(t)
	if t.blocked {
		p.leaveOut()
		return
	}
	if t.stale {
		r := p.in.Prior.Resources[t.addr]
		p.add(t, Step{Action: Forget, Reason: "the till that had this name, factory number " + plain(serialOf(&r)) + ", is not registered any more", RNM: r.RNM})
	}
}

// attributes returns a copy of what was last applied, or nil.
func (t *till) attributes() *spec.Attributes {
	if t.prior == nil || t.prior.Attributes == nil {
		return nil
	}
	a := *t.prior.Attributes
	return &a
}
