package sim

import "net/http"

// What a booking does to its code: the document does not say (004 §3).
const (
	BookingTakes = "takes" // a unit, which the payment of the till with the same code uses
	BookingFree  = "free"  // nothing: the payment takes the unit
	BookingPays  = "pays"  // a unit: the service begins with the till's first document
)

// BookStatus is what a booking is answered with, unless the world says it.
const BookStatus = "Забронирована"

// Booking is a till that was booked before it was registered.
type Booking struct {
	At     Time   `json:"at"`
	Serial string `json:"serial"`
	FN     string `json:"fn"`
	Code   string `json:"code"`
	Used   bool   `json:"used,omitempty"`  // by a payment, or by the service that began
	Ended  bool   `json:"ended,omitempty"` // with the till's registration
}

type bookRequest struct {
	KktSerialNumber string
	FnSerialNumber  string
	ActivationCode  string
}

// book is 004 §3.
func (c *core) book(q request) reply {
	var b bookRequest
	if err := q.decode(&b); err != nil {
		return failed(http.StatusBadRequest, err.Error())
	}
	effect := Effect{Kind: EffectBook, Key: trimSerial(b.KktSerialNumber), Serial: b.KktSerialNumber}
	effect.Reason = c.bookRefusal(b)
	if effect.Reason == "" && c.booked[effect.Key] != nil {
		effect.Reason, effect.Duplicate = "ККТ уже забронирована", true
	}
	if effect.Reason != "" {
		c.record(effect)
		return failed(http.StatusBadRequest, effect.Reason)
	}
	effect.OK = true
	c.record(effect)
	k := &Booking{At: At(c.now), Serial: b.KktSerialNumber, FN: b.FnSerialNumber, Code: b.ActivationCode}
	c.w.Bookings = append(c.w.Bookings, k)
	c.booked[effect.Key] = k
	if c.w.Booking != BookingFree {
		*c.byCode[b.ActivationCode].Count--
	}
	c.dirty = true
	return data(struct{ Status string }{c.w.BookStatus})
}

// bookRefusal says why a till cannot be booked. Codes of both services can
// book.
func (c *core) bookRefusal(b bookRequest) string {
	till := c.bySerial[trimSerial(b.KktSerialNumber)]
	switch {
	case !serialForm(b.KktSerialNumber):
		return "Некорректный заводской номер ККТ"
	case !digits(b.FnSerialNumber, 16):
		return "Некорректный номер ФН"
	case till != nil && till.Registered():
		return "ККТ уже зарегистрирована"
	}
	if code := c.byCode[b.ActivationCode]; code != nil && code.Service == "Ferma" {
		return c.codeRefusal(b.ActivationCode, code.Service)
	}
	return c.codeRefusal(b.ActivationCode, "Ofd")
}

// bookingOf gives the booking of a till with a code, until it is used.
func (c *core) bookingOf(till *Till, code string) *Booking {
	if k := c.booked[trimSerial(till.Serial)]; k != nil && k.Code == code && !k.Used {
		return k
	}
	return nil
}

// beginBooked starts the service of a till whose booking was its payment.
func (c *core) beginBooked(till *Till) {
	k := c.booked[trimSerial(till.Serial)]
	if c.w.Booking != BookingPays || k == nil || k.Used || !till.Registered() {
		return
	}
	k.Used = true
	status := &PayStatus{At: At(c.now), INN: till.INN, RNM: till.RNM, Code: k.Code, Status: PayWaiting}
	c.w.PayStatuses = append(c.w.PayStatuses, status)
	c.waiting = append(c.waiting, status)
	c.activate(till)
}

// endBooking lets a till be booked again that was deregistered.
func (c *core) endBooking(till *Till) {
	if k := c.booked[trimSerial(till.Serial)]; k != nil {
		k.Ended = true
		delete(c.booked, trimSerial(till.Serial))
	}
}

// indexBookings finds the bookings that hold.
func (c *core) indexBookings() {
	c.booked = make(map[string]*Booking, len(c.w.Bookings))
	for _, k := range c.w.Bookings {
		if !k.Ended {
			c.booked[trimSerial(k.Serial)] = k
		}
	}
}
