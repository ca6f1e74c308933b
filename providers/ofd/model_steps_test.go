package ofd_test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/providers/ofd"
	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

// step is one thing that somebody does.
func (m *model) step() {
	switch s := rapid.SampledFrom([]string{"edit", "edit", "apply", "apply", "apply", "apply", "plan", "unlock", "behind", "later", "answer", "answer", "mood"}).Draw(m.rt, "step"); s {
	case "edit":
		m.edit()
	case "apply":
		m.apply(m.drawLife(), rapid.SampledFrom([]time.Duration{0, 0, 20 * time.Minute, 6 * time.Hour}).Draw(m.rt, "wait"))
	case "plan":
		m.plan()
	case "unlock":
		m.unlock()
	case "behind":
		m.behind()
	case "later":
		time.Sleep(rapid.SampledFrom([]time.Duration{time.Minute, 5 * time.Hour, 30 * time.Hour, 4 * 24 * time.Hour}).Draw(m.rt, "for"))
	case "answer":
		m.answer()
	case "mood":
		m.hand.mode = rapid.SampledFrom([]string{signs, awaits, spoils}).Draw(m.rt, "hand")
		m.device = rapid.Bool().Draw(m.rt, "device")
	}
}

// plan is `kktctl plan`: it has no effect but its logging in.
func (m *model) plan() {
	m.live(&life{how: lives})
	before := len(m.b.svc.Ledger())
	m.b.plan()
	for _, e := range m.b.svc.Ledger()[before:] {
		if e.Kind != sim.EffectLogin {
			m.rt.Errorf("a plan had an effect: %+v", e)
		}
	}
}

func (m *model) drawLife() *life {
	how := rapid.SampledFrom([]string{lives, lives, diesAtWrite, diesAtWrite, diesAtCall, diesAtCall, losesAnswer, losesCall, cannotSend, losesRead, hearsLate, diesAndLate}).Draw(m.rt, "life")
	if how == lives {
		return &life{how: how}
	}
	return &life{how: how, at: rapid.IntRange(1, 20).Draw(m.rt, "at"), after: rapid.Bool().Draw(m.rt, "after"), freed: rapid.Bool().Draw(m.rt, "freed")}
}

// live begins another process.
func (m *model) live(l *life) {
	m.wire.arrive()
	m.wire.life = l
	m.b.store = mortal{m.store, l}
	m.b.reports = nil
	if m.device {
		m.b.reports = device{m.b.svc}
	}
	m.b.tweak = func(c *ofd.Config) { c.Wrap = func(http.RoundTripper) http.RoundTripper { return m.wire } }
}

// apply is `kktctl apply`, or `kktctl resume` when the plan has errors.
func (m *model) apply(l *life, wait time.Duration) *apply.Report {
	m.live(l)
	b := m.b
	s, err := apply.Open(b.ctx, b.store, b.fleet.Name, state.LockRequest{Holder: "model", Operation: "apply"}, time.Now)
	var locked *state.LockedError
	if errors.As(err, &locked) {
		m.rt.Logf("locked")
		return nil
	}
	if err != nil {
		m.rt.Fatalf("open: %v", err)
	}
	defer func() { _ = s.Close(b.ctx) }() // the dead do not close
	p, err := ofd.New(b.config())
	if err != nil {
		m.rt.Fatalf("provider: %v", err)
	}
	prior, now := apply.PriorOf(s.Snapshot()), time.Now().UTC()
	live, err := p.Observe(b.ctx, planner.NeedsOf(b.fleet, prior, now))
	if err != nil {
		m.rt.Logf("observe: %v", err)
		return nil
	}
	plan := planner.New(planner.Input{Fleet: b.fleet, Codes: b.codes, Prior: prior, Live: live, Now: now, AllowUnregister: 1000})
	r, err := s.Run(b.ctx, b.fleet, plan, p, apply.Options{
		Wait: wait, QuietPeriod: b.quiet, Codes: b.codes, Parallelism: 1, Resume: plan.Diagnostics.HasErrors(),
	})
	m.rt.Logf("%s, waits %s: %s -> %s", l, wait, plan.SummaryLine(), told(r, err))
	if l.dead && l.freed { // and another process goes on at once
		m.store.Crash()
		return m.apply(&life{how: lives}, 20*time.Minute)
	}
	return r
}

func told(r *apply.Report, err error) string {
	if r == nil {
		return fmt.Sprint(err)
	}
	out := ""
	for _, st := range r.Steps {
		out += fmt.Sprintf("\n    %s: %s %s: %s %s", st.ID, st.State, st.Phase, st.Message, st.WaitingFor)
	}
	return out
}

// unlock is `kktctl unlock ID` of whatever a dead process has left.
func (m *model) unlock() {
	if info, err := m.store.LockInfo(m.b.ctx); err == nil && info != nil {
		if err := m.store.ForceUnlock(m.b.ctx, info.ID); err != nil {
			m.rt.Errorf("unlock: %v", err)
		}
	}
}

