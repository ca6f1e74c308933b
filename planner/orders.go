package planner

import (
	"fmt"
	"strconv"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// OrderPaid is the word of Live.Orders for an order that is paid.
const OrderPaid = "paid"

// planOrder plans to order Ferma tills. An order is placed once: after that
// its entry in the file only says that it is wanted.
func (p *planning) planOrder(o *peer) {
	decl := p.in.Fleet.Orders[o.name]
	terms := p.in.Fleet.TermsOf(decl)
	if was := o.order(); was != nil {
		p.checkTerms(o, was, terms)
		p.checkEnded(o)
		return
	}
	step, key := p.cabinetStep(decl.Company), cabinetKey{terms.INN, terms.KPP}
	if (step == "" || p.nameless[key]) && p.knownCabinets()[key] == "" {
		p.sayNoAgreement(o, decl)
		return
	}
	p.ordered++
	o.put(Step{
		Action: Order, Reason: "declared and not ordered yet; what it costs, the bill says", Order: &terms, Changes: orderChanges(terms),
		Waits: []Wait{WaitPayment}, Requires: p.afterCabinet(decl.Company),
	})
}

// order is what was placed, or may have been; nil while nothing was sent.
func (o *peer) order() *spec.OrderRecord {
	if r := o.run(Order); r != nil {
		return r.Order
	}
	if o.prior == nil {
		return nil
	}
	return o.prior.Order
}

func orderChanges(t spec.OrderTerms) []Change {
	return []Change{
		{Path: "quantity", After: strconv.Itoa(t.Quantity)},
		{Path: "tariff", After: t.Tariff},
		{Path: "fn", After: string(t.FN)},
		{Path: "payment", After: t.Payment},
	}
}

// checkTerms refuses another wish for an order that was placed: the service
// knows no way to change one.
func (p *planning) checkTerms(o *peer, was *spec.OrderRecord, now spec.OrderTerms) {
	if was.Terms == now {
		return
	}
	d := p.sayOf(diag.Error, &o.subject, "the order was placed as "+termsText(was.Terms)+", and is declared as "+termsText(now)+" now: it cannot be changed")
	d.Hint = "put the order back as it was, and declare what else is wanted under a new key of orders"
}

func termsText(t spec.OrderTerms) string {
	return fmt.Sprintf("%d of tariff %s with %s, paid by %s, for ИНН %s", t.Quantity, plain(t.Tariff), t.FN, plain(t.Payment), plain(t.INN))
}

// checkEnded says of an order that nothing follows any more what a person can
// still do about it.
func (p *planning) checkEnded(o *peer) {
	r := o.prior.Order
	if r == nil {
		return
	}
	soon := p.in.Fleet.Policy.RenewBefore
	switch {
	case r.Status == spec.OrderOverdue && p.in.Live.Orders[r.ID] == OrderPaid:
		p.sayOf(diag.Warning, &o.subject, "the order "+plain(r.ID)+" had lapsed, and the service says by now that it is paid").Hint = "do not order anew: its tills are in the partner's cabinet"
	case r.Status == spec.OrderOverdue:
		p.leaveOut()
		p.sayOf(diag.Warning, &o.subject, "the order "+plain(r.ID)+" was not paid in time and has lapsed").Hint = "if it was paid all the same, wait: every plan reads it once more. To order anew, declare it under a new key of orders and take this one out"
	case !r.PaidUntil.IsZero() && soon > 0 && !r.PaidUntil.After(p.in.Now.Add(soon)):
		verb := "ends on "
		if !r.PaidUntil.After(p.in.Now) {
			verb = "ended on "
		}
		p.sayOf(diag.Warning, &o.subject, "the tariff of the ordered tills "+verb+date(r.PaidUntil)).Hint = "to order anew, declare it under a new key of orders and take this one out"
	}
}

func (p *planning) sayNoAgreement(o *peer, decl spec.Order) {
	p.leaveOut()
	addr := spec.CompanyAddress(decl.Company)
	d := p.sayOf(diag.Error, &o.subject, "the order needs the OfdAgreementId of "+addr+", which is not known")
	d.Detail = "The service names it once, when it makes the client's cabinet, and in every application of the company's tills."
	d.Hint = "give it: kktctl resolve " + addr + " --sent --id AGREEMENT"
	if _, exists := p.knownCabinets()[keyOf(p.in.Fleet.Companies[decl.Company])]; !exists && !p.in.Fleet.Companies[decl.Company].CreateCabinet {
		d.Hint += "; or, if the company has no cabinet yet, declare cabinet: {create: true} for it"
	}
}

// sayUncounted tells that a bound on costs does not hold orders back: no price
// is known before the bill.
func (p *planning) sayUncounted() {
	if p.ordered == 0 || p.in.Fleet.Policy.MaxCost == nil {
		return
	}
	p.say(diag.Warning, nil, "what "+counted(p.ordered, "order")+" will cost is not known before the bill: policy.maxCost does not count it").Pos = p.in.Fleet.Policy.Pos
}
