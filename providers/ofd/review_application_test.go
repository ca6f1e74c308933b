package ofd_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/providers/ofd"
	"github.com/kktctl/kktctl/providers/ofd/signer"
	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

// run is one apply or resume with options of its own.
func (b *bench) run(o apply.Options) (*apply.Report, error) {
	b.t.Helper()
	s := b.open()
	defer func() {
		if err := s.Close(b.ctx); err != nil {
			b.t.Errorf("close: %v", err)
		}
	}()
	p, err := ofd.New(b.config())
	if err != nil {
		b.t.Fatalf("provider: %v", err)
	}
	o.Wait, o.PollInterval, o.QuietPeriod, o.Codes = b.wait, time.Millisecond, b.quiet, b.codes
	return s.Run(b.ctx, b.fleet, b.planFrom(p, apply.PriorOf(s.Snapshot())), p, o)
}

func (b *bench) open() *apply.Session {
	b.t.Helper()
	s, err := apply.Open(b.ctx, b.store, b.fleet.Name, state.LockRequest{Holder: "tester", Operation: "test"}, time.Now)
	if err != nil {
		b.t.Fatalf("open: %v", err)
	}
	return s
}

// change writes a resource of the state by hand.
func (b *bench) change(address string, change func(*state.Resource)) {
	b.t.Helper()
	s := b.open()
	r := s.Snapshot().Resources[address]
	change(&r)
	if err := s.Record(b.ctx, state.Entry{Event: "test", Address: address, Resource: &r}); err != nil {
		b.t.Fatalf("record: %v", err)
	}
	if err := s.Close(b.ctx); err != nil {
		b.t.Fatalf("close: %v", err)
	}
}

func (b *bench) personSays(address string, sent bool) {
	b.t.Helper()
	s := b.open()
	if err := s.Resolve(b.ctx, address, "", sent, ""); err != nil {
		b.t.Fatalf("resolve: %v", err)
	}
	if err := s.Close(b.ctx); err != nil {
		b.t.Fatalf("close: %v", err)
	}
}

// resource is what the state holds of a till.
func (b *bench) resource(address string) state.Resource {
	b.t.Helper()
	snap, _, err := b.store.Load(b.ctx)
	if err != nil || snap == nil {
		b.t.Fatalf("load: %v", err)
	}
	return snap.Resources[address]
}

// With an РНМ assigned an application is not given up because the service
// would not take one call: another registration would follow.
func TestRefusalAfterTheRNMKeepsTheApplication(t *testing.T) {
	for name, path := range map[string]string{"prepare": "*/preparedocuments", "sign": "*/sign"} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, testFleet(till("a", "00307404867358", fn1)), world())
			must(t, b.svc.Fault(sim.Fault{Path: path, Method: "POST", Kind: sim.FaultStatus, Status: 400, Skip: 1}))
			b.wait = time.Second
			_, _ = b.apply()
			_, _ = b.apply()
			if n := b.effects(sim.EffectCreate); n != 1 {
				t.Errorf("%d applications for one till", n)
			}
			if n := b.calls(0)["POST sign"]; n > 2 {
				t.Errorf("%d signatures were sent, a refused one again", n)
			}
			if w := b.resource("kkts.a").Workflows["register"]; w == nil && b.resource("kkts.a").Status != state.StatusLive {
				t.Errorf("the application with an РНМ is lost: %+v", b.resource("kkts.a"))
			}
		})
	}
}

// A person's word does not give an application up that has its РНМ either: it
// goes on once they finish it in the cabinet.
func TestAnRNMIsNotGivenUp(t *testing.T) {
	b := newBench(t, testFleet(till("a", "00307404867358", fn1)), world())
	must(t, b.svc.Fault(sim.Fault{Path: "*/sign", Method: "POST", Kind: sim.FaultStatus, Status: 400, Skip: 1}))
	_, _ = b.apply()
	b.personSays("kkts.a", false)
	for range 2 {
		rep, err := b.apply()
		if err != nil || rep.Summary.Unknown != 1 {
			t.Fatalf("%+v, %v", rep.Summary, err)
		}
	}
	if w := b.resource("kkts.a").Workflows["register"]; w == nil || !strings.Contains(w.Message, "is not given up") {
		t.Fatalf("%+v", w)
	}
	b.personSays("kkts.a", true)
	_, _ = b.apply()
	if n := b.effects(sim.EffectCreate); n != 1 {
		t.Errorf("%d applications for one till", n)
	}
}

