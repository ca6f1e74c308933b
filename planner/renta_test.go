package planner

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

func renta(k *spec.KKT) { k.Renta = "galereya" }

func TestJoin(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(w *world) string
		steps   string
		needs   []string
	}{
		"a new till": {func(w *world) string {
			a := w.declare(1, renta)
			w.pays(a, "CODE-ABC")
			w.code("CODE-ABC", 1)
			return a
		}, "register:kkts.till-01 pay:kkts.till-01 addKkt:kkts.till-01", []string{"pay:kkts.till-01", "register:kkts.till-01"}},
		"a live one":       {func(w *world) string { return w.settled(1, renta) }, "addKkt:kkts.till-01", []string{}},
		"a member already": {func(w *world) string { a := w.settled(1, renta); w.member(a); return a }, "", nil},
		"a member with another ФН": {func(w *world) string {
			a := w.settled(1, renta)
			w.member(a, func(m *RentaTill) { m.FN = "9251440300000001" })
			return a
		}, "addKkt:kkts.till-01", []string{}},
		"a new ФН": {func(w *world) string {
			a := w.settled(1, renta)
			w.member(a)
			w.edit(a, func(k *spec.KKT) { k.FN.Number = "9251440300000001" })
			return a
		}, "reregister:kkts.till-01 addKkt:kkts.till-01", []string{"reregister:kkts.till-01"}},
		"a member by РНМ": {func(w *world) string {
			a := w.settled(1, renta)
			w.member(a, func(m *RentaTill) { m.Serial = "" })
			return a
		}, "", nil},
		"another centre": {func(w *world) string {
			a := w.settled(1, renta)
			w.member(a)
			w.record(a, func(r *Resource) { r.Renta = "atrium" })
			return a
		}, "removeKkt:kkts.till-01 addKkt:kkts.till-01", []string{"removeKkt:kkts.till-01"}},
		"registered and not listed": {func(w *world) string {
			a := w.declare(1, renta)
			w.record(a)
			return a
		}, "addKkt:kkts.till-01", []string{}},
		"simplified and not registered": {func(w *world) string {
			return w.declare(1, renta, func(k *spec.KKT) { k.Registration = spec.RegistrationSimplified })
		}, "register:kkts.till-01 addKkt:kkts.till-01", []string{"register:kkts.till-01"}},
		"a joining runs": {func(w *world) string {
			a := w.settled(1, renta)
			w.record(a, func(r *Resource) { r.Running = []Running{{Action: AddKKT}} })
			return a
		}, "addKkt:kkts.till-01", []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			a := c.prepare(w)
			p := w.plan()
			steps(t, p, c.steps)
			if c.needs == nil {
				return
			}
			s := find(t, p, "addKkt:"+a)
			if d := cmp.Diff(c.needs, s.Requires); d != "" {
				t.Error(d)
			}
			if s.Irreversible || s.Action == AddKKT && s.Centre != "galereya" {
				t.Errorf("%+v", s)
			}
		})
	}
}

func TestLeave(t *testing.T) {
	w := newWorld()
	a := w.settled(1)
	w.member(a)
	p := w.plan()
	steps(t, p, "") // of two centres it is not known which
	says(t, p, diag.Warning, "of which centre is not known")
	w.record(a, func(r *Resource) { r.Renta = "atrium" })
	p = w.plan()
	steps(t, p, "removeKkt:"+a)
	if s := p.Steps[0]; s.Centre != "atrium" || s.RNM == "" || s.Irreversible {
		t.Errorf("%+v", s)
	}
	delete(w.Fleet.Centres, "atrium")
	p = w.plan()
	steps(t, p, "")
	says(t, p, diag.Warning, "a member of the centre atrium, which is not in the file")
	w.record(a)
	steps(t, w.plan(), "removeKkt:"+a) // of the only centre there is
}

func TestACentreUnderAnotherKey(t *testing.T) {
	w := newWorld()
	a := w.settled(1, renta)
	w.member(a)
	w.Fleet.Centres["gal"] = w.Fleet.Centres["galereya"]
	w.record(a, func(r *Resource) { r.Renta = "gal" })
	steps(t, w.plan(), "")
}

func TestForeignMembersAreLeftAlone(t *testing.T) {
	w := newWorld()
	w.settled(1)
	w.Live.Renta = []RentaTill{{Serial: "777", RNM: "1"}}
	steps(t, w.plan(), "")
}

func TestRentaNotRead(t *testing.T) {
	w := newWorld()
	w.settled(1, renta)
	w.settled(2, renta)
	w.Live.RentaRead = false
	p := w.plan()
	steps(t, p, "")
	says(t, p, diag.Warning, "memberships of 2 tills")
}

