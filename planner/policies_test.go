package planner

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

func protects(yes bool) func(k *spec.KKT) { return func(k *spec.KKT) { k.Protect = &yes } }

func recorded(w *world, a string) {
	r := w.Prior.Resources[a]
	r.Protected = true
	w.Prior.Resources[a] = r
}

func stepIDs(p *Plan) string {
	var ids []string
	for _, s := range p.Steps {
		ids = append(ids, s.ID)
	}
	return strings.Join(ids, " ")
}

func TestProtection(t *testing.T) {
	tombstone := func(k *spec.KKT) { k.Unregister = spec.ReasonStolen }
	for name, c := range map[string]struct {
		prepare func(w *world)
		steps   string
		says    string // "" for no error
	}{
		"a new one is protected as it begins": {func(w *world) { w.declare(1, protects(true)) }, "register:kkts.till-01", ""},
		"a live one":                          {func(w *world) { w.list(w.declare(1, protects(true))) }, "adopt:kkts.till-01", ""},
		"one that is known":                   {func(w *world) { w.settled(1, protects(true)) }, "protect:kkts.till-01", ""},
		"nothing is said of it any more":      {func(w *world) { recorded(w, w.settled(1)) }, "", ""},
		"lifted":                              {func(w *world) { recorded(w, w.settled(1, protects(false))) }, "unprotect:kkts.till-01", ""},
		"false and never protected":           {func(w *world) { w.settled(1, protects(false)) }, "", ""},
		"a tombstone": {
			func(w *world) { recorded(w, w.settled(1, protects(true), tombstone)) }, "",
			"protected: it cannot be deregistered",
		},
		"a tombstone, protected by the state alone": {
			func(w *world) { recorded(w, w.settled(1, tombstone)) }, "",
			"protected: it cannot be deregistered",
		},
		"a tombstone of what is lifted": {func(w *world) { recorded(w, w.settled(1, protects(false), tombstone)) }, "unprotect:kkts.till-01", ""},
		"pruned": {
			func(w *world) {
				a := w.settled(1)
				recorded(w, a)
				delete(w.Fleet.KKTs, "till-01")
				w.Fleet.Policy.Prune, w.Fleet.Policy.PruneReason = true, spec.ReasonBroken
			}, "",
			"protected, though it was taken out of the file: it cannot be deregistered",
		},
		"dropped and left alone": {
			func(w *world) { recorded(w, w.settled(1)); delete(w.Fleet.KKTs, "till-01") }, "", "",
		},
		"not a member any more": {
			func(w *world) {
				a := w.settled(1)
				w.member(a)
				recorded(w, a)
			}, "",
			"protected: it cannot be removed from Renta",
		},
		"another centre": {
			func(w *world) {
				a := w.settled(1, renta)
				w.member(a)
				w.record(a, func(r *Resource) { r.Renta, r.Protected = "atrium", true })
			}, "",
			"protected: it cannot be removed from Renta",
		},
		"a tombstone of a member": {
			func(w *world) {
				a := w.settled(1, tombstone)
				w.member(a)
				recorded(w, a)
			}, "",
			"protected: it cannot be deregistered, nor removed from Renta",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			c.prepare(w)
			p := New(w.Input)
			if got := stepIDs(p); got != c.steps {
				t.Errorf("steps %q, want %q", got, c.steps)
			}
			var errs []string
			for _, d := range p.Diagnostics {
				if d.Severity == diag.Error {
					errs = append(errs, d.Summary)
				}
			}
			if got := strings.Join(errs, "; "); got != c.says {
				t.Errorf("says %q, want %q", got, c.says)
			}
			if r := DriftOf(w.Input); r.Diagnostics.HasErrors() {
				t.Errorf("a policy is no error of drift: %v", r.Diagnostics)
			}
		})
	}
}

func TestOverriddenPolicies(t *testing.T) {
	w := newWorld()
	none := 0
	w.Fleet.Policy.MaxUnregister, w.Fleet.Policy.MaxCost = &none, &none
	w.settled(1, func(k *spec.KKT) { k.Unregister = spec.ReasonStolen })
	w.declare(2, func(k *spec.KKT) { k.OFD.INN = "7709125605" })
	if p := New(w.Input); p.Applyable || len(p.Overridden) > 0 {
		t.Errorf("%v %v", p.Overridden, p.Diagnostics)
	}
	w.Overrides = []string{spec.PolicyMaxCost, spec.PolicyMaxUnregister, spec.PolicyWindows}
	p := New(w.Input)
	if !p.Applyable || !slices.Equal(p.Overridden, []string{spec.PolicyMaxUnregister, spec.PolicyMaxCost}) {
		t.Errorf("%v %v", p.Overridden, p.Diagnostics)
	}
	w.Overrides, w.AllowUnregister = []string{spec.PolicyMaxCost}, 1
	if p := New(w.Input); !p.Applyable || len(p.Overridden) != 2 {
		t.Errorf("%v %v", p.Overridden, p.Diagnostics)
	}
}

// What the service charges for a simplified registration counts, where the
// fleet says how much it is.
func TestPriceOfSimplified(t *testing.T) {
	w := newWorld()
	limit, price := 250, 150
	w.Fleet.Policy.MaxCost = &limit
	for n := range 2 {
		w.declare(n+1, func(k *spec.KKT) { k.Registration = spec.RegistrationSimplified })
	}
	p := New(w.Input)
	says(t, p, diag.Warning, "what 2 simplified registrations will cost is not known: policy.maxCost does not count it")
	w.Fleet.Policy.Prices.Simplified = &price
	p = New(w.Input)
	says(t, p, diag.Error, "the plan costs 300 roubles, policy.maxCost allows 250")
	if s := p.Steps[0]; s.Cost.Roubles != 150 || !strings.Contains(s.Reason, "150 roubles by policy.prices") {
		t.Errorf("%+v", s)
	}
}

func TestPlanTellsOfWindows(t *testing.T) {
	w := newWorld() // Friday, 15:00 in Moscow
	w.Fleet.Policy.Windows = spec.Windows{{Days: [7]bool{1: true}, From: 600, To: 660, Zone: time.UTC}}
	w.declare(1)
	p := New(w.Input)
	says(t, p, diag.Warning, "outside the windows of policy.windows: 1 irreversible step waits")
	if p.Window == nil || p.Window.Steps != 1 || !p.Window.Opens.Equal(time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)) || !p.Applyable {
		t.Errorf("%+v", p.Window)
	}
	w.Overrides = []string{spec.PolicyWindows}
	if p := New(w.Input); p.Window != nil || !slices.Equal(p.Overridden, []string{spec.PolicyWindows}) {
		t.Errorf("%+v %v", p.Window, p.Overridden)
	}
	w.Overrides, w.Now = nil, time.Date(2026, 11, 23, 10, 30, 0, 0, time.UTC)
	if p := New(w.Input); p.Window != nil || len(p.Diagnostics) > 0 {
		t.Errorf("%v", p.Diagnostics)
	}
}
