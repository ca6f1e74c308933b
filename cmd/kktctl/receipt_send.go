package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

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
	store, err := a.openState(g, fleet)
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
