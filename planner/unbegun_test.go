package planner

import (
	"strings"
	"testing"
	"time"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// A step that waits for papers has sent nothing: it follows the declaration,
// and is dropped when nothing needs it any more.
func TestAStepThatHasSentNothingFollowsTheDeclaration(t *testing.T) {
	w := newWorld()
	a := w.settled(1)
	w.running(a, Running{Action: Reregister, Phase: "start", WaitingFor: WaitPapers, Message: "papers", Since: testNow()})
	w.edit(a, func(k *spec.KKT) { k.Place = "Киоск" })
	s := w.plan().Steps[0]
	if s.Action != Continue || s.Continues != Reregister || s.Obsolete || strings.Join(s.Reasons, " ") != "InstallmentPlaceChanged" || s.WaitingFor != "" {
		t.Errorf("with another wish: %+v", s)
	}
	w.edit(a, func(k *spec.KKT) { k.FN.Number = "9287440300789999" })
	if s := w.plan().Steps[0]; s.WaitingFor != WaitPapers || s.Message != "papers" {
		t.Errorf("with papers missing: %+v", s)
	}
}

func TestAStepThatHasSentNothingAndIsNotNeededIsDropped(t *testing.T) {
	w := newWorld()
	a := w.settled(1)
	w.running(a, Running{Action: Reregister, Phase: "start", WaitingFor: WaitPapers, Since: testNow()})
	p := w.plan()
	steps(t, p, "reregister:"+a)
	if s := p.Steps[0]; !s.Obsolete || s.Irreversible || s.Action != Continue {
		t.Errorf("%+v", s)
	}
	w.running(a, Running{Action: Reregister, Phase: "draft", Unsettled: true})
	if s := w.plan().Steps[0]; s.Obsolete {
		t.Errorf("dropped although a call of it is not settled: %+v", s)
	}
}

// The list of tills may lag behind a re-registration: it is not made twice.
func TestALaggingListIsNotCorrected(t *testing.T) {
	w := newWorld()
	a := w.settled(1)
	r := w.Prior.Resources[a]
	old := *r.Attributes
	old.FN = "9287440300781111"
	r.Replaced, r.AppliedAt = &old, testNow().Add(-time.Hour)
	w.Prior.Resources[a] = r
	w.Live.Tills[0].FN = old.FN
	p := w.plan()
	steps(t, p, "")
	says(t, p, diag.Note, "still shows the old fn")

	r.AppliedAt = testNow().Add(-listLag)
	w.Prior.Resources[a] = r
	steps(t, w.plan(), "reregister:"+a)

	r.AppliedAt = testNow().Add(-time.Hour)
	w.Prior.Resources[a] = r
	w.Live.Tills[0].FN = "9287440300782222" // neither the old nor the new one: that is drift
	steps(t, w.plan(), "reregister:"+a)
}

// The model is shown by the service, but a difference is one of spelling.
func TestTheModelIsNotCorrected(t *testing.T) {
	w := newWorld()
	w.settled(1)
	w.Live.Tills[0].Model = "АТОЛ-42 ФС"
	steps(t, w.plan(), "")
}

func TestACompanyHasToSayWhatIsSent(t *testing.T) {
	w := newWorld()
	w.declare(1)
	w.declare(2)
	c := w.Fleet.Companies["sever"]
	c.Signatory = spec.Signatory{}
	w.Fleet.Companies["sever"] = c
	p := w.plan()
	says(t, p, diag.Error, "signatory is missing, which register:"+spec.KKTAddress("till-01")+" and 1 more needs")
	if p.Applyable {
		t.Error("applyable without a signatory")
	}
}

// A list that was not read says nothing about a till with an РНМ.
func TestNotReadIsNotNotListed(t *testing.T) {
	w := newWorld()
	a := w.declare(1)
	w.edit(a, func(k *spec.KKT) { k.RNM = w.nextRNM(k.Serial) })
	w.NoRefresh = true
	p := w.plan()
	steps(t, p, "")
	for _, d := range p.Diagnostics {
		if strings.Contains(d.Summary, "not in the list") {
			t.Errorf("said of a list that was not read: %s", d.Summary)
		}
	}
}

// Both ways out of a changed ФН are told.
func TestAChangedFNHasTwoWaysOut(t *testing.T) {
	w := newWorld()
	a := w.settled(1)
	w.Live.Tills[0].FN = "9287440300782222"
	if s := find(t, w.plan(), "reregister:"+a); !strings.Contains(s.Reason, "if ФН 9287440300782222 is in the till for good, declare it instead") {
		t.Errorf("reason: %s", s.Reason)
	}
	w.edit(a, func(k *spec.KKT) { k.FN.Number = "9287440300782222" })
	if s := find(t, w.plan(), "adopt:"+a); !strings.Contains(s.Reason, "make sure that the tax service was told") {
		t.Errorf("reason: %s", s.Reason)
	}
}
