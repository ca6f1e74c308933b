package ofd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/providers/ofd/partner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

// The phases of pay (004 §4.1).
const (
	phasePay           = "pay"
	phaseFirstDocument = "first-document"
)

// lapseAfter is how long an accepted code waits for the till's first document
// (004 §4.1).
const lapseAfter = 3 * 24 * time.Hour

func (p *Provider) pay(ctx context.Context, run *apply.Run) (apply.Transition, error) {
	switch run.Workflow.Phase {
	case phaseStart, phasePay:
		return p.payOnce(ctx, run)
	case phaseFirstDocument:
		return p.firstDocument(ctx, run)
	default:
		return apply.Transition{}, fmt.Errorf("%s: the phase %q is not known to this kktctl: use a newer one", run.Address, run.Workflow.Phase)
	}
}

// payOnce spends a code, once.
func (p *Provider) payOnce(ctx context.Context, run *apply.Run) (apply.Transition, error) {
	rnm := rnmOf(run)
	if rnm == "" {
		return apply.Transition{}, fmt.Errorf("%s: no РНМ is known yet, so that no code can be used", run.Address)
	}
	waiting := func() apply.Transition {
		d := run.Workflow.Data
		d.RNM, d.AcceptedAt = rnm, run.Now
		return p.awaitFirstDocument(run, d)
	}
	if tr, ok := byPerson(run, waiting); ok {
		return tr, nil
	}
	if run.Intent != nil {
		return p.settlePay(ctx, run, rnm, waiting)
	}
	code, err := p.code(ctx, run)
	if err != nil {
		return apply.Transition{}, err
	}
	pre, err := p.beforePay(ctx, run, code)
	if err != nil {
		return apply.Transition{}, again(err)
	}
	req, err := payRequest(run, rnm, code.Code)
	if err != nil {
		return apply.Transition{}, err
	}
	var res partner.PayResult
	return once(ctx, run, call{
		effect: state.EffectPay, preRead: pre,
		// The hash must not let a short code be found by trying: it holds the
		// keyed fingerprint instead.
		request: []string{rnm, spec.RecordCode(run.FingerprintKey, code.Code).Fingerprint},
		send: func(ctx context.Context) (err error) {
			res, err = p.partner.Pay(ctx, req)
			return err
		},
		sent: func() apply.Transition {
			if res.Completed {
				return p.paid(run)
			}
			return waiting()
		},
	})
}

func payRequest(run *apply.Run, rnm, code string) (partner.PayRequest, error) {
	c, err := companyOf(run)
	if err != nil {
		return partner.PayRequest{}, err
	}
	return partner.PayRequest{INN: c.INN, KPP: c.KPP, RNM: rnm, ActivationCode: code, Email: c.Email}, nil
}

// code finds the code that the plan chose among the partner's codes.
func (p *Provider) code(ctx context.Context, run *apply.Run) (partner.Code, error) {
	codes, err := p.readCodes(ctx, p.roundStart())
	if err != nil {
		return partner.Code{}, again(err)
	}
	c, ok := codes.find(run.FingerprintKey, run.Workflow.Data.Code)
	if !ok {
		return c, fmt.Errorf("%s: the code %s that was planned is not among the partner's codes any more\nhint: plan again", run.Address, codeName(run.Workflow.Data))
	}
	return c, nil
}

func codeName(d state.WorkflowData) string {
	if d.Code == nil {
		return "(none)"
	}
	return d.Code.String()
}

// beforePay notes what the readings show before the call, so that they can be
// compared afterwards: what is left of the code, and how often it was used.
func (p *Provider) beforePay(ctx context.Context, run *apply.Run, code partner.Code) (map[string]string, error) {
	list, err := p.readPayments(ctx, run.Workflow.Started.Add(-slack), p.roundStart())
	if err != nil {
		return nil, err
	}
	return map[string]string{
		"left": strconv.Itoa(code.Remaining),
		"uses": strconv.Itoa(list.used(run.FingerprintKey, run.Workflow.Data.Code)),
	}, nil
}

// settlePay tells from the pay statuses, the code's count and the till's
// contract whether a code was spent.
func (p *Provider) settlePay(ctx context.Context, run *apply.Run, rnm string, waiting func() apply.Transition) (apply.Transition, error) {
	pays, err1 := p.readPayments(ctx, run.Workflow.Started.Add(-slack), run.Now)
	codes, err2 := p.readCodes(ctx, run.Now)
	tills, err3 := p.readTills(ctx, run.Now)
	if err := errors.Join(err1, err2, err3); err != nil {
		return apply.Transition{}, again(err)
	}
	sent := func() apply.Transition {
		if row, ok := payRow(run, rnm, pays); ok && row.Status == partner.PayPayed {
			return p.paid(run)
		}
		return waiting()
	}
	return settleByReading(run, payReading(run, rnm, pays, codes, tills), sent,
		fmt.Sprintf("it cannot be told whether the code %s was spent on РНМ %s: its count and the pay statuses disagree", codeName(run.Workflow.Data), rnm),
		"look at the till's service and at the code in the partner's cabinet, then say what you saw"), nil
}

