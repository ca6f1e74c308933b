package ofd_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/providers/ofd"
	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

// bookedTill is a till to be booked, registered and paid for.
func bookedTill(name, serial, fn, code string) spec.KKT {
	k := till(name, serial, fn)
	k.Book, k.ActivationCode = true, spec.Code{Literal: code}
	return k
}

func bookBench(t *testing.T, booking string, count int) *bench {
	w := world().AddCode("PSZ7D1Lq", "Ofd", "Green", count)
	w.Booking = booking
	b := newBench(t, testFleet(bookedTill("a", "00307404867358", fn1, "PSZ7D1Lq")), w)
	b.codes["kkts.a"] = "PSZ7D1Lq"
	return b
}

func (b *bench) left(code string) int {
	for _, c := range b.svc.Snapshot().Codes {
		if c.Code == code {
			return *c.Count
		}
	}
	return -1
}

// The document does not say what a booking does to its code. Whatever it does,
// a till takes one unit over booking and payment, and ends with its service. A
// simplified registration is over so soon that readings from before the
// booking would still do for anything else.
func TestBookAndPayTakeOneCode(t *testing.T) {
	for _, booking := range []string{sim.BookingTakes, sim.BookingFree, sim.BookingPays} {
		for _, count := range []int{1, 2, 5} {
			b := bookBench(t, booking, count)
			if count == 2 {
				b.edit("a", func(k *spec.KKT) { k.Registration = spec.RegistrationSimplified })
			}
			b.converge(2)
			b.noDuplicates()
			if got := b.left("PSZ7D1Lq"); got != count-1 {
				t.Errorf("%s, %d: %d left", booking, count, got)
			}
			if n := b.effects(sim.EffectBook); n != 1 {
				t.Errorf("%s, %d: %d bookings", booking, count, n)
			}
			paid := map[string]int{sim.BookingPays: 0}
			want, ok := paid[booking]
			if !ok {
				want = 1
			}
			if n := b.effects(sim.EffectPay); n != want {
				t.Errorf("%s, %d: %d payments, want %d", booking, count, n, want)
			}
			k := b.svc.Snapshot().Tills[0]
			if k.ContractStart.IsZero() {
				t.Errorf("%s, %d: no service", booking, count)
			}
			if r := b.resource("kkts.a"); r.Payment == nil || r.Booking == nil || r.Booking.Status != sim.BookStatus {
				t.Errorf("%s, %d: %+v, %+v", booking, count, r.Payment, r.Booking)
			}
		}
	}
}

// untilFirstDocument applies until a till waits for its first document.
func (b *bench) untilFirstDocument() {
	b.t.Helper()
	b.wait = 100 * time.Millisecond
	for range 100 {
		rep, err := b.apply()
		if err != nil {
			b.t.Fatalf("apply: %v", err)
		}
		if len(rep.Tasks) == 1 && rep.Tasks[0].WaitingFor == planner.WaitFirstDocument {
			return
		}
	}
	b.t.Fatalf("no till waits for its first document")
}

// Before its first document a till whose booking took a unit is not paid for:
// the booking may have been the payment.
func TestPaymentOfABookedTillWaitsForItsDocument(t *testing.T) {
	b := bookBench(t, sim.BookingTakes, 5)
	b.svc.Mutate(func(w *sim.World) { w.Device.AutoFirstDocument = false })
	b.untilFirstDocument()
	if b.effects(sim.EffectPay) != 0 {
		t.Error("paid before the first document")
	}
	plan := b.plan()
	if len(plan.Steps) != 1 || plan.Steps[0].Continues != planner.Pay || plan.Steps[0].Cost.Codes != 0 {
		t.Errorf("%+v", plan.Steps)
	}
	must(t, b.svc.SendDocument("00307404867358"))
	b.wait = 20 * time.Second
	rep, err := b.run(apply.Options{Resume: true, Wait: b.wait})
	if err != nil || rep.Summary.Done != 1 {
		t.Fatalf("%+v, %v", rep, err)
	}
	if b.effects(sim.EffectPay) != 1 || b.left("PSZ7D1Lq") != 4 {
		t.Errorf("%d payments, %d left", b.effects(sim.EffectPay), b.left("PSZ7D1Lq"))
	}
	b.noDuplicates()
}

// A payment that waits for the first document of a booked till is given up
// when the file wants something else, and stands in nobody's way.
func TestWishOfABookedTillChanges(t *testing.T) {
	changes := map[string]func(*bench){
		"stolen":       func(b *bench) { b.edit("a", func(k *spec.KKT) { k.Unregister = spec.ReasonStolen }) },
		"another code": func(b *bench) { b.codes["kkts.a"] = "OTHER001" },
		"no code":      func(b *bench) { b.edit("a", func(k *spec.KKT) { k.ActivationCode, k.Book = spec.Code{}, false }) },
	}
	for name, change := range changes {
		b := bookBench(t, sim.BookingTakes, 5)
		b.svc.Mutate(func(w *sim.World) {
			w.AddCode("OTHER001", "Ofd", "Green", 1)
			w.Device.AutoFirstDocument = false
		})
		b.untilFirstDocument()
		change(b)
		b.svc.Mutate(func(w *sim.World) { w.Device.AutoFirstDocument = true })
		b.wait = 20 * time.Second
		b.converge(3)
		b.noDuplicates()
		want := map[string]int{"stolen": 4, "no code": 4, "another code": 4}[name]
		if got := b.left("PSZ7D1Lq"); got != want {
			t.Errorf("%s: %d left", name, got)
		}
		if name == "another code" && b.left("OTHER001") != 0 {
			t.Error("the other code was not used")
		}
	}
}

