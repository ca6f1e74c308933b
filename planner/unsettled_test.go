package planner

import (
	"testing"
	"time"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// A payment was sent and its outcome not recorded. Its code must not be counted
// twice: the other till's is there, and the plan can be applied, so that what
// is open gets settled.
func TestBudgetWhileAPaymentIsOpen(t *testing.T) {
	const pool = "POOL-CODE-1"
	for name, c := range map[string]struct {
		left int // of two codes
		row  *Payment
		pays bool // the other till is paid for by this plan
	}{
		"the row is there, a second earlier by the service's clock": {left: 1, pays: true, row: &Payment{Status: payWaiting, At: testNow().Add(-time.Second), Code: pool}},
		"the code is gone and the row is late":                      {left: 1},
		"nothing has happened":                                      {left: 2, pays: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			auto := func(k *spec.KKT) { k.ActivationCode = spec.Code{Auto: true} }
			a, b := w.settled(1, auto), w.settled(2, auto)
			w.code(pool, c.left)
			w.running(a, Running{
				Action: Pay, Phase: "start", Started: testNow(), Unsettled: true,
				Code: spec.RecordCode("key", pool), CodeID: "id-" + pool,
			})
			if c.row != nil {
				c.row.RNM = w.Prior.Resources[a].RNM
				w.Live.Payments = append(w.Live.Payments, *c.row)
			}
			p := w.plan()
			if p.Diagnostics.HasErrors() {
				t.Errorf("the plan cannot be applied: %v", p.Diagnostics)
			}
			want := "pay:" + a
			if c.pays {
				want += " pay:" + b
			} else {
				says(t, p, diag.Warning, "too few activation codes: 1 missing")
			}
			steps(t, p, want)
		})
	}
}
