package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/providers/ofd"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/state"
)

// receiptWait is how long a receipt is waited for unless --wait says it: the
// tills of both services print within seconds.
const receiptWait = time.Minute

type receiptOptions struct {
	running
	DryRun     bool
	Correction bool
}

func (o *receiptOptions) flags(f *pflag.FlagSet, wait time.Duration) {
	o.Wait, o.Parallelism = wait, 1
	f.Var((*span)(&o.Wait), "wait", "wait for the printed receipt for so long; 0 does not wait")
	lockTimeoutFlag(f, &o.LockTimeout)
	f.BoolVar(&o.JSON, "json", false, "the result as JSON")
	f.BoolVar(&o.Detailed, "detailed-exitcode", false, "exit 3 when the receipt is not printed yet")
}

func newReceiptSendCmd(a *App, g *globals) *cobra.Command {
	var o receiptOptions
	cmd := &cobra.Command{
		Use:   "send FILE",
		Short: "Print a receipt on a cloud till, once",
		Long: `Checks the receipt of FILE offline and has it printed by Ferma (CheckOnline or
Orange Data), once for its id, whatever happens on the way: sending the same
file again prints nothing a second time and shows what was printed. Another
receipt under the same id is refused.

  kind: orangedata            # or checkonline
  company: sever              # one of the fleet file
  id: order-1017              # RequestId or id of the service
  receipt: {…}                # names and units of the service's document`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.runReceiptSend(cmd.Context(), g, args[0], o) },
	}
	o.flags(cmd.Flags(), receiptWait)
	cmd.Flags().BoolVar(&o.DryRun, "dry-run", false, "only check the file, offline")
	return cmd
}

func newReceiptCorrectCmd(a *App, g *globals) *cobra.Command {
	o := receiptOptions{Correction: true}
	cmd := &cobra.Command{
		Use:   "correct FILE",
		Short: "Print a correction on a cloud till, once",
		Long:  "Checks the correction of FILE (kind: orangedata, with correction: in the place of receipt:) and has it printed, once for its id, as receipt send does. CheckOnline prints no corrections.",
		Args:  cobra.ExactArgs(1),
		RunE:  func(cmd *cobra.Command, args []string) error { return a.runReceiptSend(cmd.Context(), g, args[0], o) },
	}
	o.flags(cmd.Flags(), receiptWait)
	cmd.Flags().BoolVar(&o.DryRun, "dry-run", false, "only check the file, offline")
	return cmd
}

func (a *App) runReceiptSend(ctx context.Context, g *globals, path string, o receiptOptions) error {
	g.JSON = o.JSON
	fleet, err := a.loadFleet(g)
	if err != nil {
		return err
	}
	out, err := a.readOutgoing(g, fleet, path)
	if err != nil {
		return err
	}
	if err := fitsCommand(out, path, o.Correction); err != nil {
		return err
	}
	if o.DryRun {
		fmt.Fprintf(a.Out, "%s is valid: %s for %s, id %s. Nothing was sent.\n", view.Clean(path), view.Roubles(out.doc.Total()), out.file.Company, out.file.ID)
		return nil
	}
	if told, err := a.recordedBefore(ctx, g, fleet, out, o); told || err != nil {
		return err
	}
	ctx, in := a.watchInterrupts(ctx)
	defer in.end()
	need := receipts{
		operation: "receipt send", running: o.running, kinds: []string{out.doc.Kind()},
		documents: map[string]*ofd.Document{out.address(): out.doc},
	}
	return a.withReceipts(ctx, g, fleet, need, func(w *work) error { return a.sendReceipt(ctx, in, w, out, o) })
}

// recordedBefore tells of a receipt that is printed already: nothing is needed
// for it but the state.
func (a *App) recordedBefore(ctx context.Context, g *globals, fleet *spec.Fleet, out *outgoing, o receiptOptions) (told bool, err error) {
	store, err := a.openStore(statePath(g, fleet))
	if err != nil {
		return false, err
	}
	snap, err := a.load(ctx, g, store)
	if err != nil || snap == nil {
		return false, err
	}
	if err := checkFleet(snap, fleet.Name, store.Location()); err != nil {
		return false, err
	}
	return a.tellBefore(g, snap, out, o)
}

func (a *App) tellBefore(g *globals, snap *state.Snapshot, out *outgoing, o receiptOptions) (told bool, err error) {
	if err := sentBefore(snap, out); err != nil {
		return false, err
	}
	if snap.Resources[out.address()].Receipt == nil {
		return false, nil
	}
	if !o.JSON {
		fmt.Fprintln(a.Err, "It was sent before: nothing is sent now.")
	}
	return true, a.tellReceipt(g, snap, out.address(), nil, o)
}

// fitsCommand keeps receipts and corrections apart: who sends one has to mean
// it.
func fitsCommand(out *outgoing, path string, correction bool) error {
	switch {
	case correction && !out.doc.Correction():
		return diag.Diagnostic{Summary: "the file holds a receipt, not a correction", Pos: out.file.Pos, Hint: "kktctl receipt send " + shellWord(path)}
	case !correction && out.doc.Correction():
		return diag.Diagnostic{Summary: "the file holds a correction, not a receipt", Pos: out.file.Pos, Hint: "kktctl receipt correct " + shellWord(path)}
	}
	return nil
}

