package planner

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kktctl/kktctl/spec"
)

// parts says what stands where in a report.
func parts(r *DriftReport) string {
	var b strings.Builder
	for _, d := range r.Changed {
		fmt.Fprintf(&b, "changed %s %s %q %q\n", d.Address, d.Path, d.Applied, d.Live)
	}
	for _, s := range r.Unapplied {
		fmt.Fprintf(&b, "unapplied %s", s.ID)
		for _, c := range s.Changes {
			fmt.Fprintf(&b, " %s %q %q", c.Path, c.Before, c.After)
		}
		b.WriteByte('\n')
	}
	for _, s := range r.UnderWay {
		fmt.Fprintf(&b, "under way %s\n", s.ID)
	}
	for _, u := range r.Unobservable {
		fmt.Fprintf(&b, "unseen %s of %s\n", strings.Join(u.Paths, ","), strings.Join(u.Addresses, ","))
	}
	for _, c := range r.Coming {
		fmt.Fprintf(&b, "coming %s %s\n", c.Kind, c.Address)
	}
	return b.String()
}

const blindParts = "unseen fnType,ofd.inn,ffd,usage,agents,automaticDevices of \n"

func TestDriftKeepsItsPartsApart(t *testing.T) {
	const a = "kkts.till-01"
	for _, tt := range []struct {
		name    string
		world   func(w *world)
		want    string
		verdict Verdict
		is      Condition
	}{
		{"nothing", func(w *world) { w.settled(1) }, blindParts, VerdictClean, ConditionOK},
		{"changed elsewhere", func(w *world) {
			w.settled(1)
			w.Live.Tills[0].Place = "Склад"
		}, "changed " + a + " place \"Магазин №1\" \"Склад\"\n" + blindParts, VerdictDrift, ConditionChanged},
		{"declared anew", func(w *world) {
			w.edit(w.settled(1), func(k *spec.KKT) { k.Place = "Витрина" })
		}, "unapplied reregister:" + a + " place \"Магазин №1\" \"Витрина\"\n" + blindParts, VerdictDrift, ConditionUnapplied},
		{"both at once", func(w *world) {
			w.edit(w.settled(1), func(k *spec.KKT) { k.Place, k.FFD = "Витрина", "1.1" })
			w.Live.Tills[0].Place = "Склад"
		}, "changed " + a + " place \"Магазин №1\" \"Склад\"\nunapplied reregister:" + a + " place \"Магазин №1\" \"Витрина\" ffd \"1.2\" \"1.1\"\n" + blindParts, VerdictDrift, ConditionChanged},
		{"changed elsewhere to what is declared", func(w *world) {
			w.edit(w.settled(1), func(k *spec.KKT) { k.Place = "Витрина" })
			w.Live.Tills[0].Place = "Витрина"
		}, "changed " + a + " place \"Магазин №1\" \"Витрина\"\n" + blindParts, VerdictDrift, ConditionChanged},
		{"ignored", func(w *world) {
			w.settled(1, func(k *spec.KKT) { k.Ignore = []string{"place"} })
			w.Live.Tills[0].Place = "Склад"
		}, "changed " + a + " place \"Магазин №1\" \"Склад\"\n" + blindParts, VerdictClean, ConditionOK},
		{"what nothing shows, declared anew", func(w *world) {
			w.edit(w.settled(1), func(k *spec.KKT) { k.FFD = "1.1" })
		}, "unapplied reregister:" + a + " ffd \"1.2\" \"1.1\"\n" + blindParts, VerdictDrift, ConditionUnapplied},
		{"not registered", func(w *world) { w.declare(1) }, "unapplied register:" + a + "\n", VerdictDrift, ConditionUnapplied},
		{"met live", func(w *world) { w.list(w.declare(1)) }, "unapplied adopt:" + a + "\n", VerdictDrift, ConditionUnapplied},
		{"gone from the list", func(w *world) {
			w.settled(1)
			w.Live.Tills = nil
		}, "changed " + a + " status \"registered\" \"not listed\"\n", VerdictDrift, ConditionChanged},
		{
			"not in the list, with an РНМ", func(w *world) { w.declare(1, func(k *spec.KKT) { k.RNM = "0000002950038403" }) },
			"unseen fn,address,place,rnm of " + a + "\n", VerdictClean, ConditionUnseen,
		},
		{"thrown out of its centre", func(w *world) {
			w.member(w.settled(1, func(k *spec.KKT) { k.Renta = "galereya" }))
			w.remembers(a, func(r *Resource) { r.Renta = "galereya" })
			w.Live.Renta = nil
		}, "changed " + a + " renta \"galereya\" \"\"\n" + blindParts, VerdictDrift, ConditionChanged},
		{
			"declared a member", func(w *world) { w.settled(1, func(k *spec.KKT) { k.Renta = "galereya" }) },
			"unapplied addKkt:" + a + "\n" + blindParts, VerdictDrift, ConditionUnapplied,
		},
		{"an empty place in the list", func(w *world) {
			w.settled(1)
			w.Live.Tills[0].Place = ""
		}, blindParts + "unseen place of " + a + "\n", VerdictClean, ConditionOK},
		{"under way and late", func(w *world) {
			w.declare(1)
			r := running(Register, "tax-service")
			r.Due, r.WaitingFor = testNow().Add(-time.Hour), WaitTaxService
			w.Prior.Resources[a] = Resource{Serial: w.kkt(a).Serial, INN: testINN, Running: []Running{r}}
		}, "under way register:" + a + "\ncoming overdue " + a + "\n", VerdictClean, ConditionOverdue},
		{"under way and unknown", func(w *world) {
			w.declare(1)
			r := running(Register, "tax-service")
			r.Unknown = true
			w.Prior.Resources[a] = Resource{Serial: w.kkt(a).Serial, INN: testINN, Running: []Running{r}}
		}, "under way register:" + a + "\n", VerdictClean, ConditionUnknown},
		{"a ФН ends", func(w *world) {
			w.settled(1)
			w.Live.Tills[0].FNEnd = testNow().Add(29 * 24 * time.Hour)
		}, blindParts + "coming fn-end " + a + "\n", VerdictClean, ConditionEnding},
		{"a service ends, a code is declared", func(w *world) {
			w.pays(w.settled(1), "CODE")
			w.code("CODE", 1)
			w.Live.Tills[0].ContractStart, w.Live.Tills[0].ContractEnd = testNow().Add(-time.Hour), testNow().Add(time.Hour)
		}, blindParts + "coming contract-end " + a + "\n", VerdictClean, ConditionEnding},
		{"a service ended", func(w *world) {
			w.settled(1)
			w.Live.Tills[0].ContractStart, w.Live.Tills[0].ContractEnd = testNow().Add(-2*time.Hour), testNow().Add(-time.Hour)
		}, blindParts + "coming contract-end " + a + "\n", VerdictClean, ConditionEnding},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			w.Fleet.Policy.RenewBefore = 30 * 24 * time.Hour
			tt.world(w)
			r := DriftOf(w.Input)
			if got := parts(r); got != tt.want {
				t.Errorf("got:\n%swant:\n%s", got, tt.want)
			}
			if r.Verdict != tt.verdict {
				t.Errorf("verdict %s, want %s: %s", r.Verdict, tt.verdict, r.Line())
			}
			if r.Conditions[tt.is] != 1 {
				t.Errorf("conditions %v, want one %s", r.Conditions, tt.is)
			}
		})
	}
}

