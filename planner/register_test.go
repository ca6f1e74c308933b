package planner

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/spec/fiscal"
)

func TestRegister(t *testing.T) {
	w := newWorld()
	a := w.declare(1)
	b := w.declare(2, func(k *spec.KKT) { k.OFD.INN = "7709125605" })
	p := w.plan()
	steps(t, p, "register:"+a+" register:"+b)
	s := find(t, p, "register:"+a)
	if !s.Irreversible || s.Cost != (Cost{}) {
		t.Errorf("%+v", s)
	}
	if d := cmp.Diff([]Wait{WaitSignature, WaitTaxService, WaitReport}, s.Waits); d != "" {
		t.Error(d)
	}
	if s := find(t, p, "register:"+b); s.Cost.Roubles != 100 {
		t.Errorf("another OFD costs %d", s.Cost.Roubles)
	}
	if got := p.SummaryLine(); got != "Plan: 2 to register, 0 to re-register, 0 to unregister, 0 to pay, 0 to add to Renta, 0 to remove." {
		t.Error(got)
	}
	if !p.Applyable || !p.Complete {
		t.Error("not applyable or not complete")
	}
}

func TestNeverRegisteredTwice(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(w *world, a string)
		says    string
		steps   string
	}{
		"registered through kktctl and not listed": {func(w *world, a string) { w.record(a) }, "not in the list of tills", ""},
		"an РНМ is declared": {func(w *world, a string) {
			w.edit(a, func(k *spec.KKT) { k.RNM = fiscal.RNMFor(5, testINN, k.Serial) })
		}, "nothing can be compared", ""},
		"an РНМ is declared, deregistered": {func(w *world, a string) {
			w.edit(a, func(k *spec.KKT) { k.RNM = fiscal.RNMFor(5, testINN, k.Serial) })
			w.record(a, func(r *Resource) { r.Registered, r.Unregistered = false, true })
		}, "leave rnm out of the file", ""},
		"simplified": {func(w *world, a string) {
			w.edit(a, func(k *spec.KKT) { k.Registration = spec.RegistrationSimplified })
		}, "", "register:kkts.till-01"},
		"simplified with its own РНМ": {func(w *world, a string) {
			w.edit(a, func(k *spec.KKT) {
				k.Registration, k.RNM = spec.RegistrationSimplified, fiscal.RNMFor(5, testINN, k.Serial)
			})
		}, "", "register:kkts.till-01"},
		"simplified with the РНМ that was deregistered": {func(w *world, a string) {
			w.edit(a, func(k *spec.KKT) {
				k.Registration, k.RNM = spec.RegistrationSimplified, fiscal.RNMFor(5, testINN, k.Serial)
			})
			rnm := w.kkt(a).RNM
			w.record(a, func(r *Resource) { r.Registered, r.Unregistered, r.RNM = false, true, rnm })
		}, "leave rnm out of the file", ""},
		"simplified with another РНМ than the one deregistered": {func(w *world, a string) {
			w.edit(a, func(k *spec.KKT) {
				k.Registration, k.RNM = spec.RegistrationSimplified, fiscal.RNMFor(5, testINN, k.Serial)
			})
			w.record(a, func(r *Resource) { r.Registered, r.Unregistered = false, true })
		}, "", "register:kkts.till-01"},
		"an РНМ and a code": {func(w *world, a string) {
			w.edit(a, func(k *spec.KKT) {
				k.RNM = fiscal.RNMFor(5, testINN, k.Serial)
				k.ActivationCode.Auto = true
			})
			w.code("POOL1", 1)
		}, "", "pay:kkts.till-01"},
		"registered through kktctl and a code": {func(w *world, a string) {
			w.edit(a, func(k *spec.KKT) { k.ActivationCode.Auto = true })
			w.record(a)
			w.code("POOL1", 1)
		}, "", "pay:kkts.till-01"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			a := w.declare(1)
			c.prepare(w, a)
			p := w.plan()
			steps(t, p, c.steps)
			if c.says != "" {
				says(t, p, diag.Warning, c.says)
			}
			if p.Complete != (c.says == "") {
				t.Errorf("complete is %v", p.Complete)
			}
		})
	}
}

func TestRegisterAgainAfterUnregister(t *testing.T) {
	w := newWorld()
	a := w.declare(1)
	w.record(a, func(r *Resource) { r.Registered, r.Unregistered = false, true })
	steps(t, w.plan(), "register:"+a)
}