// Tills that share a code are booked at the same time, and some answers are
// lost: each is booked once, as the counts say.
func TestBookingsThatShareACode(t *testing.T) {
	for _, when := range []string{sim.Before, sim.After} {
		f, w := testFleet(), world().AddCode("SHARED01", "Ofd", "Green", 9)
		codes := map[string]string{}
		for i := range 6 {
			k := bookedTill(string(rune('a'+i)), string(rune('1'+i)), fn1[:15]+string(rune('0'+i)), "SHARED01")
			f.KKTs[k.Name] = k
			codes[k.Resource()] = "SHARED01"
		}
		b := newBench(t, f, w)
		b.codes = codes
		must(t, b.svc.Fault(sim.Fault{Path: "*/kkt/book", When: when, Kind: sim.FaultReset, Times: 1, Skip: 1}))
		b.quiet = 60 * time.Millisecond
		b.converge(4)
		b.noDuplicates()
		if n := b.effects(sim.EffectBook); n != 6 {
			t.Errorf("%s: %d bookings for 6 tills", when, n)
		}
		if n := b.left("SHARED01"); n != 3 {
			t.Errorf("%s: %d left", when, n)
		}
	}
}

// A code whose count changed by something that no reading shows is for a
// person, whose word is taken.
func TestUnknownBookingNeedsAPerson(t *testing.T) {
	for _, sent := range []bool{true, false} {
		b := bookBench(t, sim.BookingTakes, 5)
		when := map[bool]string{true: sim.After, false: sim.Before}[sent]
		must(t, b.svc.Fault(sim.Fault{Path: "*/kkt/book", When: when, Kind: sim.FaultReset}))
		b.wait = 0
		if _, err := b.apply(); err != nil {
			t.Fatal(err)
		}
		b.svc.Mutate(func(w *sim.World) { n := 2; w.Codes[0].Count = &n })
		b.backdate(time.Hour)
		rep, err := b.apply()
		if err != nil || rep.Summary.Unknown != 1 || b.effects(sim.EffectCreate) != 0 {
			t.Fatalf("%+v, %v", rep, err)
		}
		s, err := apply.Open(t.Context(), b.store, "test", state.LockRequest{Holder: "director"}, time.Now)
		must(t, err)
		must(t, errors.Join(s.Resolve(t.Context(), "kkts.a", "", sent, ""), s.Close(t.Context())))
		b.wait = 20 * time.Second
		b.converge(3)
		b.noDuplicates()
		if n := b.effects(sim.EffectBook); n != 1 {
			t.Errorf("sent %t: %d bookings", sent, n)
		}
	}
}

// A till that came to be registered after the plan is not booked.
func TestTillRegisteredBetweenPlanAndBooking(t *testing.T) {
	b := bookBench(t, sim.BookingTakes, 5)
	s, err := apply.Open(b.ctx, b.store, "test", lockRequest, b.now)
	must(t, err)
	p, err := ofd.New(b.config())
	must(t, err)
	plan := b.planFrom(p, apply.PriorOf(s.Snapshot()))
	b.svc.Mutate(func(w *sim.World) { w.Add(seeded(b.fleet.KKTs["a"], sever)) })
	p.Round()
	_, err = s.Run(b.ctx, b.fleet, plan, p, apply.Options{Codes: b.codes, QuietPeriod: b.quiet})
	if err == nil || !strings.Contains(err.Error(), "registered by now") {
		t.Errorf("%v", err)
	}
	must(t, s.Close(b.ctx))
	if n := len(b.svc.Ledger()); n != 0 {
		t.Errorf("%d effects", n)
	}
}

// The pool's code is remembered: the payment uses the one of the booking.
func TestBookWithACodeOfThePool(t *testing.T) {
	b := bookBench(t, sim.BookingTakes, 1)
	b.edit("a", func(k *spec.KKT) { k.ActivationCode = spec.Code{Auto: true} })
	delete(b.codes, "kkts.a")
	b.svc.Mutate(func(w *sim.World) { w.AddCode("ZZZ00002", "Ofd", "Green", 5) })
	b.converge(2)
	b.noDuplicates()
	if x, y := b.left("PSZ7D1Lq"), b.left("ZZZ00002"); x != 0 || y != 5 {
		t.Errorf("%d and %d left", x, y)
	}
}

// A till that was only booked may still get another company: nothing of it is
// registered yet.
func TestBookedTillGetsAnotherCompany(t *testing.T) {
	b := bookBench(t, sim.BookingTakes, 5)
	must(t, b.svc.Fault(sim.Fault{Path: "*/kkt/registration", Method: "POST", Kind: sim.FaultStatus, Status: 400}))
	if _, err := b.apply(); err == nil || b.effects(sim.EffectBook) != 1 {
		t.Fatalf("%v", err)
	}
	b.edit("a", func(k *spec.KKT) { k.Company = "ip" })
	b.converge(2)
	b.noDuplicates()
	if k := b.svc.Snapshot().Tills[0]; k.INN != ip || b.effects(sim.EffectBook) != 1 || b.left("PSZ7D1Lq") != 4 {
		t.Errorf("%+v, %d bookings, %d left", k, b.effects(sim.EffectBook), b.left("PSZ7D1Lq"))
	}
}
