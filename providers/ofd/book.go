package ofd

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/providers/ofd/partner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/fiscal"
	"github.com/kktctl/kktctl/state"
)

// phaseBooked is where the payment of a booked till waits for the till's first
// document.
const phaseBooked = "booked"

// book books a till before it is registered, once (004 §3). The document does
// not say what that takes of the code: see docs/decisions/0009-booking.md.
func (p *Provider) book(ctx context.Context, run *apply.Run) (apply.Transition, error) {
	if tr, ok := byPerson(run, func() apply.Transition { return p.booked(run, "") }); ok {
		return tr, nil
	}
	p.booking.Lock()
	defer p.booking.Unlock()
	l, err := p.bookLists(ctx, run)
	switch {
	case err != nil:
		return apply.Transition{}, again(err)
	case l.moving(run):
		tr := wait(run.Workflow.Phase, run.Workflow.Data, planner.WaitService, "the code "+codeName(run.Workflow.Data)+" is being used at the moment: what is left of it is counted again")
		tr.RetryAfter = secondReading(run)
		return tr, nil
	case run.Intent != nil:
		return p.settleBook(run, l), nil
	case run.Till == nil:
		return apply.Transition{}, fmt.Errorf("%s: is not in the fleet file any more\nhint: plan again", run.Address)
	}
	if _, live := l.tills.bySerial(run.Till.Serial); live {
		return refused(run, "the till is registered by now: it was not booked, and the code "+codeName(run.Workflow.Data)+" was not used"), nil
	}
	code, err := p.plannedCode(run, l.codes)
	if err != nil {
		return apply.Transition{}, err
	}
	return p.bookOnce(ctx, run, code, l)
}

// bookOnce makes the call.
func (p *Provider) bookOnce(ctx context.Context, run *apply.Run, code partner.Code, l bookLists) (apply.Transition, error) {
	req := partner.BookRequest{Serial: run.Till.Serial, FN: run.Till.FN.Number, ActivationCode: code.Code}
	status := ""
	return once(ctx, run, call{
		effect: state.EffectBook, preRead: l.before(run, req, code),
		request: []string{req.Serial, req.FN, spec.RecordCode(run.FingerprintKey, code.Code).Fingerprint},
		send: func(ctx context.Context) error {
			res, err := p.partner.Book(ctx, req)
			status = res.Status
			return err
		},
		sent: func() apply.Transition { return p.booked(run, status) },
		no:   func(err error) apply.Transition { return refusedFor(run, sentence(err), hintBook) },
	})
}

// bookLists are the readings that tell whether a till was booked.
type bookLists struct {
	payLists
	again    *paymentList // after the codes were read
	from, to time.Time    // of the reading of the codes
}

// bookLists reads the pay statuses before and after the codes, all of them as
// they are now: what is left of a code can be told from what pays for other
// tills only when none is made meanwhile.
func (p *Provider) bookLists(ctx context.Context, run *apply.Run) (l bookLists, err error) {
	var err1, err2, err3, err4 error
	l.from = p.cfg.Now().UTC()
	l.pays, err1 = p.readPayments(ctx, payWindow(run), l.from)
	l.codes, err2 = p.readCodes(ctx, l.from)
	l.to = p.cfg.Now().UTC()
	l.again, err3 = p.readPayments(ctx, payWindow(run), l.to)
	l.tills, err4 = p.readTills(ctx, p.freshEnough(run))
	return l, errors.Join(err1, err2, err3, err4)
}

// moving tells whether the code was used while it was read.
func (l bookLists) moving(run *apply.Run) bool {
	key, code, window := run.FingerprintKey, run.Workflow.Data.Code, payWindow(run)
	return l.pays.used(key, code, window) != l.again.used(key, code, window)
}

// before notes what the readings show before the call, and what the call says
// of the till.
func (l bookLists) before(run *apply.Run, req partner.BookRequest, code partner.Code) map[string]string {
	noted := l.payLists.before(run, "", code)
	noted["own"] = strconv.Itoa(len(bookedRows(run, l.pays)))
	noted["fn"], noted["from"], noted["to"] = req.FN, l.from.Format(time.RFC3339Nano), l.to.Format(time.RFC3339Nano)
	return noted
}

// booked ends a booking that is known to have happened.
func (p *Provider) booked(run *apply.Run, status string) apply.Transition {
	d := run.Workflow.Data
	k := &state.Booking{CodeID: d.CodeID, At: p.cfg.Now().UTC(), Status: status}
	if d.Code != nil {
		k.Code = *d.Code
	}
	if in := run.Intent; in != nil {
		k.FN = in.PreRead["fn"]
		k.ReadAt, _ = noted(run, "from")
		k.Left, _ = strconv.Atoi(in.PreRead["left"]) // not noted: 0, as if it had been the last
	}
	message := "booked with the code " + codeName(d)
	if status != "" {
		message += "; the service says: " + status
	}
	return apply.Transition{Phase: run.Workflow.Phase, Data: d, Status: apply.Done, Message: message, Result: &apply.Result{Booking: k}}
}

// settleBook tells from the pay statuses, the code's count and the till's
// contract whether a till was booked.
func (p *Provider) settleBook(run *apply.Run, l bookLists) apply.Transition {
	return settleByReading(run, bookReading(run, l), func() apply.Transition { return p.booked(run, "") },
		fmt.Sprintf("it cannot be told whether the till was booked with the code %s: its count changed by something else", codeName(run.Workflow.Data)),
		"look at the bookings and at the code in the partner's cabinet, then say what you saw")
}

