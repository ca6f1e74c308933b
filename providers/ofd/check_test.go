package ofd_test

import (
	"strings"
	"testing"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/spec"
)

// checkBench has a check of a cloud till, and goes one answer at a time.
func checkBench(t *testing.T, kind string) *bench {
	t.Helper()
	c := &cell{env: &surroundings{ferma: newFermaKeys(t)}, ctx: t.Context()}
	b := checkedTill(kind)(c)
	t.Cleanup(func() { _ = b.svc.Close() })
	b.t, b.wait = t, 0
	return b
}

func (b *bench) expire(ids ...string) {
	b.svc.Mutate(func(w *sim.World) { w.Orange.Expire = ids })
}

// goOn applies and tells how the check ended.
func (b *bench) goOn() apply.StepResult {
	b.t.Helper()
	rep, _ := b.try()
	for _, s := range rep.Steps {
		if s.Address == "checks.shop" {
			return s
		}
	}
	b.t.Fatalf("the check is in no step: %+v", rep.Steps)
	return apply.StepResult{}
}

// A document that expired in the queue was not printed: it goes on under
// another id, which is in the state before it is sent.
func TestExpiredReturnGoesOnUnderAnotherID(t *testing.T) {
	b := checkBench(t, spec.KindOrangeData)
	b.goOn() // the sale is in the queue
	b.expire("*")
	b.goOn() // the sale is printed, the return will expire
	before := b.resource("checks.shop").Workflows["check"].Data.Receipt
	b.expire()
	if s := b.goOn(); s.State != apply.StepWaiting {
		t.Fatalf("%+v", s)
	}
	after := b.resource("checks.shop").Workflows["check"].Data.Receipt
	if before.ReturnID == after.ReturnID || before.Receipt.ID != after.Receipt.ID || after.Tries != 1 {
		t.Errorf("%+v\n%+v", before, after)
	}
	if s := b.goOn(); s.State != apply.StepDone {
		t.Fatalf("%+v", s)
	}
	r := b.resource("checks.shop").Receipt
	if r == nil || r.Return == nil || r.Return.ID != after.ReturnID || r.Printed.ID != before.Receipt.ID {
		t.Errorf("%+v", r)
	}
	b.noDuplicates()
}

// A return that is never printed ends the check and says what is left to do.
func TestReturnThatIsNeverPrinted(t *testing.T) {
	b := checkBench(t, spec.KindOrangeData)
	b.goOn()
	b.expire("*")
	var s apply.StepResult
	for range 4 {
		s = b.goOn()
	}
	if s.State != apply.StepFailed || !strings.Contains(s.Message, "its return was refused: 3 receipts expired") || !strings.Contains(s.Hint, "return it yourself") {
		t.Fatalf("%+v", s)
	}
	r := b.resource("checks.shop")
	if r.Receipt != nil || r.Refusal == nil || len(r.Workflows) > 0 {
		t.Errorf("%+v", r)
	}
}

// A sale that is never printed needs no return.
func TestSaleThatIsNeverPrinted(t *testing.T) {
	b := checkBench(t, spec.KindOrangeData)
	b.expire("*")
	var s apply.StepResult
	for range 4 {
		if s = b.goOn(); s.State == apply.StepFailed {
			break
		}
	}
	if s.State != apply.StepFailed || !strings.Contains(s.Message, "none of them was printed") {
		t.Fatalf("%+v", s)
	}
}