// A wish that went into the draft and was taken back before its outcome was
// known is taken back in the draft as well.
func TestWishTakenBackAfterAnUnknownPut(t *testing.T) {
	b := newBench(t, testFleet(till("a", "00307404867358", fn1)), world())
	b.wait = 0
	must(t, b.svc.Fault(sim.Fault{Path: "*/preparedocuments", Kind: sim.FaultReset}))
	_, _ = b.apply()
	b.edit("a", func(k *spec.KKT) { k.Place = "Магазин №2" })
	must(t, b.svc.Fault(sim.Fault{Path: "*/kkt/registration/*", Method: "PUT", When: sim.After, Kind: sim.FaultReset}))
	if _, err := b.apply(); err == nil {
		t.Fatal("the PUT was not cut off")
	}
	b.edit("a", func(k *spec.KKT) { k.Place = "Магазин №1" })
	b.wait = 20 * time.Second
	b.converge(1)
	if got := b.svc.Snapshot().Applications[0].KKT.InstallmentPlace; got != "Магазин №1" {
		t.Errorf("signed for %q, which is not declared", got)
	}
}

// One application that cannot be read blocks its own till, not the fleet.
func TestUnreadableApplicationBlocksItsOwnTill(t *testing.T) {
	b := newBench(t, testFleet(till("a", "00307404867358", fn1)), world())
	b.svc.Mutate(func(w *sim.World) { w.Tax.Polls = 1000 })
	b.wait = 0
	if _, err := b.apply(); err != nil {
		t.Fatal(err)
	}
	c := till("c", "00307404867359", fn2)
	b.fleet.KKTs["c"] = c
	b.svc.Mutate(func(w *sim.World) { w.Tax.Polls = 1 })
	must(t, b.svc.Fault(sim.Fault{Path: "*/registration/" + b.resource("kkts.a").Workflows["register"].Data.ApplicationID, Method: "GET", Kind: sim.FaultStatus, Status: 404, Times: -1}))
	b.wait = 3 * time.Second
	rep, err := b.apply()
	if err == nil {
		t.Error("the unreadable application is not told of")
	}
	if rep.Summary.Done != 1 || b.resource("kkts.c").Status != state.StatusLive {
		t.Errorf("the other till: %+v, %+v", rep.Summary, b.resource("kkts.c"))
	}
	if b.resource("kkts.a").Workflows["register"] == nil {
		t.Error("the application is lost")
	}
}

// UnknownError is for a person, whose word holds as long as the status does.
func TestPersonsWordOnUnknownError(t *testing.T) {
	unknown := func(t *testing.T) *bench {
		b := newBench(t, testFleet(till("a", "00307404867358", fn1)), world())
		b.svc.Mutate(func(w *sim.World) { w.Rejections = []sim.Rejection{{Unknown: true, Times: 1}} })
		b.wait = 2 * time.Second
		rep, err := b.apply()
		if err != nil || rep.Summary.Unknown != 1 {
			t.Fatalf("%+v, %v", rep.Summary, err)
		}
		b.wait = 0
		return b
	}
	t.Run("followed", func(t *testing.T) {
		b := unknown(t)
		b.personSays("kkts.a", true)
		for range 3 {
			rep, err := b.apply()
			if err != nil || rep.Summary.Waiting != 1 {
				t.Fatalf("asked again: %+v, %v", rep.Summary, err)
			}
		}
	})
	t.Run("given up", func(t *testing.T) {
		b := unknown(t)
		id := b.resource("kkts.a").Workflows["register"].Data.ApplicationID
		b.personSays("kkts.a", false)
		if _, err := b.run(apply.Options{Resume: true}); err == nil {
			t.Error("giving up is no success")
		}
		if r := b.resource("kkts.a"); len(r.Workflows) != 0 || len(r.Orphans) != 1 || r.Orphans[0] != id {
			t.Errorf("the application is not told of: %+v", r)
		}
	})
}

