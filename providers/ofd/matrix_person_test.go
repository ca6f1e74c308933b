package ofd_test

import (
	"cmp"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

// newCompany has a cabinet to be made.
func newCompany(c *cell) *bench {
	f := testFleet()
	sever := f.Companies["sever"]
	sever.CreateCabinet = true
	f.Companies["sever"] = sever
	return c.bench(f, world())
}

// newOrder is of a company whose agreement is known.
func newOrder(c *cell) *bench {
	f := testFleet()
	f.Orders = map[string]spec.Order{"cloud": {Company: "sever", Quantity: 3, Tariff: "Urgent12M", FN: spec.FN15, Payment: "creditCard"}}
	w := world()
	w.Cabinets = []*sim.Cabinet{{INN: sever, KPP: "525201001", Agreement: "a-1"}}
	w.Billing.PaidPolls = 1
	b := c.bench(f, w)
	s, err := apply.Open(b.ctx, b.store, f.Name, state.LockRequest{Holder: "tester", Operation: "resolve"}, b.now)
	c.check(err)
	c.check(s.GiveAgreement(b.ctx, "companies.sever", f.Companies["sever"], "a-1"))
	c.check(s.Close(b.ctx))
	return b
}

// subject is the address of what the call is about.
func (c *cell) subject() string { return cmp.Or(c.e.address, "kkts.a") }

// saySo has a person look at the service and say what became of the call.
func (c *cell) saySo() {
	snap, _, err := c.b.store.Load(c.ctx)
	c.check(err)
	if snap == nil {
		return // nothing could be read yet: nothing was begun
	}
	for _, w := range snap.Resources[c.subject()].Workflows {
		if !w.Unknown {
			continue
		}
		s, err := apply.Open(c.ctx, c.b.store, c.b.fleet.Name, state.LockRequest{Holder: "tester", Operation: "resolve"}, c.b.now)
		c.check(err)
		happened := c.b.effects(c.e.effect) > 0
		c.check(s.Resolve(c.ctx, c.subject(), "", happened, c.found(happened)))
		c.check(s.Close(c.ctx))
	}
}

// found is the id that the service shows.
func (c *cell) found(happened bool) string {
	w := c.b.svc.Snapshot()
	switch {
	case !happened:
		return ""
	case len(w.Orders) > 0:
		return w.Orders[0].ID
	}
	return w.Cabinets[0].Agreement
}
