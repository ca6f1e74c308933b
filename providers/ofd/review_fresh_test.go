package ofd_test

import (
	"context"
	"testing"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/providers/ofd"
	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/state"
)

// settled gives the next transition of a workflow with an open intent, by a
// provider that has read everything in this round before the call had its
// effect.
func settled(t *testing.T, b *bench, address string, action planner.Action, effect func(w *sim.World)) apply.Transition {
	t.Helper()
	p, err := ofd.New(b.config())
	must(t, err)
	snap, _, err := b.store.Load(b.ctx)
	must(t, err)
	res := snap.Resources[address]
	w := *res.Workflows[string(action)]
	run := &apply.Run{
		Address: address, Action: action, Fleet: b.fleet, Resource: res, Workflow: w, FingerprintKey: snap.FingerprintKey(),
		Now: time.Now().UTC(), QuietPeriod: time.Minute,
		Intend: func(context.Context, state.Effect, string, map[string]string) error {
			t.Error("an intent was opened over an open one")
			return context.Canceled
		},
	}
	for _, in := range snap.Intents {
		if in.Workflow == w.ID {
			run.Intent = &in
		}
	}
	if run.Intent == nil {
		t.Fatal("no intent is open")
	}
	if k, ok := b.fleet.KKTs["a"]; ok {
		run.Till = &k
	}
	for range 2 { // the first reading fills the caches, the second may not use them
		if run.Now = time.Now().UTC(); effect == nil {
			break
		}
		if _, err := p.Advance(b.ctx, run); err != nil {
			t.Fatal(err)
		}
		b.svc.Mutate(effect)
		effect = nil
	}
	tr, err := p.Advance(b.ctx, run)
	must(t, err)
	return tr
}

// What was read before the call tells nothing of its outcome, however fresh the
// reading is.
func TestIntentsAreSettledByFreshReadings(t *testing.T) {
	k := till("a", "00307404867358", fn1)
	t.Run("sign", func(t *testing.T) {
		b := newBench(t, testFleet(k), world())
		b.wait = 0
		must(t, b.svc.Fault(sim.Fault{Path: "*/sign", Method: "POST", When: sim.Before, Kind: sim.FaultReset}))
		_, err := b.apply()
		must(t, err)
		tr := settled(t, b, "kkts.a", planner.Register, func(w *sim.World) { w.Applications[0].Status = sim.StatusSentToFns })
		if tr.Settled != apply.SettledDone {
			t.Errorf("%+v", tr)
		}
	})
	t.Run("pay", func(t *testing.T) {
		b := payBench(t, 5)
		b.wait = 0
		must(t, b.svc.Fault(sim.Fault{Path: "*/kkt/pay", When: sim.Before, Kind: sim.FaultReset}))
		_, err := b.apply()
		must(t, err)
		tr := settled(t, b, "kkts.a", planner.Pay, func(w *sim.World) {
			w.PayStatuses = append(w.PayStatuses, &sim.PayStatus{At: sim.At(time.Now()), INN: sever, RNM: w.Tills[0].RNM, Code: "PSZ7D1Lq", Status: sim.PayWaiting})
		})
		if tr.Settled != apply.SettledDone {
			t.Errorf("%+v", tr)
		}
	})
	t.Run("join", func(t *testing.T) {
		b := memberBench(t)
		must(t, b.svc.Fault(sim.Fault{Path: "*/addkkt*", Method: "POST", When: sim.Before, Kind: sim.FaultReset}))
		_, err := b.apply()
		must(t, err)
		tr := settled(t, b, "kkts.a", planner.AddKKT, func(w *sim.World) { w.AddMember("", w.Tills[0].Serial) })
		if tr.Settled != apply.SettledDone {
			t.Errorf("%+v", tr)
		}
	})
}
