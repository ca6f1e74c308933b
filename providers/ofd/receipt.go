package ofd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

// The phases of a receipt and of a check. Those of the return are a check's.
const (
	phasePrint       = "print"
	phaseQueue       = "print-queue"
	phaseReturn      = "return"
	phaseReturnQueue = "return-queue"
)

// receipt sends a receipt or a correction that a person gave. The document is
// in the configuration under its address; without it what was sent can still
// be followed.
func (p *Provider) receipt(ctx context.Context, run *apply.Run) (apply.Transition, error) {
	doc := p.cfg.Documents[run.Address]
	w := run.Workflow.Data.Receipt
	if run.Workflow.Phase == phaseStart {
		return p.announce(run, doc)
	}
	if w == nil {
		return apply.Transition{}, fmt.Errorf("%s: the state does not say what was sent", run.Address)
	}
	if doc != nil && doc.Hash() != w.Receipt.Hash {
		if run.Intent == nil && run.Workflow.Phase == phasePrint { // nothing of the one before was printed
			return p.announce(run, doc)
		}
		return apply.Transition{}, changedDocument(run, doc, w.Receipt.Parts)
	}
	s := printing{
		p: p, run: run, doc: doc, id: w.Receipt.ID, queue: phaseQueue,
		printed: func(got *state.Printed) apply.Transition { return recorded(run, got) },
		expired: func() apply.Transition {
			return refusedFor(run, "the receipt "+w.Receipt.ID+" expired in the service's queue: it was not printed, and its id is used up",
				"write a new id into the file and send it again")
		},
	}
	switch {
	case run.Workflow.Phase == phaseQueue:
		if doc == nil {
			s.doc = &Document{INN: w.Receipt.INN}
		}
		return s.look(ctx)
	case doc == nil:
		return s.withoutDocument(ctx)
	}
	return s.send(ctx)
}

// withoutDocument follows a receipt whose file is not at hand: nothing can be
// sent, but what was sent may be found.
func (s printing) withoutDocument(ctx context.Context) (apply.Transition, error) {
	w := s.run.Workflow.Data.Receipt
	if tr, ok := s.byPerson(); ok {
		return tr, nil
	}
	if s.run.Intent == nil {
		return apply.Transition{Phase: s.run.Workflow.Phase, Data: s.run.Workflow.Data, Status: apply.Dropped, Message: "nothing was sent"}, nil
	}
	if w.Receipt.Kind == spec.KindOrangeData {
		got, err := s.p.lookUp(ctx, w.Receipt.INN, s.id)
		if err != nil {
			return apply.Transition{}, again(err)
		}
		if !got.unknown {
			tr := s.heard(got)
			tr.Settled = apply.SettledDone
			return tr, nil
		}
	}
	return s.sameFile("what became of the receipt " + s.id + " is not known: send the same file again, which prints it once and tells"), nil
}

// sameFile stops until the document's file is given again, or a person says
// what happened: both end it.
func (s printing) sameFile(message string) apply.Transition {
	tr := person(s.run, message, HintSameFile(s.run.Workflow.Data.Receipt.Receipt.Correction))
	tr.WaitingFor = planner.WaitDocument
	return tr
}

// SameFileCommand sends a receipt or a correction again.
func SameFileCommand(correction bool) string {
	if correction {
		return "kktctl receipt correct FILE"
	}
	return "kktctl receipt send FILE"
}

// HintSameFile says how a receipt goes on whose outcome is open.
func HintSameFile(correction bool) string {
	return SameFileCommand(correction) + " with the same file: the id is printed once, and what was printed is told; if the file is lost, look for it among the till's documents and say what you saw"
}

// announce puts into the state under which id what will be sent.
func (p *Provider) announce(run *apply.Run, doc *Document) (apply.Transition, error) {
	if doc == nil {
		return apply.Transition{Phase: run.Workflow.Phase, Data: run.Workflow.Data, Status: apply.Dropped, Message: "nothing was sent"}, nil
	}
	d := run.Workflow.Data
	d.Receipt = &state.ReceiptWork{Receipt: state.Receipt{
		Kind: doc.Kind(), INN: doc.INN, ID: strings.TrimPrefix(run.Address, "receipts."), Correction: doc.Correction(),
		Hash: doc.Hash(), Parts: doc.Parts(run.FingerprintKey),
	}}
	return next(phasePrint, d, ""), nil
}

// changedDocument refuses another document under the id of one that was sent.
func changedDocument(run *apply.Run, doc *Document, before map[string]string) error {
	return errors.New(ChangedReceipt(run.Workflow.Data.Receipt.Receipt.ID, Differences(before, doc.Parts(run.FingerprintKey))))
}

// ChangedReceipt says that another document was sent under an id before.
func ChangedReceipt(id string, differs []string) string {
	const most = 8
	in := "another company or kind"
	if len(differs) > 0 {
		in = strings.Join(differs[:min(most, len(differs))], ", ")
		if more := len(differs) - most; more > 0 {
			in += fmt.Sprintf(" and %d more", more)
		}
	}
	return fmt.Sprintf("another receipt was sent as %s: this one differs in %s\nhint: an id is for one receipt; give this one an id of its own, or put the file back as it was", id, in)
}

// recorded ends a receipt that is printed.
func recorded(run *apply.Run, got *state.Printed) apply.Transition {
	r := run.Workflow.Data.Receipt.Receipt.Clone()
	r.Printed, r.At = got, run.Now
	message := "printed: document " + got.Document + ", sign " + got.Sign
	if word := run.Workflow.Resolution; got.Document == "" && word != nil {
		r.Printed, r.Who, message = nil, word.Who, "printed, as "+word.Who+" said"
	}
	return apply.Transition{
		Phase: run.Workflow.Phase, Data: run.Workflow.Data, Status: apply.Done, Message: message,
		Result: &apply.Result{Receipt: &r},
	}
}
