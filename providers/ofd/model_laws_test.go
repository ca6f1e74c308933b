package ofd_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/fiscal"
	"github.com/kktctl/kktctl/state"
)

// laws are true after every step: nothing happened twice, and whatever the tax
// service holds of ours is known to the state.
func (m *model) laws() {
	m.b.noDuplicates()
	snap := m.load()
	for _, a := range m.b.svc.Snapshot().Applications {
		// One that was started by numbers is not known before its answer is.
		started := a.Simplified != nil && a.Simplified.Numbers == ""
		if (a.Signed || started) && !a.Finished && !follows(snap, a.ID) {
			m.rt.Errorf("application %s of %s is at the tax service (%s %s), and nothing in the state follows it", a.ID, a.KKT.SerialNumber, a.Stage, a.Status)
		}
	}
	for _, t := range m.b.svc.Snapshot().Tills {
		if ours := m.signed(t); ours && t.Registered() && !known(snap, t) {
			m.rt.Errorf("till %s (РНМ %s) was registered by us, and the state does not know it", t.Serial, t.RNM)
		}
	}
}

func (m *model) load() *state.Snapshot {
	snap, _, err := m.store.Load(m.b.ctx)
	if err != nil {
		m.rt.Fatalf("load: %v", err)
	}
	if snap == nil {
		return state.NewSnapshot("none")
	}
	return snap
}

func follows(snap *state.Snapshot, application string) bool {
	for _, r := range snap.Resources {
		for _, w := range r.Workflows {
			if w.Data.ApplicationID == application {
				return true
			}
		}
	}
	return false
}

// signed tells whether a registration of the till, or a change of it, was
// signed through kktctl.
func (m *model) signed(t *sim.Till) bool {
	return slices.ContainsFunc(m.b.svc.Snapshot().Applications, func(a *sim.Application) bool {
		return a.Signed && a.Purpose != sim.Unregistration && a.KKT.SerialNumber == t.Serial
	})
}

func known(snap *state.Snapshot, t *sim.Till) bool {
	for _, r := range snap.Resources {
		if fiscal.SameSerial(r.Identity.Serial, t.Serial) && (r.Identity.RNM == t.RNM || len(r.Workflows) > 0 || r.Refusal != nil) {
			return true
		}
	}
	return false
}

// answer is what people do when they look at what they owe.
func (m *model) answer() {
	m.live(&life{how: lives})
	for _, t := range apply.Tasks(m.load()) {
		if t.WaitingFor == planner.WaitFirstDocument {
			_ = m.b.svc.SendDocument(m.load().Resources[t.Address].Identity.Serial) // some tills are not registered any more
			continue
		}
		s, err := apply.Open(m.b.ctx, m.b.store, m.b.fleet.Name, state.LockRequest{Holder: "person", Operation: "tasks"}, time.Now)
		if err != nil {
			m.rt.Logf("answer: %v", err)
			return
		}
		m.answerOne(s, t)
		if err := s.Close(m.b.ctx); err != nil {
			m.rt.Errorf("close: %v", err)
		}
	}
}

func (m *model) answerOne(s *apply.Session, t apply.Task) {
	res := s.Snapshot().Resources[t.Address]
	w := res.Workflows[string(t.Action)]
	app := m.application(w.Data.ApplicationID)
	var err error
	switch t.WaitingFor {
	case planner.WaitSignature:
		if app != nil && len(app.Documents) > 0 && app.Documents[0].Content != "" {
			err = s.GiveSignature(m.b.ctx, t.Address, sim.SandboxSignature(app.Documents[0].Content))
		}
	case planner.WaitReport:
		r, ok := m.b.svc.PrintedReport(res.Identity.Serial)
		if ok {
			err = s.GiveReport(m.b.ctx, t.Address, spec.FiscalReport{At: r.At, Document: r.Document, Sign: r.Sign})
		}
	case planner.WaitPerson:
		sent := m.truth(s.Snapshot(), w, app)
		m.rt.Logf("resolve %s %s: sent %t (%s)", t.Address, t.Action, sent, w.Message)
		err = s.Resolve(m.b.ctx, t.Address, t.Action, sent, m.started(w, res.Identity.Serial))
	}
	if err != nil {
		m.rt.Errorf("answer %+v: %v", t, err)
	}
}

// started is the application that a call without one has made, as a person
// finds it in the cabinet.
func (m *model) started(w *state.Workflow, serial string) (id string) {
	if !w.Data.Simplified || w.Data.ApplicationID != "" {
		return ""
	}
	for _, a := range m.b.svc.Snapshot().Applications {
		if a.Simplified != nil && a.Simplified.Numbers != "" && fiscal.SameSerial(a.KKT.SerialNumber, serial) {
			id = a.ID
		}
	}
	return id
}

func (m *model) application(id string) *sim.Application {
	for _, a := range m.b.svc.Snapshot().Applications {
		if a.ID == id {
			return a
		}
	}
	return nil
}

