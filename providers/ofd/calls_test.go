package ofd_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/providers/ofd/signer"
	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/spec"
)

// calls counts the calls since a number of them, by what they read.
func (b *bench) calls(since int) map[string]int {
	out := map[string]int{}
	for _, c := range b.svc.Calls()[since:] {
		name := c.Path[strings.LastIndex(strings.TrimSuffix(c.Path, "/"), "/")+1:]
		out[c.Method+" "+strings.ToLower(name)]++
	}
	return out
}

// idle wants that a plan of a fleet in which nothing is left to do reads each
// list once if something declared needs it, and otherwise not at all.
func (b *bench) idle() {
	b.t.Helper()
	before := len(b.svc.Calls())
	b.plan()
	want := map[string]int{"GET kkts": 1}
	codes, members := false, false
	for _, k := range b.fleet.KKTs {
		codes = codes || !k.ActivationCode.IsZero()
		members = members || k.Renta != ""
	}
	if codes {
		want["GET list"], want["GET paystatus"] = 1, 1
	}
	if members {
		want["GET kkts"], want["POST createauthtoken"] = 2, 1 // the partner's list and Renta's
	}
	if d := cmp.Diff(want, b.calls(before)); d != "" {
		b.t.Errorf("an idle plan: %s", d)
	}
}

// An idle plan reads each list at most once, however many tills there are, and
// nothing that nothing declared needs.
func TestIdlePlanReadsEachListOnce(t *testing.T) {
	var kkts []spec.KKT
	var live []sim.SeedTill
	for i := range 50 {
		k := till(fmt.Sprintf("k%02d", i), fmt.Sprint(1000+i), fmt.Sprintf("92874403007%05d", i))
		kkts, live = append(kkts, k), append(live, seeded(k, sever))
	}
	b := newBench(t, testFleet(kkts...), world(live...))
	b.converge(1)
	before := len(b.svc.Calls())
	b.plan()
	if d := cmp.Diff(map[string]int{"GET kkts": 1}, b.calls(before)); d != "" {
		t.Errorf("without codes and centres: %s", d)
	}

	b.svc.Mutate(func(w *sim.World) { w.AddCode("POOL0001", "Ofd", "Green", 9) })
	b.edit("k00", func(k *spec.KKT) { k.Renta = "galereya" })
	b.edit("k01", func(k *spec.KKT) { k.ActivationCode = spec.Code{Auto: true} })
	b.converge(2)
	before = len(b.svc.Calls())
	b.plan()
	want := map[string]int{"GET kkts": 2, "GET list": 1, "GET paystatus": 1, "POST createauthtoken": 1} // kkts: the partner's and Renta's
	if d := cmp.Diff(want, b.calls(before)); d != "" {
		t.Errorf("with codes and centres: %s", d)
	}
}

// Fifty tills that join a centre have the list read a few times, not fifty.
func TestListsServeManyTills(t *testing.T) {
	var kkts []spec.KKT
	var live []sim.SeedTill
	for i := range 50 {
		k := till(fmt.Sprintf("k%02d", i), fmt.Sprint(1000+i), fmt.Sprintf("92874403007%05d", i))
		k.Renta = "galereya"
		kkts, live = append(kkts, k), append(live, seeded(k, sever))
	}
	b := newBench(t, testFleet(kkts...), world(live...))
	if _, err := b.apply(); err != nil {
		t.Fatal(err)
	}
	got := b.calls(0)
	if got["POST addkkt"]+got["POST addkkt/"] != 50 {
		t.Errorf("calls: %v", got)
	}
	if got["GET kkts"] > 12 {
		t.Errorf("%d readings of lists for 50 tills", got["GET kkts"])
	}
}

// A wish that changes while the application is a draft goes into the draft.
func TestChangedWishGoesIntoTheDraft(t *testing.T) {
	b := newBench(t, testFleet(till("a", "00307404867358", fn1)), world())
	must(t, b.svc.Fault(sim.Fault{Path: "*/preparedocuments", When: sim.Before, Kind: sim.FaultReset, Times: 1}))
	b.wait = 0
	if _, err := b.apply(); err == nil {
		t.Fatal("the documents were prepared in spite of the fault")
	}
	b.edit("a", func(k *spec.KKT) { k.Place, k.Usage = "Магазин №2", nil })
	b.wait = 20e9
	b.converge(1)
	b.noDuplicates()
	w := b.svc.Snapshot()
	if len(w.Applications) != 1 || w.Applications[0].KKT.InstallmentPlace != "Магазин №2" || w.Applications[0].KKT.UsageMode.Internet {
		t.Errorf("the application: %+v", w.Applications[0].KKT)
	}
}

// A wish that changes later is planned for afterwards.
func TestChangedWishAfterTheDraftFollows(t *testing.T) {
	b := newBench(t, testFleet(till("a", "00307404867358", fn1)), world())
	b.wait = 0
	if _, err := b.apply(); err != nil {
		t.Fatal(err)
	}
	b.edit("a", func(k *spec.KKT) { k.Place = "Магазин №2" })
	b.wait = 20e9
	b.converge(2)
	b.noDuplicates()
	if w := b.svc.Snapshot(); len(w.Applications) != 2 || w.Tills[0].Place != "Магазин №2" {
		t.Errorf("%d applications, the till is at %q", len(w.Applications), w.Tills[0].Place)
	}
}

// A draft whose creation was cut off is reported and never signed.
func TestOrphanedDraftIsReportedAndNeverSigned(t *testing.T) {
	b := newBench(t, testFleet(till("a", "00307404867358", fn1)), world())
	must(t, b.svc.Fault(sim.Fault{Path: "*/kkt/registration", Method: "POST", When: sim.After, Kind: sim.FaultReset}))
	b.converge(2)
	w := b.svc.Snapshot()
	if len(w.Applications) != 2 || w.Applications[0].Signed || !w.Applications[1].Signed {
		t.Fatalf("applications: %+v", w.Applications)
	}
	snap, _, err := b.store.Load(b.ctx)
	if err != nil || len(snap.Resources["kkts.a"].Orphans) != 1 {
		t.Errorf("orphans: %v, %v", snap.Resources["kkts.a"].Orphans, err)
	}
}

// pendingSigner waits for people.
type pendingSigner struct{}

func (pendingSigner) Sign(context.Context, signer.Document) (string, error) {
	return "", &signer.Pending{Path: "outbox/a", Want: "outbox/a.sig"}
}

// What is not declared any more is not signed: the application is given up,
// and the next plan makes another one.
func TestChangedWishIsNotSigned(t *testing.T) {
	changes := map[string]func(*spec.KKT){
		"another place": func(k *spec.KKT) { k.Place = "Магазин №2" },
		"stolen":        func(k *spec.KKT) { k.Unregister = spec.ReasonStolen },
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, testFleet(till("a", "00307404867358", fn1)), world())
			b.wait, b.signers = 0, map[string]signer.Signer{"sandbox": pendingSigner{}}
			if rep, err := b.apply(); err != nil || rep.Summary.Waiting != 1 {
				t.Fatalf("%+v, %v", rep, err)
			}
			b.edit("a", change)
			b.signers = map[string]signer.Signer{"sandbox": sandboxSigner{}}
			b.wait = 20e9
			b.converge(2)
			w := b.svc.Snapshot()
			if w.Applications[0].Signed {
				t.Error("the application that is not wanted was signed")
			}
			if n := b.effects(sim.EffectSign); name == "stolen" && n != 0 {
				t.Errorf("%d signatures for a till that is to go", n)
			}
			b.noDuplicates()
		})
	}
}
