package ofd

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/fiscal"
	"github.com/kktctl/kktctl/state"
)

// check prints a test receipt and, if that is wished, its return, and holds
// the till that answered against the one that is expected. The return is
// printed also when another till answered: its money is on the books.
func (p *Provider) check(ctx context.Context, run *apply.Run) (apply.Transition, error) {
	w := run.Workflow.Data.Receipt
	if run.Workflow.Phase == phaseStart {
		return beginCheck(run)
	}
	if w == nil {
		return apply.Transition{}, fmt.Errorf("%s: the state does not say what was sent", run.Address)
	}
	doc, err := fromBody(w.Receipt.Kind, w.Receipt.INN, w.Body)
	if err != nil {
		return apply.Transition{}, fmt.Errorf("%s: the receipt in the state cannot be read: %w", run.Address, err)
	}
	sale := printing{
		p: p, run: run, doc: doc, id: w.Receipt.ID, queue: phaseQueue,
		printed: func(got *state.Printed) apply.Transition { return sold(run, got) },
		expired: func() apply.Transition {
			return anew(run, phasePrint, func(w *state.ReceiptWork) { w.Receipt.ID = newID() })
		},
	}
	back := printing{
		p: p, run: run, doc: doc.Return(), id: w.ReturnID, queue: phaseReturnQueue,
		printed: func(got *state.Printed) apply.Transition { return concluded(run, got) },
		expired: func() apply.Transition {
			return anew(run, phaseReturn, func(w *state.ReceiptWork) { w.ReturnID = newID() })
		},
		refused: func(message, hint string) apply.Transition { return notReturned(run, message, hint) },
	}
	switch run.Workflow.Phase {
	case phasePrint:
		return sale.send(ctx)
	case phaseQueue:
		return sale.look(ctx)
	case phaseReturn:
		return back.send(ctx)
	case phaseReturnQueue:
		return back.look(ctx)
	}
	return apply.Transition{}, fmt.Errorf("%s: the phase %q is not known to this kktctl: use a newer one", run.Address, run.Workflow.Phase)
}

func newID() string { return uuid.NewString() }

// beginCheck puts the receipt and the ids of a run into the state: whoever
// goes on prints the same under the same ids.
func beginCheck(run *apply.Run) (apply.Transition, error) {
	c, ok := run.Fleet.Checks[strings.TrimPrefix(run.Address, "checks.")]
	if !ok {
		return apply.Transition{}, fmt.Errorf("%s: the check is not in the fleet file any more", run.Address)
	}
	doc, err := CheckDocument(run.Fleet, c)
	if err != nil {
		return apply.Transition{}, fmt.Errorf("%s: %w", run.Address, err)
	}
	d := run.Workflow.Data
	d.Receipt = &state.ReceiptWork{
		Receipt: state.Receipt{Kind: doc.Kind(), INN: doc.INN, ID: newID(), Hash: doc.Hash()},
		Body:    string(doc.body()), Return: c.Return,
	}
	if c.Return {
		d.Receipt.ReturnID = newID()
	}
	return next(phasePrint, d, ""), nil
}

// CheckDocument makes the receipt of a check, checked offline.
func CheckDocument(fleet *spec.Fleet, c spec.Check) (*Document, error) {
	inn := fleet.Companies[c.Company].INN
	if !c.Written.IsZero() {
		d, list := ReadReceipt(c.Kind, inn, c.Written)
		return d, list.Err()
	}
	body, err := json.Marshal(c.Receipt)
	if err != nil {
		return nil, err
	}
	d, err := fromBody(c.Kind, inn, string(body))
	if err != nil {
		return nil, err
	}
	if problems := d.problems(); len(problems) > 0 {
		return nil, errors.New(problems[0].path + ": " + problems[0].message)
	}
	return d, nil
}

// sold goes on from a printed receipt.
func sold(run *apply.Run, got *state.Printed) apply.Transition {
	d := run.Workflow.Data.Clone()
	d.Receipt.Receipt.Printed = got
	d.Receipt.Tries = 0
	run.Workflow.Data = d
	if d.Receipt.Return {
		return next(phaseReturn, d, "printed by "+tillOf(got)+"; the return is next")
	}
	return concluded(run, nil)
}

// maxExpired is how many ids of one document may expire in the queue of the
// service before a check is given up.
const maxExpired = 3