func (m *model) names() []string { return slices.Sorted(maps.Keys(m.b.fleet.KKTs)) }

func (m *model) next() int { m.made++; return m.made }

// edit changes the fleet file.
func (m *model) edit() {
	names := m.names()
	if gone := slices.Sorted(maps.Keys(m.dropped)); len(gone) > 0 && (len(names) == 0 || rapid.Bool().Draw(m.rt, "put back")) {
		m.declare(m.dropped[gone[0]])
		delete(m.dropped, gone[0])
		return
	}
	if len(names) == 0 {
		return
	}
	k := m.b.fleet.KKTs[rapid.SampledFrom(names).Draw(m.rt, "till")]
	switch what := rapid.SampledFrom([]string{"address", "place", "fn", "papers", "ofd", "usage", "code", "auto", "no code", "renta", "tombstone", "rename", "drop", "simplified"}).Draw(m.rt, "edit"); what {
	case "address":
		k.Address.Full = rapid.SampledFrom(addresses).Draw(m.rt, "address")
	case "place":
		k.Place = fmt.Sprintf("Магазин №%d", m.next())
	case "fn":
		k.FN.Number = fmt.Sprintf("928744039%07d", m.next())
		k.FNChange = nil
	case "papers":
		k.FNChange = papers()
	case "ofd":
		k.OFD = map[bool]spec.OFD{true: {INN: "9715260691", Name: "Такском"}, false: {INN: spec.OFDRuINN, Name: "ПС СТ"}}[k.OFD.INN == spec.OFDRuINN]
	case "usage":
		k.Usage = rapid.SampledFrom([][]string{{"internet"}, {"marking"}, nil}).Draw(m.rt, "usage")
	case "renta":
		k.Renta = map[string]string{"": "galereya"}[k.Renta]
	case "simplified":
		k.Registration = map[spec.Registration]spec.Registration{spec.RegistrationFull: spec.RegistrationSimplified, spec.RegistrationSimplified: spec.RegistrationFull}[k.Registration]
	case "tombstone":
		k.Unregister = map[spec.UnregisterReason]spec.UnregisterReason{"": spec.ReasonLost}[k.Unregister]
	case "rename", "drop":
		delete(m.b.fleet.KKTs, k.Name)
		delete(m.b.codes, k.Resource())
		if k.Name = fmt.Sprintf("k%d-%s", m.next(), k.Serial); what == "drop" {
			m.dropped[k.Name] = k
			return
		}
	default:
		m.code(&k, what)
	}
	m.declare(k)
}

func (m *model) code(k *spec.KKT, what string) {
	code := fmt.Sprintf("MODEL%05d", m.next())
	switch what {
	case "code":
		k.ActivationCode = spec.Code{Literal: code}
	case "auto":
		k.ActivationCode = spec.Code{Auto: true}
	default:
		k.ActivationCode = spec.Code{}
		return
	}
	m.b.svc.Mutate(func(w *sim.World) { w.AddCode(code, "Ofd", "Green", 1) })
}

// declare puts a till into the file.
func (m *model) declare(k spec.KKT) {
	m.b.fleet.KKTs[k.Name] = k
	delete(m.b.codes, k.Resource())
	if c := k.ActivationCode.Literal; c != "" {
		m.b.codes[k.Resource()] = c
	}
}

func papers() *spec.FNChange {
	return &spec.FNChange{
		Closed:    &spec.FiscalReport{At: "2026-11-20T10:00:00", Document: "12345", Sign: "1234567890"},
		Installed: &spec.FiscalReport{At: "2026-11-20T10:15:00", Document: "1", Sign: "1234567891"},
	}
}

// behind changes the world behind kktctl's back.
func (m *model) behind() {
	tills := m.b.svc.Snapshot().Tills
	what := rapid.SampledFrom([]string{"place", "address", "fn", "document", "refusal", "refusal by paper", "unknown error"}).Draw(m.rt, "behind")
	if len(tills) == 0 {
		return
	}
	t := rapid.SampledFrom(tills).Draw(m.rt, "of")
	switch what {
	case "document":
		_ = m.b.svc.SendDocument(t.Serial) // there is such a till
	case "refusal", "refusal by paper", "unknown error":
		m.b.svc.Mutate(func(w *sim.World) {
			w.Rejections = append(w.Rejections, sim.Rejection{Serial: t.Serial, Reason: "так решено", Document: what == "refusal by paper", Unknown: what == "unknown error", Times: 1})
		})
	default:
		n := m.next()
		m.b.svc.Mutate(func(w *sim.World) {
			for _, x := range w.Tills {
				if x.Serial == t.Serial {
					change(x, what, n)
				}
			}
		})
	}
}

func change(t *sim.Till, what string, n int) {
	switch what {
	case "place":
		t.Place = fmt.Sprintf("Киоск №%d", n)
	case "address":
		t.Address = fmt.Sprintf("г. Тверь, ул. Новая, д. %d", n)
	case "fn":
		t.FN = fmt.Sprintf("928744038%07d", n)
	}
}
