package planner

import (
	"strings"
	"testing"
	"time"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// checked is a world with a settled till and a check that expects it.
func checked() (*world, string) {
	w := newWorld()
	a := w.settled(1)
	w.Fleet.Checks = map[string]spec.Check{"shop": {Kind: spec.KindOrangeData, Company: "sever", Expect: "till-01", Return: true}}
	return w, a
}

// proved remembers that the till answered as it is now.
func (w *world) proved(a string) {
	k, r := w.kkt(a), w.Prior.Resources[a]
	w.remember("checks.shop", Resource{Proof: &Proof{At: testNow().Add(-48 * time.Hour), Serial: "0" + k.Serial, RNM: r.RNM, FN: k.FN.Number}})
}

func TestChecksRunOnlyWhenAskedFor(t *testing.T) {
	w, _ := checked()
	p := w.plan()
	wantIDs(t, p)
	if d := says(t, p, diag.Note, "1 check not run, never proved"); !strings.Contains(d.Hint, "kktctl apply --checks") || d.Detail != "checks.shop" {
		t.Errorf("%+v", d)
	}
	if !p.Complete {
		t.Error("a check that nobody asked for is no part of the declaration")
	}
	w.Checks = true
	p = w.plan()
	wantIDs(t, p, "check:checks.shop")
	if s := p.Steps[0]; !s.Irreversible || s.Reason != "never proved; prints a receipt of orangedata and its return" {
		t.Errorf("%+v", s)
	}
}

func TestChecksAreDueAfterTheirTillChanged(t *testing.T) {
	w, a := checked()
	w.Checks = true
	w.proved(a)
	p := w.plan()
	wantIDs(t, p)
	if d := says(t, p, diag.Note, "1 check proved, and the till is as it was then"); d.Detail != "checks.shop on 2026-11-18" {
		t.Errorf("%+v", d)
	}
	w.edit(a, func(k *spec.KKT) { k.Place = "Магазин №2" })
	p = w.plan()
	wantIDs(t, p, "reregister:"+a, "check:checks.shop")
	if s := p.Steps[1]; len(s.Requires) != 1 || s.Requires[0] != "reregister:"+a || !strings.Contains(s.Reason, "its till has changed since it was proved on 2026-11-18") {
		t.Errorf("%+v", s)
	}
	w.Checks = false
	says(t, w.plan(), diag.Note, "1 check not run, though the till has changed")
}

func TestChecksOfATillThatIsNotThere(t *testing.T) {
	w := newWorld()
	a := w.declare(1)
	w.Fleet.Checks = map[string]spec.Check{"shop": {Kind: spec.KindCheckOnline, Company: "sever", Expect: "till-01"}}
	w.Checks = true
	wantIDs(t, w.plan(), "register:"+a, "check:checks.shop")
	w.edit(a, func(k *spec.KKT) { k.Registration = spec.RegistrationSimplified })
	p := w.plan()
	if find := ids(p); strings.Contains(find, "check:") && !strings.Contains(find, "register:") {
		t.Errorf("%s", find)
	}
}

// A check that runs goes on, asked for or not, and is not planned a second
// time.
func TestChecksGoOn(t *testing.T) {
	for _, asked := range []bool{false, true} {
		w, _ := checked()
		w.Checks = asked
		w.remember("checks.shop", Resource{Running: []Running{{Action: Check, Phase: "return", WaitingFor: WaitService}}})
		p := w.plan()
		wantIDs(t, p, "check:checks.shop")
		if p.Steps[0].Action != Continue {
			t.Errorf("%+v", p.Steps[0])
		}
	}
}

// What was sent is kept, whatever the fleet says: an id is printed once.
func TestReceiptsAreNeverForgotten(t *testing.T) {
	w := newWorld()
	w.remember("receipts.a1", Resource{Proof: &Proof{}})
	w.remember("receipts.a2", Resource{})
	w.remember("receipts.a4", Resource{Running: []Running{{Action: Receipt, Phase: "print", WaitingFor: WaitService}}}) // nobody has it
	w.remember("receipts.a3", Resource{Running: []Running{{Action: Receipt, Phase: "print-queue", WaitingFor: WaitService}}})
	p := w.plan()
	wantIDs(t, p, "receipt:receipts.a3")
	if p.Steps[0].Action != Continue || !p.Complete {
		t.Errorf("%+v", p.Steps[0])
	}
}

func TestPlanOfChecksAlone(t *testing.T) {
	w, a := checked()
	w.Fleet.Checks["kiosk"] = spec.Check{Kind: spec.KindCheckOnline, Company: "sever"}
	w.proved(a)
	w.edit(a, func(k *spec.KKT) { k.FFD = "1.1" }) // not a part of it
	w.Live = Live{}
	all := Checks(w.Input, nil)
	wantIDs(t, all, "check:checks.kiosk", "check:checks.shop")
	if len(all.Diagnostics) > 0 || !all.Applyable {
		t.Errorf("%+v", all.Diagnostics)
	}
	one := Checks(w.Input, []string{"checks.shop"})
	wantIDs(t, one, "check:checks.shop")
	if s := one.Steps[0]; !strings.HasPrefix(s.Reason, "asked for; last proved on 2026-11-18") {
		t.Errorf("%+v", s)
	}
	if d := says(t, Checks(w.Input, []string{"shpo"}), diag.Error, "there is no check shpo"); d.Hint != "declared are: kiosk, shop" {
		t.Errorf("%+v", d)
	}
	w.Fleet.Checks = nil
	says(t, Checks(w.Input, nil), diag.Error, "declares no checks")
}
