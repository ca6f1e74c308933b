package planner

import (
	"strings"
	"testing"

	"github.com/kktctl/kktctl/spec"
)

// What was overridden is the policy's own bound, not the flag's.
func TestOverriddenBoundIsThePolicys(t *testing.T) {
	w := newWorld()
	for i := range 2 {
		w.edit(w.settled(i+1), func(k *spec.KKT) { k.Unregister = spec.ReasonLost })
	}
	w.AllowUnregister = 2
	p := w.plan()
	for _, d := range p.Diagnostics {
		if strings.Contains(d.Summary, "overridden: the plan unregisters 2 tills, policy.maxUnregister allows 1") {
			return
		}
	}
	t.Error(p.Diagnostics)
}
