package planner

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

const bookCode = "BOOK-CODE-ab1"

// books declares a till to be booked with a code.
func (w *world) books(n int, code string) string {
	addr := w.declare(n, func(k *spec.KKT) { k.Book = true })
	w.pays(addr, code)
	return addr
}

// recordBooking puts a till into the state that was booked and not registered.
func (w *world) recordBooking(addr, code string, left int) {
	k := w.kkt(addr)
	w.Prior.Resources[addr] = Resource{
		Serial: k.Serial, INN: testINN,
		Booking: &Booking{Code: spec.RecordCode("key", code), CodeID: "id-" + code, FN: k.FN.Number, At: w.Now.Add(-time.Hour), Left: left},
	}
}

// One code pays for both: it is counted once, before the registration.
func TestBookBeforeRegister(t *testing.T) {
	w := newWorld()
	a := w.books(1, bookCode)
	w.code(bookCode, 1)
	p := w.plan()
	steps(t, p, "book:"+a+" register:"+a+" pay:"+a)
	book, pay := find(t, p, "book:"+a), find(t, p, "pay:"+a)
	if d := cmp.Diff([]string{"book:" + a}, find(t, p, "register:"+a).Requires); d != "" {
		t.Error(d)
	}
	if *book.Code != *pay.Code || book.CodeID != pay.CodeID || book.Cost.Codes != 1 || pay.Cost.Codes != 0 || !book.Irreversible {
		t.Errorf("%+v\n%+v", book, pay)
	}
	if !p.Applyable || !p.Complete {
		t.Errorf("%+v", p.Diagnostics)
	}
}

// No till is registered whose booking got no code.
func TestBookWithoutACodeLeft(t *testing.T) {
	w := newWorld()
	a, b := w.books(1, bookCode), w.books(2, bookCode)
	w.code(bookCode, 1)
	p := w.plan()
	steps(t, p, "book:"+a+" register:"+a+" pay:"+a)
	says(t, p, diag.Error, "1 left")
	if p.Applyable {
		t.Error("the plan can be applied")
	}
	// While an outcome is open the counts are in doubt: a warning, and still no
	// registration.
	w.recordBooking(a, bookCode, 1)
	r := w.Prior.Resources[a]
	r.Booking, r.Running = nil, []Running{{Action: Book, Phase: "start", Code: spec.RecordCode("key", bookCode), Unsettled: true}}
	w.Prior.Resources[a] = r
	p = w.plan()
	steps(t, p, "book:"+a+" register:"+a+" pay:"+a)
	if !p.Applyable || p.Complete {
		t.Errorf("%+v", p.Diagnostics)
	}
	if find(t, p, "book:"+a).Action != Continue || find(t, p, "pay:"+a).Cost.Codes != 0 {
		t.Errorf("%+v", p.Steps)
	}
	_ = b
}

func TestBookOnce(t *testing.T) {
	other := "OTHER-CODE-xy2"
	for name, c := range map[string]struct {
		change func(w *world, a string)
		steps  string
		says   string
	}{
		"booked":           {steps: "register:A pay:A"},
		"the code is gone": {change: func(w *world, _ string) { w.Live.Codes = nil }, steps: "register:A pay:A"},
		"another code":     {change: func(w *world, a string) { w.pays(a, other); w.code(other, 1) }, steps: "register:A pay:A", says: "a second code will be used"},
		"auto keeps to it": {change: func(w *world, a string) {
			w.edit(a, func(k *spec.KKT) { k.ActivationCode = spec.Code{Auto: true} })
			delete(w.Codes, a)
		}, steps: "register:A pay:A"},
		"another ФН": {change: func(w *world, a string) { w.edit(a, func(k *spec.KKT) { k.FN.Number = "9287440300000999" }) }, steps: "register:A pay:A", says: "booked with the ФН"},
		"live":       {change: func(w *world, a string) { w.list(a) }, steps: "adopt:A pay:A"},
		"dropped":    {change: func(w *world, a string) { delete(w.Fleet.KKTs, "till-01") }, steps: "", says: "booked and dropped from the file"},
		"under way already": {change: func(w *world, a string) {
			r := w.Prior.Resources[a]
			want := w.Fleet.AttributesOf(w.kkt(a))
			r.Booking, r.Running = nil, []Running{{Action: Register, Phase: "tax-service", ApplicationID: "x", Desired: &want}}
			w.Prior.Resources[a] = r
		}, steps: "register:A pay:A", says: "it is not booked any more"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			a := w.books(1, bookCode)
			w.code(bookCode, 3)
			w.recordBooking(a, bookCode, 4)
			if c.change != nil {
				c.change(w, a)
			}
			p := w.plan()
			steps(t, p, strings.ReplaceAll(c.steps, "A", a))
			if strings.Contains(c.steps, "pay") && name != "another code" {
				if s := find(t, p, "pay:"+a); *s.Code != spec.RecordCode("key", bookCode) {
					t.Errorf("another code is used: %+v", s)
				}
			}
			found := c.says == ""
			for _, d := range p.Diagnostics {
				found = found || strings.Contains(d.Summary, c.says)
				if d.Severity == diag.Error {
					t.Errorf("%+v", d)
				}
			}
			if !found {
				t.Errorf("%q is not said:\n%s", c.says, outline(p))
			}
		})
	}
}

// A booking that took nothing of its code keeps one unit of it: another till
// cannot have it.
func TestBookingKeepsItsUnit(t *testing.T) {
	for left, fits := range map[int]bool{4: true, 5: false} { // of 5 before
		w := newWorld()
		a := w.books(1, bookCode)
		w.recordBooking(a, bookCode, 5)
		n := 2
		for ; n < 2+left; n++ { // as many others as there are left
			addr := w.declare(n)
			w.list(addr)
			w.record(addr)
			w.pays(addr, bookCode)
		}
		w.code(bookCode, left)
		if p := w.plan(); p.Applyable != fits {
			t.Errorf("%d left: applyable %t\n%s", left, p.Applyable, outline(p))
		}
	}
}

// A booked till that another one is declared in place of is not forgotten.
func TestBookedTillReplaced(t *testing.T) {
	w := newWorld()
	a := w.books(1, bookCode)
	w.code(bookCode, 3)
	w.recordBooking(a, bookCode, 4)
	w.edit(a, func(k *spec.KKT) { k.Serial = "00000000009999" })
	p := w.plan()
	steps(t, p, "")
	says(t, p, diag.Error, "the factory number changed")
	// Under a name of its own the booked till is found.
	w.Fleet.KKTs["moved"] = func() spec.KKT { k := w.kkt(a); k.Name, k.Serial = "moved", "00000000001001"; return k }()
	w.pays("kkts.moved", bookCode)
	w.edit(a, func(k *spec.KKT) { k.Book = false; k.ActivationCode = spec.Code{}; k.FN.Number = "9287440300000777" })
	p = w.plan()
	steps(t, p, "move:kkts.moved register:kkts.moved pay:kkts.moved register:"+a)
}

// Without the codes nothing is booked, and so nothing is registered.
func TestBookWithoutRefresh(t *testing.T) {
	w := newWorld()
	w.books(1, bookCode)
	w.NoRefresh = true
	p := w.plan()
	steps(t, p, "")
	says(t, p, diag.Warning, "cannot be booked, and so not registered")
}

// Over the API v1 a booking is an error that names the key.
func TestBookWithoutTheKey(t *testing.T) {
	w := newWorld()
	w.books(1, bookCode)
	w.loginOnly()
	p := w.plan()
	says(t, p, diag.Error, "book needs the partner API v2")
	says(t, p, diag.Error, "register needs the partner API v2")
}