// truth is what a person sees in the cabinet. One who sees that the report of
// registration is not signed, signs it there.
func (m *model) truth(snap *state.Snapshot, w *state.Workflow, app *sim.Application) bool {
	for _, in := range snap.Intents {
		if in.Workflow == w.ID {
			return m.wire.used[in.ID]
		}
	}
	if app == nil || app.Finished {
		return false
	}
	if app.Status == sim.StatusAwaitingSignature && app.Stage == sim.StageFinalization {
		m.signElsewhere(app)
		return true
	}
	return app.Status != sim.StatusAwaitingSignature
}

// peace is the end: all faults are off, people answer, the file can be
// fulfilled. Soon the plan is empty and the world is as declared.
func (m *model) peace() {
	m.rt.Logf("peace")
	time.Sleep(underWay)
	m.wire.arrive()
	m.unlock()
	m.hand.mode, m.device = signs, true
	m.b.svc.Mutate(func(w *sim.World) {
		w.Tax.Delay = sim.Duration(time.Minute)
		for _, c := range w.Cards {
			c.Early, c.Failed = 0, false
		}
		w.Rejections, w.Device = nil, sim.Device{AutoReport: true, AutoFirstDocument: true}
	})
	m.fulfillable()
	const rounds = 12
	for range rounds {
		m.apply(&life{how: lives}, 2*time.Hour)
		m.laws()
		m.answer()
		m.live(&life{how: lives})
		if p := m.b.plan(); !p.HasChanges() && !m.renewCodes() {
			m.asDeclared(p)
			return
		}
		time.Sleep(time.Hour)
	}
	p := m.b.plan()
	for _, st := range p.Steps {
		m.rt.Logf("left: %s %s %s", st.ID, st.Reason, st.Message)
	}
	m.rt.Fatalf("no peace: %s %v", p.SummaryLine(), p.Diagnostics)
}

// fulfillable gives the file what a plan may miss.
func (m *model) fulfillable() {
	for _, name := range m.names() {
		k := m.b.fleet.KKTs[name]
		k.FNChange, k.RNM = papers(), ""
		m.declare(k)
	}
	m.renewCodes()
}

// renewCodes gives another code to each till that has no service though it
// has a code: the one it had is used up.
func (m *model) renewCodes() (given bool) {
	w := m.b.svc.Snapshot()
	for _, name := range m.names() {
		k := m.b.fleet.KKTs[name]
		if k.ActivationCode.IsZero() || k.Unregister != "" || active(w, k.Serial) {
			continue
		}
		what := "code"
		if k.ActivationCode.Auto {
			what = "auto"
		}
		m.code(&k, what)
		m.declare(k)
		given = true
	}
	return given
}

func active(w *sim.World, serial string) bool {
	return slices.ContainsFunc(w.Tills, func(t *sim.Till) bool {
		return t.Serial == serial && t.ContractEnd.After(time.Now())
	})
}

func (m *model) asDeclared(p *planner.Plan) {
	m.b.sameAsDeclared()
	snap := m.load()
	if len(snap.Intents) > 0 {
		m.rt.Errorf("intents are open: %+v", snap.Intents)
	}
	for address, r := range snap.Resources {
		if len(r.Workflows) > 0 {
			m.rt.Errorf("%s: workflows run: %+v", address, r.Workflows)
		}
	}
	w := m.b.svc.Snapshot()
	for _, k := range m.b.fleet.KKTs {
		i := slices.IndexFunc(w.Tills, func(t *sim.Till) bool { return t.Serial == k.Serial })
		if k.Unregister != "" || i < 0 {
			continue
		}
		t := w.Tills[i]
		if !fiscal.SameAddress(t.Address, k.Address.Full) {
			m.rt.Errorf("%s: is at %q, declared is %q", k.Name, t.Address, k.Address.Full)
		}
		// What no call shows is taken as declared when a till is adopted.
		if a := snap.Resources[k.Resource()].Attributes; a == nil || a.OFDINN != k.OFD.INN || !slices.Equal(a.Usage, k.Usage) {
			m.rt.Errorf("%s: the state holds %+v, declared are %v and %q", k.Name, a, k.OFD, k.Usage)
		}
		member := slices.ContainsFunc(w.Members, func(x *sim.Member) bool {
			return x.RNM == t.RNM && x.FN == t.FN && (x.Off.IsZero() || x.Off.After(time.Now()))
		})
		if member != (k.Renta != "") && managed(m.b.fleet) {
			m.rt.Errorf("%s: member is %t, declared %q", k.Name, member, k.Renta)
		}
	}
	if p.Diagnostics.HasErrors() {
		m.rt.Errorf("errors are left: %v", p.Diagnostics)
	}
}

// managed tells whether the Renta list is read: some till is to be a member.
func managed(f *spec.Fleet) bool {
	for _, k := range f.KKTs {
		if k.Renta != "" {
			return true
		}
	}
	return false
}

// signElsewhere is somebody who signs in the partner's cabinet.
func (m *model) signElsewhere(app *sim.Application) {
	body := `{"DocumentId":"` + app.Documents[0].ID + `","Signature":"` + sim.SandboxSignature(app.Documents[0].Content) + `"}`
	path := "/api/integration/v2/b2b/kkt/registration/" + app.ID + "/sign?AuthToken=" + sim.DefaultAPIKey
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	if m.b.svc.ServeHTTP(rec, r); rec.Code != http.StatusOK {
		m.rt.Errorf("the cabinet refused the signature: %s", rec.Body)
	}
}