func TestReregister(t *testing.T) {
	paper := &spec.FiscalReport{At: "2026-11-20T10:00:00", Document: "1", Sign: "2"}
	base := func(k *spec.KKT) {
		k.AutomaticDevices = []spec.AutomaticDevice{{Number: "A-1", Place: "холл"}, {Number: "A-2"}}
		k.Agents = []string{"agent"}
	}
	signature := []Wait{WaitSignature, WaitTaxService}
	for name, c := range map[string]struct {
		edit    func(k *spec.KKT)
		reasons string
		changes []Change
		waits   []Wait
		due     bool
	}{
		"fn without papers": {
			func(k *spec.KKT) { k.FN.Number = "9251440300000001" }, "FnChanged",
			[]Change{{Path: "fn", Before: "9287440300000001", After: "9251440300000001"}},
			append([]Wait{WaitPapers}, signature...), true,
		},
		"fn with papers": {func(k *spec.KKT) {
			k.FN.Number, k.FN.Type = "9251440300000001", spec.FN36
			k.FNChange = &spec.FNChange{Closed: paper, Installed: paper}
		}, "FnChanged", []Change{{Path: "fn", Before: "9287440300000001", After: "9251440300000001"}, {Path: "fnType", Before: "fn15", After: "fn36"}}, signature, true},
		"place and ofd": {
			func(k *spec.KKT) { k.Place, k.OFD.INN = "склад", "7709125605" }, "InstallmentPlaceChanged OfdChaged",
			[]Change{{Path: "place", Before: "Магазин №1", After: "склад"}, {Path: "ofd.inn", Before: spec.OFDRuINN, After: "7709125605"}},
			signature, true,
		},
		"devices": {
			func(k *spec.KKT) { k.AutomaticDevices = k.AutomaticDevices[:1] }, "AutomatedDeviceChanged",
			[]Change{{Path: "automaticDevices.A-2", Before: "A-2"}},
			signature, false,
		},
		"a device moved": {func(k *spec.KKT) {
			k.AutomaticDevices = []spec.AutomaticDevice{{Number: "A-2"}, {Number: "A-1", Place: "двор"}}
		}, "AutomatedDeviceChanged", []Change{{Path: "automaticDevices.A-1", Before: "холл", After: "двор"}}, signature, false},
		"offline": {
			func(k *spec.KKT) { k.Usage = []string{"internet", "offline"} }, "SwitchedFromOnlineToOfflineMode",
			[]Change{{Path: "usage", Before: "internet", After: "internet, offline"}},
			signature, false,
		},
		"usage": {
			func(k *spec.KKT) { k.Usage = []string{"automatedDevice", "marking"} }, "AutomatedDeviceChanged Other",
			[]Change{{Path: "usage", Before: "internet", After: "automatedDevice, marking"}},
			signature, false,
		},
		"the rest": {
			func(k *spec.KKT) { k.FFD, k.Agents, k.FN.Type = "1.1", nil, spec.FN36 }, "Other",
			[]Change{{Path: "fnType", Before: "fn15", After: "fn36"}, {Path: "ffd", Before: "1.2", After: "1.1"}, {Path: "agents", Before: "agent"}},
			signature, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			a := w.settled(1, base)
			w.edit(a, c.edit)
			p := w.plan()
			steps(t, p, "reregister:"+a)
			s := p.Steps[0]
			if got := strings.Join(s.Reasons, " "); got != c.reasons {
				t.Errorf("reasons %q, want %q", got, c.reasons)
			}
			if d := cmp.Diff(c.changes, s.Changes); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(c.waits, s.Waits); d != "" {
				t.Error(d)
			}
			if s.Due.IsZero() == c.due {
				t.Errorf("due %v", s.Due)
			}
			if len(p.Drift) > 0 {
				t.Errorf("a wish is no drift: %v", p.Drift)
			}
		})
	}
}

func TestOnlineAgain(t *testing.T) {
	w := newWorld()
	a := w.settled(1, func(k *spec.KKT) { k.Usage = []string{"offline"} })
	w.edit(a, func(k *spec.KKT) { k.Usage = nil })
	if got := w.plan().Steps[0].Reasons; len(got) != 1 || got[0] != "SwitchedFromOfflineToOnlineMode" {
		t.Error(got)
	}
}

func TestMissingPaperIsNamed(t *testing.T) {
	w := newWorld()
	a := w.settled(1)
	w.edit(a, func(k *spec.KKT) {
		k.FN.Number = "9251440300000001"
		k.FNChange = &spec.FNChange{Closed: &spec.FiscalReport{}}
	})
	if r := w.plan().Steps[0].Reason; !strings.Contains(r, "fnChange.installed is missing") {
		t.Error(r)
	}
}

