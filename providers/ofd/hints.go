package ofd

import (
	"fmt"
	"strings"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/state"
)

// What a person can do about a refusal. The service's own words stand in the
// message; where they leave open what to do, a hint says it.
const (
	hintCorrect  = "correct what the reason names, then run kktctl apply: it makes a new application"
	hintPaper    = "read the tax service's paper (kktctl tasks documents %s --to DIR saves it), correct what it names, then run kktctl apply: it makes a new application"
	hintSigner   = "check that the company's signer signs with the certificate of its signatory, then run kktctl apply: it makes a new application"
	hintBalance  = "top up the partner's balance, or declare OFD.ru as the ОФД, which costs nothing; then run kktctl apply"
	hintPair     = "check company, serial and rnm of the till in the fleet file: the РНМ must be registered for this company; the code was not used"
	hintForeign  = "have OFD.ru move the till to this partner, or take activationCode out of the fleet file; the code was not used"
	hintPay      = "look at the code and at the till in the partner's cabinet, then run kktctl apply; the code was not used"
	hintBook     = "look at the till and at the code in the partner's cabinet; a till that is booked there already needs no book in the fleet file. Then run kktctl apply: the code was not used"
	hintLapsed   = "declare another code, run kktctl apply, and have the till send a document within 3 days"
	hintPatience = "the tax service answers within 5 working days as a rule; look at the application in the partner's cabinet if it is urgent"
	hintWork     = "preparing takes minutes as a rule: ask OFD.ru about the application; kktctl goes on by itself when the documents are there"
	hintAsk      = "ask OFD.ru what became of the application; kktctl goes on following it and sends nothing again"
)

// refusedFor is refused with what a person can do.
func refusedFor(run *apply.Run, message, hint string) apply.Transition {
	tr := refused(run, message)
	tr.Hint = hint
	return tr
}

// words finds one of the service's phrases, which have no codes.
func words(message string, parts ...string) bool {
	low := strings.ToLower(message)
	for _, p := range parts {
		if !strings.Contains(low, p) {
			return false
		}
	}
	return true
}

// hintRefusedApplication is for an application that the service does not take.
func hintRefusedApplication(err error) string {
	if m := err.Error(); words(m, "баланс") || words(m, "недостаточно", "средств") {
		return hintBalance
	}
	return hintCorrect
}

// hintRefusedPay is for a code that the service does not take (004 §4.1).
func hintRefusedPay(err error) string {
	switch m := err.Error(); {
	case words(m, "инн", "рнм"):
		return hintPair
	case words(m, "чужим", "партнер"):
		return hintForeign
	}
	return hintPay
}

// The ages of a wait at which a person is told of it.
const (
	longWait    = 3 * 24 * time.Hour
	tooLongWait = 10 * 24 * time.Hour
)

// ageing waits for somebody who may never answer: after some days it says for
// how long, and what can be done. In between nothing changes, so that a poll
// which shows nothing new writes nothing.
func ageing(run *apply.Run, d state.WorkflowData, who planner.Wait, message string) apply.Transition {
	tr := wait(run.Workflow.Phase, d, who, message)
	since := run.Workflow.Since
	age, limit := run.Now.Sub(since), longWait
	if since.IsZero() || age < longWait {
		return tr
	}
	tr.Hint = hintPatience
	if age >= tooLongWait {
		tr.Hint, limit = hintAsk, tooLongWait
	}
	if who == planner.WaitService {
		tr.Hint = hintWork
	}
	tr.Message = fmt.Sprintf("%s, for more than %d days (since %s)", message, int(limit.Hours()/24), since.Format(time.DateOnly))
	return tr
}
