package planner

import (
	"slices"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// booked is the booking of the till that its payment is still to follow: one
// that is recorded, or that is under way. A service that began has used it up.
func (t *till) booked() *Booking {
	if t.live != nil && !t.live.ContractStart.IsZero() {
		return nil
	}
	if r := t.run(Book); r != nil {
		return &Booking{Code: r.Code, CodeID: r.CodeID}
	}
	if t.prior == nil || t.prior.Booking == nil || t.prior.PaidCode == t.prior.Booking.Code {
		return nil
	}
	return t.prior.Booking
}

// wantsBook tells whether the till is to be booked: before it is registered,
// and once.
func (p *planning) wantsBook(t *till) bool {
	return t.wanted() && t.decl.Book && t.live == nil && !t.registered() && !t.runs(Book, Register) &&
		(t.prior == nil || t.prior.Booking == nil) && t.step(Register) != ""
}

// bookUnread tells whether a booking stands before the registration that
// cannot be planned: the codes were not read.
func (p *planning) bookUnread(t *till) bool {
	if !p.in.NoRefresh || !t.decl.Book || t.run(Book) != nil || t.prior != nil && t.prior.Booking != nil {
		return false
	}
	p.leaveOut()
	p.groups.add(groupBookUnread, t.addr)
	return true
}

// planBook plans to book the till with a code, which its payment uses then.
func (p *planning) planBook(w wish, c *Code) {
	record := w.record
	s := Step{
		Action: Book, Cost: Cost{Codes: 1}, Code: &record, CodeID: c.ID, FN: w.t.want.FN,
		Reason: "to be booked before it is registered; the payment uses the same code",
	}
	if w.code == "" {
		s.Reason += "; the code " + record.String() + " is taken from the partner's pool"
	}
	p.add(w.t, s)
}

// bookFirst has registrations wait for the bookings of their tills. One whose
// booking got no code is not begun.
func (p *planning) bookFirst() {
	for _, w := range p.pays {
		if w.book && w.t.step(Book) == "" && !p.v1() {
			p.leaveOut()
			w.t.steps = slices.DeleteFunc(w.t.steps, func(s Step) bool { return s.kind() == Register })
		}
	}
	for _, t := range p.chosen() {
		p.checkBooking(t)
		id := t.step(Book)
		if id == "" {
			continue
		}
		for i := range t.steps {
			if s := &t.steps[i]; s.kind() == Register {
				s.Requires = append(slices.Clone(s.Requires), id)
				slices.Sort(s.Requires)
			}
		}
	}
}

// checkBooking says what does not go with the booking of a till.
func (p *planning) checkBooking(t *till) {
	if !t.wanted() || t.live != nil || t.registered() {
		return
	}
	switch b := t.prior.booking(); {
	case b != nil && b.FN != "" && b.FN != t.want.FN:
		p.say(diag.Warning, t, "booked with the ФН "+plain(b.FN)+", declared is "+t.want.FN+": the service knows it by the old one").Hint = "a booking cannot be changed through the API: ask OFD.ru if the service does not begin"
	case b == nil && t.decl.Book && t.run(Book) == nil && t.run(Register) != nil:
		p.say(diag.Note, t, "its registration is under way: it is not booked any more")
	}
}

// booking is the recorded booking of a resource, or nil.
func (r *Resource) booking() *Booking {
	if r == nil {
		return nil
	}
	return r.Booking
}

// useBooking has a payment use the code that the till was booked with; another
// one only when it is declared.
func (p *planning) useBooking(w *wish) {
	b := w.t.booked()
	switch {
	case b == nil:
	case w.code == "", w.record == b.Code:
		w.record, w.booked = b.Code, b
	default:
		p.say(diag.Warning, w.t, "booked with the code "+b.Code.String()+", declared is "+w.record.String()+": a second code will be used").Hint = "declare the code that it was booked with, unless that one was refused"
	}
}

// reserveBookings sets aside what bookings are going to use: those under way,
// and those whose code shows that they took nothing of it yet.
func (b *pool) reserveBookings() {
	var byRecord map[spec.CodeRecord]*Code
	for _, t := range b.p.tills {
		running, k := t.run(Book), t.booked()
		if k == nil {
			continue
		}
		if byRecord == nil {
			byRecord = b.byRecord()
		}
		c := byRecord[k.Code]
		b.unsettled = b.unsettled || running != nil
		if c != nil && (running != nil || c.Left >= k.Left) {
			b.left[c] = max(b.left[c]-1, 0)
		}
	}
}

// byRecord finds the partner's codes by what states and plans keep of them.
func (b *pool) byRecord() map[spec.CodeRecord]*Code {
	out := make(map[spec.CodeRecord]*Code, len(b.codes))
	for _, c := range b.codes {
		out[spec.RecordCode(b.p.in.Prior.FingerprintKey, c.Code)] = c
	}
	return out
}
