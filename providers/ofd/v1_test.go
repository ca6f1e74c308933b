package ofd_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/providers/ofd"
	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/spec"
)

// loginOnly takes the key of the partner API v2 from a fleet.
func loginOnly(f *spec.Fleet) {
	f.Provider.Partner.APIKey = spec.Secret{}
	f.Provider.Partner.Login = spec.Secret{Kind: spec.SecretEnv, Name: "OFD_LOGIN"}
	f.Provider.Partner.Password = spec.Secret{Kind: spec.SecretEnv, Name: "OFD_PASSWORD"}
}

// Three credentials: each goes to its own calls, and to no other.
func TestLoginsReachTheWire(t *testing.T) {
	tokens := map[string]string{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "CreateAuthToken") {
			var b [256]byte
			n, _ := r.Body.Read(b[:])
			_, _ = w.Write([]byte(`{"AuthToken":"of-` + map[bool]string{true: "renta", false: "partner"}[strings.Contains(string(b[:n]), "rl")] + `"}`))
			return
		}
		tokens[r.URL.Path] = r.URL.Query().Get("AuthToken")
		_, _ = w.Write([]byte(`{"Data":[],"Status":"Success"}`))
	}))
	t.Cleanup(server.Close)
	for key, want := range map[string]map[string]string{
		"": {
			"/api/integration/partner/v1/inn/7709125605/kkts": "of-partner", "/api/integration/partner/v1/kkt/paystatus": "of-partner",
			"/api/renta/v1/kkts": "of-renta",
		},
		"k3y": { // the key wins
			"/api/integration/partner/v2/inn/7709125605/kkts": "k3y", "/api/integration/partner/v2/kkt/paystatus": "k3y",
			"/api/renta/v1/kkts": "of-renta",
		},
	} {
		clear(tokens)
		o, err := ofd.NewObserver(ofd.Config{
			Fleet: testFleet(), Endpoint: server.URL, APIKey: key, PartnerLogin: "pl", PartnerPassword: "pp",
			RentaLogin: "rl", RentaPassword: "rp", Timeout: 5 * time.Second,
		})
		must(t, err)
		for _, needs := range []planner.Needs{{Tills: true}, {Payments: true}, {Renta: true}} {
			_, err := o.Observe(t.Context(), needs)
			must(t, err)
		}
		for path, token := range want {
			if tokens[path] != token {
				t.Errorf("%s: token %q, want %q", path, tokens[path], token)
			}
		}
		if len(tokens) != len(want) {
			t.Errorf("calls: %v", tokens)
		}
	}
}

// A token that runs out between the plan and the payment is had anew, and the
// payment is made with an intent of its own.
func TestPaymentWithATokenThatRanOut(t *testing.T) {
	for calls := 1; calls <= 4; calls++ {
		b := payBench(t, 5)
		loginOnly(b.fleet)
		b.svc.Mutate(func(w *sim.World) { w.TokenCalls = calls })
		b.converge(1)
		b.noDuplicates()
		if n := b.effects(sim.EffectPay); n != 1 {
			t.Errorf("tokens for %d calls: %d payments", calls, n)
		}
	}
}

// A token that is refused again at once is refused for another reason: there
// is one more try and no more.
func TestTokensAreRenewedOnce(t *testing.T) {
	b := payBench(t, 5)
	loginOnly(b.fleet)
	must(t, b.svc.Fault(sim.Fault{Path: "*/kkt/pay", Kind: sim.FaultStatus, Status: http.StatusForbidden, Times: -1}))
	if _, err := b.apply(); err == nil || !strings.Contains(err.Error(), "partner login may have been refused") {
		t.Errorf("%v", err)
	}
	if n := b.calls(0)["POST pay"]; n != 2 {
		t.Errorf("%d calls to pay", n)
	}
	b.noDuplicates()
}

// A payment that was announced with a key is settled without one, and the
// other way round: by what both versions show.
func TestUnknownPaymentAcrossVersions(t *testing.T) {
	for _, first := range []bool{true, false} {
		for _, when := range []string{sim.Before, sim.After} {
			b := payBench(t, 5)
			key := b.fleet.Provider.Partner
			if first {
				loginOnly(b.fleet)
			}
			must(t, b.svc.Fault(sim.Fault{Path: "*/kkt/pay", When: when, Kind: sim.FaultReset}))
			b.wait = 0
			if _, err := b.apply(); err != nil {
				t.Fatal(err)
			}
			if b.fleet.Provider.Partner = key; !first {
				loginOnly(b.fleet)
			}
			b.wait = 20 * time.Second
			b.converge(2)
			b.noDuplicates()
			if n := b.effects(sim.EffectPay); n != 1 {
				t.Errorf("first v1 %t, %s: %d payments", first, when, n)
			}
		}
	}
}

// An idle plan of a login reads each list once, and no codes.
func TestIdlePlanOfALogin(t *testing.T) {
	b := payBench(t, 5)
	loginOnly(b.fleet)
	b.converge(1)
	before := len(b.svc.Calls())
	b.plan()
	got := b.calls(before)
	if got["GET kkts"] != 1 || got["GET paystatus"] != 1 || got["POST createauthtoken"] != 1 || len(got) != 3 {
		t.Errorf("calls: %v", got)
	}
}