// A renamed till is resumed under its new name.
func TestResumeOfARenamedTill(t *testing.T) {
	b := newBench(t, testFleet(till("a", "00307404867358", fn1)), world())
	b.svc.Mutate(func(w *sim.World) { w.Tax.Polls = 1000 })
	b.wait = 0
	if _, err := b.apply(); err != nil {
		t.Fatal(err)
	}
	k := b.fleet.KKTs["a"]
	k.Name = "b"
	delete(b.fleet.KKTs, "a")
	b.fleet.KKTs["b"] = k
	b.svc.Mutate(func(w *sim.World) { w.Tax.Polls = 1 })
	b.wait = 20 * time.Second
	rep, err := b.run(apply.Options{Resume: true})
	if err != nil || b.resource("kkts.b").Status != state.StatusLive {
		t.Errorf("%+v, %v", rep, err)
	}
	b.converge(1)
	b.noDuplicates()
}

// A signature that a person vouched for and that is not there is asked about
// again; it is never sent on hope.
func TestSignatureThatNeverArrivedInSpiteOfAPersonsWord(t *testing.T) {
	b := newBench(t, testFleet(till("a", "00307404867358", fn1)), world())
	must(t, b.svc.Fault(sim.Fault{Path: "*/sign", Method: "POST", When: sim.Before, Kind: sim.FaultReset}))
	b.wait = 0
	if _, err := b.apply(); err != nil {
		t.Fatal(err)
	}
	// As if the reading had been unclear, and the person wrong.
	s := b.open()
	snap := s.Snapshot()
	for _, in := range snap.Intents {
		r := snap.Resources["kkts.a"]
		r.Workflows["register"].Unknown = true
		must(t, s.Record(t.Context(), state.Entry{Event: "test", Address: "kkts.a", Resource: &r, Intent: &in}))
	}
	must(t, s.Resolve(t.Context(), "kkts.a", planner.Register, true, ""))
	must(t, s.Close(t.Context()))
	rep, err := b.apply()
	if err != nil || rep.Summary.Waiting != 1 {
		t.Fatalf("%+v, %v", rep.Summary, err)
	}
	if n := b.effects(sim.EffectSign); n != 0 {
		t.Errorf("%d signatures", n)
	}
	b.change("kkts.a", func(r *state.Resource) { r.Workflows["register"].Since = time.Now().Add(-25 * time.Hour) })
	if rep, err = b.apply(); err != nil || rep.Summary.Unknown != 1 {
		t.Errorf("nobody is told that the application still waits for a signature: %+v, %v", rep.Summary, err)
	}
}

var lockRequest = state.LockRequest{Holder: "tester", Operation: "test"}

// backdate moves the open intents and their readings into the past.
func (b *bench) backdate(d time.Duration) {
	b.t.Helper()
	s := b.open()
	for _, in := range s.Snapshot().Intents {
		in.At = in.At.Add(-d)
		if !in.AbsentAt.IsZero() {
			in.AbsentAt = in.AbsentAt.Add(-d)
		}
		if err := s.Record(b.ctx, state.Entry{Event: "test", Address: in.Address, Intent: &in}); err != nil {
			b.t.Fatalf("record: %v", err)
		}
	}
	if err := s.Close(b.ctx); err != nil {
		b.t.Fatalf("close: %v", err)
	}
}

// named signs like the sandbox and tells for whom.
type named struct {
	name string
	used *[]string
}

func (n named) Sign(ctx context.Context, d signer.Document) (string, error) {
	*n.used = append(*n.used, n.name)
	return sandboxSigner{}.Sign(ctx, d)
}

// An application is signed by the company that it was made for, though the
// file names another one by now.
func TestApplicationIsSignedByItsOwnCompany(t *testing.T) {
	b := newBench(t, testFleet(till("a", "00307404867358", fn1)), world())
	b.svc.Mutate(func(w *sim.World) { w.Tax.DocumentPolls = 3 })
	b.wait = 0
	if _, err := b.apply(); err != nil || b.effects(sim.EffectSign) != 0 {
		t.Fatalf("%v, %d signatures", err, b.effects(sim.EffectSign))
	}
	var used []string
	c := b.fleet.Companies["ip"]
	c.Signatory.Signer = "theirs"
	b.fleet.Companies["ip"] = c
	b.signers = map[string]signer.Signer{"sandbox": named{"ours", &used}, "theirs": named{"theirs", &used}}
	b.edit("a", func(k *spec.KKT) { k.Company = "ip" })
	b.wait = 20 * time.Second
	if _, err := b.run(apply.Options{Resume: true}); err != nil {
		t.Error(err)
	}
	if len(used) == 0 || slices.Contains(used, "theirs") {
		t.Errorf("signed by %v", used)
	}
}
