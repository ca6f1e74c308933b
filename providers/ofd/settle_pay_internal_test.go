package ofd

import (
	"testing"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/providers/ofd/partner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

// What of the readings proves that a code was spent on a till, what proves
// that it was not, and what proves nothing.
func TestProofsOfAPayment(t *testing.T) {
	const key, code, rnm, other = "key", "PSZ7D1Lq", "0000002950038403", "0000002950038404"
	record := spec.RecordCode(key, code)
	pay := func(rnm, status string, ago time.Duration) partner.PayStatus {
		return partner.PayStatus{RNM: rnm, ActivationCode: code, Status: status, At: sentAt.Add(-ago)}
	}
	earlier := pay(rnm, partner.PayCancelled, 80*time.Hour)
	for name, test := range map[string]struct {
		own, uses, left string // before the call
		rows            []partner.PayStatus
		remaining       int
		want            reading
	}{
		"nothing changed":                   {"0", "0", "2", nil, 2, absent},
		"a new row":                         {"0", "0", "2", []partner.PayStatus{pay(rnm, partner.PayWaiting, 0)}, 1, happened},
		"an earlier row only":               {"1", "1", "2", []partner.PayStatus{earlier}, 2, absent},
		"a new row beside an earlier one":   {"1", "1", "2", []partner.PayStatus{earlier, pay(rnm, partner.PayWaiting, 0)}, 1, happened},
		"a row whose time is behind ours":   {"0", "0", "2", []partner.PayStatus{pay(rnm, partner.PayWaiting, 3*time.Hour)}, 1, happened},
		"the count fell":                    {"0", "0", "2", nil, 1, unclear},
		"the code is listed no more":        {"0", "0", "1", nil, -1, unclear},
		"the count fell for another till":   {"0", "0", "2", []partner.PayStatus{pay(other, partner.PayWaiting, 0)}, 1, absent},
		"it fell once more than rows tell":  {"0", "0", "3", []partner.PayStatus{pay(other, partner.PayWaiting, 0)}, 1, unclear},
		"a row of another till, count same": {"0", "0", "2", []partner.PayStatus{pay(other, partner.PayWaiting, 0)}, 2, unclear},
	} {
		l := payLists{pays: indexPayments(test.rows), codes: indexCodes(nil), tills: indexTills(nil)}
		if test.remaining >= 0 {
			l.codes = indexCodes([]partner.Code{{Code: code, Remaining: test.remaining}})
		}
		run := &apply.Run{
			FingerprintKey: key, Now: sentAt.Add(2 * time.Minute), QuietPeriod: time.Minute,
			Intent:   &state.Intent{ID: "i", Effect: state.EffectPay, At: sentAt, PreRead: map[string]string{"own": test.own, "uses": test.uses, "left": test.left}},
			Workflow: state.Workflow{Phase: phasePay, Started: sentAt, Data: state.WorkflowData{Code: &record}},
		}
		if got := payReading(run, rnm, l); got != test.want {
			t.Errorf("%s: %d, want %d", name, got, test.want)
		}
	}
}

// A person's word holds for the call that it was said about, and for no other.
func TestAWordHoldsForItsCall(t *testing.T) {
	for name, test := range map[string]struct {
		intent *state.Intent
		word   *state.Resolution
		want   apply.Settlement
	}{
		"sent":                 {&state.Intent{ID: "i"}, &state.Resolution{Intent: "i", Sent: true}, apply.SettledPerson},
		"not sent":             {&state.Intent{ID: "i"}, &state.Resolution{Intent: "i"}, apply.SettledPerson},
		"about an earlier one": {&state.Intent{ID: "i"}, &state.Resolution{Intent: "h", Sent: true}, ""},
		"about none":           {&state.Intent{ID: "i"}, &state.Resolution{Sent: true}, ""},
		"no call is open":      {nil, &state.Resolution{Intent: "i", Sent: true}, ""},
		"nothing was said":     {&state.Intent{ID: "i"}, nil, ""},
	} {
		run := &apply.Run{Intent: test.intent, Workflow: state.Workflow{Phase: phasePay, Resolution: test.word}}
		tr, ok := byPerson(run, sentTransition)
		if tr.Settled != test.want || ok != (test.want != "") {
			t.Errorf("%s: %+v, %v", name, tr, ok)
		}
	}
}
