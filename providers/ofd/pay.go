package ofd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
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
	case phaseStart, phasePay, phaseBooked:
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
	l, err := p.payLists(ctx, run)
	if err != nil {
		return apply.Transition{}, again(err)
	}
	if run.Intent != nil {
		return p.settlePay(run, rnm, l, waiting), nil
	}
	if tr, ok := p.paidMeanwhile(run, rnm, l, waiting); ok {
		return tr, nil
	}
	if tr, ok := p.afterBooking(run, rnm, l); ok {
		return tr, nil
	}
	code, err := p.plannedCode(run, l.codes)
	if err != nil {
		return apply.Transition{}, err
	}
	return p.send(ctx, run, rnm, code, l, waiting)
}

// plannedCode is the code that was planned, as it is listed now. The API v1
// lists none: there it is the one that is declared, or none at all.
func (p *Provider) plannedCode(run *apply.Run, list *codeList) (partner.Code, error) {
	name := codeName(run.Workflow.Data)
	if !p.cfg.v1() {
		code, ok := list.find(run.FingerprintKey, run.Workflow.Data.Code)
		if !ok && run.Action == planner.Pay && bookedWithPlanned(run) && declaredPlanned(run) {
			return partner.Code{Code: run.Code}, nil // the booking has taken the last unit
		}
		if !ok {
			return code, fmt.Errorf("%s: the code %s that was planned is not among the partner's codes any more\nhint: plan again", run.Address, name)
		}
		return code, nil
	}
	if !declaredPlanned(run) {
		return partner.Code{}, fmt.Errorf("%s: the code %s that was planned is not the declared one, and the API v1 lists none\nhint: declare the code, or set provider.partner.apiKey; then plan again", run.Address, name)
	}
	return partner.Code{Code: run.Code}, nil
}

// declaredPlanned tells whether the declared code is the one that was planned.
func declaredPlanned(run *apply.Run) bool {
	c := run.Workflow.Data.Code
	return c != nil && run.Code != "" && spec.RecordCode(run.FingerprintKey, run.Code) == *c
}

// send makes the call.
func (p *Provider) send(ctx context.Context, run *apply.Run, rnm string, code partner.Code, l payLists, waiting func() apply.Transition) (apply.Transition, error) {
	req, err := payRequest(run, rnm, code.Code)
	if err != nil {
		return apply.Transition{}, err
	}
	var res partner.PayResult
	return once(ctx, run, call{
		effect: state.EffectPay, preRead: l.before(run, rnm, code),
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
		no: func(err error) apply.Transition { return refusedFor(run, sentence(err), hintRefusedPay(err)) },
	})
}

func payRequest(run *apply.Run, rnm, code string) (partner.PayRequest, error) {
	c, err := companyOf(run)
	if err != nil {
		return partner.PayRequest{}, err
	}
	return partner.PayRequest{INN: c.INN, KPP: c.KPP, RNM: rnm, ActivationCode: code, Email: c.Email}, nil
}

// payLists are the readings that tell whether a till was paid for.
type payLists struct {
	pays  *paymentList
	codes *codeList // nil with the API v1, which does not list them
	tills *tillList
}

// payLists reads them as freshly as a decision about money needs. The pay
// statuses come first: what is used between two readings is counted as used.
func (p *Provider) payLists(ctx context.Context, run *apply.Run) (l payLists, err error) {
	fresh := p.freshEnough(run)
	if at := shownFrom(run); at.After(fresh) {
		fresh = at
	}
	var err1, err2, err3 error
	l.pays, err1 = p.readPayments(ctx, payWindow(run), fresh)
	if !p.cfg.v1() {
		l.codes, err2 = p.readCodes(ctx, fresh)
	}
	l.tills, err3 = p.readTills(ctx, fresh)
	return l, errors.Join(err1, err2, err3)
}

// payWindow is from when on pay statuses count for a workflow. It is the same
// for every process, and wide enough for a service whose clock is behind ours.
func payWindow(run *apply.Run) time.Time { return run.Workflow.Started.Add(-planner.PayStatusWindow) }

// before notes what the readings show before the call, so that they can be
// compared afterwards: what is left of the code, how often it was used, and
// how often for this till.
func (l payLists) before(run *apply.Run, rnm string, code partner.Code) map[string]string {
	noted := map[string]string{
		"uses": strconv.Itoa(l.pays.used(run.FingerprintKey, run.Workflow.Data.Code, payWindow(run))),
		"own":  strconv.Itoa(len(ownRows(run, rnm, l.pays))),
	}
	if l.codes != nil {
		noted["left"] = strconv.Itoa(code.Remaining)
	}
	return noted
}

