package ofd_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/providers/ofd"
	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/fiscal"
)

const serialA = "00307404867358"

func simplifiedTill(edit ...func(*spec.KKT)) spec.KKT {
	k := till("a", serialA, fn1)
	k.Registration = spec.RegistrationSimplified
	for _, e := range edit {
		e(&k)
	}
	return k
}

// withNumbers gives a till its own РНМ and its printed report.
func withNumbers(k *spec.KKT) {
	k.RNM = fiscal.RNMFor(2950, sever, serialA)
	k.Report = &spec.FiscalReport{At: "2026-11-20T10:15:00", Document: "1", Sign: "1234567890"}
}

func card(edit ...func(*sim.Card)) *sim.Card {
	c := &sim.Card{Serial: serialA, INN: sever, RNM: fiscal.RNMFor(2950, sever, serialA), FN: fn1}
	for _, e := range edit {
		e(c)
	}
	return c
}

func (b *bench) step(id string) planner.Step {
	b.t.Helper()
	for _, s := range b.plan().Steps {
		if s.ID == id {
			return s
		}
	}
	b.t.Fatalf("no step %s", id)
	return planner.Step{}
}

// REJECTED may only be early, for as long as the tax service has to answer;
// after that the card is not looked for any more, and nothing is started again
// by itself.
func TestACardThatIsNeverFoundIsGivenUpAfterItsTerm(t *testing.T) {
	w := world()
	w.Cards = []*sim.Card{card(func(c *sim.Card) { c.Never = true })}
	b := newBench(t, testFleet(simplifiedTill()), w)
	b.wait = 0
	for day := range 7 {
		rep, err := b.apply()
		if err != nil || rep.Summary.Waiting != 1 {
			t.Fatalf("day %d: %+v %v", day, rep.Summary, err)
		}
		if st := rep.Steps[0]; day > 0 && (!strings.Contains(st.Message, "REJECTED") || st.Hint == "" || st.Due.IsZero()) {
			t.Errorf("day %d: %+v", day, st)
		}
		b.advance(24 * time.Hour)
	}
	rep, _ := b.apply()
	st := rep.Steps[0]
	if st.State != apply.StepFailed || !strings.Contains(st.Message, "found no card") || !strings.Contains(st.Hint, "paid for again") {
		t.Fatalf("%+v", st)
	}
	if n := b.effects(sim.EffectSimple); n != 1 {
		t.Errorf("started %d times", n)
	}
	if r := b.resource("kkts.a"); r.Application == nil || !r.Application.Simplified || r.Refusal == nil {
		t.Errorf("%+v", r)
	}
}

// A card that is found late ends well.
func TestALateCardIsFound(t *testing.T) {
	w := world()
	w.Cards = []*sim.Card{card(func(c *sim.Card) { c.Early = 5 })}
	b := newBench(t, testFleet(simplifiedTill()), w)
	b.converge(1)
	if r := b.resource("kkts.a"); r.Identity.RNM != fiscal.RNMFor(2950, sever, serialA) || r.Application == nil {
		t.Errorf("%+v", r)
	}
	b.noDuplicates()
}

// The numbers wait for the printed report; with it no application is made.
func TestNumbersWaitForTheReport(t *testing.T) {
	w := world()
	w.Cards = []*sim.Card{card(func(c *sim.Card) { c.Document = "1" })}
	b := newBench(t, testFleet(simplifiedTill(withNumbers)), w)
	report := b.fleet.KKTs["a"].Report
	b.edit("a", func(k *spec.KKT) { k.Report = nil })
	b.reports, b.wait = nil, 0
	rep, err := b.apply()
	if err != nil || rep.Steps[0].WaitingFor != planner.WaitReport || len(rep.Tasks) != 1 {
		t.Fatalf("%+v %v", rep.Steps[0], err)
	}
	if b.effects(sim.EffectSimple) != 0 {
		t.Error("started without the report")
	}
	s := b.open()
	must(t, s.GiveReport(b.ctx, "kkts.a", *report))
	must(t, s.Close(b.ctx))
	b.wait = 20 * time.Second
	b.converge(1)
	if b.effects(sim.EffectCreate) != 0 || b.effects(sim.EffectSimple) != 1 {
		t.Error("an application was made")
	}
}

// What was not started follows the declaration: it is given up when a
// simplified registration is not declared any more.
func TestNotDeclaredAnyMoreIsNotStarted(t *testing.T) {
	b := newBench(t, testFleet(simplifiedTill(withNumbers)), world())
	b.edit("a", func(k *spec.KKT) { k.Report = nil })
	b.reports, b.wait = nil, 0
	if rep, err := b.apply(); err != nil || rep.Summary.Waiting != 1 {
		t.Fatalf("%+v %v", rep, err)
	}
	b.edit("a", func(k *spec.KKT) { k.Registration, k.RNM = spec.RegistrationFull, "" })
	b.reports, b.wait = device{b.svc}, 20*time.Second
	b.converge(3)
	if b.effects(sim.EffectSimple) != 0 || b.effects(sim.EffectSign) != 2 {
		t.Errorf("simplified %d, signed %d", b.effects(sim.EffectSimple), b.effects(sim.EffectSign))
	}
}

