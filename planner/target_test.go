package planner

import (
	"testing"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

func TestTargets(t *testing.T) {
	for name, c := range map[string]struct {
		targets, exclude []string
		steps            string
	}{
		"an address":        {[]string{"kkts.till-02"}, nil, "register:kkts.till-02 pay:kkts.till-02"},
		"a bare name":       {[]string{"till-02"}, nil, "register:kkts.till-02 pay:kkts.till-02"},
		"an exclusion":      {nil, []string{"till-02"}, "register:kkts.till-01 register:kkts.till-03"},
		"both":              {[]string{"till-01", "till-02"}, []string{"kkts.till-02"}, "register:kkts.till-01"},
		"one that is twice": {[]string{"till-01", "kkts.till-01"}, nil, "register:kkts.till-01"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			for i := range 3 {
				w.declare(i + 1)
			}
			w.pays("kkts.till-02", "CODE")
			w.code("CODE", 1)
			w.Targets, w.Exclude = c.targets, c.exclude
			p := w.plan()
			steps(t, p, c.steps)
			says(t, p, diag.Note, "left out")
			if p.Complete || !p.Applyable {
				t.Error("complete, or not applyable")
			}
		})
	}
}

func TestBudgetIsOfTheTargets(t *testing.T) {
	w := newWorld()
	w.code("CODE", 1)
	w.pays(w.settled(1), "CODE")
	w.pays(w.settled(2), "CODE")
	w.Targets = []string{"till-02"}
	p := w.plan()
	steps(t, p, "pay:kkts.till-02")
	if !p.Applyable {
		t.Error(outline(p))
	}
}

func TestErrorsElsewhereDoNotStopATarget(t *testing.T) {
	w := newWorld()
	w.edit(w.settled(1), func(k *spec.KKT) { k.Serial = "777" })
	w.declare(2)
	w.Targets = []string{"till-02"}
	if p := w.plan(); !p.Applyable || ids(p) != "register:kkts.till-02" {
		t.Error(outline(p))
	}
}

func TestUnknownTarget(t *testing.T) {
	w := newWorld()
	w.declare(1)
	w.Targets = []string{"tlil-01"}
	p := w.plan()
	steps(t, p, "")
	if d := says(t, p, diag.Error, "unknown address tlil-01"); d.Hint != "did you mean kkts.till-01?" {
		t.Errorf("%+v", d)
	}
}

func TestNamesThatChangeHandsGoTogether(t *testing.T) {
	swap := func() *world {
		w := newWorld()
		x, y := w.kkt(w.settled(1)), w.kkt(w.settled(2))
		x.Name, y.Name = y.Name, x.Name
		w.Fleet.KKTs[x.Name], w.Fleet.KKTs[y.Name] = x, y
		w.settled(3)
		return w
	}
	w := swap()
	w.Targets = []string{"till-01"}
	p := w.plan()
	steps(t, p, "move:kkts.till-01 move:kkts.till-02")
	says(t, p, diag.Note, "drawn in")
	w = swap()
	w.Exclude = []string{"till-01"}
	steps(t, w.plan(), "")
}

func TestANewTillUnderANameThatMovesAway(t *testing.T) {
	w := newWorld()
	k := w.kkt(w.settled(1))
	k.Name = "moved"
	w.Fleet.KKTs["moved"] = k
	w.declare(1, func(k *spec.KKT) { k.Serial = "555" })
	steps(t, w.plan(), "move:kkts.moved register:kkts.till-01")
	w.Targets = []string{"till-01"}
	steps(t, w.plan(), "move:kkts.moved register:kkts.till-01")
	w.Targets, w.Exclude = nil, []string{"moved"}
	steps(t, w.plan(), "")
}

func TestTheOldNameFindsARenamedTill(t *testing.T) {
	w := newWorld()
	k := w.kkt(w.settled(1))
	delete(w.Fleet.KKTs, k.Name)
	k.Name = "moved"
	w.Fleet.KKTs["moved"] = k
	w.declare(2)
	w.Targets = []string{"till-01"}
	steps(t, w.plan(), "move:kkts.moved")
}