func payReading(run *apply.Run, rnm string, pays *paymentList, codes *codeList, tills *tillList) reading {
	if _, ok := payRow(run, rnm, pays); ok {
		return happened
	}
	if t, ok := tills.find(rnm); ok && plannerTill(t).ServiceActive(run.Now) {
		return happened
	}
	before, _ := strconv.Atoi(run.Intent.PreRead["left"])
	used, _ := strconv.Atoi(run.Intent.PreRead["uses"])
	left, _ := codes.find(run.FingerprintKey, run.Workflow.Data.Code) // a used-up code is not listed: 0 is left
	if left.Remaining != before-(pays.used(run.FingerprintKey, run.Workflow.Data.Code)-used) {
		return unclear
	}
	return absent
}

// payRow finds the row of this payment: the till with the code, not older than
// the workflow.
func payRow(run *apply.Run, rnm string, pays *paymentList) (partner.PayStatus, bool) {
	var found partner.PayStatus
	ok := false
	for _, i := range pays.byRNM[rnm] {
		r := pays.rows[i]
		planned := run.Workflow.Data.Code != nil && spec.RecordCode(run.FingerprintKey, r.ActivationCode) == *run.Workflow.Data.Code
		if planned && !r.At.Before(run.Workflow.Started.Add(-slack)) && (!ok || r.At.After(found.At)) {
			found, ok = r, true
		}
	}
	return found, ok
}

func (p *Provider) awaitFirstDocument(run *apply.Run, d state.WorkflowData) apply.Transition {
	tr := wait(phaseFirstDocument, d, planner.WaitFirstDocument, "the code is accepted; the till has to send its first fiscal document, or the code lapses after 3 days")
	tr.Due = cmpTime(d.AcceptedAt, run.Now).Add(lapseAfter)
	return tr
}

func cmpTime(a, b time.Time) time.Time {
	if a.IsZero() {
		return b
	}
	return a
}

// firstDocument waits until the till has sent a document.
func (p *Provider) firstDocument(ctx context.Context, run *apply.Run) (apply.Transition, error) {
	d := run.Workflow.Data
	pays, err := p.readPayments(ctx, run.Workflow.Started.Add(-slack), p.roundStart())
	if err != nil {
		return apply.Transition{}, again(err)
	}
	row, ok := payRow(run, d.RNM, pays)
	switch {
	case ok && row.Status == partner.PayPayed:
		return p.paid(run), nil
	case ok && row.Status == partner.PayCancelled:
		return refused(run, "the code lapsed: the till sent no document within 3 days of "+d.AcceptedAt.Format(time.RFC3339)), nil
	}
	tills, err := p.readTills(ctx, p.roundStart())
	if err != nil {
		return apply.Transition{}, again(err)
	}
	if t, ok := tills.find(d.RNM); ok && plannerTill(t).ServiceActive(run.Now) {
		return p.paid(run), nil
	}
	return p.awaitFirstDocument(run, d), nil
}

func (p *Provider) paid(run *apply.Run) apply.Transition {
	d := run.Workflow.Data
	res := &apply.Result{RNM: cmp.Or(d.RNM, rnmOf(run)), Payment: &state.Payment{At: run.Now, Service: "Ofd"}}
	if d.Code != nil {
		res.Payment.Code = *d.Code
	}
	return apply.Transition{Phase: run.Workflow.Phase, Data: d, Status: apply.Done, Message: "paid with the code " + codeName(d), Result: res}
}

// rnmOf is the РНМ of a till, from wherever it is known first.
func rnmOf(run *apply.Run) string {
	declared := ""
	if run.Till != nil {
		declared = run.Till.RNM
	}
	return cmp.Or(run.Resource.Identity.RNM, run.Workflow.Data.RNM, declared)
}

// companyOf is the company that a till belongs to, also when the till is not
// in the file any more.
func companyOf(run *apply.Run) (spec.Company, error) {
	key := ""
	switch d := run.Workflow.Data.Desired; {
	case run.Till != nil:
		key = run.Till.Company
	case d != nil:
		key = d.Company
	case run.Resource.Attributes != nil:
		key = run.Resource.Attributes.Company
	}
	c, ok := run.Fleet.Companies[key]
	if !ok {
		return c, fmt.Errorf("%s: its company %q is not in the fleet file any more\nhint: leave the company in the file until the till is done with", run.Address, key)
	}
	return c, nil
}