func TestDueIsTheNextWorkingDay(t *testing.T) {
	w := newWorld() // a Friday
	a := w.settled(1)
	w.edit(a, func(k *spec.KKT) { k.Place = "склад" })
	if due := w.plan().Steps[0].Due; date(due) != "2026-11-23" {
		t.Error(due)
	}
}

func TestDriftIsCorrected(t *testing.T) {
	w := newWorld()
	a := w.settled(1)
	w.row("1001").Place = "склад"
	p := w.plan()
	steps(t, p, "reregister:"+a)
	want := []Drift{{Address: a, Path: "place", Applied: "Магазин №1", Live: "склад", Corrected: true}}
	if d := cmp.Diff(want, p.Drift); d != "" {
		t.Error(d)
	}
	if !strings.Contains(p.Steps[0].Reason, "changed outside kktctl") {
		t.Error(p.Steps[0].Reason)
	}
}

func TestIgnoredDriftIsShownAndLeft(t *testing.T) {
	w := newWorld()
	a := w.settled(1, func(k *spec.KKT) { k.Ignore = []string{"fn", "ofd", "place"} })
	w.row("1001").Place, w.row("1001").FN = "склад", "9251440300000001"
	w.edit(a, func(k *spec.KKT) { k.OFD.INN, k.FN.Type = "7709125605", spec.FN36 })
	p := w.plan()
	steps(t, p, "")
	if len(p.Drift) != 2 || p.Drift[0].Corrected || p.Drift[1].Corrected || p.Drift[0].Path != "fn" || p.Drift[1].Path != "place" {
		t.Errorf("%+v", p.Drift)
	}
}

func TestChangedElsewhereToWhatIsDeclared(t *testing.T) {
	w := newWorld()
	a := w.settled(1)
	w.edit(a, func(k *spec.KKT) { k.Place = "склад" })
	w.row("1001").Place = "Склад"
	p := w.plan()
	steps(t, p, "adopt:"+a)
	w.apply(p)
	p = w.plan()
	steps(t, p, "")
	if len(p.Drift) > 0 {
		t.Errorf("%+v", p.Drift)
	}
}

func TestFieldsThatTheListLeavesOut(t *testing.T) {
	w := newWorld()
	w.settled(1)
	*w.row("1001") = Till{RNM: w.row("1001").RNM, Serial: "1001"}
	p := w.plan()
	steps(t, p, "")
	if len(p.Drift) > 0 {
		t.Errorf("%+v", p.Drift)
	}
}

func TestRefusalIsToldInOneLine(t *testing.T) {
	w := newWorld()
	a := w.declare(1)
	w.Prior.Resources[a] = Resource{Serial: w.kkt(a).Serial, Refusal: &Refusal{Action: Register, At: testNow(), Reason: "нет\n\x1b[2Jтакого " + strings.Repeat("а", 5000)}}
	r := w.plan().Steps[0].Reason
	if !strings.Contains(r, "; the last attempt was refused on 2026-11-20: нет [2Jтакого") || strings.ContainsAny(r, "\n\x1b") || len([]rune(r)) > 400 {
		t.Errorf("%q", r)
	}
}

func TestContinue(t *testing.T) {
	w := newWorld()
	a := w.declare(1, func(k *spec.KKT) { k.Renta, k.ActivationCode.Auto = "galereya", true })
	w.code("POOL1", 1)
	want := w.Fleet.AttributesOf(w.kkt(a))
	run := Running{
		Action: Register, Phase: "sent", Since: testNow().Add(-48 * time.Hour), WaitingFor: WaitTaxService, Message: "sent",
		Due: testNow().Add(time.Hour), ApplicationID: "app", Desired: &want,
	}
	w.Live.Applications["app"] = Application{ID: "app", Stage: "Initialization", Status: "SentToFns"}
	w.Prior.Resources[a] = Resource{Serial: w.kkt(a).Serial, Running: []Running{run}}
	p := w.plan()
	steps(t, p, "register:"+a+" pay:"+a+" addKkt:"+a)
	s := p.Steps[0]
	if s.Action != Continue || s.Continues != Register || s.Phase != "sent" || s.WaitingFor != WaitTaxService || !s.Due.Equal(run.Due) ||
		!s.Since.Equal(run.Since) || s.Message != "sent; the application is SentToFns (Initialization)" {
		t.Errorf("%+v", s)
	}
	if d := cmp.Diff([]string{"pay:" + a, "register:" + a}, p.Steps[2].Requires); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"register:" + a}, p.Steps[1].Requires); d != "" {
		t.Error(d)
	}
	w.list(a) // it shows in the list while the report is awaited
	steps(t, w.plan(), "register:"+a+" pay:"+a+" addKkt:"+a)
}

