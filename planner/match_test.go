package planner

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/spec/fiscal"
)

func TestNothingToDo(t *testing.T) {
	w := newWorld()
	w.settled(1)
	w.settled(2)
	p := w.plan()
	steps(t, p, "")
	if !p.Complete || p.Applyable || len(p.Diagnostics) > 0 || len(p.Drift) > 0 || len(p.Unmanaged) > 0 {
		t.Errorf("not an empty plan:\n%s", mustJSON(p))
	}
	if got := p.SummaryLine(); got != "No changes. The fleet matches the declaration." {
		t.Error(got)
	}
}

func TestEmptyListsAreNotNull(t *testing.T) {
	const want = `{"formatVersion":1,"fleet":"test","fleetHash":"hash","lineage":"lineage","serial":7,"timestamp":"2026-11-20T12:00:00Z",` +
		`"applyable":false,"complete":true,"steps":[],"drift":[],"unmanaged":[],` +
		`"summary":{"addKkt":0,"adopt":0,"book":0,"check":0,"continue":0,"create-cabinet":0,"forget":0,"move":0,"order":0,"pay":0,"register":0,"removeKkt":0,"reregister":0,"unregister":0},"diagnostics":[]}`
	if d := cmp.Diff(want, mustJSON(newWorld().plan())); d != "" {
		t.Error(d)
	}
}

func TestLeadingZerosAndRNMMatch(t *testing.T) {
	w := newWorld()
	a := w.settled(1)
	w.row(w.kkt(a).Serial).Serial = "0001001"
	b := w.declare(2, func(k *spec.KKT) { k.RNM = fiscal.RNMFor(77, testINN, k.Serial) })
	w.list(b, func(r *Till) { r.Serial = "" }) // matched by РНМ
	w.record(b, func(r *Resource) { r.RNM = w.kkt(b).RNM; r.Attributes.RNM = r.RNM })
	p := w.plan()
	steps(t, p, "")
	if len(p.Unmanaged) != 0 {
		t.Errorf("unmanaged: %v", p.Unmanaged)
	}
}

func TestUnmanagedAreSortedAndLeftAlone(t *testing.T) {
	w := newWorld()
	w.settled(1)
	w.Live.Tills = append(w.Live.Tills, Till{Serial: "9", RNM: "2", Model: "M", Address: "A"}, Till{Serial: "8", RNM: "3"}, Till{Serial: "9", RNM: "1"})
	p := w.plan()
	want := []Unmanaged{{Serial: "8", RNM: "3"}, {Serial: "9", RNM: "1"}, {Serial: "9", RNM: "2", Model: "M", Address: "A"}}
	if d := cmp.Diff(want, p.Unmanaged); d != "" {
		t.Error(d)
	}
	steps(t, p, "")
}

func TestTheRowThatFitsIsPreferred(t *testing.T) {
	w := newWorld()
	a := w.declare(1)
	w.list(a)
	old := *w.row(w.kkt(a).Serial)
	old.RNM, old.FN = fiscal.RNMFor(900, "7709125605", "1001"), "9999078900000001" // another maker's till of the same number
	old.LastDocument = w.Now
	w.Live.Tills = append(w.Live.Tills, old)
	steps(t, w.plan(), "adopt:"+a)
}

func TestRename(t *testing.T) {
	w := newWorld()
	a := w.settled(1)
	k := w.kkt(a)
	delete(w.Fleet.KKTs, k.Name)
	k.Name = "novaya"
	w.Fleet.KKTs[k.Name] = k
	r := w.Prior.Resources[a]
	r.Running = []Running{{Action: AddKKT, Phase: "sent", Since: w.Now}}
	w.Prior.Resources[a] = r
	p := w.plan()
	steps(t, p, "move:kkts.novaya addKkt:kkts.novaya")
	if s := find(t, p, "move:kkts.novaya"); s.From != a {
		t.Errorf("from %q", s.From)
	}
	if s := find(t, p, "addKkt:kkts.novaya"); s.Action != Continue || len(s.Requires) != 1 || s.Requires[0] != "move:kkts.novaya" {
		t.Errorf("%+v", s)
	}
}

func TestSwapOfTwoNames(t *testing.T) {
	w := newWorld()
	a, b := w.settled(1), w.settled(2)
	x, y := w.kkt(a), w.kkt(b)
	x.Name, y.Name = y.Name, x.Name
	w.Fleet.KKTs[x.Name], w.Fleet.KKTs[y.Name] = x, y
	p := w.plan()
	steps(t, p, "move:"+a+" move:"+b)
	w.apply(p)
	steps(t, w.plan(), "")
}

func TestFactoryNumberChanged(t *testing.T) {
	w := newWorld()
	a := w.settled(1)
	w.edit(a, func(k *spec.KKT) { k.Serial = "00000000009999" })
	p := w.plan()
	steps(t, p, "")
	d := says(t, p, diag.Error, "factory number changed from 00000000001001 to 00000000009999")
	if d.Pos.Line != 1 || d.Hint == "" || d.Detail == "" {
		t.Errorf("%+v", d)
	}
	if len(p.Unmanaged) != 0 {
		t.Errorf("the old till is not unmanaged: %v", p.Unmanaged)
	}
}

