package ofd_test

import (
	"testing"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

func memberBench(t *testing.T) *bench {
	k := till("a", "00307404867358", fn1)
	k.Renta = "galereya"
	b := newBench(t, testFleet(k), world(seeded(k, sever)))
	b.wait = 0
	return b
}

// A ФН that is declared while the till is being added does not make the call
// that was sent look as if it had not arrived.
func TestFNDeclaredWhileJoining(t *testing.T) {
	b := memberBench(t)
	must(t, b.svc.Fault(sim.Fault{Path: "*/addkkt*", Method: "POST", When: sim.After, Kind: sim.FaultReset}))
	if _, err := b.apply(); err != nil {
		t.Fatal(err)
	}
	b.edit("a", func(k *spec.KKT) { k.FN.Number = fn2 })
	b.backdate(time.Hour)
	b.wait = time.Second
	if _, err := b.run(apply.Options{Resume: true}); err != nil {
		t.Error(err)
	}
	if r := b.resource("kkts.a"); r.Workflows["addKkt"] != nil || r.Renta != "galereya" {
		t.Errorf("it does not end: %+v", r.Workflows["addKkt"])
	}
	b.noDuplicates()
	if n := b.tries(sim.EffectAddKkt); n != 1 {
		t.Errorf("%d calls to Renta", n)
	}
}

// A row that was there before, with another РНМ, is no trace of the call.
func TestOldRowIsNoTraceOfTheCall(t *testing.T) {
	b := memberBench(t)
	b.svc.Mutate(func(w *sim.World) {
		w.Members = append(w.Members, &sim.Member{Centre: centre, INN: sever, Serial: w.Tills[0].Serial, RNM: "0000002950038403", FN: fn1})
	})
	must(t, b.svc.Fault(sim.Fault{Path: "*/addkkt*", Method: "POST", When: sim.Before, Kind: sim.FaultReset}))
	if _, err := b.apply(); err != nil {
		t.Fatal(err)
	}
	b.backdate(time.Hour)
	if rep, err := b.run(apply.Options{Resume: true}); err != nil || rep.Summary.Done != 0 {
		t.Errorf("the old row is taken for the new one: %+v, %v", rep.Summary, err)
	}
}

// A list that leaves out the ФН does not have a till added twice.
func TestMemberListedWithoutFN(t *testing.T) {
	b := memberBench(t)
	must(t, b.svc.Fault(sim.Fault{Path: "*/addkkt*", Method: "POST", When: sim.After, Kind: sim.FaultReset}))
	if _, err := b.apply(); err != nil {
		t.Fatal(err)
	}
	b.svc.Mutate(func(w *sim.World) { w.Members[0].FN = "" })
	b.backdate(time.Hour)
	b.wait = time.Second
	if _, err := b.apply(); err != nil {
		t.Error(err)
	}
	if n := b.tries(sim.EffectAddKkt); n != 1 {
		t.Errorf("%d calls to Renta", n)
	}
}

// A removal that another process sends on another day ends on that day.
func TestRemovalAfterMidnight(t *testing.T) {
	k := till("a", "00307404867358", fn1)
	b := newBench(t, testFleet(k), world(seeded(k, sever)).AddMember("", k.Serial))
	b.wait = 0
	must(t, b.svc.Fault(sim.Fault{Path: "*/createauthtoken", Kind: sim.FaultReset, Skip: 1, Times: -1}))
	b.edit("a", func(k *spec.KKT) { k.Renta = "galereya" })
	if _, err := b.apply(); err != nil {
		t.Fatal(err)
	}
	b.edit("a", func(k *spec.KKT) { k.Renta = "" })
	b.svc.ClearFaults()
	must(t, b.svc.Fault(sim.Fault{Path: "*/removekkt/*", Method: "POST", When: sim.Before, Kind: sim.FaultReset}))
	if _, err := b.apply(); err != nil {
		t.Fatal(err)
	}
	yesterday := time.Now().Add(-24 * time.Hour)
	b.change("kkts.a", func(r *state.Resource) { r.Workflows["removeKkt"].Data.Date = yesterday.Format(time.DateOnly) })
	b.backdate(24 * time.Hour)
	b.wait = 5 * time.Second
	if _, err := b.apply(); err != nil {
		t.Error(err)
	}
	b.noDuplicates()
	if n := b.effects(sim.EffectRemoveKkt); n != 1 {
		t.Errorf("%d removals", n)
	}
}

// tries counts the calls of a kind, taken or refused.
func (b *bench) tries(kind string) int {
	n := 0
	for _, e := range b.svc.Ledger() {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

// The list is read anew after the call, within the same apply.
func TestJoiningEndsInOneApply(t *testing.T) {
	b := memberBench(t)
	if rep, err := b.apply(); err != nil || rep.Summary.Waiting != 0 || b.resource("kkts.a").Renta != "galereya" {
		t.Errorf("%+v, %v", rep.Summary, err)
	}
}
