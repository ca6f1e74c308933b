package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/state"
)

func newReceiptStatusCmd(a *App, g *globals) *cobra.Command {
	var o receiptOptions
	cmd := &cobra.Command{
		Use:   "status FILE|ID",
		Short: "Show what became of a receipt that was sent",
		Long:  "Shows how a receipt or a correction stands that was sent from this state, named by its file or its id. One that the service has and has not printed yet is asked for; nothing is sent.",
		Args:  cobra.ExactArgs(1),
		RunE:  func(cmd *cobra.Command, args []string) error { return a.runReceiptStatus(cmd.Context(), g, args[0], o) },
	}
	o.flags(cmd.Flags(), 0)
	return cmd
}

func (a *App) runReceiptStatus(ctx context.Context, g *globals, name string, o receiptOptions) error {
	g.JSON = o.JSON
	fleet, err := a.loadFleet(g)
	if err != nil {
		return err
	}
	id, err := receiptID(name)
	if err != nil {
		return err
	}
	store, err := a.openState(g, fleet)
	if err != nil {
		return err
	}
	snap, err := a.load(ctx, g, store)
	if err != nil {
		return err
	}
	address := spec.ReceiptAddress(id)
	if snap == nil {
		snap = &state.Snapshot{}
	}
	r, ok := snap.Resources[address]
	if !ok {
		return diag.Diagnostic{
			Summary: "no receipt " + id + " was sent from the state " + store.Location(),
			Hint:    "kktctl receipt send FILE sends one; --state and --sandbox choose another state",
		}
	}
	w := workOf(r)
	if w == nil || w.Unknown && w.WaitingFor != string(planner.WaitDocument) {
		return a.tellReceipt(g, snap, address, nil, o)
	}
	ctx, in := a.watchInterrupts(ctx)
	defer in.end()
	need := receipts{operation: "receipt status", running: o.running, kinds: []string{w.Data.Receipt.Receipt.Kind}}
	return a.withReceipts(ctx, g, fleet, need, func(w *work) error {
		if workOf(w.session.Snapshot().Resources[address]) == nil { // somebody else has ended it
			return a.tellReceipt(g, w.session.Snapshot(), address, nil, o)
		}
		return a.runReceipt(ctx, in, w, address, o)
	})
}

// receiptID takes a file or an id for what it is: a file has a folder or an
// ending.
func receiptID(name string) (string, error) {
	id := strings.TrimPrefix(name, spec.ReceiptAddress(""))
	_, missing := os.Stat(name)
	ending := strings.ToLower(filepath.Ext(name))
	if missing != nil && ending != ".yaml" && ending != ".yml" && filepath.Base(name) == name {
		if err := spec.CheckReceiptID(id); err != nil {
			return "", fmt.Errorf("%q %w", name, err)
		}
		return id, nil
	}
	f, list := spec.LoadReceipt(name, uuid.NewString)
	if f == nil || list.HasErrors() {
		return "", list.Err()
	}
	return f.ID, nil
}
