package ofd_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/providers/ofd"
	"github.com/kktctl/kktctl/providers/ofd/signer"
	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/memory"
)

// tester is what a test and a property test have in common.
type tester interface {
	Helper()
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
	Logf(format string, args ...any)
}

// bench is a fleet, its state, and the simulated service behind it.
type bench struct {
	t       tester
	ctx     context.Context
	fleet   *spec.Fleet
	store   state.Store
	svc     *sim.Service
	url     string
	codes   map[string]string
	signers map[string]signer.Signer
	reports ofd.ReportSource
	wait    time.Duration
	quiet   time.Duration
	ahead   time.Duration // of both clocks, the service's and kktctl's
	tweak   func(*ofd.Config)

	ferma     *fermaKeys // nil: Ferma is not served
	checks    bool       // checks run when they are due
	documents map[string]*ofd.Document
	planner   func(planner.Input) *planner.Plan // nil means planner.New
}

func (b *bench) now() time.Time { return time.Now().Add(b.ahead) }

// advance puts both clocks forward.
func (b *bench) advance(d time.Duration) {
	b.ahead += d
	b.svc.Advance(d)
}

func newBench(t *testing.T, fleet *spec.Fleet, world *sim.World) *bench {
	t.Helper()
	b := start(t, t.Context(), fleet, world)
	t.Cleanup(func() { _ = b.svc.Close() })
	return b
}

func start(t tester, ctx context.Context, fleet *spec.Fleet, world *sim.World) *bench {
	t.Helper()
	svc := sim.New(world, sim.Options{})
	url, err := svc.Start("127.0.0.1:0")
	if err != nil {
		t.Fatalf("sim: %v", err)
	}
	return &bench{
		t: t, ctx: ctx, fleet: fleet, store: memory.New("test"), svc: svc, url: url, codes: map[string]string{},
		signers: map[string]signer.Signer{"sandbox": sandboxSigner{}}, reports: device{svc}, wait: 20 * time.Second, quiet: time.Millisecond,
	}
}

// sandboxSigner signs for the simulated service.
type sandboxSigner struct{}

func (sandboxSigner) Sign(_ context.Context, d signer.Document) (string, error) {
	return sim.SandboxSignature(d.Content), nil
}

// device prints reports of registration.
type device struct{ svc *sim.Service }

func (d device) Report(_ context.Context, serial string) (spec.FiscalReport, bool, error) {
	r, ok := d.svc.PrintedReport(serial)
	return spec.FiscalReport{At: r.At, Document: r.Document, Sign: r.Sign}, ok, nil
}

func (b *bench) config() ofd.Config {
	c := ofd.Config{
		Fleet: b.fleet, Endpoint: b.url, APIKey: sim.DefaultAPIKey, RentaLogin: sim.DefaultRentaLogin, RentaPassword: sim.DefaultRentaPassword,
		Signers: b.signers, Reports: b.reports, Timeout: 5 * time.Second, Now: b.now,
	}
	if b.fleet.Provider.Partner.V1() {
		c.APIKey, c.PartnerLogin, c.PartnerPassword = "", sim.DefaultPartnerLogin, sim.DefaultPartnerPassword
	}
	if b.ferma != nil {
		b.ferma.open(&c)
	}
	c.Documents = b.documents
	if b.tweak != nil {
		b.tweak(&c)
	}
	return c
}

// plan reads and plans as `kktctl plan` does.
func (b *bench) plan() *planner.Plan {
	b.t.Helper()
	snap, _, err := b.store.Load(b.ctx)
	if err != nil {
		b.t.Fatalf("load: %v", err)
	}
	o, err := ofd.NewObserver(b.config())
	if err != nil {
		b.t.Fatalf("observer: %v", err)
	}
	return b.planFrom(o, apply.PriorOf(snap))
}

func (b *bench) planFrom(o apply.Observer, prior planner.Prior) *planner.Plan {
	b.t.Helper()
	now := b.now().UTC()
	live, err := o.Observe(b.ctx, planner.NeedsOf(b.fleet, prior, now))
	if err != nil {
		b.t.Fatalf("observe: %v", err)
	}
	return b.planOf(planner.Input{Prior: prior, Live: live, Now: now})
}

// planOf makes the plan of the fleet.
func (b *bench) planOf(in planner.Input) *planner.Plan {
	in.Fleet, in.Codes, in.AllowUnregister, in.Checks = b.fleet, b.codes, 1000, b.checks
	if b.planner != nil {
		return b.planner(in)
	}
	return planner.New(in)
}

