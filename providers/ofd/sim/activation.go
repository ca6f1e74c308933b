package sim

import "time"

// activate turns what waits for the till's first document into a contract.
func (c *core) activate(till *Till) {
	for i, p := range c.waiting {
		if p.RNM != till.RNM {
			continue
		}
		c.waiting = append(c.waiting[:i:i], c.waiting[i+1:]...)
		p.Status, p.Activated = PayPayed, At(c.now)
		till.ContractStart, till.LastBuy = At(c.now), At(c.now)
		till.ContractEnd = At(c.now.AddDate(0, contractMonths, 0))
		if code := c.byCode[p.Code]; code != nil {
			till.Tariff = code.Tariff
		}
		c.touch(till)
		return
	}
}

// lapse cancels what waited too long. The code is not given back.
func (c *core) lapse() {
	kept := c.waiting[:0:0]
	for _, p := range c.waiting {
		if c.now.Sub(p.At.Time) < lapseDays*24*time.Hour {
			kept = append(kept, p)
			continue
		}
		p.Status, c.dirty = PayCancelled, true
		c.logf("the code ending in %s lapsed on %s", tail(p.Code), p.RNM)
	}
	c.waiting = kept
}

// fiscalDocument is a document that a till sends.
func (c *core) fiscalDocument(till *Till) {
	till.LastDocument = At(c.now)
	c.touch(till)
	c.activate(till)
	c.beginBooked(till)
	c.logf("device %s sent a fiscal document", till.Serial)
}

// polled lets tills that are waited for send their first document, behind the
// answer that still shows them waiting.
func (c *core) polled() {
	if !c.w.Device.AutoFirstDocument || c.frozen {
		return
	}
	for _, p := range append([]*PayStatus(nil), c.waiting...) {
		if till := c.byRNM[p.RNM]; till != nil {
			c.fiscalDocument(till)
		}
	}
	for _, k := range c.w.Bookings {
		if till := c.bySerial[trimSerial(k.Serial)]; till != nil && !k.Used && !k.Ended && till.Registered() && till.LastDocument.IsZero() {
			c.fiscalDocument(till)
		}
	}
}

func tail(code string) string {
	if len(code) <= 3 {
		return "…"
	}
	return "…" + code[len(code)-3:]
}