func TestFactoryNumberMayChangeWhenTheOldTillIsGone(t *testing.T) {
	w := newWorld()
	a := w.declare(1)
	w.record(a, func(r *Resource) { r.Registered, r.Unregistered = false, true })
	w.edit(a, func(k *spec.KKT) { k.Serial = "00000000009999" })
	p := w.plan()
	steps(t, p, "forget:"+a+" register:"+a)
	if d := cmp.Diff([]string{"forget:" + a}, find(t, p, "register:"+a).Requires); d != "" {
		t.Error(d)
	}
}

func TestCompanyChanged(t *testing.T) {
	w := newWorld()
	a := w.settled(1)
	w.edit(a, func(k *spec.KKT) { k.Company = "yug" })
	p := w.plan()
	steps(t, p, "")
	says(t, p, diag.Error, "company's ИНН changed from "+testINN+" to 7841465198")
}

func TestLiveRNMOfAnotherCompany(t *testing.T) {
	w := newWorld()
	a := w.declare(1)
	w.list(a, func(r *Till) { r.RNM = fiscal.RNMFor(1, "7841465198", r.Serial) })
	p := w.plan()
	steps(t, p, "")
	says(t, p, diag.Error, "does not fit ИНН "+testINN)
}

func TestAdopt(t *testing.T) {
	w := newWorld()
	a := w.declare(1, func(k *spec.KKT) { k.Renta = "galereya" })
	row := w.list(a, func(r *Till) {
		r.Address, r.Place, r.FN, r.Model = "Тверь, Новая, 1", "МАГАЗИН  № 1", "9251440300000001", "АТОЛ-42фс"
	})
	w.member(a)
	p := w.plan()
	steps(t, p, "adopt:"+a+" reregister:"+a)
	s := find(t, p, "adopt:"+a)
	if s.Prior.FN != "9251440300000001" || s.Prior.Address.Full != "Тверь, Новая, 1" || s.Prior.Place != "Магазин №1" ||
		s.Prior.Model != "АТОЛ 42ФС" || s.Prior.FFD != "1.2" || s.Prior.RNM != row.RNM || s.RNM != row.RNM || s.Centre != "galereya" {
		t.Errorf("%+v of %+v", s.Prior, s)
	}
	r := find(t, p, "reregister:"+a)
	want := []Change{
		{Path: "fn", Before: "9251440300000001", After: w.kkt(a).FN.Number},
		{Path: "address", Before: "Тверь, Новая, 1", After: w.kkt(a).Address.Full},
	}
	if d := cmp.Diff(want, r.Changes); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"adopt:" + a}, r.Requires); d != "" {
		t.Error(d)
	}
}

func TestRegisteredAgainElsewhere(t *testing.T) {
	w := newWorld()
	a := w.declare(1)
	w.list(a)
	w.record(a, func(r *Resource) { r.Registered, r.Unregistered = false, true })
	p := w.plan()
	steps(t, p, "adopt:"+a)
	if len(p.Drift) != 1 || p.Drift[0].Path != "status" || !p.Drift[0].Corrected {
		t.Errorf("drift: %+v", p.Drift)
	}
}

func TestDuplicateRecordsOfOneTill(t *testing.T) {
	w := newWorld()
	a := w.settled(1)
	r := w.Prior.Resources[a]
	w.Prior.Resources["kkts.old"] = r
	w.Fleet.Policy = spec.Policy{Prune: true, PruneReason: spec.ReasonLost}
	steps(t, w.plan(), "forget:kkts.old") // never an unregister: the till is declared
}

func TestListedWhileItsRegistrationIsADraft(t *testing.T) {
	w := newWorld()
	a := w.declare(1)
	w.list(a)
	w.Prior.Resources[a] = Resource{Serial: w.kkt(a).Serial, Running: []Running{{Action: Register, Phase: "prepare", ApplicationID: "id"}}}
	p := w.plan()
	steps(t, p, "register:"+a)
	says(t, p, diag.Warning, "registered elsewhere")
}

func TestNotRead(t *testing.T) {
	w := newWorld()
	w.declare(1)
	w.Live.TillsRead = false
	p := w.plan()
	steps(t, p, "")
	says(t, p, diag.Error, "was not read")
	if p.Complete || p.Applyable {
		t.Error("complete or applyable")
	}
}

func TestNoRefreshTakesTheStateForTheLiveState(t *testing.T) {
	w := newWorld()
	a := w.settled(1, func(k *spec.KKT) { k.ActivationCode.Auto = true })
	b := w.declare(2)
	w.Live = Live{}
	w.NoRefresh = true
	w.edit(a, func(k *spec.KKT) { k.Place = "склад" })
	p := w.plan()
	steps(t, p, "reregister:"+a+" register:"+b)
	says(t, p, diag.Warning, "the live state was not read")
	says(t, p, diag.Warning, "1 payment left out")
}
