package ofd

import (
	"context"
	"fmt"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/providers/ofd/ferma/orangedata"
	"github.com/kktctl/kktctl/state"
)

// printing is one document on its way through a service. It is sent under an
// id that is in the state before the first byte. While its outcome is open the
// same document is sent under the same id again, as both services ask for:
// they print one id once. Nothing else is ever sent meanwhile.
type printing struct {
	p     *Provider
	run   *apply.Run
	doc   *Document
	id    string
	queue string // the phase in which the status is read
	// printed is what follows on a printed document, expired on an id that
	// ended without one. A refusal ends the workflow unless refused is given.
	printed func(*state.Printed) apply.Transition
	expired func() apply.Transition
	refused func(message, hint string) apply.Transition
}

// fault says what an answer that is no success means for the open intent.
type fault uint8

const (
	faultUnclear   fault = iota // nobody can tell: the same is sent again
	faultRefused                // this document is not printed under this id, now or before
	faultNotNow                 // this attempt printed nothing; one before it may have
	faultNotSent                // nothing left this machine
	faultBeing                  // the service is at it
	faultUndefined              // the service says that it cannot tell, and does not when it is asked again
	faultUnusable               // credentials or settings: this attempt printed nothing
)

// answer is what a service says of a document.
type answer struct {
	printed *state.Printed
	queued  bool
	expired bool
	unknown bool // the service knows no such id
	known   bool // it had the id before this was sent
	whole   *orangedata.Document
}

// failedPrint is an answer that is no success.
type failedPrint struct {
	fault fault
	after time.Duration // the service asked to wait so long
	text  string
	hint  string
}

const hintUndefined = "look for the receipt among the till's documents, then say what you saw: after --not-sent the same is sent again under the same id"

// send prints the document, or learns what became of it.
func (s printing) send(ctx context.Context) (apply.Transition, error) {
	if tr, ok := s.byPerson(); ok {
		return tr, nil
	}
	hash := requestHash([]string{s.id, s.doc.Hash()})
	before := s.run.Intent
	a := announcement{run: s.run, effect: state.EffectReceipt, hash: hash, made: before != nil}
	parent := ctx
	switch {
	case before == nil:
		if err := a.shut(); err != nil {
			return apply.Transition{}, err
		}
		ctx = a.before(ctx)
	case before.RequestHash != hash:
		return apply.Transition{}, fmt.Errorf("%s: what would be sent as %s is not what was sent: put it back as it was", s.run.Address, s.id)
	case s.run.Workflow.Unknown && s.run.Workflow.WaitingFor != string(planner.WaitDocument):
		return person(s.run, s.run.Workflow.Message, hintUndefined), nil // nothing is sent before somebody has looked
	}
	got, failed := s.p.print(ctx, s.doc, s.id)
	if stop := a.stop(parent, failed == nil); stop != nil {
		return apply.Transition{}, stop
	}
	if failed != nil && failed.fault == faultRefused && before != nil {
		got, failed = s.p.takenBefore(ctx, s.doc, s.id, failed)
	}
	if failed != nil {
		return s.failed(failed, before != nil), nil
	}
	if got.known && before == nil {
		s.run.Workflow.Data = s.run.Workflow.Data.Clone()
		s.run.Workflow.Data.Receipt.Known = true
	}
	tr := s.heard(got)
	tr.Settled = apply.SettledDone
	return tr, nil
}

// heard is what follows on an answer.
func (s printing) heard(got answer) apply.Transition {
	switch {
	case got.printed != nil:
		return s.printed(got.printed)
	case got.expired:
		return s.expired()
	}
	return next(s.queue, s.run.Workflow.Data, "the receipt "+s.id+" is in the service's queue")
}

// failed is what follows on an answer that is no success; again tells that the
// document had been sent before and that the outcome was open.
func (s printing) failed(f *failedPrint, again bool) apply.Transition {
	stay := func(message string) apply.Transition {
		tr := wait(s.run.Workflow.Phase, s.run.Workflow.Data, planner.WaitService, message)
		tr.RetryAfter, tr.Hint = f.after, f.hint
		return tr
	}
	open := again || f.fault == faultUnclear || f.fault == faultUndefined
	switch {
	case f.fault == faultUndefined && again:
		return person(s.run, f.text, hintUndefined)
	case f.fault == faultRefused, f.fault == faultUnusable && !open:
		tr := refusedFor(s.run, f.text, f.hint)
		if s.refused != nil {
			tr = s.refused(f.text, f.hint)
		}
		tr.Settled = apply.SettledRefused
		return tr
	case f.fault == faultBeing:
		return stay("the service is still at it: " + f.text)
	case open:
		return stay(fmt.Sprintf("what became of it is not known (%s); the same is sent again as %s, which is printed once", f.text, s.id))
	case f.fault == faultNotSent:
		tr := stay("not sent: " + f.text + "; it will be tried again")
		tr.Settled = apply.SettledNotSent
		return tr
	}
	tr := stay("not taken yet: " + f.text + "; it will be tried again")
	tr.Settled = apply.SettledRefused
	return tr
}

// byPerson takes a person's word on a document.
func (s printing) byPerson() (apply.Transition, bool) {
	return byPerson(s.run, func() apply.Transition { return s.printed(&state.Printed{ID: s.id}) })
}

// look reads how a document stands that the service has taken.
func (s printing) look(ctx context.Context) (apply.Transition, error) {
	if word := s.run.Workflow.Resolution; word != nil && s.run.Intent == nil {
		if word.Sent {
			return s.printed(&state.Printed{ID: s.id}), nil
		}
		return refusedFor(s.run, word.Who+" said that "+s.id+" was not printed", "send it again under a new id"), nil
	}
	got, err := s.p.lookUp(ctx, s.doc.INN, s.id)
	switch {
	case err != nil:
		return apply.Transition{}, again(err)
	case got.unknown && s.run.Now.Sub(s.run.Workflow.Since) > longUnknown:
		return person(s.run, "the service took the receipt "+s.id+" and does not know it any more",
			"ask OFD.ru about it, and look among the till's documents"), nil
	case got.queued, got.unknown:
		return ageing(s.run, s.run.Workflow.Data, planner.WaitService, "the receipt "+s.id+" is in the service's queue"), nil
	}
	if tr, ok := s.another(got); ok {
		return tr, nil
	}
	return s.heard(got), nil
}

// longUnknown is how long a service may not know what it has taken.
const longUnknown = 10 * time.Minute