// A draft that was made is brought up to date before it is started.
func TestASimplifiedDraftIsBroughtUpToDate(t *testing.T) {
	b := newBench(t, testFleet(simplifiedTill()), world())
	// The call that starts it is lost, and turns out not to have arrived.
	must(t, b.svc.Fault(sim.Fault{Path: "*/registration/simplified", Kind: sim.FaultEOF, When: sim.Before}))
	b.wait = 0
	if rep, err := b.apply(); err != nil || rep.Summary.Waiting != 1 {
		t.Fatalf("%+v %v", rep, err)
	}
	b.edit("a", func(k *spec.KKT) { k.Place = "Склад" })
	b.wait = 20 * time.Second
	b.converge(1)
	apps := b.svc.Snapshot().Applications
	if len(apps) != 1 || apps[0].KKT.InstallmentPlace != "Склад" || b.effects(sim.EffectPut) != 1 {
		t.Errorf("%d applications, %+v", len(apps), apps[0].KKT)
	}
}

// Without an application nothing tells whether the call arrived: a person
// says, and the word is taken for what it is.
func TestLostNumbersWaitForAPerson(t *testing.T) {
	for name, c := range map[string]struct {
		when    string
		sent    bool
		effects int
	}{
		"it had arrived":     {sim.After, true, 1},
		"it had not arrived": {sim.Before, false, 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := world()
			w.Cards = []*sim.Card{card()}
			b := newBench(t, testFleet(simplifiedTill(withNumbers)), w)
			must(t, b.svc.Fault(sim.Fault{Path: "*/registration/simplified", Kind: sim.FaultEOF, When: c.when}))
			b.wait = 0
			for range 3 {
				_, _ = b.apply()
				b.advance(time.Minute)
			}
			if st := b.step("register:kkts.a"); st.WaitingFor != planner.WaitPerson {
				t.Fatalf("%+v", st)
			}
			b.personSays("kkts.a", c.sent)
			if c.sent { // the application is not known: the list of tills shows the end
				b.svc.Mutate(func(w *sim.World) {
					w.Tills = append(w.Tills, &sim.Till{Serial: serialA, INN: sever, RNM: b.fleet.KKTs["a"].RNM, FN: fn1, Model: "АТОЛ 42ФС"})
				})
			}
			b.wait = 20 * time.Second
			b.converge(3)
			b.noDuplicates()
			if n := b.effects(sim.EffectSimple); n != c.effects {
				t.Errorf("started %d times", n)
			}
		})
	}
}

// ERROR is for a person, who may have it followed on.
func TestErrorIsFollowedOnAPersonsWord(t *testing.T) {
	w := world()
	w.Cards = []*sim.Card{card(func(c *sim.Card) { c.Failed = true })}
	b := newBench(t, testFleet(simplifiedTill()), w)
	b.wait = 0
	var rep *apply.Report
	for range 3 {
		rep, _ = b.apply()
	}
	if rep.Summary.Unknown != 1 {
		t.Fatalf("%+v", rep.Steps)
	}
	b.personSays("kkts.a", true)
	if rep, _ = b.apply(); rep.Summary.Waiting != 1 {
		t.Fatalf("%+v", rep.Steps)
	}
	b.svc.Mutate(func(w *sim.World) {
		w.Cards = nil
		a := w.Applications[0]
		a.Finished, a.Status, a.StatusReason = false, sim.StatusAutoFinalization, ""
	})
	b.wait = 20 * time.Second
	b.converge(2)
	if n := b.effects(sim.EffectSimple); n != 1 {
		t.Errorf("started %d times", n)
	}
}

// The card is among the papers of a simplified registration, once it is found.
func TestTheCardIsAPaper(t *testing.T) {
	b := newBench(t, testFleet(simplifiedTill()), world())
	b.converge(1)
	last := b.resource("kkts.a").Application
	o, err := ofd.NewObserver(b.config())
	must(t, err)
	var names []string
	must(t, o.Papers(context.Background(), last.ID, last.Simplified, func(p ofd.Paper) error {
		if p.Err != nil || !strings.HasPrefix(string(p.Data), "%PDF-") || p.Ext != ".pdf" {
			t.Errorf("%+v", p)
		}
		names = append(names, p.Name)
		return nil
	}))
	if got := strings.Join(names, " "); got != "RegReport-100 card application" {
		t.Error(got)
	}
}

