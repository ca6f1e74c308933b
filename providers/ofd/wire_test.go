package ofd_test

import (
	"crypto/x509"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/providers/ofd"
	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

// resolve records a person's word on the till a.
func (b *bench) resolve(t *testing.T, sent bool) {
	t.Helper()
	s, err := apply.Open(t.Context(), b.store, "test", state.LockRequest{Holder: "director"}, time.Now)
	must(t, err)
	must(t, errors.Join(s.Resolve(t.Context(), "kkts.a", "", sent, ""), s.Close(t.Context())))
}

// A document that is marked as signed was signed, also when the application's
// status still says that it awaits its signature.
func TestADocumentMarkedAsSignedProvesTheSignature(t *testing.T) {
	b := newBench(t, testFleet(till("a", "00307404867358", fn1)), world())
	must(t, b.svc.Fault(sim.Fault{Path: "*/sign", Method: "POST", When: sim.After, Kind: sim.FaultReset}))
	b.wait = 0
	if _, err := b.apply(); err != nil {
		t.Fatal(err)
	}
	status := func(s string) { b.svc.Mutate(func(w *sim.World) { w.Applications[0].Status = s }) }
	status(sim.StatusAwaitingSignature)
	for range 4 {
		rep, err := b.apply()
		if err != nil || rep.Steps[0].WaitingFor != planner.WaitTaxService {
			t.Fatalf("%+v, %v", rep, err)
		}
	}
	status(sim.StatusProcessingSigned)
	b.wait = 20 * time.Second
	b.converge(2)
	b.noDuplicates()
}

// UnknownError is for a person, who may go on following it or give it up.
func TestUnknownErrorIsForAPerson(t *testing.T) {
	for _, sent := range []bool{true, false} {
		b := newBench(t, testFleet(till("a", "00307404867358", fn1)), world())
		b.svc.Mutate(func(w *sim.World) {
			w.Rejections = []sim.Rejection{{Serial: "00307404867358", Reason: "сбой шлюза", Unknown: true, Times: 1}}
		})
		rep, err := b.apply()
		if err != nil || rep.Summary.Unknown != 1 || !strings.Contains(rep.Steps[0].Message, "UnknownError: сбой шлюза") {
			t.Fatalf("%+v, %v", rep, err)
		}
		b.resolve(t, sent)
		b.wait = 0
		rep, err = b.apply()
		if sent {
			if err != nil || rep.Summary.Waiting != 1 {
				t.Errorf("followed on: %+v, %v", rep, err)
			}
			continue
		}
		if rep.Summary.Failed != 1 {
			t.Errorf("given up: %+v, %v", rep, err)
		}
		b.wait = 20 * time.Second
		b.converge(2)
		b.noDuplicates()
	}
}

// What goes through a mock reaches no tax service, and the user is told.
func TestTheMockGatewayIsWarnedOf(t *testing.T) {
	w := world()
	w.Gateway = "SuccessMock"
	b := newBench(t, testFleet(till("a", "00307404867358", fn1)), w)
	rep, err := b.apply()
	if err != nil || rep.Summary.Done != 1 || !strings.Contains(rep.Steps[0].Message, "SuccessMock") {
		t.Errorf("%+v, %v", rep, err)
	}
}

// An accepted code waits three days for the till's first document; then it has
// lapsed, and another is planned.
func TestAnAcceptedCodeLapses(t *testing.T) {
	a := till("a", "00307404867358", fn1)
	a.ActivationCode = spec.Code{Literal: "PSZ7D1Lq"}
	live := seeded(a, sever)
	live.LastDocument = time.Time{}
	w := world(live).AddCode("PSZ7D1Lq", "Ofd", "Green", 2)
	w.Device.AutoFirstDocument = false
	b := newBench(t, testFleet(a), w)
	b.codes["kkts.a"] = "PSZ7D1Lq"
	b.wait = 0
	before := time.Now()
	rep, err := b.apply()
	if err != nil || len(rep.Tasks) != 1 || rep.Tasks[0].WaitingFor != planner.WaitFirstDocument {
		t.Fatalf("%+v, %v", rep, err)
	}
	if due := rep.Tasks[0].Due.Sub(before); due < 72*time.Hour || due > 73*time.Hour {
		t.Errorf("due in %v, want three days", due)
	}
	b.advance(73 * time.Hour)
	rep, _ = b.apply()
	if rep.Summary.Failed != 1 || !strings.Contains(rep.Steps[0].Message, "lapsed") {
		t.Fatalf("%+v", rep)
	}
	b.svc.Mutate(func(w *sim.World) { w.Device.AutoFirstDocument = true })
	b.wait = 20 * time.Second
	b.converge(2)
	b.noDuplicates()
	if n := b.effects(sim.EffectPay); n != 2 {
		t.Errorf("%d payments, want the one that lapsed and another", n)
	}
}

// An answer without errors is not a membership: the list is read, and only
// when it has the till is the step done.
func TestMembershipIsWhatTheListSays(t *testing.T) {
	a := till("a", "00307404867358", fn1)
	a.Renta = "galereya"
	b := newBench(t, testFleet(a), world(seeded(a, sever)))
	must(t, b.svc.Fault(sim.Fault{Path: "/api/renta/v1/kkts", Kind: sim.FaultStaleRead, Times: -1}))
	b.wait = 0
	rep, err := b.apply()
	if err != nil || b.effects(sim.EffectAddKkt) != 1 || rep.Summary.Waiting != 1 {
		t.Fatalf("%+v, %v", rep, err)
	}
	b.svc.ClearFaults()
	b.wait = 20 * time.Second
	b.converge(1)
	b.noDuplicates()
}

// A paper of rejection ends an application as the status does.
func TestAPaperOfRejectionIsARefusal(t *testing.T) {
	b := newBench(t, testFleet(till("a", "00307404867358", fn1)), world())
	b.svc.Mutate(func(w *sim.World) {
		w.Rejections = []sim.Rejection{{Serial: "00307404867358", Document: true, Times: 1}}
	})
	rep, err := b.apply()
	if err == nil || rep.Summary.Failed != 1 || !strings.Contains(rep.Steps[0].Message, "RnmRejection") {
		t.Errorf("%+v, %v", rep, err)
	}
}

// What a draft no longer has is taken out of it: the service merges.
func TestWhatIsGoneLeavesTheDraft(t *testing.T) {
	k := till("a", "00307404867358", fn1)
	k.Usage, k.Agents = []string{"internet", "agent", "automatedDevice"}, []string{"commissioner"}
	k.AutomaticDevices = []spec.AutomaticDevice{{Number: "A-1", Address: spec.Address{Full: "Москва, Арбат, 1"}, Place: "холл"}}
	b := newBench(t, testFleet(k), world())
	must(t, b.svc.Fault(sim.Fault{Path: "*/preparedocuments", When: sim.Before, Kind: sim.FaultReset}))
	b.wait = 0
	if _, err := b.apply(); err == nil {
		t.Fatal("the documents were prepared in spite of the fault")
	}
	first := b.svc.Snapshot().Applications[0]
	if len(first.AutomaticDevices) != 1 || first.KKT.AgentSettings == nil || !first.KKT.AgentSettings.Commissioner {
		t.Fatalf("the draft: %+v", first)
	}
	b.edit("a", func(k *spec.KKT) { k.Usage, k.Agents, k.AutomaticDevices = nil, nil, nil })
	b.wait = 20 * time.Second
	b.converge(1)
	got := b.svc.Snapshot().Applications[0]
	if len(got.AutomaticDevices) != 0 || got.KKT.AgentSettings.Commissioner || !got.KKT.AgentSettings.None || got.KKT.UsageMode.Agent {
		t.Errorf("the application: %+v", got)
	}
}

// The rate, the certificates, the name and the credentials of a configuration
// are what the calls go out with.
func TestConfigurationReachesTheWire(t *testing.T) {
	tokens := map[string]string{}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("User-Agent"); got != "kktctl/9" {
			t.Errorf("User-Agent %q", got)
		}
		if strings.HasSuffix(r.URL.Path, "CreateAuthToken") {
			_, _ = w.Write([]byte(`{"AuthToken":"of-renta"}`))
			return
		}
		tokens[r.URL.Path] = r.URL.Query().Get("AuthToken")
		_, _ = w.Write([]byte(`{"Data":[],"Status":"Success"}`))
	}))
	t.Cleanup(server.Close)
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	config := ofd.Config{
		Fleet: testFleet(), Endpoint: server.URL + "/prefix", APIKey: "of-partner", RentaLogin: "l", RentaPassword: "p",
		RootCAs: pool, UserAgent: "kktctl/9", Timeout: 5 * time.Second,
	}
	o, err := ofd.NewObserver(config)
	must(t, err)
	for _, needs := range []planner.Needs{{Tills: true}, {Renta: true}} {
		_, err := o.Observe(t.Context(), needs)
		must(t, err)
	}
	const partner, renta = "/prefix/api/integration/partner/v2/inn/7709125605/kkts", "/prefix/api/renta/v1/kkts"
	if len(tokens) != 2 || tokens[partner] != "of-partner" || tokens[renta] != "of-renta" {
		t.Errorf("tokens: %v", tokens)
	}
	config.Fleet.Provider.RequestsPerSecond = -1
	if _, err := ofd.NewObserver(config); err == nil {
		t.Error("the rate was not looked at")
	}
}