// sendReceipt sends what was not sent before, and tells how it stands.
func (a *App) sendReceipt(ctx context.Context, in *interrupts, w *work, out *outgoing, o receiptOptions) error {
	if told, err := a.tellBefore(w.g, w.session.Snapshot(), out, o); told || err != nil {
		return err
	}
	return a.runReceipt(ctx, in, w, out.address(), o)
}

// sentBefore refuses another receipt under an id that was used.
func sentBefore(snap *state.Snapshot, out *outgoing) error {
	r := snap.Resources[out.address()]
	before := r.Receipt
	if work := workOf(r); before == nil && work != nil && (work.Phase != "print" || openIntent(snap, out.address())) {
		before = &work.Data.Receipt.Receipt
	}
	if before == nil || before.Hash == out.doc.Hash() {
		return nil
	}
	return errors.New(ofd.ChangedReceipt(out.file.ID, ofd.Differences(before.Parts, out.doc.Parts(snap.FingerprintKey()))))
}

// workOf is the running workflow of a receipt, once it says what is sent.
func workOf(r state.Resource) *state.Workflow {
	if w := r.Workflows[string(planner.Receipt)]; w != nil && w.Data.Receipt != nil {
		return w
	}
	return nil
}

// openIntent tells whether it is not known what became of a call.
func openIntent(snap *state.Snapshot, address string) bool {
	for _, in := range snap.Intents {
		if in.Address == address {
			return true
		}
	}
	return false
}

// runReceipt has the engine go as far as the answers allow.
func (a *App) runReceipt(ctx context.Context, in *interrupts, w *work, address string, o receiptOptions) error {
	opts, err := a.runOptions(in, w, o.running)
	if err != nil {
		return err
	}
	snap := w.session.Snapshot()
	plan := &planner.Plan{
		FormatVersion: planner.FormatVersion, Fleet: w.fleet.Name, FleetHash: w.fleet.Hash, Lineage: snap.Lineage, Serial: snap.Serial,
		Timestamp: a.now(), Applyable: true, Complete: true,
		Steps: []planner.Step{{
			ID: planner.StepID(planner.Receipt, address), Address: address, Action: planner.Receipt, Irreversible: true,
			Requires: []string{}, Changes: []planner.Change{}, Waits: []planner.Wait{},
		}},
	}
	quiet := o.running
	quiet.JSON = false
	ending := func() error { return nil }
	if !o.JSON {
		opts.Listener, ending = a.listener(w.g, in, plan, quiet)
	}
	in.softly()
	report, err := w.session.Run(ctx, w.fleet, plan, w.backend.provider, opts)
	err = errors.Join(otherErrors(err), ending())
	if report == nil || len(report.Steps) == 0 {
		return err
	}
	if in.happened() {
		if errors.Is(err, context.Canceled) {
			err = nil
		}
		return withCode(exitInterrupted, errors.Join(err, a.tellReceipt(w.g, w.session.Snapshot(), address, &report.Steps[0], o)))
	}
	return errors.Join(err, a.tellReceipt(w.g, w.session.Snapshot(), address, &report.Steps[0], o))
}

// tellReceipt prints how a receipt stands and gives the exit code.
func (a *App) tellReceipt(g *globals, snap *state.Snapshot, address string, step *apply.StepResult, o receiptOptions) error {
	v := receiptView(snap, address, step)
	if o.JSON {
		if err := view.SentJSON(a.Out, v); err != nil {
			return err
		}
	} else {
		fmt.Fprint(a.Out, view.SentText(v, a.outOptions(g)))
	}
	switch v.State {
	case view.ReceiptPrinted:
		return nil
	case view.ReceiptUnknown:
		return withCode(exitUnknown, nil)
	case view.ReceiptQueued:
		if step != nil && step.State == apply.StepFailed {
			return withCode(exitError, nil)
		}
		if o.Detailed {
			return withCode(exitWaiting, nil)
		}
		return nil
	}
	return withCode(exitError, nil)
}

// receiptView says how a receipt stands: as the state has it, and as the run
// just left it.
func receiptView(snap *state.Snapshot, address string, step *apply.StepResult) view.Sent {
	r := snap.Resources[address]
	v := view.Sent{Address: address}
	if step != nil {
		v.Message, v.Hint = step.Message, step.Hint
	}
	w := workOf(r)
	switch {
	case r.Receipt != nil:
		v.State, v.Receipt = view.ReceiptPrinted, r.Receipt
		v.Message, v.Hint = "", ""
		return v
	case step != nil && step.State == apply.StepFailed && step.Err == nil:
		v.State = view.ReceiptRefused
		return v
	case w == nil && r.Refusal != nil:
		v.State, v.Message = view.ReceiptRefused, r.Refusal.Reason
		return v
	case w == nil:
		v.State = view.ReceiptNotSent
		return v
	}
	v.Receipt = &w.Data.Receipt.Receipt
	v.Person = w.Unknown
	if v.Message == "" {
		v.Message = w.Message
	}
	switch {
	case openIntent(snap, address) || w.Unknown:
		v.State = view.ReceiptUnknown
	case w.Phase == "print":
		v.State = view.ReceiptWaiting
	default:
		v.State = view.ReceiptQueued
	}
	return v
}
