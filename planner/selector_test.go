package planner

import (
	"strings"
	"testing"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// labelled is three companies' worth of tills: nn gold, nn, msk gold, and one
// of yug that is a member of the centre.
func labelled() *world {
	w := newWorld()
	w.declare(1, func(k *spec.KKT) { k.Labels = map[string]string{"region": "nn", "tier": "gold"} })
	w.declare(2, func(k *spec.KKT) { k.Labels = map[string]string{"region": "nn"} })
	w.declare(3, func(k *spec.KKT) { k.Labels = map[string]string{"region": "msk", "tier": "gold"} })
	w.declare(14, func(k *spec.KKT) { k.Company, k.Renta = "yug", "galereya" })
	return w
}

func TestSelectors(t *testing.T) {
	for _, tt := range []struct {
		targets, exclude string // several parted by spaces
		want             string // numbers of the tills that are planned
	}{
		{"till-0*", "", "01 02 03"},
		{"kkts.till-?4", "", "14"},
		{"*", "till-01", "02 03 14"},
		{"label.region=nn", "", "01 02"},
		{"label.region=nn,label.tier=gold", "", "01"},
		{"label.region=nn,label.tier!=gold", "", "02"},
		{"label.region=m* company=yug", "", "03 14"},
		{"label.tier=*", "", "01 03"},
		{"company=7841465198", "", "14"},
		{"company!=sever", "", "14"},
		{"centre=galereya", "", "14"},
		{"centre!=galereya", "company=yug", "01 02 03"},
		{"", "label.tier=gold", "02 14"},
		{"label.region=nn till-14", "label.tier=gold", "02 14"},
	} {
		t.Run(tt.targets+" -"+tt.exclude, func(t *testing.T) {
			w := labelled()
			w.Targets, w.Exclude = strings.Fields(tt.targets), strings.Fields(tt.exclude)
			p := w.plan()
			seen := map[string]bool{}
			var got []string
			for _, s := range p.Steps {
				if n := strings.TrimPrefix(s.Address, "kkts.till-"); !seen[n] {
					seen[n] = true
					got = append(got, n)
				}
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("planned are %v, want %s\n%s", got, tt.want, outline(p))
			}
			if p.Complete {
				t.Error("complete")
			}
		})
	}
}

func TestAChoiceOfAllIsComplete(t *testing.T) {
	w := labelled()
	w.Targets = []string{"*"}
	if p := w.plan(); !p.Complete {
		t.Error(outline(p))
	}
}

func TestSelectorsThatAreWrong(t *testing.T) {
	for _, tt := range []struct{ selector, says, hint string }{
		{"", "is empty", "write an ADDRESS"},
		{"a,b", "names several things", "repeat the flag"},
		{"region=nn", `unknown condition "region"`, "did you mean label.region=?"},
		{"labels.region=nn", `unknown condition "labels.region"`, "did you mean label.region=?"},
		{"center=x", `unknown condition "center"`, "did you mean centre=?"},
		{"company=", `has "company=" without a value`, "* stands for any"},
		{"company=sever,till-01", `"till-01", which is no condition`, "stands alone"},
		{"label.=x", "unknown condition", "conditions are"},
		{"company=sevre", `nothing is chosen by "company=sevre"`, "did you mean sever? known of companies: sever, yug"},
		{"centre=x*", "nothing is chosen", "known of centres: atrium, galereya"},
		{"label.regoin=nn", "nothing is chosen", "did you mean label.region? labels are: region, tier"},
		{"label.region=spb", "nothing is chosen", "known of label.region: msk, nn"},
		{"label.region=msk,company=yug", "nothing is chosen", "all of them for nothing"},
		{"tlil-*", "nothing is chosen", "there are: kkts.till-01, kkts.till-02"},
		{"orders.*", "nothing is chosen", "there are no orders"},
		{"sever", "unknown address sever", "company=sever; its cabinet alone: companies.sever"},
		{"company=\x1b[31mx", "nothing is chosen", "known of companies"},
		{strings.Repeat("x", 2000), "is no selector", "write an ADDRESS"},
	} {
		w := labelled()
		for _, target := range []bool{true, false} {
			w.Targets, w.Exclude = nil, nil
			if target {
				w.Targets = []string{tt.selector}
			} else {
				w.Exclude = []string{tt.selector}
			}
			p := w.plan()
			d := says(t, p, diag.Error, tt.says)
			if !strings.Contains(d.Hint, tt.hint) || strings.Contains(d.Error(), "\x1b") || p.Applyable || p.Complete {
				t.Errorf("%q: %q", tt.selector, d.Error())
			}
			if _, err := Choose(w.Input); err == nil {
				t.Errorf("%q chooses something", tt.selector)
			}
		}
	}
}

// What a chosen step needs is drawn in and told; what needs an excluded one is
// left out and told.
func TestDependenciesOfAChoiceAreTold(t *testing.T) {
	w := labelled()
	w.wantCabinet("sever")
	w.Targets = []string{"label.tier=gold"}
	p := w.plan()
	steps(t, p, "create-cabinet:companies.sever register:kkts.till-01 register:kkts.till-03")
	if d := says(t, p, diag.Note, "drawn in: 1 step"); d.Detail != "create the client cabinet of companies.sever, needed by kkts.till-01, kkts.till-03" {
		t.Errorf("%q", d.Detail)
	}
	w.Exclude = []string{"companies.sever"}
	p = w.plan()
	steps(t, p, "")
	if d := says(t, p, diag.Note, "left out with what it needs: 2 addresses"); d.Detail != "kkts.till-01, kkts.till-03: needs companies.sever, which is excluded" {
		t.Errorf("%q", d.Detail)
	}
	w.Targets, w.Exclude = []string{"company=sever"}, nil
	for _, d := range w.plan().Diagnostics {
		if strings.Contains(d.Summary, "drawn in") {
			t.Errorf("chosen by its condition, and said to be drawn in: %s", d.Summary)
		}
	}
}

// The labels of a till that is dropped from the file are not known: it is not
// chosen by them, and an exclusion by them keeps it from being pruned.
func TestADroppedTillHasNoLabels(t *testing.T) {
	for _, tt := range []struct{ target, exclude, want string }{
		{"", "", "unregister:kkts.till-05"},
		{"company=sever", "", "unregister:kkts.till-05"},
		{"till-0*", "", "unregister:kkts.till-05"},
		{"label.tier!=gold", "", ""},
		{"", "label.tier=gold", ""},
		{"", "company=yug", "unregister:kkts.till-05"},
		{"", "company=yug,label.tier=gold", "unregister:kkts.till-05"},
	} {
		w := newWorld()
		w.settled(1, func(k *spec.KKT) { k.Labels = map[string]string{"tier": "gold"} })
		w.settled(2, func(k *spec.KKT) { k.Company = "sever" })
		w.declare(3, func(k *spec.KKT) {
			k.Company, k.Unregister, k.Labels = "yug", spec.ReasonLost, map[string]string{"tier": "gold"}
		})
		w.settled(5)
		delete(w.Fleet.KKTs, "till-05")
		w.Fleet.Policy.Prune, w.Fleet.Policy.PruneReason = true, spec.ReasonBroken
		w.Targets, w.Exclude = strings.Fields(tt.target), strings.Fields(tt.exclude)
		if p := w.plan(); ids(p) != tt.want || p.Diagnostics.HasErrors() {
			t.Errorf("%+v: %s", tt, outline(p))
		}
	}
}

// policy.maxUnregister counts what is chosen.
func TestMaxUnregisterIsOfTheChoice(t *testing.T) {
	w := newWorld()
	for i := range 3 {
		w.edit(w.settled(i+1), func(k *spec.KKT) { k.Unregister = spec.ReasonStolen })
	}
	if p := w.plan(); p.Applyable {
		t.Error(outline(p))
	}
	w.Targets = []string{"till-02"}
	if p := w.plan(); !p.Applyable || ids(p) != "unregister:kkts.till-02" {
		t.Error(outline(p))
	}
}

// A code that is declared for a till outside the choice is kept for it.
func TestAutoLeavesDeclaredCodesAlone(t *testing.T) {
	w := newWorld()
	w.code("ONE", 1)
	w.pays(w.settled(1), "ONE")
	w.edit(w.settled(2), func(k *spec.KKT) { k.ActivationCode = spec.Code{Auto: true} })
	w.Targets = []string{"till-02"}
	p := w.plan()
	steps(t, p, "")
	says(t, p, diag.Error, "too few activation codes")
}

func TestChoose(t *testing.T) {
	w := labelled()
	w.wantCabinet("sever")
	w.Targets = []string{"label.region=msk"}
	c, err := Choose(w.Input)
	if err != nil {
		t.Fatal(err)
	}
	for addr, want := range map[string]bool{
		"kkts.till-03": true, "kkts.till-01": false, "companies.sever": true, "companies.yug": false, "kkts.nobody": false,
	} {
		if c.Has(addr) != want {
			t.Errorf("%s: %t", addr, !want)
		}
	}
	w.Targets = nil
	if c, err := Choose(w.Input); err != nil || !c.Has("kkts.nobody") {
		t.Error("without a choice not all is chosen")
	}
}

// A hundred thousand tills and a handful of selectors: one pass.
func BenchmarkSelectors(b *testing.B) {
	w := newWorld()
	for i := range 100_000 {
		w.declare(i, func(k *spec.KKT) { k.Labels = map[string]string{"region": "nn"} })
	}
	w.Targets = []string{"till-9*", "label.region=nn,company=sever", "company=yug*,label.region=m*", "till-01"}
	for b.Loop() {
		_, _ = Choose(w.Input)
	}
}