// anew goes on under another id: the one before has ended unprinted.
func anew(run *apply.Run, phase string, change func(*state.ReceiptWork)) apply.Transition {
	d := run.Workflow.Data.Clone()
	if d.Receipt.Tries++; d.Receipt.Tries >= maxExpired {
		message := fmt.Sprintf("%d receipts expired in the service's queue, none of them was printed", d.Receipt.Tries)
		if phase == phaseReturn {
			return notReturned(run, message, "")
		}
		return refusedFor(run, message, "ask OFD.ru whether the till is on, then run the check again")
	}
	change(d.Receipt)
	return next(phase, d, "the receipt expired in the service's queue unprinted: it is sent under another id")
}

// notReturned ends a check whose receipt stays on the books.
func notReturned(run *apply.Run, message, hint string) apply.Transition {
	r := run.Workflow.Data.Receipt.Receipt
	tr := refusedFor(run, fmt.Sprintf("the receipt was printed (document %s of %s), its return was refused: %s", r.Printed.Document, tillOf(r.Printed), message),
		"return it yourself, with kktctl receipt send or on the till")
	if hint != "" {
		tr.Hint = hint + "; " + tr.Hint
	}
	return tr
}

// concluded ends a check: the tills that answered are the one expected, or
// all differences are told.
func concluded(run *apply.Run, back *state.Printed) apply.Transition {
	r := run.Workflow.Data.Receipt.Receipt.Clone()
	r.Return, r.At = back, run.Now
	if wrong := differences(run, &r); len(wrong) > 0 {
		message := strings.Join(wrong, "; ")
		if back != nil {
			message += "; the receipt was returned"
		}
		return refusedFor(run, message,
			"check which tills the certificate (and group) of provider.ferma."+r.Kind+" belongs to, and what expect names; a till whose ФН was changed is re-registered first")
	}
	return apply.Transition{
		Phase: run.Workflow.Phase, Data: run.Workflow.Data, Status: apply.Done,
		Message: "proved: " + tillOf(r.Printed) + " printed document " + r.Printed.Document, Result: &apply.Result{Receipt: &r},
	}
}

func tillOf(got *state.Printed) string {
	if got == nil || got.Serial+got.RNM+got.FN == "" {
		return "a till that is not named"
	}
	return fmt.Sprintf("the till %s (РНМ %s, ФН %s)", cmp.Or(got.Serial, "—"), cmp.Or(got.RNM, "—"), cmp.Or(got.FN, "—"))
}

// differences holds what the tills said of themselves against what is
// declared of the one expected and, for its РНМ, known.
func differences(run *apply.Run, r *state.Receipt) []string {
	c := run.Fleet.Checks[strings.TrimPrefix(run.Address, "checks.")]
	k, ok := run.Fleet.KKTs[c.Expect]
	var out []string
	if c.Expect != "" && !ok {
		out = append(out, "the till "+c.Expect+" that is expected is not in the fleet file any more")
	}
	for _, got := range []*state.Printed{r.Printed, r.Return} {
		switch {
		case got == nil:
		case got.Document == "" || got.Serial+got.RNM+got.FN == "":
			out = append(out, "nobody said which till printed "+got.ID+": nothing is proved")
		default:
			out = append(out, got.Doubts...)
			if ok {
				out = append(out, differs(k, cmp.Or(k.RNM, run.Of(k.Resource()).Identity.RNM), got)...)
			}
		}
	}
	return compactStrings(out)
}

func differs(k spec.KKT, rnm string, got *state.Printed) []string {
	var out []string
	if !fiscal.SameSerial(k.Serial, got.Serial) {
		out = append(out, fmt.Sprintf("the till that answered has the factory number %s, %s has %s", cmp.Or(got.Serial, "(none)"), k.Resource(), k.Serial))
	}
	if rnm != "" && rnm != got.RNM {
		out = append(out, fmt.Sprintf("its РНМ is %s, not %s", cmp.Or(got.RNM, "(none)"), rnm))
	}
	if k.FN.Number != got.FN {
		out = append(out, fmt.Sprintf("its ФН is %s, not %s", cmp.Or(got.FN, "(none)"), k.FN.Number))
	}
	return out
}

// compactStrings leaves out what was said already.
func compactStrings(list []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, s := range list {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}