func TestTombstone(t *testing.T) {
	stolen := func(k *spec.KKT) { k.Unregister = spec.ReasonStolen }
	for name, c := range map[string]struct {
		prepare func(w *world)
		steps   string
	}{
		"live":                   {func(w *world) { w.edit(w.settled(1), stolen) }, "unregister:kkts.till-01"},
		"live and never met":     {func(w *world) { w.list(w.declare(1, stolen)) }, "unregister:kkts.till-01"},
		"registered, not listed": {func(w *world) { w.record(w.declare(1, stolen)) }, "unregister:kkts.till-01"},
		"not there":              {func(w *world) { w.declare(1, stolen) }, ""},
		"gone": {func(w *world) {
			w.record(w.declare(1, stolen), func(r *Resource) { r.Registered, r.Unregistered = false, true })
		}, ""},
		"gone and still listed": {func(w *world) {
			a := w.declare(1, stolen)
			w.list(a)
			w.record(a, func(r *Resource) { r.Registered, r.Unregistered = false, true })
		}, ""},
		"a member, with a code and a wish": {func(w *world) {
			a := w.settled(1, renta, stolen, func(k *spec.KKT) { k.ActivationCode.Auto = true })
			w.edit(a, func(k *spec.KKT) { k.Place = "склад" })
			w.code("CODE", 1)
			w.member(a)
			w.record(a, func(r *Resource) { r.Renta = "galereya" })
		}, "removeKkt:kkts.till-01 unregister:kkts.till-01"},
		"under way": {func(w *world) {
			a := w.settled(1, stolen)
			w.record(a, func(r *Resource) { r.Running = []Running{{Action: Unregister}} })
		}, "unregister:kkts.till-01"},
		"while a payment runs": {func(w *world) {
			a := w.settled(1, stolen)
			w.record(a, func(r *Resource) { r.Running = []Running{{Action: Pay}} })
		}, "pay:kkts.till-01"},
		"while a registration runs": {func(w *world) {
			a := w.settled(1, stolen)
			w.record(a, func(r *Resource) { r.Running = []Running{{Action: Reregister, Phase: "sent"}} })
		}, "reregister:kkts.till-01"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			c.prepare(w)
			p := w.plan()
			steps(t, p, c.steps)
			for _, s := range p.Steps {
				if s.Action == Unregister && (s.Because != spec.ReasonStolen || !s.Irreversible || s.RNM == "" || s.FN == "" || len(s.Waits) != 2) {
					t.Errorf("%+v", s)
				}
			}
		})
	}
}

func TestUnregisterAfterLeavingRenta(t *testing.T) {
	w := newWorld()
	w.Fleet.Policy = spec.Policy{Prune: true, PruneReason: spec.ReasonBroken}
	a := w.settled(1, renta)
	w.member(a)
	w.record(a, func(r *Resource) { r.Renta = "galereya" })
	delete(w.Fleet.KKTs, "till-01")
	p := w.plan()
	steps(t, p, "removeKkt:"+a+" unregister:"+a)
	s := p.Steps[1]
	if d := cmp.Diff([]string{"removeKkt:" + a}, s.Requires); d != "" {
		t.Error(d)
	}
	if s.Because != spec.ReasonBroken || s.Prior == nil || s.Prior.INN != testINN {
		t.Errorf("%+v", s)
	}
}

func TestDropped(t *testing.T) {
	w := newWorld()
	w.settled(1)
	w.Fleet.KKTs = map[string]spec.KKT{}
	p := w.plan()
	steps(t, p, "")
	if d := says(t, p, diag.Warning, "left alone"); d.Detail != "kkts.till-01" {
		t.Error(d)
	}
	w.Live.Tills = nil
	steps(t, w.plan(), "forget:kkts.till-01")
	r := w.Prior.Resources["kkts.till-01"]
	r.Running = []Running{{Action: Register, Phase: "sent"}}
	w.Prior.Resources["kkts.till-01"] = r
	p = w.plan()
	steps(t, p, "register:kkts.till-01")
	says(t, p, diag.Note, "goes on to its end")
}

func TestDroppedAndDeregistered(t *testing.T) {
	w := newWorld()
	a := w.settled(1)
	w.record(a, func(r *Resource) { r.Registered, r.Unregistered = false, true })
	w.Fleet.KKTs = map[string]spec.KKT{}
	steps(t, w.plan(), "forget:"+a)
}

func TestMaxUnregister(t *testing.T) {
	w := newWorld()
	for i := range 3 {
		w.edit(w.settled(i+1), func(k *spec.KKT) { k.Unregister = spec.ReasonLost })
	}
	p := w.plan()
	if d := says(t, p, diag.Error, "unregisters 3 tills, policy.maxUnregister allows 1"); d.Hint != "look at each of them; if all are meant: --allow-unregister=3" {
		t.Error(d)
	}
	if p.Applyable {
		t.Error("applyable")
	}
	w.AllowUnregister = 3
	if !w.plan().Applyable {
		t.Error("not applyable with --allow-unregister")
	}
	w.AllowUnregister = 2
	none := 0
	w.Fleet.Policy.MaxUnregister = &none
	says(t, w.plan(), diag.Error, "allows 0, --allow-unregister 2")
}

func TestMaxCost(t *testing.T) {
	w := newWorld()
	limit := 100
	w.Fleet.Policy.MaxCost = &limit
	w.declare(1, func(k *spec.KKT) { k.OFD.INN = "7709125605" })
	if p := w.plan(); !p.Applyable {
		t.Error(outline(p))
	}
	w.declare(2, func(k *spec.KKT) { k.OFD.INN = "7709125605" })
	says(t, w.plan(), diag.Error, "costs 200 roubles, policy.maxCost allows 100")
}

func TestEndsThatComeNear(t *testing.T) {
	w := newWorld()
	w.Fleet.Policy.RenewBefore = 30 * 24 * time.Hour
	a := w.settled(1)
	row := w.row("1001")
	row.FNEnd, row.ContractStart, row.ContractEnd = day(30), day(-1), day(29)
	p := w.plan()
	says(t, p, diag.Warning, "the ФН 9287440300000001 ends on 2026-12-20")
	says(t, p, diag.Warning, "the service ends on 2026-12-19 and no unused activation code")
	w.edit(a, func(k *spec.KKT) { k.ActivationCode.Auto = true })
	row.FNEnd = day(31)
	if p := w.plan(); len(p.Diagnostics) > 0 {
		t.Error(outline(p))
	}
	w.pays(a, "CODE")
	w.record(a, func(r *Resource) { r.PaidCode = spec.RecordCode("key", "CODE") })
	says(t, w.plan(), diag.Warning, "no unused activation code")
}
