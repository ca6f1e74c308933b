package ofd_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/fiscal"
)

// After an apply that nothing holds up the plan is empty, whatever the fleet
// and the world were, and nothing has happened twice.
func TestPlanAfterApplyIsEmpty(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		fleet, w, codes := drawFleet(rt, 7)
		b := start(rt, context.Background(), fleet, w)
		defer func() { _ = b.svc.Close() }()
		b.codes = codes
		// Payment follows a registration that only this apply makes visible, so
		// that a second apply may have something left to do.
		b.converge(2)
		b.noDuplicates()
		b.sameAsDeclared()
		b.idle()
	})
}

// sameAsDeclared compares the service's world with the fleet.
func (b *bench) sameAsDeclared() {
	w := b.svc.Snapshot()
	live := map[string]*sim.Till{}
	for _, t := range w.Tills {
		live[t.Serial] = t
	}
	for name, k := range b.fleet.KKTs {
		t := live[k.Serial]
		switch {
		case k.Unregister != "":
			if t != nil && t.Registered() {
				b.t.Errorf("%s: is registered in spite of its tombstone", name)
			}
		case t == nil || !t.Registered():
			b.t.Errorf("%s: is not registered", name)
		case t.FN != k.FN.Number || t.Place != k.Place:
			b.t.Errorf("%s: the service has ФН %s at %q, declared are %s at %q", name, t.FN, t.Place, k.FN.Number, k.Place)
		}
	}
}

var addresses = []string{"115280, Москва, ул Ленинская Слобода, д 19", "г. Москва, улица Арбат, дом 1", "СПб, Невский пр-кт, д. 2, корп. 3"}

func drawFleet(rt *rapid.T, most int) (*spec.Fleet, *sim.World, map[string]string) {
	n := rapid.IntRange(1, most).Draw(rt, "tills")
	f, w, codes := testFleet(), world(), map[string]string{}
	w.Booking = rapid.SampledFrom([]string{sim.BookingTakes, sim.BookingFree, sim.BookingPays}).Draw(rt, "booking")
	w.Tax.Polls = rapid.IntRange(1, 2).Draw(rt, "polls")
	w.Tax.DocumentPolls = rapid.IntRange(0, 2).Draw(rt, "documentPolls")
	for i := range n {
		k := drawTill(rt, i)
		drawLive(rt, w, &k)
		drawCode(rt, w, &k, codes)
		drawBook(rt, &k)
		f.KKTs[k.Name] = k
	}
	if rapid.Bool().Draw(rt, "unmanaged") {
		w.Add(seeded(till("x", "99887766", "9287440300789999"), sever))
	}
	return f, w, codes
}

func drawTill(rt *rapid.T, i int) spec.KKT {
	label := func(s string) string { return fmt.Sprintf("%s%d", s, i) }
	k := till(label("k"), fmt.Sprintf("%010d", 1000+i), fmt.Sprintf("92874403007%05d", i))
	if rapid.Bool().Draw(rt, label("ip")) {
		k.Company = "ip"
	}
	k.Address.Full = rapid.SampledFrom(addresses).Draw(rt, label("address"))
	if rapid.Bool().Draw(rt, label("member")) {
		k.Renta = "galereya"
	}
	if rapid.IntRange(0, 3).Draw(rt, label("simplified")) == 0 {
		k.Registration = spec.RegistrationSimplified
	}
	if rapid.IntRange(0, 4).Draw(rt, label("tombstone")) == 0 {
		k.Unregister = spec.ReasonBroken
	}
	return k
}

// drawLive puts the till into the world, maybe with differences.
func drawLive(rt *rapid.T, w *sim.World, k *spec.KKT) {
	if !rapid.Bool().Draw(rt, k.Name+" live") {
		drawCard(rt, w, k)
		return
	}
	s := seeded(*k, map[string]string{"sever": sever, "ip": ip}[k.Company])
	if rapid.Bool().Draw(rt, k.Name+" old ФН") {
		s.FN = "92874403006" + k.FN.Number[11:]
		k.FNChange = &spec.FNChange{
			Closed:    &spec.FiscalReport{At: "2026-11-20T10:00:00", Document: "12345", Sign: "1234567890"},
			Installed: &spec.FiscalReport{At: "2026-11-20T10:15:00", Document: "1", Sign: "1234567891"},
		}
	}
	s.Address = rapid.SampledFrom(addresses).Draw(rt, k.Name+" live address")
	s.Place = rapid.SampledFrom([]string{k.Place, "Киоск"}).Draw(rt, k.Name+" live place")
	if rapid.Bool().Draw(rt, k.Name+" paid") {
		s.ContractStart, s.ContractEnd, s.Tariff = time.Now().AddDate(0, -1, 0), time.Now().AddDate(0, 11, 0), "Green"
	}
	w.Add(s)
	if rapid.Bool().Draw(rt, k.Name+" live member") {
		w.AddMember("", k.Serial)
	}
}

// drawBook has a till with a code booked before it is registered.
func drawBook(rt *rapid.T, k *spec.KKT) {
	k.Book = !k.ActivationCode.IsZero() && rapid.Bool().Draw(rt, k.Name+" book")
}

// drawCard lets a till that is to be registered in the simplified way have
// registered itself: it has its РНМ and its report.
func drawCard(rt *rapid.T, w *sim.World, k *spec.KKT) {
	if k.Registration != spec.RegistrationSimplified || k.Unregister != "" || !rapid.Bool().Draw(rt, k.Name+" has its РНМ") {
		return
	}
	inn := map[string]string{"sever": sever, "ip": ip}[k.Company]
	k.RNM = fiscal.RNMFor(7000, inn, k.Serial)
	k.Report = &spec.FiscalReport{At: "2026-11-20T10:15:00", Document: "1", Sign: "1234567890"}
	w.Cards = append(w.Cards, &sim.Card{Serial: k.Serial, INN: inn, RNM: k.RNM, Model: k.Model, Address: k.Address.Full, Place: k.Place, Early: rapid.IntRange(0, 3).Draw(rt, k.Name+" early")})
}

func drawCode(rt *rapid.T, w *sim.World, k *spec.KKT, codes map[string]string) {
	switch rapid.IntRange(0, 2).Draw(rt, k.Name+" code") {
	case 1:
		code := "CODE" + k.Serial
		w.AddCode(code, "Ofd", "Green", 1)
		k.ActivationCode = spec.Code{Literal: code}
		codes[k.Resource()] = code
	case 2:
		w.AddCode("POOL"+k.Serial, "Ofd", "Green", 1)
		k.ActivationCode = spec.Code{Auto: true}
	}
}