// paidMeanwhile ends a payment that nobody needs any more: somebody paid for
// the till after the plan was made, or an earlier call turns out to have
// arrived in spite of all.
func (p *Provider) paidMeanwhile(run *apply.Run, rnm string, l payLists, waiting func() apply.Transition) (apply.Transition, bool) {
	for _, i := range l.pays.byRNM[rnm] {
		r := l.pays.rows[i]
		waits := r.Status == partner.PayWaiting && run.Now.Sub(r.At) < lapseAfter
		payed := r.Status == partner.PayPayed && !r.At.Before(run.Workflow.Started.Add(-slack))
		switch {
		case !waits && !payed:
			continue
		case !planned(run, r):
			return refused(run, "another code was used for the till meanwhile: the code "+codeName(run.Workflow.Data)+" was not used"), true
		case payed:
			return p.paid(run), true
		}
		return waiting(), true
	}
	if t, ok := l.tills.find(rnm); ok && plannerTill(t).ServiceActive(run.Now) {
		if bookedWithPlanned(run) {
			return p.paid(run), true // by its booking
		}
		return refused(run, "the service of the till is active by now: the code "+codeName(run.Workflow.Data)+" was not used"), true
	}
	return apply.Transition{}, false
}

func codeName(d state.WorkflowData) string {
	if d.Code == nil {
		return "(none)"
	}
	return d.Code.String()
}

// settlePay tells from the pay statuses, the code's count and the till's
// contract whether a code was spent.
func (p *Provider) settlePay(run *apply.Run, rnm string, l payLists, waiting func() apply.Transition) apply.Transition {
	sent := func() apply.Transition {
		if rows := ownRows(run, rnm, l.pays); len(rows) > 0 && rows[len(rows)-1].Status == partner.PayPayed {
			return p.paid(run)
		}
		return waiting()
	}
	return settleByReading(run, payReading(run, rnm, l), sent,
		fmt.Sprintf("it cannot be told whether the code %s was spent on РНМ %s: its count and the pay statuses disagree", codeName(run.Workflow.Data), rnm),
		"look at the till's service and at the code in the partner's cabinet, then say what you saw")
}

func payReading(run *apply.Run, rnm string, l payLists) reading {
	noted := func(key string) int {
		n, _ := strconv.Atoi(run.Intent.PreRead[key])
		return n
	}
	// By their number and not by their time: the service's clock is not ours.
	if len(ownRows(run, rnm, l.pays)) > noted("own") {
		return happened
	}
	if t, ok := l.tills.find(rnm); ok && plannerTill(t).ServiceActive(run.Now) {
		return happened
	}
	code := run.Workflow.Data.Code
	if _, counted := run.Intent.PreRead["left"]; l.codes == nil || !counted {
		return absent // the pay statuses and the contract are all that the API v1 shows
	}
	used := l.pays.used(run.FingerprintKey, code, payWindow(run)) - noted("uses")
	left, _ := l.codes.find(run.FingerprintKey, code) // a used-up code is not listed: 0 is left
	if left.Remaining != noted("left")-used {
		return unclear
	}
	return absent
}

// ownRows are the uses of the planned code for this till, oldest first.
func ownRows(run *apply.Run, rnm string, pays *paymentList) []partner.PayStatus {
	var out []partner.PayStatus
	for _, i := range pays.byRNM[rnm] {
		if r := pays.rows[i]; planned(run, r) && !r.At.Before(payWindow(run)) {
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b partner.PayStatus) int { return a.At.Compare(b.At) })
	return out
}

// planned tells whether a pay status is of the code that the plan chose.
func planned(run *apply.Run, r partner.PayStatus) bool {
	c := run.Workflow.Data.Code
	return c != nil && spec.RecordCode(run.FingerprintKey, r.ActivationCode) == *c
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
	pays, err := p.readPayments(ctx, payWindow(run), p.roundStart())
	if err != nil {
		return apply.Transition{}, again(err)
	}
	if rows := ownRows(run, d.RNM, pays); len(rows) > 0 {
		switch row := rows[len(rows)-1]; {
		case old(run, row): // of an earlier payment
		case row.Status == partner.PayPayed:
			return p.paid(run), nil
		case row.Status == partner.PayCancelled:
			return refusedFor(run, "the code lapsed: the till sent no document within 3 days of "+clock(d.AcceptedAt), hintLapsed), nil
		}
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

// old tells whether a pay status may be of an earlier payment of the till with
// the same code. Once the code must have lapsed it is not.
func old(run *apply.Run, r partner.PayStatus) bool {
	return r.At.Before(run.Workflow.Started.Add(-slack)) && run.Now.Before(run.Workflow.Data.AcceptedAt.Add(lapseAfter))
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

// renamed tells whether the company of an application stands under another key
// in the file by now.
func renamed(run *apply.Run, made *spec.Attributes) bool {
	_, there := run.Fleet.Companies[made.Company]
	return !there && run.Till != nil && run.Fleet.Companies[run.Till.Company].INN == made.INN
}

// companyOf is the company that a till belongs to, also when the till is not
// in the file any more.
func companyOf(run *apply.Run) (spec.Company, error) {
	key := ""
	switch d := run.Workflow.Data.Desired; {
	case d != nil && run.Workflow.Data.ApplicationID != "" && !renamed(run, d):
		key = d.Company // an application is signed by the company that it was made for
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
