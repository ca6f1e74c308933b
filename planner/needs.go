package planner

import (
	"slices"
	"time"

	"github.com/kktctl/kktctl/spec"
)

// Needs says what is to be read for a plan: nothing that nothing declared
// needs. It grows with the kinds of things declared, not with tills, but for
// one application for each that is in flight.
type Needs struct {
	Tills         bool
	Codes         bool
	Payments      bool
	PaymentsFrom  time.Time // UTC
	Renta         bool
	Applications  []string      // ids, sorted
	Receipts      []ReceiptNeed // by company; none where no centre declares receipts
	Orders        []string      // ids of those that wait to be paid, sorted
	RequestsAbout int           // how many calls that makes, for messages
}

// PayStatusWindow reaches back past the three days after which an accepted
// code lapses (004 §4.1): from a plan, and from the start of a payment.
const PayStatusWindow = 4 * 24 * time.Hour

// NeedsOf computes what a plan of the fleet has to read, and what the partner's
// credentials let it read.
func NeedsOf(f *spec.Fleet, prior Prior, now time.Time) Needs {
	n := needsOf(f, prior, now)
	if f.Provider.Partner.V1() { // has neither codes nor applications (000)
		n.Codes, n.Applications, n.Orders = false, nil, nil
	}
	for _, b := range []bool{n.Tills, n.Codes, n.Payments, n.Renta} {
		if b {
			n.RequestsAbout++
		}
	}
	n.RequestsAbout += len(n.Applications) + len(n.Orders)
	for _, r := range n.Receipts {
		n.RequestsAbout += r.requests(now)
	}
	return n
}

func needsOf(f *spec.Fleet, prior Prior, now time.Time) Needs {
	n := Needs{PaymentsFrom: now.Add(-PayStatusWindow), Receipts: receiptNeeds(f, now)}
	for _, k := range f.KKTs {
		n.Tills = true
		if !k.ActivationCode.IsZero() {
			n.Codes, n.Payments = true, true
		}
		if k.Renta != "" {
			n.Renta = true
		}
	}
	for _, r := range prior.Resources {
		n.Tills = true
		if r.Renta != "" {
			n.Renta = true
		}
		for _, w := range r.Running {
			if w.ApplicationID != "" {
				n.Applications = append(n.Applications, w.ApplicationID)
			}
			switch w.Action {
			case Pay:
				n.Payments, n.Codes = true, true
				if from := w.Started.Add(-PayStatusWindow); from.Before(n.PaymentsFrom) {
					n.PaymentsFrom = from
				}
			case AddKKT, RemoveKKT:
				n.Renta = true
			}
		}
	}
	for name := range f.Orders { // one that lapsed may have been paid after all
		if o := prior.Others[spec.OrderAddress(name)].Order; o != nil && o.Status == spec.OrderOverdue && o.ID != "" {
			n.Orders = append(n.Orders, o.ID)
		}
	}
	for _, r := range prior.Others {
		for _, w := range r.Running {
			if w.Order != nil && w.Order.ID != "" {
				n.Orders = append(n.Orders, w.Order.ID)
			}
		}
	}
	slices.Sort(n.Applications)
	slices.Sort(n.Orders)
	return n
}
