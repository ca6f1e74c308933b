package apply

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

// GiveSignature records a signature (base64 of a CMS) for the document that a
// till's application waits for. It is sent by the next advance.
func (s *Session) GiveSignature(ctx context.Context, address, signature string) error {
	return s.give(ctx, address, planner.WaitSignature, "signature given", func(d *state.WorkflowData) { d.Signature = signature })
}

// GiveReport records what a person read off the printed report of
// registration.
func (s *Session) GiveReport(ctx context.Context, address string, report spec.FiscalReport) error {
	return s.give(ctx, address, planner.WaitReport, "report given", func(d *state.WorkflowData) { d.Report = &report })
}

func (s *Session) give(ctx context.Context, address string, wait planner.Wait, event string, change func(*state.WorkflowData)) error {
	w, err := s.waiting(address, wait)
	if err != nil {
		return err
	}
	return s.update(ctx, address, state.Entry{Event: event, Log: true}, func(r *state.Resource) { change(&r.Workflows[w.Action].Data) })
}

// waiting finds the one workflow of a till that waits for something.
func (s *Session) waiting(address string, wait planner.Wait) (*state.Workflow, error) {
	return WaitingStep(s.Snapshot(), address, wait)
}

// WaitingStep finds the one workflow of a till that waits for something. Its error
// says what is there instead.
func WaitingStep(snap *state.Snapshot, address string, wait planner.Wait) (*state.Workflow, error) {
	r, ok := snap.Resources[address]
	if !ok {
		return nil, NotInState(snap, address)
	}
	var now []string
	for _, w := range r.Workflows {
		if w.WaitingFor == string(wait) {
			return w, nil
		}
		now = append(now, fmt.Sprintf("%s waits for %s", w.Action, orNothing(w.WaitingFor)))
	}
	if len(now) == 0 {
		now = []string{"nothing runs for it"}
	}
	slices.Sort(now)
	return nil, fmt.Errorf("%s: nothing waits for %s: %s\nhint: kktctl tasks lists what people owe", address, wait, strings.Join(now, ", "))
}

func orNothing(wait string) string {
	if wait == "" {
		return "nothing"
	}
	return wait
}

// Resolve records a person's word on an unknown outcome: whether the call
// happened, and what it gave. action picks the workflow when several of the
// till are unknown; it may be empty.
func (s *Session) Resolve(ctx context.Context, address string, action planner.Action, sent bool, id string) error {
	w, err := s.unknown(address, action, func(r *state.Resolution) bool { return r.Sent != sent || r.ID != id })
	if err != nil {
		return err
	}
	if sent && id == "" && w.Action == string(planner.Order) {
		return fmt.Errorf("%s: %w", address, errNoOrderID)
	}
	res := &state.Resolution{Sent: sent, ID: id, Who: s.who, At: s.now().UTC()}
	if in := s.intentOf(w.ID); in != nil {
		res.Intent = in.ID
	}
	said := word(planner.Action(w.Action), res)
	event := "resolved " + w.Action + " as not sent"
	if sent {
		event = "resolved " + w.Action + " as sent"
	}
	return s.update(ctx, address, state.Entry{Event: event, Log: true}, func(r *state.Resource) {
		n := r.Workflows[w.Action]
		n.Resolution, n.Unknown, n.WaitingFor, n.Message = res, false, "", said
	})
}

// word says what a person has said, and what follows.
func word(a planner.Action, r *state.Resolution) string {
	what := map[planner.Action]string{planner.CreateCabinet: "the cabinet was made", planner.Order: "the order was placed"}[a]
	if what == "" {
		what = "it happened"
	}
	follows := "it is recorded, and nothing is sent again"
	switch {
	case !r.Sent:
		what = "it did not happen"
		if follows = "what runs goes on from there"; r.Intent != "" {
			what, follows = "it was not sent", "it is sent again, once"
		}
		if a == planner.Receipt { // nobody but who has its file can send it
			follows = "kktctl receipt can send its file again"
		}
	case r.ID != "":
		what += ", as " + r.ID
	case a == planner.CreateCabinet:
		what += ", and named no agreement"
	}
	return r.Who + " said that " + what + ": " + follows
}

// unknown finds the one workflow whose outcome is unknown, or was told with
// another word, which nothing was done with yet, about a call.
func (s *Session) unknown(address string, action planner.Action, another func(*state.Resolution) bool) (*state.Workflow, error) {
	r, ok := s.Snapshot().Resources[address]
	if !ok {
		return nil, NotInState(s.Snapshot(), address)
	}
	var found []*state.Workflow
	for _, w := range r.Workflows {
		said := w.Resolution != nil && w.Resolution.Intent != "" && another(w.Resolution)
		if (w.Unknown || said || s.openReceipt(w)) && (action == "" || action == planner.Action(w.Action)) {
			found = append(found, w)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return nil, fmt.Errorf("%s: no outcome is unknown, there is nothing to resolve\nhint: kktctl tasks lists what people owe", address)
	default:
		return nil, fmt.Errorf("%s: several outcomes are unknown\nhint: say which with --action", address)
	}
}

// openReceipt tells of a receipt whose sending was cut off: no service lists
// it, so that a person's word is taken at once.
func (s *Session) openReceipt(w *state.Workflow) bool {
	return w.Action == string(planner.Receipt) && s.intentOf(w.ID) != nil
}

// NotInState tells that an address is not known, and which ones of the same
// name are.
func NotInState(snap *state.Snapshot, address string) error {
	what := "nothing of this address in the state"
	if spec.IsKKTAddress(address) {
		what = "no such till in the state"
	}
	hint := "kktctl state list shows the addresses"
	if named := Named(snap, spec.NameOf(address)); len(named) > 0 {
		hint = "of that name there is " + strings.Join(named, ", ") + "; " + hint
	}
	return fmt.Errorf("%s: %s\nhint: %s", address, what, hint)
}

// Named lists the addresses in the state that a name alone may mean, sorted.
func Named(snap *state.Snapshot, name string) []string {
	var found []string
	for _, of := range []func(string) string{spec.KKTAddress, spec.CompanyAddress, spec.OrderAddress, spec.CheckAddress, spec.ReceiptAddress} {
		if _, ok := snap.Resources[of(name)]; ok {
			found = append(found, of(name))
		}
	}
	slices.Sort(found)
	return found
}

// AddressIn completes what a person calls something in the state: an address
// is taken as it is; a name alone is a till's, or that of the only other thing
// called so.
func AddressIn(snap *state.Snapshot, s string) string {
	address := spec.AddressOf(s)
	if _, ok := snap.Resources[address]; ok || address == s {
		return address
	}
	if named := Named(snap, s); len(named) == 1 {
		return named[0]
	}
	return address
}
