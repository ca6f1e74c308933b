package planner

import (
	"testing"
	"time"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/spec/fiscal"
)

// running gives the till's record a workflow.
func (w *world) running(a string, run Running) {
	r := w.Prior.Resources[a]
	if run.Desired == nil {
		want := w.Fleet.AttributesOf(w.kkt(a))
		run.Desired = &want
	}
	r.Serial, r.Running = w.kkt(a).Serial, append(r.Running, run)
	w.Prior.Resources[a] = r
}

func TestWhichOfTwoRowsCounts(t *testing.T) {
	for name, prepare := range map[string]func(w *world, k spec.KKT, first, second string){
		"the declared РНМ": func(w *world, k spec.KKT, _, second string) {
			w.edit(k.Resource(), func(k *spec.KKT) { k.RNM = second })
		},
		"the recorded РНМ": func(w *world, k spec.KKT, _, second string) {
			w.record(k.Resource(), func(r *Resource) { r.RNM, r.Attributes.RNM = second, second })
		},
		"not the deregistered РНМ": func(w *world, k spec.KKT, first, _ string) {
			w.record(k.Resource(), func(r *Resource) { r.Registered, r.Unregistered, r.RNM = false, true, first })
		},
		"the one that sent documents last": func(w *world, _ spec.KKT, _, second string) {
			for i := range w.Live.Tills {
				if w.Live.Tills[i].RNM == second {
					w.Live.Tills[i].LastDocument = w.Now
				}
			}
		},
	} {
		for _, second := range []int{0, 1} {
			w := newWorld()
			k := w.kkt(w.declare(1))
			rnm := []string{fiscal.RNMFor(1, testINN, k.Serial), fiscal.RNMFor(2, testINN, k.Serial)}
			for _, n := range rnm {
				w.list(k.Resource(), func(r *Till) { r.RNM = n })
			}
			prepare(w, k, rnm[1-second], rnm[second])
			w.edit(k.Resource(), func(k *spec.KKT) { k.Place = "склад" })
			if got := find(t, w.plan(), "reregister:"+k.Resource()).RNM; got != rnm[second] {
				t.Errorf("%s: РНМ %s, want %s", name, got, rnm[second])
			}
		}
	}
}

func TestDeclaredCodesAreNotInThePool(t *testing.T) {
	w := newWorld()
	w.pays(w.settled(1), "CODE")
	w.row("1001").ContractStart = w.Now // needs no payment now
	w.settled(2, func(k *spec.KKT) { k.ActivationCode.Auto = true })
	w.code("CODE", 5)
	p := w.plan()
	steps(t, p, "")
	says(t, p, diag.Error, "too few activation codes: 1 missing")
}

func TestRunningPaymentThatShows(t *testing.T) {
	w := newWorld()
	w.code("CODE-ABC", 1)
	a, b := w.settled(1), w.settled(2)
	w.pays(b, "CODE-ABC")
	w.running(a, Running{Action: Pay, Started: day(-1), CodeID: "id-CODE-ABC"})
	says(t, w.plan(), diag.Error, "1 payment too many")
	w.Live.Payments = []Payment{{RNM: w.row("1001").RNM, Status: "Payed", At: day(-2)}} // an older one
	says(t, w.plan(), diag.Error, "1 payment too many")
	w.Live.Payments[0].At = day(0)
	steps(t, w.plan(), "pay:"+a+" pay:"+b)
}

func TestAContractThatNeverBegan(t *testing.T) {
	w := newWorld()
	a := w.settled(1)
	w.pays(a, "CODE")
	w.code("CODE", 1)
	w.record(a, func(r *Resource) { r.PaidCode, r.PaidAt = spec.RecordCode("key", "CODE"), day(-1) })
	w.row("1001").ContractEnd = day(300)
	p := w.plan()
	steps(t, p, "")
	says(t, p, diag.Warning, "paid on")
}

func TestTheINNThatWasAppliedCounts(t *testing.T) {
	w := newWorld()
	w.record(w.settled(1), func(r *Resource) { r.INN = "7709125605" }) // of a registration before
	if p := w.plan(); len(p.Diagnostics) > 0 {
		t.Error(outline(p))
	}
}

func TestARegistrationThatIsFarAndListed(t *testing.T) {
	w := newWorld()
	a := w.declare(1)
	w.list(a)
	w.running(a, Running{Action: Register, Phase: "report"})
	if p := w.plan(); len(p.Diagnostics) > 0 {
		t.Error(outline(p))
	}
}

func TestRegisteredNotListedWhileAPaymentRuns(t *testing.T) {
	w := newWorld()
	a := w.declare(1)
	w.record(a)
	w.running(a, Running{Action: Pay})
	if p := w.plan(); len(p.Diagnostics) > 0 || !p.Complete {
		t.Error(outline(p))
	}
}

func TestRegisteredNotListedAndDeclaredOtherwise(t *testing.T) {
	w := newWorld()
	a := w.declare(1, func(k *spec.KKT) { k.ActivationCode.Auto = true })
	w.record(a)
	w.code("CODE", 1)
	w.edit(a, func(k *spec.KKT) { k.Place = "склад" })
	p := w.plan()
	steps(t, p, "pay:"+a)
	says(t, p, diag.Note, "compared again")
	if p.Complete {
		t.Error("complete")
	}
}

func TestAdoptedAndNotAMember(t *testing.T) {
	w := newWorld()
	a := w.declare(1, renta)
	w.list(a)
	if s := find(t, w.plan(), "adopt:"+a); s.Centre != "" {
		t.Errorf("remembered as a member of %s", s.Centre)
	}
}

