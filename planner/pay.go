package planner

import (
	"time"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// lapse is how long an accepted code waits for the till's first fiscal
// document (document 004 §4.1).
const lapse = 3 * 24 * time.Hour

// The pay statuses that count (document 004 §4.2).
const (
	payWaiting = "WaitingActivation"
	payDone    = "Payed"
)

// wish is a till that is to be paid for.
type wish struct {
	t      *till
	code   string // empty for auto
	record spec.CodeRecord
	book   bool     // before it is registered, with the same code
	booked *Booking // with this code
}

// planPays finds the tills to pay for and gives them their codes.
func (p *planning) planPays() {
	for _, t := range p.chosen() {
		p.checkTariff(t)
		if w, ok := p.wishOf(t, p.paid[t.rnm()]); ok {
			p.pays = append(p.pays, w)
		}
	}
	if len(p.pays) == 0 {
		return
	}
	if p.in.NoRefresh {
		p.leaveOut()
		p.say(diag.Warning, nil, "the codes were not read: "+counted(len(p.pays), "payment")+" left out")
		return
	}
	if p.v1() {
		p.spendDeclared()
		return
	}
	if !p.in.Live.CodesRead {
		p.leaveOut()
		p.say(diag.Error, nil, "the activation codes were not read: "+counted(len(p.pays), "payment")+" cannot be planned")
		return
	}
	p.spend(newPool(p))
}

// paymentsByRNM keeps the newest pay status that counts for each till.
func paymentsByRNM(rows []Payment) map[string]Payment {
	out := map[string]Payment{}
	for _, row := range rows {
		if row.RNM == "" || row.Status != payWaiting && row.Status != payDone {
			continue
		}
		if old, ok := out[row.RNM]; !ok || newer(row, old) {
			out[row.RNM] = row
		}
	}
	return out
}

func newer(a, b Payment) bool {
	if !a.At.Equal(b.At) {
		return a.At.After(b.At)
	}
	if a.Status != b.Status {
		return a.Status == payDone
	}
	return a.Code < b.Code
}

// wishOf tells whether the till is to be paid for now.
func (p *planning) wishOf(t *till, row Payment) (wish, bool) {
	w := wish{t: t}
	if t.blocked || !t.wanted() || t.decl.ActivationCode.IsZero() || t.runs(Pay, Unregister) || !p.payable(t) {
		return w, false
	}
	if !t.decl.ActivationCode.Auto {
		w.code = p.in.Codes[t.addr]
		w.record = spec.RecordCode(p.in.Prior.FingerprintKey, w.code)
	}
	if t.live != nil && t.live.ServiceActive(p.in.Now) {
		p.noteLater(t, w)
		return w, false
	}
	if p.paidAlready(t, row) {
		return w, false
	}
	if w.code == "" && !t.decl.ActivationCode.Auto {
		p.leaveOut()
		p.say(diag.Error, t, "the activation code "+t.decl.ActivationCode.Ref.String()+" could not be read")
		return w, false
	}
	w.book = p.wantsBook(t)
	p.useBooking(&w)
	return w, true
}

// payable tells whether the till is registered, or will be by this plan.
func (p *planning) payable(t *till) bool {
	return t.live != nil || t.registered() || t.step(Register) != "" || t.decl.RNM != "" && !t.unregistered()
}

// noteLater says from when a code can be used that waits for the end of the
// running service.
func (p *planning) noteLater(t *till, w wish) {
	if w.code == "" || t.prior != nil && t.prior.PaidCode == w.record {
		return
	}
	if t.live.ContractEnd.IsZero() {
		p.say(diag.Note, t, "the code "+w.record.String()+" cannot be used: the service of the till is active and open-ended")
		return
	}
	p.say(diag.Note, t, "the code "+w.record.String()+" can be used from "+date(t.live.ContractEnd)+", when the running service ends")
}

// paidAlready tells whether a payment was made that the service does not show
// as its contract yet. Paying again could burn a second code.
func (p *planning) paidAlready(t *till, row Payment) bool {
	if row.Status == payWaiting && p.in.Now.Sub(row.At) < lapse {
		p.say(diag.Note, t, "a code was accepted on "+date(row.At)+" and waits for the till's first fiscal document; it lapses on "+date(row.At.Add(lapse)))
		return true
	}
	var at time.Time
	if t.prior != nil && !t.prior.PaidCode.IsZero() && (t.live != nil || !t.unregistered()) { // or it was for a registration that is over
		at = t.prior.PaidAt
	}
	if row.Status == payDone && row.At.After(at) {
		at = row.At
	}
	if at.IsZero() {
		return false
	}
	if t.live != nil && t.live.ContractEnd.After(at) && !t.live.ContractEnd.After(p.in.Now) {
		return false // what was bought has ended
	}
	p.leaveOut()
	p.say(diag.Warning, t, "paid on "+date(at)+", but the service does not show yet: not paid again").Hint = "ask OFD.ru what became of the code if the service does not begin"
	return true
}

// checkTariff warns when the running service is of another tariff.
func (p *planning) checkTariff(t *till) {
	if !t.wanted() || t.live == nil || t.decl.Tariff == "" || t.live.Tariff == "" || t.ignores("tariff") {
		return
	}
	if t.live.ServiceActive(p.in.Now) && !sameName(t.live.Tariff, t.decl.Tariff) {
		p.say(diag.Warning, t, "the service runs on tariff "+plain(t.live.Tariff)+", declared is "+t.decl.Tariff)
	}
}

// planPay plans to use the code.
func (p *planning) planPay(w wish, c *Code) {
	t, record := w.t, w.record
	if w.book {
		p.planBook(w, c)
	}
	s := Step{
		Action: Pay, Cost: Cost{Codes: 1}, Code: &record, CodeID: c.ID, RNM: t.rnm(),
		Requires: t.need(Register), Reason: p.payReason(t),
	}
	if t.live == nil || t.live.LastDocument.IsZero() {
		s.Waits = []Wait{WaitFirstDocument}
	}
	switch {
	case w.book:
		s.Cost.Codes, s.Reason = 0, s.Reason+"; with the code that it is booked with"
	case w.booked != nil:
		s.Cost.Codes, s.Reason = 0, s.Reason+"; with the code "+record.String()+" that it was booked with"
	case w.code == "":
		s.Reason += "; the code " + record.String() + " is taken from the partner's pool"
	}
	p.add(t, s)
}

func (p *planning) payReason(t *till) string {
	switch {
	case t.live == nil && t.step(Register) != "":
		return "a code is declared and the till has no service yet"
	case t.live == nil:
		return "a code is declared and the till is not in the list of tills: paying makes it visible"
	case t.live.ContractEnd.IsZero():
		return "a code is declared and the service is not active"
	}
	return "a code is declared and the service ended on " + date(t.live.ContractEnd)
}
