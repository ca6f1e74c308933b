package ofd_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/kktctl/kktctl/providers/ofd"
	"github.com/kktctl/kktctl/providers/ofd/ferma/checkonline"
	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/spec"
)

func cloudReceipt(id string) checkonline.Receipt {
	return checkonline.Receipt{
		RequestID: id, DocumentType: new(checkonline.Income), NonCash: []int64{100},
		Lines: []checkonline.Line{{Qty: new(int64(1000)), Price: new(int64(100)), TaxID: 1, Description: "Хлеб"}},
	}
}

// secureSim serves a till with TLS.
func secureSim(t *testing.T, authority *sim.Authority) (*sim.Service, string) {
	t.Helper()
	service := sim.New((&sim.World{}).Add(sim.SeedTill{INN: "5252012620", Serial: "00307404867358"}), sim.Options{})
	t.Cleanup(func() { _ = service.Close() })
	url, err := service.StartTLS("127.0.0.1:0", authority)
	if err != nil {
		t.Fatal(err)
	}
	return service, url
}

// TestFermaIsReachedWhereItIs: at the fleet's endpoint of the service, or at
// the one that all calls are sent to.
func TestFermaIsReachedWhereItIs(t *testing.T) {
	authority, err := sim.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := authority.Client("")
	if err != nil {
		t.Fatal(err)
	}
	declared, declaredURL := secureSim(t, authority)
	override, overrideURL := secureSim(t, authority)
	fleet := &spec.Fleet{Provider: spec.Provider{CheckOnline: spec.Ferma{Endpoint: declaredURL}}}
	for _, c := range []struct {
		endpoint       string
		here, notThere *sim.Service
	}{{"", declared, override}, {overrideURL, override, declared}} {
		before := len(c.notThere.Ledger())
		client, err := ofd.NewCheckOnline(ofd.Config{
			Fleet: fleet, Endpoint: c.endpoint, RootCAs: authority.Pool(), CheckOnline: ofd.FermaAccess{Certificate: &certificate},
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Send(t.Context(), cloudReceipt("one")); err != nil {
			t.Fatal(err)
		}
		if len(c.here.Ledger()) == 0 || len(c.notThere.Ledger()) != before {
			t.Errorf("%q: the call went elsewhere", c.endpoint)
		}
	}
}

// TestFermaWithoutAccess looks at what is said of a service that cannot be
// used: not declared, not https, or with a certificate that is not taken.
func TestFermaWithoutAccess(t *testing.T) {
	if _, err := ofd.NewCheckOnline(ofd.Config{Fleet: &spec.Fleet{}}); err == nil || !strings.Contains(err.Error(), "provider.ferma.checkonline") {
		t.Errorf("not declared: %v", err)
	}
	ours, err := sim.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	old, err := ours.ClientUntil("", time.Now().Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	service, url := secureSim(t, ours)
	plain, err := service.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	for _, endpoint := range []string{url, plain} {
		client, err := ofd.NewCheckOnline(ofd.Config{
			Fleet: &spec.Fleet{}, Endpoint: endpoint, RootCAs: ours.Pool(), CheckOnline: ofd.FermaAccess{Certificate: &old},
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = client.Send(t.Context(), cloudReceipt("two"))
		if !errors.Is(err, checkonline.ErrCertificate) || checkonline.OutcomeOf(err) != checkonline.OutcomeRefused {
			t.Errorf("%s: %v", endpoint, err)
		}
	}
	for _, e := range service.Ledger() {
		t.Errorf("%+v", e)
	}
}