// apply plans and applies as `kktctl apply` does, in one process.
func (b *bench) apply() (*apply.Report, error) {
	b.t.Helper()
	s, err := apply.Open(b.ctx, b.store, b.fleet.Name, state.LockRequest{Holder: "tester", Operation: "apply"}, b.now)
	if err != nil {
		b.t.Fatalf("open: %v", err)
	}
	defer func() {
		if err := s.Close(b.ctx); err != nil {
			b.t.Errorf("close: %v", err)
		}
	}()
	p, err := ofd.New(b.config())
	if err != nil {
		b.t.Fatalf("provider: %v", err)
	}
	return s.Run(b.ctx, b.fleet, b.planFrom(p, apply.PriorOf(s.Snapshot())), p, apply.Options{
		Wait: b.wait, PollInterval: time.Millisecond, QuietPeriod: b.quiet, Codes: b.codes,
	})
}

// converge applies until the plan is empty.
func (b *bench) converge(times int) {
	b.t.Helper()
	for range times {
		rep, err := b.apply()
		if err != nil {
			b.t.Fatalf("apply: %v", err)
		}
		if p := b.plan(); !p.HasChanges() {
			return
		}
		b.t.Logf("summary: %+v", rep.Summary)
	}
	p := b.plan()
	for _, st := range p.Steps {
		b.t.Logf("left: %s %s %s", st.ID, st.Reason, st.Message)
	}
	b.t.Fatalf("the plan is not empty after %d applies: %s", times, p.SummaryLine())
}

// once tells whether the ledger holds nothing twice.
func (b *bench) noDuplicates() {
	b.t.Helper()
	for _, d := range b.svc.Duplicates() {
		b.t.Errorf("happened or was tried twice: %+v", d)
	}
}

func (b *bench) effects(kind string) int {
	n := 0
	for _, e := range b.svc.Ledger() {
		if e.Kind == kind && e.OK {
			n++
		}
	}
	return n
}

const (
	sever    = "5252012620"
	ip       = "500100732259"
	centre   = "7802870820"
	fn1, fn2 = "9287440300784224", "9287440300784999"
)

func testFleet(kkts ...spec.KKT) *spec.Fleet {
	f := &spec.Fleet{
		Name:     "test",
		Provider: spec.Provider{Partner: spec.Partner{INN: sim.DefaultPartnerINN}, Endpoint: "https://ofd.ru"},
		Centres:  map[string]spec.Centre{"galereya": {INN: centre}},
		Companies: map[string]spec.Company{
			"sever": {
				INN: sever, KPP: "525201001", OGRN: "1025202124716", Name: "ООО «Север»", Email: "office@sever.example",
				Signatory: spec.Signatory{LastName: "Романова", GivenName: "Алла Романовна", Position: "Генеральный директор", Signer: "sandbox"},
			},
			"ip": {
				INN: ip, OGRN: "304500116000157", Name: "ИП Петров", Email: "ip@petrov.example",
				Signatory: spec.Signatory{LastName: "Петров", GivenName: "Пётр", Position: "ИП", Signer: "sandbox"},
			},
		},
		KKTs: map[string]spec.KKT{},
	}
	for _, k := range kkts {
		f.KKTs[k.Name] = k
	}
	return f
}

func till(name, serial, fn string) spec.KKT {
	return spec.KKT{
		Name: name, Company: "sever", Model: "АТОЛ 42ФС", Serial: serial, FN: spec.FN{Number: fn, Type: spec.FN36},
		Address: spec.Address{Full: "115280, Москва, ул Ленинская Слобода, д 19"}, Place: "Магазин №1", FFD: "1.2",
		OFD: spec.OFD{INN: spec.OFDRuINN, Name: "ПС СТ"}, Registration: spec.RegistrationFull, Usage: []string{"internet"},
	}
}

func seeded(k spec.KKT, inn string) sim.SeedTill {
	return sim.SeedTill{INN: inn, Serial: k.Serial, FN: k.FN.Number, Model: k.Model, Address: k.Address.Full, Place: k.Place, LastDocument: time.Now().Add(-time.Hour)}
}

func world(tills ...sim.SeedTill) *sim.World {
	w := (&sim.World{Device: sim.Device{AutoReport: true, AutoFirstDocument: true}}).Add(tills...)
	w.AddCompany(sever, "525201001", "1025202124716", "ООО «Север»")
	return w.AddCompany(ip, "", "304500116000157", "ИП Петров")
}

func (b *bench) edit(name string, change func(*spec.KKT)) {
	k := b.fleet.KKTs[name]
	change(&k)
	b.fleet.KKTs[name] = k
}

var _ = fmt.Sprint
