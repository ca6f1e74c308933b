package ofd_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/kktctl/kktctl/providers/ofd/ferma/orangedata"
	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
	"github.com/kktctl/kktctl/providers/ofd/sim"
)

// TestOrangeFaultMatrix puts every fault on the calls that send a receipt or a
// correction, before and after the effect. What the client then says holds in
// the ledger; the same once more ends in the queue; one is printed. Nothing of
// an answer without a body can be cut off, so that there is no truncate.
func TestOrangeFaultMatrix(t *testing.T) {
	ours, _ := authority(t)
	faults := []sim.Fault{
		{Kind: sim.FaultRefuse},
		{Kind: sim.FaultReset},
		{Kind: sim.FaultEOF},
		{Kind: sim.FaultTimeout},
		{Kind: sim.FaultGarbage},
		{Kind: sim.FaultHTML200},
		{Kind: sim.FaultEmpty200},
		{Kind: sim.FaultRedirect},
		{Kind: sim.FaultSlowHead},
		{Kind: sim.FaultEndless},
		{Kind: sim.FaultGzipBomb},
	}
	for _, status := range []int{400, 401, 408, 429, 500, 502, 503, 504, 524} {
		faults = append(faults, sim.Fault{Kind: sim.FaultStatus, Status: status})
	}
	for _, fault := range faults {
		for _, when := range []string{sim.Before, sim.After} {
			if fault.Kind == sim.FaultRefuse && when == sim.After || fault.Status == 401 && when == sim.After {
				continue // there is no such thing: a certificate is looked at first
			}
			fault.When, fault.Method, fault.Path = when, http.MethodPost, "*"
			t.Run(fmt.Sprintf("%s %d %s", fault.Kind, fault.Status, when), func(t *testing.T) {
				t.Parallel()
				playFault(t, ours, fault)
			})
		}
	}
}

func playFault(t *testing.T, ours *sim.Authority, fault sim.Fault) {
	service, url := orangeService(t, ours)
	timeout := 30 * time.Second
	if fault.Kind == sim.FaultTimeout || fault.Kind == sim.FaultSlowHead {
		timeout = 3 * time.Second // the effect has to come first, also on a busy machine
	}
	spoilt, whole := orangeClientWithin(t, url, ours, timeout), orangeClientWithin(t, url, ours, 30*time.Second)
	receipt, correction := orangeExamples(t)
	for id, send := range map[string]func(*orangedata.Client) (orangedata.Submission, error){
		receipt.ID:    func(c *orangedata.Client) (orangedata.Submission, error) { return c.Send(t.Context(), receipt) },
		correction.ID: func(c *orangedata.Client) (orangedata.Submission, error) { return c.Correct(t.Context(), correction) },
	} {
		before := acceptedBy(service)
		if err := service.Fault(fault); err != nil {
			t.Fatal(err)
		}
		_, err := send(spoilt)
		happened := acceptedBy(service) > before
		if err == nil {
			t.Fatalf("%s: it is said to be in the queue", id)
		}
		if happened && httpapi.OutcomeOf(err) != httpapi.OutcomeUnknown {
			t.Errorf("%s: it was accepted, and the client says: %s: %v", id, httpapi.OutcomeOf(err), err)
		}
		got, err := send(whole)
		if err != nil || got.Known != happened {
			t.Errorf("%s: the same again: %+v, %v", id, got, err)
		}
		for _, want := range []orangedata.State{orangedata.Queued, orangedata.Done} {
			if s, err := whole.Status(t.Context(), fleetINN, id); err != nil || s.State != want {
				t.Errorf("%s: %+v, %v", id, s, err)
			}
		}
		if n := acceptedBy(service) - before; n != 1 || len(service.Duplicates()) > 0 {
			t.Errorf("%s: printed %d times: %+v", id, n, service.Ledger())
		}
	}
}

func acceptedBy(service *sim.Service) int {
	n := 0
	for _, e := range service.Ledger() {
		if e.Kind == sim.EffectReceipt && e.OK {
			n++
		}
	}
	return n
}
