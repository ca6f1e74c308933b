package ofd

import (
	"context"
	"fmt"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/providers/ofd/partner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

// phasePayment is where an order waits for its payment (004 §5.3).
const phasePayment = "payment"

const (
	hintOrder        = "look for the order in the partner's cabinet at pk.ofd.ru; if it is there, say --sent --id ORDERID"
	hintRefusedOrder = "correct what the reason names, then run kktctl apply; a wrong agreement is put right with kktctl resolve companies.NAME --sent --id AGREEMENT"
	hintOverdue      = "if it was paid all the same, wait: every plan reads it once more. To order anew, declare it under a new key of orders and take this one out"
)

// orderTills places an order of Ferma tills, once, and follows it until it is paid
// or has lapsed (004 §5.2, §5.3). Nothing lists orders and nothing takes one
// back: what became of a lost answer only a person can know.
func (p *Provider) orderTills(ctx context.Context, run *apply.Run) (apply.Transition, error) {
	switch run.Workflow.Phase {
	case phaseStart:
		return p.placeOnce(ctx, run)
	case phasePayment:
		return p.followOrder(ctx, run)
	default:
		return apply.Transition{}, fmt.Errorf("%s: the phase %q is not known to this kktctl: use a newer one", run.Address, run.Workflow.Phase)
	}
}

func (p *Provider) placeOnce(ctx context.Context, run *apply.Run) (apply.Transition, error) {
	if run.Workflow.Data.Order == nil {
		return apply.Transition{}, fmt.Errorf("%s: what is to be ordered is not recorded\nhint: plan again", run.Address)
	}
	if tr, ok := byPerson(run, func() apply.Transition { return told(run) }); ok {
		return tr, nil
	}
	if run.Intent != nil {
		return orderUnknown(run, ""), nil
	}
	req, err := orderRequest(run)
	if err != nil {
		return apply.Transition{}, err
	}
	var got partner.Order
	return once(ctx, run, call{
		effect: state.EffectOrder, request: req,
		send: func(ctx context.Context) (err error) {
			got, err = p.partner.PlaceOrder(ctx, req)
			return err
		},
		sent:    func() apply.Transition { return placed(run, got) },
		no:      func(err error) apply.Transition { return refusedFor(run, sentence(err), hintRefusedOrder) },
		unknown: func(err error) apply.Transition { return orderUnknown(run, " ("+sentence(err)+")") },
	})
}

func orderUnknown(run *apply.Run, why string) apply.Transition {
	return person(run, "it is not known whether the order of "+termsText(run.Workflow.Data.Order.Terms)+" was placed"+why+", and nothing lists orders: it is not sent again", hintOrder)
}

func termsText(t spec.OrderTerms) string {
	return fmt.Sprintf("%d × %s with %s, by %s", t.Quantity, t.Tariff, t.FN, t.Payment)
}

// orderRequest spells an order as §5.2 does.
func orderRequest(run *apply.Run) (partner.OrderRequest, error) {
	t := run.Workflow.Data.Order.Terms
	if run.Cabinet == nil || run.Cabinet.Agreement == "" {
		company := "companies.NAME"
		if o, ok := run.Fleet.Orders[spec.NameOf(run.Address)]; ok {
			company = spec.CompanyAddress(o.Company)
		}
		return partner.OrderRequest{}, fmt.Errorf("%s: the OfdAgreementId of its company is not known, nothing was ordered\nhint: give it: kktctl resolve %s --sent --id AGREEMENT", run.Address, company)
	}
	return partner.OrderRequest{
		Agreement: run.Cabinet.Agreement, Quantity: t.Quantity, Tariff: t.Tariff,
		FN:      map[spec.FNType]partner.FermaFN{spec.FN15: partner.FermaFN15, spec.FN36: partner.FermaFN36}[t.FN],
		Payment: map[string]string{"bill": partner.PayBill, "creditCard": partner.PayCreditCard, "sbp": partner.PaySBP}[t.Payment],
	}, nil
}

// placed records an order with what it is paid by.
func placed(run *apply.Run, got partner.Order) apply.Transition {
	d, o := withOrder(run)
	o.ID, o.At, o.Status = got.ID, run.Now, spec.OrderWaiting
	o.Link, o.Image, o.Note = got.Receipt.Link, got.Receipt.Image, got.Receipt.Note
	return forPayment(d, unpaid(o))
}

// unpaid says what is to be paid.
func unpaid(o *spec.OrderRecord) string {
	message := "order " + o.ID + ": " + termsText(o.Terms) + ", to be paid"
	if o.Note != "" {
		message += "; " + o.Note
	}
	return message
}

// follow has an order followed under the id that a person has found at the
// service.
func follow(o *spec.OrderRecord, r *state.Resolution) {
	if o.ID == r.ID {
		return
	}
	o.ID, o.Told, o.Link, o.Image = r.ID, true, "", nil
	o.Note = "followed under this id, as " + r.Who + " says: the partner's cabinet shows how it is paid"
}

// forPayment waits for a person to pay.
func forPayment(d state.WorkflowData, message string) apply.Transition {
	return wait(phasePayment, d, planner.WaitPayment, message)
}

// withOrder gives the workflow's data with an order of its own to change.
func withOrder(run *apply.Run) (state.WorkflowData, *spec.OrderRecord) {
	d := run.Workflow.Data
	o := spec.OrderRecord{}
	if d.Order != nil {
		o = *d.Order
	}
	d.Order = &o
	return d, &o
}

// told records what a person has found.
func told(run *apply.Run) apply.Transition {
	d, o := withOrder(run)
	o.At, o.Status = run.Now, spec.OrderWaiting
	follow(o, run.Workflow.Resolution)
	return next(phasePayment, d, unpaid(o)) // read at once: the id may be wrong
}

// hiddenFor is how long an order that was just placed may not be found.
const hiddenFor = 24 * time.Hour

// orderNotThere is for an order that the service does not know. One that it
// has named itself may take a while to be found; the id of another may have
// been copied wrongly.
func orderNotThere(run *apply.Run, d state.WorkflowData, o *spec.OrderRecord) apply.Transition {
	message := "the service does not know the order " + o.ID
	if o.Told || run.Now.Sub(o.At) > hiddenFor {
		return person(run, message, hintOrder)
	}
	return wait(phasePayment, d, planner.WaitService, message+" yet")
}

// followOrder reads whether an order was paid.
func (p *Provider) followOrder(ctx context.Context, run *apply.Run) (apply.Transition, error) {
	d, o := withOrder(run)
	if r := run.Workflow.Resolution; r != nil && run.Intent == nil {
		if !r.Sent {
			return refused(run, fmt.Sprintf("%s said on %s that there is no such order", r.Who, r.At.Format(time.DateOnly))), nil
		}
		follow(o, r)
	}
	st, err := p.order(ctx, o.ID, p.roundStart())
	if notThere(err) {
		return orderNotThere(run, d, o), nil
	}
	if err != nil {
		return apply.Transition{}, again(err)
	}
	message := unpaid(o)
	switch st.State {
	case partner.OrderPaid:
		o.Status, o.PaidUntil, o.Image, o.Note = spec.OrderPaid, st.PaidUntil, nil, ""
		tr := next(phasePayment, d, "order "+o.ID+" is paid")
		tr.Status, tr.Result = apply.Done, &apply.Result{Order: o}
		return tr, nil
	case partner.OrderOverdue:
		o.Status, o.Image, o.Note = spec.OrderOverdue, nil, ""
		tr := refusedFor(run, "order "+o.ID+" was not paid in time and has lapsed", hintOverdue)
		tr.Data, tr.Result = d, &apply.Result{Order: o}
		return tr, nil
	case partner.OrderWaiting:
	default:
		message += fmt.Sprintf("; the service says status %d, which is not documented", st.State)
	}
	return forPayment(d, message), nil
}
