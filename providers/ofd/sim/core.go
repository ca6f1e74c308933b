package sim

import (
	"strings"
	"time"
)

// core is a world with its indexes: everything that a call is answered from.
// It is guarded by the Service that owns it.
type core struct {
	w      *World
	ledger []Effect
	calls  []Call
	tokens map[string]*token
	log    func(string)
	verify func(content string, signature []byte) error
	now    time.Time // of the call that is answered
	dirty  bool      // the world has changed since the call began
	frozen bool      // a reading of an old state: nothing advances

	bySerial map[string]*Till // the registered one, or the last
	byRNM    map[string]*Till
	byApp    map[string]*Application
	bySent   map[string][]*Application // by serial
	byINN    map[string]*Company
	byCode   map[string]*Code
	members  map[string]*Member // by centre and РНМ
	cabinets map[string]*Cabinet
	waiting  []*PayStatus
	booked   map[string]*Booking // by serial
	rows     map[*Till][]byte    // encoded rows of the partner's list
	listSize int                 // in bytes, as a hint for the next one
}

// token is a token of a login.
type token struct {
	role    role
	centre  string // of Renta
	expires time.Time
	calls   int // that were made with it
}

func newCore(w *World, now time.Time, log func(string)) *core {
	c := &core{w: w, tokens: map[string]*token{}, log: log}
	c.index(now)
	return c
}

// index is made anew when somebody changes the world from outside.
func (c *core) index(now time.Time) {
	c.now = now
	c.w.fill(now)
	c.bySerial = make(map[string]*Till, len(c.w.Tills))
	c.byRNM = make(map[string]*Till, len(c.w.Tills))
	c.rows = make(map[*Till][]byte, len(c.w.Tills))
	for _, t := range c.w.Tills {
		c.indexTill(t)
	}
	c.byApp = make(map[string]*Application, len(c.w.Applications))
	c.bySent = map[string][]*Application{}
	for _, a := range c.w.Applications {
		c.indexApplication(a)
	}
	c.byINN = make(map[string]*Company, len(c.w.Companies))
	for _, v := range c.w.Companies {
		c.byINN[v.INN] = v
	}
	c.byCode = make(map[string]*Code, len(c.w.Codes))
	for _, v := range c.w.Codes {
		c.byCode[v.Code] = v
	}
	c.members = make(map[string]*Member, len(c.w.Members))
	for _, m := range c.w.Members {
		if till := c.bySerial[trimSerial(m.Serial)]; till != nil && m.RNM == "" {
			m.INN, m.RNM, m.FN, m.Address, m.Place = till.INN, till.RNM, till.FN, till.Address, till.Place
		}
		c.members[memberKey(m.Centre, m.RNM)] = m
	}
	for _, r := range c.w.RentaReceipts {
		c.w.fillReceipt(r, c.bySerial[trimSerial(r.Serial)])
	}
	c.cabinets = make(map[string]*Cabinet, len(c.w.Cabinets))
	for _, v := range c.w.Cabinets {
		if v.Agreement == "" {
			v.Agreement = c.company(v.INN, v.KPP).Agreement
		}
		c.cabinets[cabinetKey(v.INN, v.KPP)] = v
	}
	c.indexBookings()
	c.waiting = nil
	for _, p := range c.w.PayStatuses {
		if p.Status == PayWaiting {
			c.waiting = append(c.waiting, p)
		}
	}
}

func (c *core) indexTill(t *Till) {
	key := trimSerial(t.Serial)
	if old := c.bySerial[key]; old == nil || t.Registered() || !old.Registered() {
		c.bySerial[key] = t
	}
	if t.RNM != "" {
		c.byRNM[t.RNM] = t
	}
}

func (c *core) indexApplication(a *Application) {
	c.byApp[strings.ToLower(a.ID)] = a
	key := trimSerial(a.KKT.SerialNumber)
	c.bySent[key] = append(c.bySent[key], a)
}

// touch is called whenever a till has changed.
func (c *core) touch(t *Till) {
	delete(c.rows, t)
	c.dirty = true
}

// company finds a company, or makes one that nobody wrote down.
func (c *core) company(inn, kpp string) *Company {
	if v := c.byINN[inn]; v != nil {
		return v
	}
	v := &Company{INN: inn, KPP: kpp}
	c.w.fillCompany(v)
	c.w.Companies = append(c.w.Companies, v)
	c.byINN[inn] = v
	return v
}

func memberKey(centre, rnm string) string { return centre + " " + rnm }