func bookReading(run *apply.Run, l bookLists) reading {
	noted := func(key string) int {
		n, _ := strconv.Atoi(run.Intent.PreRead[key])
		return n
	}
	if len(bookedRows(run, l.pays)) > noted("own") {
		return happened
	}
	if t, ok := l.tills.bySerial(run.Resource.Identity.Serial); ok && plannerTill(t).ServiceActive(run.Now) {
		return happened
	}
	code := run.Workflow.Data.Code
	left, _ := l.codes.find(run.FingerprintKey, code) // a used-up code is not listed: 0 is left
	gone := noted("left") - left.Remaining - (l.pays.used(run.FingerprintKey, code, payWindow(run)) - noted("uses"))
	after, maybe := otherBookings(run)
	switch gone - after {
	case 0:
		return absent // one unit more would be gone
	case maybe + 1:
		return happened // all others together cannot have taken so much
	}
	return unclear
}

// otherBookings counts what the bookings of other tills have taken of the code
// since it was read for this one, and what they may have.
func otherBookings(run *apply.Run) (after, maybe int) {
	from, ok1 := noted(run, "from")
	to, ok2 := noted(run, "to")
	if run.Bookings == nil || run.Workflow.Data.Code == nil || !ok1 || !ok2 {
		return 0, 0
	}
	return run.Bookings(*run.Workflow.Data.Code, from, to)
}

// noted reads a time that was noted before the call.
func noted(run *apply.Run, key string) (time.Time, bool) {
	at, err := time.Parse(time.RFC3339Nano, run.Intent.PreRead[key])
	return at, err == nil
}

// bookedRows are the uses of the planned code that are for this till: an РНМ
// that does not exist yet cannot be among them, but its check digits can.
func bookedRows(run *apply.Run, pays *paymentList) []partner.PayStatus {
	var out []partner.PayStatus
	for _, r := range pays.rows {
		if planned(run, r) && !r.At.Before(payWindow(run)) && fiscal.CheckRNM(r.RNM, run.Resource.Identity.INN, run.Resource.Identity.Serial) {
			out = append(out, r)
		}
	}
	return out
}

// afterBooking decides about the payment of a till that was booked with the
// same code. Whether the booking has taken a unit of it shows in the code's
// count. If it has not, the payment takes it. If it has, the booking may have
// been the payment: then the service begins with the till's first document,
// and a payment before that could take a second unit.
func (p *Provider) afterBooking(run *apply.Run, rnm string, l payLists) (apply.Transition, bool) {
	k, d := run.Resource.Booking, run.Workflow.Data
	if !bookedWithPlanned(run) {
		return apply.Transition{}, false
	}
	if !wantsPayment(run) {
		tr := next(run.Workflow.Phase, d, "not paid: the declaration changed before the till's first document")
		tr.Status = apply.Dropped
		return tr, true
	}
	d.RNM = rnm
	if l.codes != nil {
		if code, listed := l.codes.find(run.FingerprintKey, d.Code); listed && code.Remaining >= k.Left {
			return quietBooking(run, d)
		}
	}
	switch t, ok := l.tills.find(rnm); {
	case !ok || t.LastDocument.IsZero():
		d.SeenAt = time.Time{}
		return wait(phaseBooked, d, planner.WaitFirstDocument, "booked with the code "+codeName(d)+"; the till has to send its first fiscal document"), true
	case d.SeenAt.IsZero():
		d.SeenAt = run.Now
		fallthrough
	case run.Now.Before(d.SeenAt.Add(run.QuietPeriod)):
		tr := wait(phaseBooked, d, planner.WaitService, "the till has sent a document; the service may begin by its booking")
		tr.RetryAfter = d.SeenAt.Add(run.QuietPeriod).Sub(run.Now)
		return tr, true
	}
	return apply.Transition{}, false
}

// shownFrom is from when on readings show what the booking did to its code.
func shownFrom(run *apply.Run) time.Time {
	if !bookedWithPlanned(run) {
		return time.Time{}
	}
	at := run.Resource.Booking.At.Add(run.QuietPeriod)
	if run.Now.Before(at) {
		return run.Resource.Booking.At
	}
	return at
}

// quietBooking lets a payment be made when the code's count has shown for long
// enough that the booking took nothing of it.
func quietBooking(run *apply.Run, d state.WorkflowData) (apply.Transition, bool) {
	at := run.Resource.Booking.At.Add(run.QuietPeriod)
	if !run.Now.Before(at) {
		return apply.Transition{}, false
	}
	tr := wait(phaseBooked, d, planner.WaitService, "booked with the code "+codeName(d)+"; whether that took one is read after a while")
	tr.RetryAfter = at.Sub(run.Now)
	return tr, true
}

// bookedWithPlanned tells whether the till was booked with the planned code,
// and not paid for with it yet.
func bookedWithPlanned(run *apply.Run) bool {
	k, c, paid := run.Resource.Booking, run.Workflow.Data.Code, run.Resource.Payment
	return k != nil && c != nil && k.Code == *c && (paid == nil || paid.Code != k.Code)
}

// wantsPayment tells whether the file still wants what was planned.
func wantsPayment(run *apply.Run) bool {
	k := run.Till
	if k == nil || k.Unregister != "" || k.ActivationCode.IsZero() {
		return false
	}
	return k.ActivationCode.Auto || declaredPlanned(run)
}
