package ofd_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

// Every call that cannot be repeated, cut off before and after its effect in
// every way that the simulator has: readings settle it, and it happens once.
func TestCutOffCallsHappenOnce(t *testing.T) {
	calls := map[string]string{
		sim.EffectCreate: "*/kkt/registration", sim.EffectSign: "*/sign", sim.EffectPay: "*/kkt/pay",
		sim.EffectAddKkt: "*/addkkt*", sim.EffectRemoveKkt: "*/removekkt/*", sim.EffectPrepare: "*/preparedocuments",
		sim.EffectSimple: "*/registration/simplified",
	}
	kinds := []string{sim.FaultReset, sim.FaultEOF, sim.FaultTruncate, sim.FaultGarbage, sim.FaultHTML200, sim.FaultEmpty200, sim.FaultRedirect}
	for effect, path := range calls {
		for _, when := range []string{sim.Before, sim.After} {
			for _, kind := range kinds {
				t.Run(effect+"/"+when+"/"+kind, func(t *testing.T) {
					b := everyWorkflow(t)
					must(t, b.svc.Fault(sim.Fault{Path: path, Method: "POST", When: when, Kind: kind}))
					b.converge(6)
					b.noDuplicates()
				})
			}
		}
	}
}

// everyWorkflow is a fleet whose plan registers, pays, joins and leaves.
func everyWorkflow(t *testing.T) *bench {
	a, gone := till("a", "00307404867358", fn1), till("gone", "77", fn2)
	a.ActivationCode, a.Renta = spec.Code{Literal: "PSZ7D1Lq"}, "galereya"
	gone.Unregister = spec.ReasonLost
	w := world(seeded(gone, sever)).AddCode("PSZ7D1Lq", "Ofd", "Green", 2).AddMember("", "77")
	simple := till("simple", "00307404867291", "9287440300784225")
	simple.Registration = spec.RegistrationSimplified
	b := newBench(t, testFleet(a, gone, simple), w)
	b.codes["kkts.a"] = "PSZ7D1Lq"
	return b
}

// While nothing can be concluded nothing is sent, and the report says so.
func TestUnknownSignatureWaitsForTheQuietPeriod(t *testing.T) {
	b := newBench(t, testFleet(till("a", "00307404867358", fn1)), world())
	b.quiet, b.wait = time.Hour, 0
	must(t, b.svc.Fault(sim.Fault{Path: "*/sign", Method: "POST", When: sim.Before, Kind: sim.FaultReset}))
	for range 3 {
		rep, err := b.apply()
		if err != nil || rep.Summary.Waiting != 1 {
			t.Fatalf("%+v, %v", rep, err)
		}
		if !strings.Contains(rep.Steps[0].Message, "sign") {
			t.Errorf("message: %q", rep.Steps[0].Message)
		}
	}
	if n := b.effects(sim.EffectSign); n != 0 {
		t.Errorf("%d signatures inside the quiet period", n)
	}
	b.quiet, b.wait = time.Millisecond, 20*time.Second
	b.converge(2)
	b.noDuplicates()
}

// A code whose count and pay statuses disagree is for a person.
func TestUnknownPaymentNeedsAPerson(t *testing.T) {
	a := till("a", "00307404867358", fn1)
	a.ActivationCode = spec.Code{Literal: "PSZ7D1Lq"}
	b := newBench(t, testFleet(a), world(seeded(a, sever)).AddCode("PSZ7D1Lq", "Ofd", "Green", 5))
	b.codes["kkts.a"] = "PSZ7D1Lq"
	must(t, b.svc.Fault(sim.Fault{Path: "*/kkt/pay", When: sim.Before, Kind: sim.FaultReset}))
	b.wait = 0
	if _, err := b.apply(); err != nil {
		t.Fatal(err)
	}
	// Somebody spends two of the code elsewhere, unseen by the pay statuses.
	b.svc.Mutate(func(w *sim.World) { n := 3; w.Codes[0].Count = &n })
	time.Sleep(2 * b.quiet)
	rep, err := b.apply()
	if err != nil || rep.Summary.Unknown != 1 || len(rep.Tasks) != 1 {
		t.Fatalf("%+v, %v", rep, err)
	}
	s, err := apply.Open(t.Context(), b.store, "test", state.LockRequest{Holder: "director"}, time.Now)
	must(t, err)
	must(t, errors.Join(s.Resolve(t.Context(), "kkts.a", "", false, ""), s.Close(t.Context())))
	b.wait = 20 * time.Second
	b.converge(2)
	if n := b.effects(sim.EffectPay); n != 1 {
		t.Errorf("%d payments", n)
	}
}

func TestRefusalOfTheTaxServiceIsToldWhole(t *testing.T) {
	b := newBench(t, testFleet(till("a", "00307404867358", fn1)), world())
	const reason = "Ошибка проверки ЮЛ/ИП: Заявитель не идентифицирован."
	b.svc.Mutate(func(w *sim.World) {
		w.Rejections = []sim.Rejection{{Serial: "00307404867358", Reason: reason, Times: 1}}
	})
	rep, err := b.apply()
	var se *apply.StepError
	if !errors.As(err, &se) || !strings.Contains(rep.Steps[0].Message, reason) {
		t.Fatalf("%+v, %v", rep, err)
	}
	p := b.plan()
	if len(p.Steps) != 1 || !strings.Contains(p.Steps[0].Reason, reason) {
		t.Errorf("the plan does not say that it was refused: %+v", p.Steps)
	}
	b.converge(1)
	b.noDuplicates()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
