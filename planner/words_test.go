package planner

import (
	"strings"
	"testing"
)

// What was cut off says that its outcome is open, and what is done about it; a
// phase is said in words, with a time.
func TestContinueReason(t *testing.T) {
	for name, tt := range map[string]struct {
		r    Running
		want string
	}{
		"cut off":           {Running{Action: Pay, Phase: "start", Unsettled: true}, "under way since 2026-11-20 15:00 MSK; the outcome of its call is not known yet: it is read first"},
		"an order cut off":  {Running{Action: Order, Phase: "start", Unsettled: true}, "under way since 2026-11-20 15:00 MSK; the outcome of its call is not known yet: it is not sent again on hope"},
		"a receipt cut off": {Running{Action: Receipt, Phase: "print", Unsettled: true}, "under way: the receipt is being sent, since 2026-11-20 15:00 MSK; the outcome of its call is not known yet: it is asked for first"},
		"waits":             {Running{Action: Register, Phase: "tax-service", WaitingFor: WaitTaxService}, "under way: the application is with the tax service, since 2026-11-20 15:00 MSK; waits for tax service"},
		"told":              {Running{Action: CreateCabinet, Phase: "start", Unsettled: true, Said: &Said{}, Message: "anna said no"}, "under way since 2026-11-20 15:00 MSK; anna said no"},
		"a newer phase":     {Running{Action: Pay, Phase: "brand-new"}, "under way: brand new, since 2026-11-20 15:00 MSK"},
	} {
		tt.r.Since = testNow()
		if got := continues(&tt.r, "").Reason; got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
		if s := continues(&tt.r, ""); strings.Contains(s.Reason, "phase") {
			t.Errorf("%s: %s", name, s.Reason)
		}
	}
}
