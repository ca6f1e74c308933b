package sim

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"
)

// Printing has a till print receipts of one item each.
type Printing struct {
	Serial string
	Count  int           // default 1
	Every  time.Duration // between two of them, default an hour
	Last   time.Time     // when the last is printed, by the till's clock; default now
	Clock  time.Duration // how far that clock is ahead of UTC; default that of Moscow
	FN     string        // another ФН than the list of tills shows
}

// Print has a till print receipts, and the service receive them.
func (s *Service) Print(p Printing) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begin()
	till := s.bySerial[trimSerial(p.Serial)]
	if till == nil {
		return fmt.Errorf("no till %s", clip(p.Serial))
	}
	p.defaults(s.now)
	for i := range p.Count {
		s.printReceipt(till, p.receipt(s.w, till, i))
	}
	s.changed()
	return nil
}

func (p *Printing) defaults(now time.Time) {
	const moscowHours = 3
	if p.Count == 0 {
		p.Count = 1
	}
	if p.Every == 0 {
		p.Every = time.Hour
	}
	if p.Clock == 0 {
		p.Clock = moscowHours * time.Hour
	}
	if p.Last.IsZero() {
		p.Last = now.Add(p.Clock)
	}
}

// receipt makes the receipt with the index. Its sums follow from its number.
func (p *Printing) receipt(w *World, till *Till, i int) *RentaReceipt {
	at := p.Last.Add(-time.Duration(p.Count-1-i) * p.Every)
	n := len(w.RentaReceipts) + 1
	price := int64(100 + n%9_000)
	return &RentaReceipt{
		Serial: till.Serial, FN: p.FN, At: At(at), Received: At(at.Add(-p.Clock)), Number: n, Shift: 1 + n/100, InShift: 1 + n%100,
		Cash: 2 * price, Items: []RentaItem{{Name: fmt.Sprintf("Товар %d", n), Price: price, Quantity: 2, Method: 4, Subject: 1, VAT: 6}},
	}
}

// printReceipt puts a receipt into the world: a fiscal document that the till
// has sent.
func (c *core) printReceipt(till *Till, r *RentaReceipt) {
	c.w.fillReceipt(r, till)
	c.w.RentaReceipts = append(c.w.RentaReceipts, r)
	if r.Received.After(till.LastDocument.Time) {
		till.LastDocument = r.Received
	}
	c.touch(till)
	c.activate(till)
	c.logf("device %s printed the receipt %s", till.Serial, r.ID)
}

// fillReceipt completes a receipt from its till, which may be nil.
func (w *World) fillReceipt(r *RentaReceipt, till *Till) {
	const receipt = 3
	if r.ID == "" {
		r.ID = w.newUUID()
	}
	if till != nil {
		setDefault(&r.INN, till.INN)
		setDefault(&r.RNM, till.RNM)
		setDefault(&r.FN, till.FN)
		setDefault(&r.Address, till.Address)
	}
	setDefault(&r.Operation, "Income")
	if r.Tag == 0 {
		r.Tag = receipt
	}
	if r.Received.IsZero() {
		r.Received = At(r.At.Add(-3 * time.Hour))
	}
	sum := int64(0)
	for i := range r.Items {
		item := &r.Items[i]
		if item.Total == 0 {
			item.Total = int64(float64(item.Price)*item.Quantity + 1.0/2)
		}
		sum += item.Total
	}
	if r.Total == 0 {
		r.Total = sum
	}
}

// controlPrint has a till print: receipts of its own making, or the one that
// is given.
func (s *Service) controlPrint(q url.Values, body []byte) error {
	if len(body) > 0 {
		return s.printGiven(body)
	}
	p := Printing{Serial: q.Get("serial"), FN: q.Get("fn")}
	for name, field := range map[string]*time.Duration{"every": &p.Every, "clock": &p.Clock} {
		if q.Has(name) {
			d, err := time.ParseDuration(q.Get(name))
			if err != nil {
				return err
			}
			*field = d
		}
	}
	if q.Has("n") {
		n, err := strconv.Atoi(q.Get("n"))
		if err != nil || n < 1 {
			return errors.New("n is a number from 1")
		}
		p.Count = n
	}
	switch {
	case q.Has("last"):
		var last Time
		if err := last.UnmarshalText([]byte(q.Get("last"))); err != nil {
			return err
		}
		p.Last = last.Time
	case q.Has("ago"):
		ago, err := time.ParseDuration(q.Get("ago"))
		if err != nil {
			return err
		}
		p.Last = s.clock().Add(3*time.Hour - ago)
	}
	return s.Print(p)
}

func (s *Service) printGiven(body []byte) error {
	var r RentaReceipt
	if err := (request{kind: "application/json", body: body}).decode(&r); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begin()
	till := s.bySerial[trimSerial(r.Serial)]
	if till == nil {
		return fmt.Errorf("no till %s", clip(r.Serial))
	}
	if r.At.IsZero() {
		r.At = At(s.now.Add(3 * time.Hour))
	}
	s.printReceipt(till, &r)
	s.changed()
	return nil
}
