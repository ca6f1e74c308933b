package ofd_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/providers/ofd"
	"github.com/kktctl/kktctl/providers/ofd/signer"
	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state/memory"
)

// canned answers calls in the service's place.
type canned struct {
	next   http.RoundTripper
	path   string // its end
	status int
	body   string
}

func (c *canned) RoundTrip(r *http.Request) (*http.Response, error) {
	if c.path == "" || r.Method == http.MethodGet || !strings.HasSuffix(strings.ToLower(r.URL.Path), c.path) {
		return c.next.RoundTrip(r)
	}
	return &http.Response{
		StatusCode: c.status, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(c.body)), Request: r,
	}, nil
}

// refusalCase is a way in which the documents say that something does not
// work, and what a user reads then.
type refusalCase struct {
	name string
	till func(*spec.KKT)
	live bool // the till is registered from the beginning
	set  func(*sim.World)
	hand *hand
	// a call that is answered otherwise
	path   string
	status int
	body   string
	// play goes on after the first apply, to the report that is looked at.
	play func(t *testing.T, b *bench) *apply.Report

	state   apply.StepState
	message string // APP stands for the application's id
	hint    string
}

func refusalCases() []refusalCase {
	reject := func(r sim.Rejection) func(*sim.World) {
		return func(w *sim.World) { w.Rejections = append(w.Rejections, r) }
	}
	code := func(k *spec.KKT) { k.ActivationCode = spec.Code{Literal: "PSZ7D1Lq"} }
	other := func(k *spec.KKT) { k.OFD = spec.OFD{INN: "9715260691", Name: "Такском"} }
	return []refusalCase{
		{
			name: "rejected with a reason", set: reject(sim.Rejection{Reason: "Адрес не найден"}), state: apply.StepFailed,
			message: "the tax service refused it: Адрес не найден",
			hint:    "correct what the reason names, then run kktctl apply: it makes a new application",
		},
		{
			name: "rejected by a paper", set: reject(sim.Rejection{Document: true, Stage: sim.StageFinalization}), state: apply.StepFailed,
			message: "the tax service refused application APP and gives its reason in a paper: RegRejection",
			hint:    "read the tax service's paper (kktctl tasks documents kkts.a --to DIR saves it), correct what it names, then run kktctl apply: it makes a new application",
		},
		{
			name: "an unknown error", set: reject(sim.Rejection{Unknown: true, Reason: "Ошибка шлюза"}), state: apply.StepUnknown,
			message: "application APP ended in UnknownError: Ошибка шлюза",
			hint:    "ask OFD.ru about it; look at the application in the partner's cabinet; --sent goes on following it, --not-sent gives it up, so that the next plan makes a new one",
		},
		{
			name: "a failure inside 200", till: code, live: true, state: apply.StepFailed,
			path: "/kkt/pay", status: 200, body: `{"Data":null,"Success":false,"Errors":[{"Code":"17","Message":"Код активации заблокирован"}]}`,
			message: "pay: HTTP 200: code 17: Код активации заблокирован",
			hint:    "look at the code and at the till in the partner's cabinet, then run kktctl apply; the code was not used",
		},
		{
			name: "the service could not be paid", till: code, live: true, state: apply.StepFailed,
			path: "/kkt/pay", status: 400, body: `{"Status":"Failed","Error":{"Code":0,"Message":"Не удалось оплатить услугу"}}`,
			message: "pay: HTTP 400: code 0: Не удалось оплатить услугу",
			hint:    "look at the code and at the till in the partner's cabinet, then run kktctl apply; the code was not used",
		},
		{
			name: "no balance", till: other, set: func(w *sim.World) { n := 99; w.Partner.Balance = &n }, state: apply.StepFailed,
			message: "create an application: HTTP 400: code 400: Недостаточно средств на балансе партнера",
			hint:    "top up the partner's balance, or declare OFD.ru as the ОФД, which costs nothing; then run kktctl apply",
		},
		{
			name: "a wrong pair of ИНН and РНМ", till: code, live: true, state: apply.StepFailed,
			path: "/kkt/pay", status: 400, body: `{"errors":["Ошибка применения: неверная связка ИНН-РНМ"]}`,
			message: "pay: HTTP 400: Ошибка применения: неверная связка ИНН-РНМ",
			hint:    "check company, serial and rnm of the till in the fleet file: the РНМ must be registered for this company; the code was not used",
		},
		{
			name: "a code of another partner", till: code, live: true, set: func(w *sim.World) { w.Tills[0].ForeignPartner = true }, state: apply.StepFailed,
			message: "pay: HTTP 400: code 400: Нельзя применить код активации на ККТ с чужим кодом партнера",
			hint:    "have OFD.ru move the till to this partner, or take activationCode out of the fleet file; the code was not used",
		},
		{
			name: "a refused signature", hand: &hand{mode: spoils}, state: apply.StepFailed,
			message: "the signature was refused: sign the application APP: HTTP 400: code 400: Подпись не соответствует документу",
			hint:    "check that the company's signer signs with the certificate of its signatory, then run kktctl apply: it makes a new application",
		},
		{
			name: "a refused signature of the report", state: apply.StepUnknown, play: spoilReport, hand: &hand{mode: signs},
			set:     func(w *sim.World) { w.Device.AutoReport = false },
			message: "the signature was refused: sign the application APP: HTTP 400: code 400: Подпись не соответствует документу; РНМ 0000002951007135 is assigned, sign the document in the partner's cabinet",
			hint:    "finish it in the partner's cabinet; --sent goes on following it; if OFD.ru says that it is dead, kktctl state rm --force kkts.a forgets it, and the next plan registers the till anew",
		},
		{
			name: "SentToFns for 4 days", play: stuck(sim.StatusSentToFns, 4), set: slow, state: apply.StepWaiting,
			message: "the application is SentToFns, for more than 3 days (since 2000-01-01)",
			hint:    "the tax service answers within 5 working days as a rule; look at the application in the partner's cabinet if it is urgent",
		},
		{
			name: "SentToFns for 11 days", play: stuck(sim.StatusSentToFns, 11), set: slow, state: apply.StepWaiting,
			message: "the application is SentToFns, for more than 10 days (since 2000-01-01)",
			hint:    "ask OFD.ru what became of the application; kktctl goes on following it and sends nothing again",
		},
		{
			name: "AwaitingDocuments for 4 days", play: stuck(sim.StatusAwaitingDocuments, 4), set: slow, state: apply.StepWaiting,
			message: "the service prepares the documents of application APP, for more than 3 days (since 2000-01-01)",
			hint:    "preparing takes minutes as a rule: ask OFD.ru about the application; kktctl goes on by itself when the documents are there",
		},
		{
			name: "a change that comes too late", play: late, hand: &hand{mode: awaits}, state: apply.StepSkipped,
			message: "the declaration changed before the documents were signed; application APP stays unsigned",
			hint:    "plan again",
		},
		{
			name: "a code that lapsed", till: code, live: true, play: lapse, set: func(w *sim.World) { w.Tills[0].LastDocument = sim.Time{} }, state: apply.StepFailed,
			message: "the code lapsed: the till sent no document within 3 days of 1 Jan 2000 03:00:00 MSK",
			hint:    "declare another code, run kktctl apply, and have the till send a document within 3 days",
		},
	}
}