func (w *world) remembers(addr string, edit func(r *Resource)) {
	r := w.Prior.Resources[addr]
	edit(&r)
	w.Prior.Resources[addr] = r
}

func TestDeregisteredTillsAreNotCounted(t *testing.T) {
	w := newWorld()
	a := w.declare(1, func(k *spec.KKT) { k.Unregister = spec.ReasonStolen })
	w.record(a, func(r *Resource) { r.Registered, r.Unregistered = false, true })
	w.settled(2)
	if r := DriftOf(w.Input); len(r.Tills) != 1 || r.Conditions[ConditionUnseen] != 0 || r.Verdict != VerdictClean {
		t.Errorf("%d tills, %v, %s\n%s", len(r.Tills), r.Conditions, r.Verdict, parts(r))
	}
}

func TestDriftIsAnErrorWhenTillsWereNotRead(t *testing.T) {
	w := newWorld()
	w.settled(1)
	w.Live = Live{}
	r := DriftOf(w.Input)
	if r.Verdict != VerdictError || !strings.HasPrefix(r.Line(), "Not everything could be compared") {
		t.Errorf("%s: %s", r.Verdict, r.Line())
	}
}

// TestDriftLaws: a report is the same for the same input, its conditions count
// every till once, and nothing stands in it that no plan would do or say.
func TestDriftLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		p, r := New(w.Input), DriftOf(w.Input)
		one, _ := json.Marshal(r)
		two, _ := json.Marshal(DriftOf(w.Input))
		if string(one) != string(two) {
			t.Fatalf("two reports of one input:\n%s\n%s", one, two)
		}
		sum := 0
		for _, n := range r.Conditions {
			sum += n
		}
		if sum != len(r.Tills) {
			t.Fatalf("%d conditions of %d tills: %v", sum, len(r.Tills), r.Conditions)
		}
		if len(p.Steps) == 0 && len(p.Drift) == 0 && !p.Diagnostics.HasErrors() && p.Complete && r.Verdict != VerdictClean && len(r.Changed) == 0 {
			t.Fatalf("an empty plan, and: %s\n%s", r.Line(), parts(r))
		}
		for _, s := range r.Unapplied {
			for _, c := range s.Changes {
				if prior := w.Prior.Resources[s.Address]; s.Action == Reregister && prior.Registered && prior.Attributes != nil && c.Path == "place" && c.Before != prior.Attributes.Place {
					t.Fatalf("%s: %q is not what was last applied", s.ID, c.Before)
				}
			}
		}
	})
}

// BenchmarkDrift: the time of a report grows with the number of tills, not
// faster.
func BenchmarkDrift(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		w := newWorld()
		for i := range n {
			w.declare(i, func(k *spec.KKT) { k.Renta = "galereya" })
		}
		idle(w)
		for i := range w.Live.Tills {
			w.Live.Tills[i].Place = "elsewhere"
		}
		b.Run(fmt.Sprintf("%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if r := DriftOf(w.Input); len(r.Changed) != n {
					b.Fatal(r.Line())
				}
			}
		})
	}
}