func TestMembersWithAnIgnoredFN(t *testing.T) {
	w := newWorld()
	a := w.settled(1, renta, func(k *spec.KKT) { k.Ignore = []string{"fn"} })
	w.member(a)
	w.edit(a, func(k *spec.KKT) { k.FN.Number = "9251440300000001" })
	steps(t, w.plan(), "")
}

func TestMemberWithAnotherRNM(t *testing.T) {
	w := newWorld()
	a := w.settled(1, renta)
	w.member(a, func(m *RentaTill) { m.RNM = fiscal.RNMFor(90, testINN, "1001") })
	steps(t, w.plan(), "addKkt:"+a)
}

func TestTombstoneOfATillThatWasRegisteredAgain(t *testing.T) {
	w := newWorld()
	a := w.declare(1, func(k *spec.KKT) { k.Unregister = spec.ReasonLost })
	w.list(a)
	w.record(a, func(r *Resource) {
		r.Registered, r.Unregistered, r.RNM = false, true, fiscal.RNMFor(50, testINN, "1001")
	})
	steps(t, w.plan(), "unregister:"+a)
}

func TestTombstoneLeavesTheDeclaredCentre(t *testing.T) {
	w := newWorld()
	a := w.settled(1, renta, func(k *spec.KKT) { k.Unregister = spec.ReasonLost })
	w.member(a)
	p := w.plan()
	steps(t, p, "removeKkt:"+a+" unregister:"+a)
	if p.Steps[0].Centre != "galereya" {
		t.Errorf("%+v", p.Steps[0])
	}
}

func TestPruneNeedsAReason(t *testing.T) {
	w := newWorld()
	w.settled(1)
	w.Fleet.KKTs = map[string]spec.KKT{}
	w.Fleet.Policy.Prune = true
	p := w.plan()
	steps(t, p, "")
	says(t, p, diag.Warning, "left alone")
}

func TestDroppedMemberIsLeftAlone(t *testing.T) {
	w := newWorld()
	a := w.settled(1, renta)
	w.member(a)
	w.record(a, func(r *Resource) { r.Renta = "galereya" })
	w.Fleet.KKTs, w.Live.Tills = map[string]spec.KKT{}, nil
	p := w.plan()
	steps(t, p, "")
	says(t, p, diag.Warning, "left alone")
}

func TestIgnoredWishesDoNotWait(t *testing.T) {
	w := newWorld()
	a := w.settled(1, func(k *spec.KKT) { k.Ignore = []string{"place"} })
	w.running(a, Running{Action: Reregister, Phase: "sent"})
	w.edit(a, func(k *spec.KKT) { k.Place = "склад" })
	if p := w.plan(); len(p.Diagnostics) > 0 {
		t.Error(outline(p))
	}
}

func TestATombstoneTakenBack(t *testing.T) {
	w := newWorld()
	w.running(w.settled(1), Running{Action: Unregister, Phase: "sent"})
	says(t, w.plan(), diag.Note, "will be planned after it")
}

func TestARunningDraftStillCosts(t *testing.T) {
	for phase, want := range map[string]int{"prepare": 100, "sent": 0} {
		w := newWorld()
		w.running(w.settled(1, func(k *spec.KKT) { k.OFD.INN = "7709125605" }), Running{Action: Reregister, Phase: phase})
		if got := w.plan().Steps[0].Cost.Roubles; got != want {
			t.Errorf("%s: %d roubles, want %d", phase, got, want)
		}
	}
}

func TestWhatARunningApplicationBringsIsNoDrift(t *testing.T) {
	w := newWorld()
	a := w.settled(1)
	w.edit(a, func(k *spec.KKT) { k.Place = "склад" })
	w.running(a, Running{Action: Reregister, Phase: "sent"})
	w.row("1001").Place = "Склад"
	if p := w.plan(); len(p.Drift) > 0 {
		t.Errorf("%+v", p.Drift)
	}
	w.row("1001").Place = "двор"
	if p := w.plan(); len(p.Drift) != 1 || p.Drift[0].Corrected {
		t.Errorf("%+v", p.Drift)
	}
}

func TestAnEndingFNThatIsBeingReplaced(t *testing.T) {
	w := newWorld()
	w.Fleet.Policy.RenewBefore = 30 * 24 * time.Hour
	a := w.settled(1)
	w.row("1001").FNEnd = day(1)
	w.edit(a, func(k *spec.KKT) { k.FN.Number = "9251440300000001" })
	if p := w.plan(); len(p.Diagnostics) > 0 {
		t.Error(outline(p))
	}
}

func TestTheWorstDiagnosticsComeFirst(t *testing.T) {
	w := newWorld()
	w.pays(w.settled(1), "CODE")
	w.row("1001").ContractStart = day(-1) // a note
	w.edit(w.settled(2), func(k *spec.KKT) { k.Company = "yug" })
	w.settled(3, func(k *spec.KKT) { k.RNM = fiscal.RNMFor(50, testINN, k.Serial) })
	w.row("1003").RNM = fiscal.RNMFor(51, testINN, "1003")
	w.settled(4, func(k *spec.KKT) { k.ActivationCode.Auto = true }) // an error, found late
	p := w.plan()
	if len(p.Diagnostics) != 4 {
		t.Error(outline(p))
	}
	for i := 1; i < len(p.Diagnostics); i++ {
		if p.Diagnostics[i].Severity < p.Diagnostics[i-1].Severity {
			t.Errorf("out of order:\n%s", outline(p))
		}
	}
}

func TestTwoRowsThatNothingTellsApart(t *testing.T) {
	w := newWorld()
	a := w.declare(1)
	w.list(a)
	w.list(a)
	want := mustJSON(w.plan())
	w.Live.Tills[0], w.Live.Tills[1] = w.Live.Tills[1], w.Live.Tills[0]
	if got := mustJSON(w.plan()); got != want {
		t.Errorf("%s\nwas\n%s", got, want)
	}
}
