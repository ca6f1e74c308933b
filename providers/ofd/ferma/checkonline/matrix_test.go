package checkonline_test

import (
	"context"
	"crypto/tls"
	"testing"
	"time"

	"github.com/kktctl/kktctl/providers/ofd/ferma/checkonline"
	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
	"github.com/kktctl/kktctl/providers/ofd/sim"
)

const (
	tillINN    = "5252012620"
	tillSerial = "00307404867358"
	tillFN     = "9287440300784224"

	// patience is how long a call that is never answered is waited for.
	patience = 2 * time.Second
)

// cloud is a simulated CheckOnline with one till, and a client of it.
type cloud struct {
	t         *testing.T
	service   *sim.Service
	authority *sim.Authority
	url       string
}

func newCloud(t *testing.T) *cloud {
	t.Helper()
	authority, err := sim.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	world := (&sim.World{}).Add(sim.SeedTill{INN: tillINN, Serial: tillSerial, FN: tillFN})
	service := sim.New(world, sim.Options{})
	t.Cleanup(func() { _ = service.Close() })
	url, err := service.StartTLS("127.0.0.1:0", authority)
	if err != nil {
		t.Fatal(err)
	}
	return &cloud{t, service, authority, url}
}

func (c *cloud) client(certificate *tls.Certificate) *checkonline.Client {
	c.t.Helper()
	api, err := httpapi.New(httpapi.Config{
		BaseURL: c.url, RootCAs: c.authority.Pool(), Certificate: certificate,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return checkonline.New(api)
}

func (c *cloud) own() *checkonline.Client {
	c.t.Helper()
	certificate, err := c.authority.Client("")
	if err != nil {
		c.t.Fatal(err)
	}
	return c.client(&certificate)
}

// printed counts the receipts that were printed, and wants none tried twice.
func (c *cloud) printed() int {
	c.t.Helper()
	if twice := c.service.Duplicates(); len(twice) > 0 {
		c.t.Errorf("twice: %+v", twice)
	}
	n := 0
	for _, e := range c.service.Ledger() {
		if e.Kind == sim.EffectReceipt && e.OK {
			n++
		}
	}
	return n
}

// TestSimulatedTillIsProved prints a receipt and its return: the answers name
// the till.
func TestSimulatedTillIsProved(t *testing.T) {
	c := newCloud(t)
	r := example(t, "request.json")
	rnm := c.service.Snapshot().Tills[0].RNM
	for _, receipt := range []checkonline.Receipt{r, r.Return()} {
		got, err := c.own().Send(t.Context(), receipt)
		if err != nil {
			t.Fatal(err)
		}
		if got.FNSerialNumber != tillFN || got.DeviceRegistrationNumber != rnm || got.DeviceSerialNumber != "000000"+tillSerial || len(got.Doubts) > 0 {
			t.Errorf("%+v", got)
		}
		if got.RequestID != receipt.RequestID || got.GrandTotal != 78850 || got.At == "" || got.FiscalSign == "" || got.QR == "" {
			t.Errorf("%+v", got)
		}
	}
	if n := c.printed(); n != 2 {
		t.Errorf("%d receipts", n)
	}
}

// TestWithoutItsCertificate looks that the refusal is final and that nothing
// was printed.
func TestWithoutItsCertificate(t *testing.T) {
	c, other := newCloud(t), newCloud(t)
	foreign, err := other.authority.Client("")
	if err != nil {
		t.Fatal(err)
	}
	for name, certificate := range map[string]*tls.Certificate{"none": nil, "foreign": &foreign} {
		_, err := c.client(certificate).Send(t.Context(), example(t, "request.json"))
		if checkonline.OutcomeOf(err) != checkonline.OutcomeRefused {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := c.printed(); n != 0 {
		t.Errorf("%d receipts", n)
	}
}

// TestFaults puts each fault on the call, before and after its effect. What is
// sent again under the same RequestID ends with one document.
func TestFaults(t *testing.T) {
	never := map[string]bool{sim.FaultRefuse: true} // closed before the body is read
	for _, kind := range []string{
		sim.FaultRefuse, sim.FaultReset, sim.FaultEOF, sim.FaultTimeout, sim.FaultTruncate, sim.FaultGarbage, sim.FaultHTML200,
		sim.FaultEmpty200, sim.FaultStatus, sim.FaultRedirect, sim.FaultWrongID, sim.FaultSlowHead,
	} {
		for _, when := range []string{sim.Before, sim.After} {
			if when == sim.After && never[kind] {
				continue
			}
			t.Run(kind+" "+when, func(t *testing.T) {
				t.Parallel()
				c := newCloud(t)
				c.service.Mutate(func(w *sim.World) { w.CheckOnline.Processing = 1 })
				if err := c.service.Fault(sim.Fault{Path: "*/sync/receipt", Kind: kind, When: when, Status: 503}); err != nil {
					t.Fatal(err)
				}
				client, r := c.own(), example(t, "request.json")
				first, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				_, err := client.Send(first, r)
				if o := checkonline.OutcomeOf(err); err == nil || o != checkonline.OutcomeUnknown {
					t.Fatalf("%v: %v, which would let it be taken for settled", err, o)
				}
				var answer *checkonline.Answer
				for range 3 {
					if answer, err = client.Send(t.Context(), r); err == nil {
						break
					}
					if o := checkonline.OutcomeOf(err); o != checkonline.OutcomeInProgress {
						t.Fatalf("%v: %v", err, o)
					}
				}
				if err != nil || answer.FNSerialNumber != tillFN {
					t.Fatalf("%+v, %v", answer, err)
				}
				if n := c.printed(); n != 1 {
					t.Errorf("%d receipts", n)
				}
			})
		}
	}
}

// TestErrorsThatMayHavePrinted looks that an error of the service or the till
// is settled by asking again, whether it printed or not.
func TestErrorsThatMayHavePrinted(t *testing.T) {
	for _, printed := range []bool{false, true} {
		for _, failure := range []sim.CheckFailure{
			{Service: 6}, {Service: 16}, {Service: 19}, {Device: 255, Fatal: true}, {Device: 57}, {Service: 18}, {Device: 80},
		} {
			c := newCloud(t)
			failure.Printed = printed
			settled := failure.Service == 18 || failure.Device == 80
			if settled && printed {
				continue // these codes say that it was not
			}
			c.service.Mutate(func(w *sim.World) { w.CheckOnline.Failures = []sim.CheckFailure{failure} })
			r := example(t, "request.json")
			_, err := c.own().Send(t.Context(), r)
			o := checkonline.OutcomeOf(err)
			if err == nil || o.Settled() != settled || !o.Repeatable() {
				t.Errorf("%+v: %v, %v", failure, err, o)
			}
			if _, err = c.own().Send(t.Context(), r); err != nil || c.printed() != 1 {
				t.Errorf("%+v: %v, %d receipts", failure, err, c.printed())
			}
		}
	}
}

// TestFullResponse is printed, though its answer names nothing.
func TestFullResponse(t *testing.T) {
	c := newCloud(t)
	r := example(t, "request.json")
	r.FullResponse = true
	got, err := c.own().Send(t.Context(), r)
	if err != nil || got.FiscalSign != "" || len(got.Raw) == 0 || c.printed() != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}