func TestUnknownWaitsForAPerson(t *testing.T) {
	w := newWorld()
	a := w.declare(1)
	w.Prior.Resources[a] = Resource{Serial: w.kkt(a).Serial, Running: []Running{{Action: Register, Phase: "signing", Unknown: true, WaitingFor: WaitService}}}
	if s := w.plan().Steps[0]; s.WaitingFor != WaitPerson {
		t.Errorf("%+v", s)
	}
}

func TestAWishThatChangedMeanwhile(t *testing.T) {
	for phase, later := range map[string]bool{"start": false, "draft": false, "prepare": false, "sent": true} {
		w := newWorld()
		a := w.settled(1)
		want := w.Fleet.AttributesOf(w.kkt(a))
		r := w.Prior.Resources[a]
		r.Running = []Running{{Action: Reregister, Phase: phase, Desired: &want}}
		w.Prior.Resources[a] = r
		w.edit(a, func(k *spec.KKT) { k.FFD = "1.1" })
		p := w.plan()
		steps(t, p, "reregister:"+a)
		if p.Complete == later {
			t.Errorf("%s: complete is %v", phase, p.Complete)
		}
		if later {
			says(t, p, diag.Note, "will be planned after it")
		}
	}
}

// A simplified step signs nothing, says that it is paid for, and waits for the
// printed report only when it needs a number from it (004 §7.2, table 14).
func TestSimplifiedStep(t *testing.T) {
	report := &spec.FiscalReport{At: "2026-11-20T10:15:00", Document: "1", Sign: "1"}
	for name, c := range map[string]struct {
		edit  func(k *spec.KKT)
		waits []Wait
	}{
		"without an РНМ": {func(*spec.KKT) {}, []Wait{WaitTaxService}},
		"with an РНМ":    {func(k *spec.KKT) { k.RNM = fiscal.RNMFor(5, testINN, k.Serial) }, []Wait{WaitReport, WaitTaxService}},
		"and its report": {func(k *spec.KKT) { k.RNM, k.Report = fiscal.RNMFor(5, testINN, k.Serial), report }, []Wait{WaitTaxService}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			a := w.declare(1, func(k *spec.KKT) { k.Registration = spec.RegistrationSimplified }, c.edit)
			s := find(t, w.plan(), "register:"+a)
			if !s.Simplified || !s.Irreversible || !slices.Equal(s.Waits, c.waits) || !strings.Contains(s.Reason, "no price") {
				t.Errorf("%+v", s)
			}
		})
	}
	w := newWorld()
	a := w.settled(1, func(k *spec.KKT) { k.Registration = spec.RegistrationSimplified })
	w.edit(a, func(k *spec.KKT) { k.Place = "Магазин №2" })
	s := find(t, w.plan(), "reregister:"+a)
	if !s.Simplified || slices.Contains(s.Waits, WaitSignature) || s.Reasons[0] != reasonPlace {
		t.Errorf("%+v", s)
	}
}

// A draft follows its declaration: the plan says so, and holds nothing back.
func TestADraftFollowsItsDeclaration(t *testing.T) {
	for phase, says := range map[string]bool{"prepare": true, "simplified": true, "simplified-report": true, "signature": false, "card": false} {
		w := newWorld()
		a := w.declare(1)
		desired := w.Fleet.AttributesOf(w.kkt(a))
		w.Prior.Resources[a] = Resource{Serial: w.kkt(a).Serial, INN: testINN, Running: []Running{{
			Action: Register, Phase: phase, ApplicationID: "id", Desired: &desired, Simplified: strings.HasPrefix(phase, "simpl") || phase == "card",
		}}}
		if p := w.plan(); len(p.Diagnostics) != 0 {
			t.Errorf("%s: %v", phase, p.Diagnostics)
		}
		w.edit(a, func(k *spec.KKT) { k.Place = "Склад" })
		p := w.plan()
		if p.Complete != says || len(p.Diagnostics) != 1 || strings.Contains(p.Diagnostics[0].Summary, "is a draft") != says {
			t.Errorf("%s: complete %v, %v", phase, p.Complete, p.Diagnostics)
		}
		if s := find(t, p, "register:"+a); s.Simplified != (phase == "card" || strings.HasPrefix(phase, "simpl")) {
			t.Errorf("%s: %+v", phase, s)
		}
	}
}
