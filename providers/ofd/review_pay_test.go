package ofd_test

import (
	"strings"
	"testing"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/providers/ofd"
	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/spec"
)

func payBench(t *testing.T, count int) *bench {
	a := till("a", "00307404867358", fn1)
	a.ActivationCode = spec.Code{Literal: "PSZ7D1Lq"}
	b := newBench(t, testFleet(a), world(seeded(a, sever)).AddCode("PSZ7D1Lq", "Ofd", "Green", count).AddCode("OTHER001", "Ofd", "Green", 1))
	b.codes["kkts.a"] = "PSZ7D1Lq"
	return b
}

// unclearPayment leaves a payment that only a person can settle.
func unclearPayment(t *testing.T, b *bench, when string) {
	t.Helper()
	must(t, b.svc.Fault(sim.Fault{Path: "*/kkt/pay", When: when, Kind: sim.FaultReset}))
	b.wait = 0
	if _, err := b.apply(); err != nil {
		t.Fatal(err)
	}
	b.svc.Mutate(func(w *sim.World) { n := 1; w.Codes[0].Count = &n })
	b.backdate(time.Hour)
	rep, err := b.apply()
	if err != nil || rep.Summary.Unknown != 1 {
		t.Fatalf("%+v, %v", rep.Summary, err)
	}
}

// A person who says that a code was not used is believed unless the service
// shows that it was.
func TestPersonsWordDoesNotPayTwice(t *testing.T) {
	b := payBench(t, 5)
	unclearPayment(t, b, sim.Before)
	b.personSays("kkts.a", false)
	b.svc.Mutate(func(w *sim.World) { // the trace comes late: the code was used, the till has sent no document yet
		w.Tills[0].LastDocument = sim.Time{}
		w.PayStatuses = append(w.PayStatuses, &sim.PayStatus{At: sim.At(time.Now()), INN: sever, RNM: w.Tills[0].RNM, Code: "PSZ7D1Lq", Status: sim.PayWaiting})
	})
	b.wait = 20 * time.Second
	if _, err := b.apply(); err != nil {
		t.Error(err)
	}
	b.noDuplicates()
	if n := b.effects(sim.EffectPay); n != 0 {
		t.Errorf("%d payments of a till that was paid for", n)
	}
	if p := b.resource("kkts.a").Payment; p == nil {
		t.Error("the payment is not remembered")
	}
}

// A plan that somebody took long to confirm does not pay for a till that was
// paid for meanwhile.
func TestTillPaidForBetweenPlanAndApply(t *testing.T) {
	for _, waits := range []bool{false, true} {
		b := payBench(t, 5)
		var late time.Duration
		s, err := apply.Open(b.ctx, b.store, "test", lockRequest, func() time.Time { return time.Now().Add(late) })
		must(t, err)
		p, err := ofd.New(b.config())
		must(t, err)
		plan := b.planFrom(p, apply.PriorOf(s.Snapshot()))
		b.svc.Mutate(func(w *sim.World) {
			k := w.Tills[0]
			row := &sim.PayStatus{At: sim.At(time.Now()), INN: sever, RNM: k.RNM, Code: "OTHER001", Status: sim.PayWaiting}
			if waits {
				k.LastDocument = sim.Time{}
			} else {
				row.Status = sim.PayPayed
				k.ContractStart, k.ContractEnd = sim.At(time.Now().Add(-time.Minute)), sim.At(time.Now().AddDate(1, 0, 0))
			}
			w.PayStatuses = append(w.PayStatuses, row)
		})
		late = 10 * time.Minute
		_, err = s.Run(b.ctx, b.fleet, plan, p, apply.Options{Codes: b.codes, QuietPeriod: b.quiet})
		if err == nil || !strings.Contains(err.Error(), "was not used") {
			t.Errorf("waits %t: it is not told that the till was paid for: %v", waits, err)
		}
		must(t, s.Close(b.ctx))
		b.noDuplicates()
		if n := len(b.svc.Ledger()); n != 0 {
			t.Errorf("waits %t: %d calls to pay", waits, n)
		}
	}
}

// A code that is gone from the list is not taken for one that was not used.
func TestUnknownPaymentWithAVanishedCode(t *testing.T) {
	b := payBench(t, 1)
	must(t, b.svc.Fault(sim.Fault{Path: "*/kkt/pay", When: sim.Before, Kind: sim.FaultReset}))
	b.wait = 0
	if _, err := b.apply(); err != nil {
		t.Fatal(err)
	}
	b.svc.Mutate(func(w *sim.World) { w.Codes = w.Codes[1:] })
	b.backdate(time.Hour)
	rep, err := b.run(apply.Options{Resume: true})
	if err != nil || rep.Summary.Unknown != 1 {
		t.Fatalf("%+v, %v", rep.Summary, err)
	}
	if n := b.effects(sim.EffectPay); n != 0 {
		t.Errorf("%d payments", n)
	}
}

// However far the service's clock is from ours, a payment that happened is
// found or is for a person: it is never made again.
func TestPaymentUnderClockSkew(t *testing.T) {
	for _, skew := range []time.Duration{-26 * time.Hour, -3 * time.Hour, -30 * time.Minute, 0, 30 * time.Minute, 3 * time.Hour, 26 * time.Hour} {
		for _, document := range []bool{false, true} {
			b := payBench(t, 5)
			b.svc.Mutate(func(w *sim.World) {
				w.ClockOffset = sim.Duration(skew)
				w.Device.AutoFirstDocument = false
				if !document {
					w.Tills[0].LastDocument = sim.Time{}
				}
			})
			must(t, b.svc.Fault(sim.Fault{Path: "*/kkt/pay", When: sim.After, Kind: sim.FaultReset}))
			b.wait = 200 * time.Millisecond
			for range 3 {
				if _, err := b.apply(); err != nil {
					t.Errorf("skew %s: %v", skew, err)
				}
			}
			b.noDuplicates()
			if n := b.effects(sim.EffectPay); n != 1 {
				t.Errorf("skew %s, document %t: %d payments", skew, document, n)
			}
		}
	}
}

// Several tills share a code; some of their calls are cut off. Each is paid
// for once.
func TestTillsThatShareACode(t *testing.T) {
	for _, when := range []string{sim.Before, sim.After} {
		f, w := testFleet(), world().AddCode("SHARED01", "Ofd", "Green", 6)
		codes := map[string]string{}
		for i := range 6 {
			k := till(string(rune('a'+i)), string(rune('1'+i)), fn1[:15]+string(rune('0'+i)))
			k.ActivationCode = spec.Code{Literal: "SHARED01"}
			f.KKTs[k.Name] = k
			w.Add(seeded(k, sever))
			codes[k.Resource()] = "SHARED01"
		}
		b := newBench(t, f, w)
		b.codes = codes
		must(t, b.svc.Fault(sim.Fault{Path: "*/kkt/pay", When: when, Kind: sim.FaultReset, Times: 3, Skip: 1}))
		b.quiet = 60 * time.Millisecond // the others' payments are over by then
		b.converge(4)
		b.noDuplicates()
		if n := b.effects(sim.EffectPay); n != 6 {
			t.Errorf("%s: %d payments for 6 tills", when, n)
		}
	}
}