// early lets another process's call arrive just before the own one.
type early struct {
	next http.RoundTripper
	done *atomic.Bool
}

func (e early) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/registration/simplified") || !e.done.CompareAndSwap(false, true) {
		return e.next.RoundTrip(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	first := r.Clone(r.Context())
	first.Body = io.NopCloser(bytes.NewReader(body))
	res, err := e.next.RoundTrip(first)
	if err != nil {
		return nil, err
	}
	_ = res.Body.Close()
	r.Body = io.NopCloser(bytes.NewReader(body))
	return e.next.RoundTrip(r)
}

// A refusal because it was started before, by a call that was very long under
// way, is not the end of it: that would be to pay for a second one.
func TestAStartThatCameBeforeIsFollowed(t *testing.T) {
	b := newBench(t, testFleet(simplifiedTill()), world())
	done := new(atomic.Bool)
	b.tweak = func(c *ofd.Config) {
		c.Wrap = func(next http.RoundTripper) http.RoundTripper { return early{next, done} }
	}
	b.converge(1)
	if n := b.effects(sim.EffectSimple); n != 1 || len(b.svc.Snapshot().Applications) != 1 {
		t.Errorf("started %d times", n)
	}
}

// The РНМ is that of the list of tills when the application does not show it.
func TestRNMOfTheListOfTills(t *testing.T) {
	b := newBench(t, testFleet(simplifiedTill()), world())
	b.tweak = func(c *ofd.Config) {
		c.Wrap = func(next http.RoundTripper) http.RoundTripper { return hidden{next} }
	}
	b.converge(1)
	if rnm := b.resource("kkts.a").Identity.RNM; rnm == "" || rnm != b.svc.Snapshot().Tills[0].RNM {
		t.Errorf("РНМ %q", rnm)
	}
}

// hidden leaves the РНМ out of applications.
type hidden struct{ next http.RoundTripper }

func (h hidden) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := h.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	body = bytes.ReplaceAll(body, []byte(`"RegNumber"`), []byte(`"Other"`))
	res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return res, err
}

// Where a person knew of no application, one is asked again after the term,
// and then may know it.
func TestThePersonIsAskedAgain(t *testing.T) {
	w := world()
	w.Cards = []*sim.Card{card()}
	b := newBench(t, testFleet(simplifiedTill(withNumbers)), w)
	must(t, b.svc.Fault(sim.Fault{Path: "*/registration/simplified", Kind: sim.FaultEOF, When: sim.After}))
	b.wait = 0
	lookUp := func(want apply.StepState) {
		t.Helper()
		b.advance(time.Minute)
		if rep, _ := b.apply(); rep.Steps[0].State != want {
			t.Fatalf("%+v", rep.Steps[0])
		}
	}
	lookUp(apply.StepWaiting)
	lookUp(apply.StepUnknown)
	b.personSays("kkts.a", true)
	lookUp(apply.StepWaiting)
	b.advance(8 * 24 * time.Hour)
	lookUp(apply.StepUnknown)
	s := b.open()
	must(t, s.Resolve(b.ctx, "kkts.a", "", true, b.svc.Snapshot().Applications[0].ID))
	must(t, s.Close(b.ctx))
	b.wait = 20 * time.Second
	b.converge(2)
	if r := b.resource("kkts.a"); r.Application == nil || r.Application.ID == "" || b.effects(sim.EffectSimple) != 1 {
		t.Errorf("%+v", r.Application)
	}
}

// Where the status is not shown the application tells how it ends.
func TestTheApplicationTellsWhereTheStatusDoesNot(t *testing.T) {
	for name, c := range map[string]struct {
		world func(*sim.World)
		done  int
	}{
		"accepted": {func(*sim.World) {}, 1},
		"refused": {func(w *sim.World) {
			w.Rejections = []sim.Rejection{{Serial: serialA, Reason: "Не подтверждено"}}
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := world()
			c.world(w)
			b := newBench(t, testFleet(simplifiedTill()), w)
			b.tweak = func(c *ofd.Config) {
				c.Wrap = func(next http.RoundTripper) http.RoundTripper { return noStatus{next} }
			}
			rep, _ := b.apply()
			if rep.Summary.Done != c.done || rep.Summary.Failed != 1-c.done {
				t.Errorf("%+v", rep.Steps)
			}
		})
	}
}

// noStatus hides the statuses of simplified registrations.
type noStatus struct{ next http.RoundTripper }

func (n noStatus) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/simplified/status") {
		return &http.Response{
			StatusCode: http.StatusNotFound, Header: http.Header{}, Request: r,
			Body: io.NopCloser(strings.NewReader(`{"Status":"Failed","Error":{"Code":404,"Message":"не найдено"}}`)),
		}, nil
	}
	return n.next.RoundTrip(r)
}
