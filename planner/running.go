package planner

import (
	"strings"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// draft tells whether an application can still be changed: nothing has been
// prepared for signing yet.
func (r *Running) draft() bool {
	switch r.Phase {
	case "", "start", "draft", "prepare":
		return true
	case "simplified", "simplified-report":
		return !r.Unsettled && !r.Unknown
	}
	return false
}

// unbegun tells whether a workflow has sent nothing yet: it waits for papers,
// or could not begin. It is planned anew, as if it did not run.
func (r *Running) unbegun() bool {
	return (r.Phase == "start" || r.Phase == "draft") && r.ApplicationID == "" && !r.Unknown && !r.Unsettled
}

// planContinues takes up the workflows that run.
func (p *planning) planContinues(t *till) {
	if t.prior == nil {
		return
	}
	for i := range t.prior.Running {
		r := &t.prior.Running[i]
		if r.unbegun() {
			continue
		}
		s := continues(r.unheld(), p.application(r))
		s.Cost, s.RNM, s.FN = p.costLeft(t, r), t.rnm(), t.fn()
		p.add(t, s)
	}
}

// unheld is a workflow without its wait for a window: whether one is open is
// the plan's to say.
func (r *Running) unheld() *Running {
	if r.WaitingFor != WaitWindow {
		return r
	}
	c := *r
	c.WaitingFor, c.Message = "", ""
	return &c
}

// continues makes the step that goes on with a workflow; words are what a
// reading says of it.
func continues(r *Running, words string) Step {
	s := Step{
		Action: Continue, Continues: r.Action, Phase: r.Phase, Since: r.Since, WaitingFor: r.WaitingFor,
		Message: r.Message, Due: r.Due, Simplified: r.Simplified,
	}
	if r.Unknown && r.WaitingFor != WaitDocument { // which is a person's answer too
		s.WaitingFor = WaitPerson
	}
	if s.WaitingFor != "" {
		s.Waits = []Wait{s.WaitingFor}
	}
	if words != "" {
		s.Message = strings.TrimPrefix(s.Message+"; "+words, "; ")
	}
	if !r.Code.IsZero() {
		code := r.Code
		s.Code, s.CodeID = &code, r.CodeID
	}
	s.Reason = continueReason(r, s.WaitingFor, words)
	return s
}

// dropUnneeded ends the workflows that have sent nothing and that nothing
// needs any more. A plan that is in doubt drops nothing.
func (p *planning) dropUnneeded() {
	if p.in.NoRefresh || p.plan.Diagnostics.HasErrors() {
		return
	}
	for _, t := range p.subjects() {
		if t.prior == nil || t.blocked || t.left {
			continue
		}
		for _, r := range t.prior.Running {
			if r.unbegun() && t.step(r.Action) == "" && t.step(Forget) == "" {
				t.put(Step{
					Action: Continue, Continues: r.Action, Phase: r.Phase, Since: r.Since, Obsolete: true,
					Reason: string(r.Action) + " is not needed any more; nothing was sent, and the step is dropped",
				})
			}
		}
	}
}

func continueReason(r *Running, w Wait, words string) string {
	b := r.stands()
	switch open := r.open(); {
	case r.Unknown:
		b += "; what became of a call is unknown and a person has to say"
	case r.Said != nil && w == "" && r.Message != "":
		b += "; " + plain(r.Message)
	case w != "":
		b += "; waits for " + strings.ReplaceAll(string(w), "-", " ")
		if open != "" {
			b += "; " + open
		}
	case open != "":
		b += "; " + open
	}
	if words != "" {
		b += "; " + words
	}
	return b
}

// application says how the application of the workflow stands, as far as it
// was read.
func (p *planning) application(r *Running) string {
	a, ok := p.in.Live.Applications[r.ApplicationID]
	if !ok || a.Status == "" {
		return ""
	}
	b := "the application is " + plain(a.Status)
	if a.Stage != "" {
		b += " (" + plain(a.Stage) + ")"
	}
	if a.Reason != "" {
		b += ": " + plain(a.Reason)
	}
	return b
}

// costLeft is what a running workflow will still cost.
func (p *planning) costLeft(t *till, r *Running) Cost {
	switch {
	case r.Simplified && r.Desired == nil && r.draft():
		return p.feeOf(t.want.OFDINN, true)
	case (r.Action == Register || r.Action == Reregister) && r.Desired != nil && r.draft():
		return p.feeOf(r.Desired.OFDINN, r.Simplified)
	case r.Action == Book, r.Action == Pay && !p.consumed(t, r) && t.booked() == nil:
		return Cost{Codes: 1}
	}
	return Cost{}
}

// fee is what the service takes for an application (document 004 §6).
func fee(ofd string) Cost {
	if ofd == "" || ofd == spec.OFDRuINN {
		return Cost{}
	}
	return Cost{Roubles: spec.RegistrationFeeRoubles}
}

// waitsFor tells whether an application of the till runs, so that no other
// may be planned; and says so when the declaration changed meanwhile.
func (p *planning) waitsFor(t *till) bool {
	r := t.application()
	if r == nil {
		return false
	}
	switch {
	case p.changedMeanwhile(t, r):
		p.later(t, r.Action)
	case t.wanted() && r.Desired != nil && r.draft() && compare(r.Desired, &t.want) != 0:
		p.say(diag.Note, t, "the declaration changed while the application of "+string(r.Action)+" is a draft: the draft follows it, or is made anew")
	}
	return true
}

func (p *planning) later(t *till, a Action) {
	p.leaveOut()
	if r := t.run(a); r != nil && r.Phase == "signature" && !r.Unsettled {
		p.say(diag.Warning, t, "the declaration changed before the application of "+string(a)+" was signed: it will be given up unsigned").Hint = "the next plan makes a new one"
		return
	}
	p.say(diag.Note, t, "the declaration changed while "+string(a)+" is under way: the change will be planned after it")
}

func (p *planning) changedMeanwhile(t *till, r *Running) bool {
	switch {
	case !t.inFile:
		return false
	case r.Action == Unregister:
		return t.decl.Unregister == ""
	case t.decl.Unregister != "":
		return true
	}
	return r.Desired != nil && !r.draft() && compare(r.Desired, &t.want)&^t.ignored() != 0
}
