package ofd_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/providers/ofd"
	"github.com/kktctl/kktctl/providers/ofd/signer"
	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/memory"
)

// caseBench is a bench under a clock of its own, in whose way a life stands.
func caseBench(t *testing.T, w *sim.World, k spec.KKT) (*bench, *wire) {
	svc, store := sim.New(w, sim.Options{}), memory.New("case")
	b := &bench{
		t: t, ctx: context.Background(), fleet: testFleet(k), svc: svc, url: "http://127.0.0.1:1", store: store, quiet: time.Minute,
		codes: map[string]string{}, signers: map[string]signer.Signer{"sandbox": &hand{mode: signs}}, reports: device{svc}, wait: time.Hour,
	}
	x := &wire{t: t, svc: svc, store: store, used: map[string]bool{}, life: &life{how: lives}}
	b.tweak = func(c *ofd.Config) { c.Wrap = func(http.RoundTripper) http.RoundTripper { return x } }
	return b, x
}

// dieIn is an apply that does not come to its end.
func (b *bench) dieIn(t *testing.T) {
	t.Helper()
	s := b.open()
	p, err := ofd.New(b.config())
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Run(b.ctx, b.fleet, b.planFrom(p, apply.PriorOf(s.Snapshot())), p, apply.Options{QuietPeriod: b.quiet, Codes: b.codes})
	if !errors.Is(err, errDied) {
		t.Fatalf("did not die: %v", err)
	}
}

// What the model found: the code of a payment that had been recorded and not
// begun was changed in the file, and the call was announced under a record
// that still named the old code. A call cut off then would be settled by what
// became of the other code.
func TestModelCodeChangedBeforeThePaymentBegan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := till("a", "00307404867358", fn1)
		k.ActivationCode = spec.Code{Literal: "FIRST001"}
		b, x := caseBench(t, world(seeded(k, sever)).AddCode("FIRST001", "Ofd", "Green", 1).AddCode("SECOND02", "Ofd", "Green", 1), k)
		b.codes["kkts.a"] = "FIRST001"
		whole := b.store
		for _, l := range []*life{
			{how: diesAtWrite, at: 3, after: true}, // made, adopted, the payment recorded
			{how: diesAtCall, at: 1, after: true},
		} {
			x.life, b.store = l, mortal{whole, l}
			b.dieIn(t)
			whole.(*memory.Store).Crash()
			b.codes["kkts.a"] = "SECOND02"
		}
		snap, _, err := whole.Load(b.ctx)
		if err != nil {
			t.Fatal(err)
		}
		w := snap.Resources["kkts.a"].Workflows["pay"]
		if w == nil || *w.Data.Code != spec.RecordCode(snap.FingerprintKey(), "SECOND02") {
			t.Errorf("the second code was used, the state holds %+v", w)
		}
		x.life, b.store = &life{how: lives}, whole
		b.converge(2)
		b.noDuplicates()
		if n := b.effects(sim.EffectPay); n != 1 {
			t.Errorf("%d payments", n)
		}
	})
}

// What the model found: a till that was deregistered and registered anew was
// taken as paid for, by the payment of its first life, and never paid again.
func TestModelPaymentOfAnEarlierRegistration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := till("a", "00307404867358", fn1)
		k.ActivationCode = spec.Code{Auto: true}
		w := world().AddCode("POOL0001", "Ofd", "Green", 2)
		b, _ := caseBench(t, w, k)
		b.converge(2)
		b.edit("a", func(k *spec.KKT) { k.Unregister = spec.ReasonLost })
		b.converge(2)
		b.edit("a", func(k *spec.KKT) { k.Unregister = "" })
		b.converge(3)
		b.noDuplicates()
		if n := b.effects(sim.EffectPay); n != 2 {
			t.Errorf("%d payments of two registrations", n)
		}
		if r := b.resource("kkts.a"); r.Status != state.StatusLive || r.Payment == nil {
			t.Errorf("%+v", r)
		}
	})
}

// A process dies at each of its calls, which arrives 50 seconds later, when
// another process has gone on at once.
func TestModelCallsThatArriveAfterTheirProcessDied(t *testing.T) {
	for n := 1; ; n++ {
		done := false
		synctest.Test(t, func(t *testing.T) {
			k := till("a", "00307404867358", fn1)
			k.ActivationCode, k.Renta = spec.Code{Auto: true}, "galereya"
			b, x := caseBench(t, world().AddCode("POOL0001", "Ofd", "Green", 2), k)
			whole, l := b.store, &life{how: diesAndLate, at: n}
			x.life, b.store = l, mortal{whole, l}
			s := b.open()
			p, err := ofd.New(b.config())
			if err != nil {
				t.Fatal(err)
			}
			_, _ = s.Run(b.ctx, b.fleet, b.planFrom(p, apply.PriorOf(s.Snapshot())), p, apply.Options{Wait: time.Hour, QuietPeriod: b.quiet, Codes: b.codes})
			whole.(*memory.Store).Crash()
			done = !l.dead
			x.life, b.store = &life{how: lives}, whole
			b.applyUntil(t, 4)
			x.arrive()
			b.noDuplicates()
			b.sameAsDeclared()
		})
		if done || t.Failed() {
			t.Logf("%d calls", n-1)
			return
		}
	}
}

// applyUntil applies until the plan is empty.
func (b *bench) applyUntil(t *testing.T, times int) {
	t.Helper()
	for range times {
		s := b.open()
		p, err := ofd.New(b.config())
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Run(b.ctx, b.fleet, b.planFrom(p, apply.PriorOf(s.Snapshot())), p, apply.Options{Wait: time.Hour, QuietPeriod: b.quiet, Codes: b.codes})
		if err := errors.Join(err, s.Close(b.ctx)); err != nil {
			t.Fatal(err)
		}
		if !b.plan().HasChanges() {
			return
		}
	}
	t.Error("the plan is not empty")
}
