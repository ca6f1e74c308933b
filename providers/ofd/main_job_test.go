package ofd_test

import (
	"testing"

	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

func TestRegisterNewTill(t *testing.T) {
	b := newBench(t, testFleet(till("a", "00307404867358", fn1)), world())
	b.converge(1)
	b.noDuplicates()
	snap, _, err := b.store.Load(b.ctx)
	if err != nil {
		t.Fatal(err)
	}
	r := snap.Resources["kkts.a"]
	if r.Status != state.StatusLive || r.Identity.RNM == "" || r.Attributes.RNM != r.Identity.RNM {
		t.Errorf("state: %+v", r)
	}
	if n := b.effects(sim.EffectSign); n != 2 {
		t.Errorf("%d signatures, want the application's and the report's", n)
	}
}

func TestChangeOfFN(t *testing.T) {
	k := till("a", "00307404867358", fn1)
	b := newBench(t, testFleet(k), world(seeded(k, sever)))
	b.converge(1)
	b.edit("a", func(k *spec.KKT) { k.FN.Number = fn2 })
	b.wait = 0
	rep, err := b.apply()
	if err != nil || rep.Summary.Waiting != 1 || len(rep.Tasks) != 1 {
		t.Fatalf("without papers: %+v, %v", rep, err)
	}
	b.edit("a", func(k *spec.KKT) {
		k.FNChange = &spec.FNChange{
			Closed:    &spec.FiscalReport{At: "2026-11-20T10:00:00", Document: "12345", Sign: "1234567890"},
			Installed: &spec.FiscalReport{At: "2026-11-20T10:15:00", Document: "1", Sign: "1234567891"},
		}
	})
	b.wait = 20e9
	b.converge(1)
	b.noDuplicates()
	if got := b.svc.Snapshot().Tills[0].FN; got != fn2 {
		t.Errorf("ФН at the service: %s", got)
	}
}

// A re-registration that waits for papers follows the declaration: when the
// file says what is live, it is dropped and nothing was sent.
func TestPapersAreNotNeededAnyMore(t *testing.T) {
	k := till("a", "00307404867358", fn1)
	b := newBench(t, testFleet(k), world(seeded(k, sever)))
	b.converge(1)
	b.svc.Mutate(func(w *sim.World) { w.Tills[0].FN = fn2 })
	b.wait = 0
	rep, err := b.apply()
	if err != nil || len(rep.Tasks) != 1 {
		t.Fatalf("%+v, %v", rep, err)
	}
	b.edit("a", func(k *spec.KKT) { k.FN.Number = fn2 })
	b.converge(1)
	if n := b.effects(sim.EffectCreate); n != 0 {
		t.Errorf("%d applications were made", n)
	}
}

func TestStolenTillLeavesTheCentreFirst(t *testing.T) {
	k := till("a", "00307404867358", fn1)
	k.Renta = "galereya"
	b := newBench(t, testFleet(k), world(seeded(k, sever)))
	b.converge(1)
	if n := b.effects(sim.EffectAddKkt); n != 1 {
		t.Fatalf("%d addKkt", n)
	}
	b.edit("a", func(k *spec.KKT) { k.Unregister, k.Renta = spec.ReasonStolen, "" })
	b.converge(1)
	b.noDuplicates()
	kinds := []string{}
	for _, e := range b.svc.Ledger() {
		if e.Kind == sim.EffectRemoveKkt || e.Kind == sim.EffectSign {
			kinds = append(kinds, e.Kind)
		}
	}
	if len(kinds) != 2 || kinds[0] != sim.EffectRemoveKkt {
		t.Errorf("order: %v", kinds)
	}
}

func TestPayWithDeclaredAndPoolCodes(t *testing.T) {
	a, c := till("a", "1", fn1), till("c", "2", fn2)
	a.ActivationCode = spec.Code{Literal: "PSZ7D1Lq"}
	c.ActivationCode = spec.Code{Auto: true}
	c.Tariff = "green"
	w := world(seeded(a, sever), seeded(c, sever)).AddCode("PSZ7D1Lq", "Ofd", "Green", 1).AddCode("POOL0001", "Ofd", "Green", 1)
	b := newBench(t, testFleet(a, c), w)
	b.codes["kkts.a"] = "PSZ7D1Lq"
	b.converge(1)
	b.noDuplicates()
	if n := b.effects(sim.EffectPay); n != 2 {
		t.Errorf("%d payments", n)
	}
}

func TestRegisterPayJoin(t *testing.T) {
	a := till("a", "00307404867358", fn1)
	a.ActivationCode, a.Renta = spec.Code{Literal: "PSZ7D1Lq"}, "galereya"
	b := newBench(t, testFleet(a), world().AddCode("PSZ7D1Lq", "Ofd", "Green", 1))
	b.codes["kkts.a"] = "PSZ7D1Lq"
	b.converge(2)
	b.noDuplicates()
}