// Each of the documents' own failures ends in the state of a step and a
// sentence that a user can act on.
func TestTheDocumentsOwnFailures(t *testing.T) {
	for _, c := range refusalCases() {
		t.Run(c.name, func(t *testing.T) { synctest.Test(t, c.run) })
	}
}

func (c refusalCase) run(t *testing.T) {
	b := c.bench(t)
	b.wait = 0
	if c.path != "" || c.play == nil {
		b.wait = time.Hour
	}
	rep, _ := b.apply() // a failed step is what is looked at
	if c.play != nil {
		rep = c.play(t, b)
	}
	for _, st := range rep.Steps {
		if st.Action == "adopt" {
			continue
		}
		message := st.Message
		for _, a := range b.svc.Snapshot().Applications {
			message = strings.ReplaceAll(message, a.ID, "APP")
		}
		if st.State != c.state || message != c.message || st.Hint != c.hint {
			t.Errorf("%s: %s\n %s\n hint: %s\nwant %s\n %s\n hint: %s", st.ID, st.State, message, st.Hint, c.state, c.message, c.hint)
		}
	}
	b.noDuplicates()
}

// bench is one till under a clock of its own.
func (c refusalCase) bench(t *testing.T) *bench {
	k := till("a", "00307404867358", fn1)
	if c.till != nil {
		c.till(&k)
	}
	w := world()
	if c.live {
		w = world(seeded(k, sever))
	}
	w.AddCode("PSZ7D1Lq", "Ofd", "Green", 1)
	w.Device = sim.Device{AutoReport: true}
	if c.set != nil {
		c.set(w)
	}
	h := c.hand
	if h == nil {
		h = &hand{mode: signs}
	}
	svc, store := sim.New(w, sim.Options{}), memory.New("test")
	b := &bench{
		t: t, ctx: context.Background(), fleet: testFleet(k), svc: svc, url: "http://127.0.0.1:1", store: store, quiet: time.Minute,
		codes: map[string]string{}, signers: map[string]signer.Signer{"sandbox": h}, reports: device{svc},
	}
	if code := k.ActivationCode.Literal; code != "" {
		b.codes[k.Resource()] = code
	}
	direct := &wire{t: t, svc: svc, store: store, used: map[string]bool{}, life: &life{how: lives}}
	b.tweak = func(c2 *ofd.Config) {
		c2.Wrap = func(http.RoundTripper) http.RoundTripper {
			return &canned{next: direct, path: c.path, status: c.status, body: c.body}
		}
	}
	return b
}

func slow(w *sim.World) { w.Tax.DocumentPolls = 1 }

// stuck has an application stay in a status for some days.
func stuck(status string, days int) func(*testing.T, *bench) *apply.Report {
	return func(t *testing.T, b *bench) *apply.Report {
		for range 20 {
			if apps := b.svc.Snapshot().Applications; len(apps) > 0 && apps[0].Status == status {
				break
			}
			_, _ = b.apply()
		}
		b.svc.Mutate(func(w *sim.World) { w.Tax.Polls, w.Tax.DocumentPolls = 1000, 1000 })
		time.Sleep(time.Duration(days) * 24 * time.Hour)
		return b.again(t)
	}
}

func (b *bench) again(t *testing.T) *apply.Report {
	rep, err := b.apply()
	if rep == nil {
		t.Fatal(err)
	}
	return rep
}

// late changes the declaration when the documents are prepared.
func late(t *testing.T, b *bench) *apply.Report {
	b.edit("a", func(k *spec.KKT) { k.Place = "Магазин №2" })
	return b.again(t)
}

func lapse(t *testing.T, b *bench) *apply.Report {
	time.Sleep(4 * 24 * time.Hour)
	return b.again(t)
}

// spoilReport spoils the second signature.
func spoilReport(t *testing.T, b *bench) *apply.Report {
	for range 10 {
		if a := b.svc.Snapshot().Applications[0]; a.Stage == sim.StageFinalization {
			break
		}
		_, _ = b.apply()
	}
	b.signers["sandbox"].(*hand).mode = spoils
	rep, _ := b.apply()
	for range 5 {
		if rep.Summary.Unknown == 1 {
			break
		}
		rep = b.again(t)
	}
	return rep
}
