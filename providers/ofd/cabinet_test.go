package ofd_test

import (
	"testing"

	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/spec"
)

// The answer to the making of a cabinet is lost, and an application of the
// company names the agreement: no person is needed, and nothing is sent again.
func TestLostCabinetIsNamedByAnApplication(t *testing.T) {
	k := till("a", "00307404867358", fn1)
	f := testFleet(k)
	c := f.Companies["sever"]
	c.CreateCabinet = true
	f.Companies["sever"] = c
	w := world(seeded(k, sever))
	b := newBench(t, f, w)
	b.edit("a", func(k *spec.KKT) { k.Place = "Другое место" })
	must(t, b.svc.Fault(sim.Fault{Path: "*/partnercreateclientcabinet", Kind: sim.FaultEOF, When: sim.After}))
	rep, err := b.apply()
	if err != nil || rep.Summary.Unknown != 1 || rep.Summary.Done == 0 {
		t.Fatalf("%+v %v", rep.Summary, err)
	}
	b.converge(2)
	b.noDuplicates()
	if n := b.effects(sim.EffectCabinet); n > 1 { // 0: the application came first, and the service made one for it
		t.Errorf("%d cabinets", n)
	}
	snap, _, err := b.store.Load(t.Context())
	must(t, err)
	made := snap.Resources["companies.sever"].Cabinet
	if made == nil || made.Agreement != b.svc.Snapshot().Cabinets[0].Agreement || len(snap.Intents) != 0 {
		t.Errorf("%+v, open: %v", made, snap.Intents)
	}
}
