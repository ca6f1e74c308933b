package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/state"
)

func newStateMoveCmd(a *App, g *globals) *cobra.Command {
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "mv FROM TO",
		Short: "Give a till in the state another address",
		Long:  "Gives a till in the state another address. A till renamed in the fleet file is moved by the next apply by itself, because its factory number stays; this is for the rest.",
		Args:  cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.runStateMove(cmd.Context(), g, spec.AddressOf(args[0]), spec.AddressOf(args[1]), timeout)
		},
		ValidArgsFunction: completeAddress(g, 2),
	}
	lockTimeoutFlag(cmd.Flags(), &timeout)
	return cmd
}

func (a *App) runStateMove(ctx context.Context, g *globals, from, to string, timeout time.Duration) error {
	if err := spec.CheckName(spec.NameOf(to)); err != nil {
		return fmt.Errorf("%s cannot be declared: %w\nhint: a till is called in the state as it is in the fleet file", to, err)
	}
	if !spec.SameKind(from, to) {
		return fmt.Errorf("%s cannot become %s\nhint: give it another name of the same kind", from, to)
	}
	if strings.HasPrefix(from, spec.ReceiptAddress("")) {
		return fmt.Errorf("%s keeps its name: it is the id that it was sent under", from)
	}
	err := a.editState(ctx, g, edit{"state mv", timeout}, func(s *apply.Session) error {
		snap := s.Snapshot()
		r, err := resourceOf(snap, from)
		if err != nil {
			return err
		}
		if _, taken := snap.Resources[to]; taken {
			return fmt.Errorf("%s is in the state already: nothing was moved", to)
		}
		entries := []state.Entry{
			{Event: "state mv", Address: from, Delete: true, Log: true, Peer: to},
			{Event: "state mv", Address: to, Resource: &r, Log: true, Peer: from},
		}
		for _, in := range intentsOf(snap, from) {
			in.Address = to
			entries = append(entries, state.Entry{Event: "state mv", Address: to, Intent: &in})
		}
		return s.Record(ctx, entries...)
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(a.Out, "Moved %s to %s.\n", from, to)
	return nil
}

func newStateRemoveCmd(a *App, g *globals) *cobra.Command {
	var force bool
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "rm ADDRESS",
		Short: "Forget a till; nothing is changed at the service",
		Long:  "Forgets a till: the service and the tax service are not told. A till with something running is kept unless --force is given, because what was sent for it could then be sent again; so are a cabinet that was made and an order that was placed.",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.runStateRemove(cmd.Context(), g, spec.AddressOf(args[0]), force, timeout)
		},
		ValidArgsFunction: completeAddress(g, 1),
	}
	cmd.Flags().BoolVar(&force, "force", false, "also when something runs for it, or would be made again")
	lockTimeoutFlag(cmd.Flags(), &timeout)
	return cmd
}

func (a *App) runStateRemove(ctx context.Context, g *globals, address string, force bool, timeout time.Duration) error {
	err := a.editState(ctx, g, edit{"state rm", timeout}, func(s *apply.Session) error {
		snap := s.Snapshot()
		r, err := resourceOf(snap, address)
		if err != nil {
			return err
		}
		if err := mayForget(address, r, openIntent(snap, address)); err != nil && !force {
			return err
		}
		var entries []state.Entry
		for _, in := range intentsOf(snap, address) {
			entries = append(entries, state.Entry{Event: "state rm", Address: address, SettledIntent: in.ID, Outcome: "unknown"})
		}
		entries = append(entries, state.Entry{Event: "state rm", Address: address, Delete: true, Log: true})
		return s.Record(ctx, entries...)
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(a.Out, "Forgotten: %s. Nothing was changed at the service.\n", address)
	return nil
}

// mayForget refuses while something runs, and what would be done again.
func mayForget(address string, r state.Resource, open bool) error {
	if r.Receipt != nil && strings.HasPrefix(address, spec.ReceiptAddress("")) {
		return diag.Diagnostic{
			Summary: address + ": the receipt was printed; if it is forgotten and sent again, the service alone keeps it from being printed twice",
			Hint:    "it does no harm in the state; or say --force",
		}
	}
	if r.Protected {
		return diag.Diagnostic{
			Summary: address + ": is protected; if it is forgotten, its protection goes with it",
			Hint:    "write protect: false for it and apply; or say --force",
		}
	}
	if w := workOf(r); w != nil && w.Phase == "print" && !open && !w.Unknown {
		return nil // no service has it
	}
	if len(r.Workflows) == 0 && r.Cabinet != nil {
		return diag.Diagnostic{
			Summary: address + ": the company has its cabinet; if it is forgotten, its agreement is not known any more, and where the file says cabinet: {create: true} the next apply makes it a second time and OFD.ru writes to the client",
			Hint:    fmt.Sprintf("a wrong agreement is put right with kktctl resolve %s --sent --id AGREEMENT; or say --force", address),
		}
	}
	if len(r.Workflows) == 0 && r.Order != nil {
		return diag.Diagnostic{
			Summary: fmt.Sprintf("%s: the order %s was placed; if it is forgotten while it is in the file, it is placed again", address, r.Order.ID),
			Hint:    "take it out of the file: it does no harm in the state; or say --force",
		}
	}
	if len(r.Workflows) == 0 {
		return nil
	}
	if workOf(r) != nil {
		return diag.Diagnostic{
			Summary: address + ": what became of the receipt is not known; if it is forgotten, it could be printed twice",
			Hint:    "kktctl receipt status " + strings.TrimPrefix(address, spec.ReceiptAddress("")) + " says how it goes on; or say --force",
		}
	}
	return diag.Diagnostic{
		Summary: fmt.Sprintf("%s: running for it: %s; if it is forgotten, that could be sent twice", address, strings.Join(sortedKeys(r.Workflows), ", ")),
		Hint:    "let it end with kktctl resume, settle it with kktctl resolve, or say --force",
	}
}

// intentsOf gives the open intents of a till, in order.
func intentsOf(snap *state.Snapshot, address string) []state.Intent {
	var out []state.Intent
	for _, id := range sortedKeys(snap.Intents) {
		if in := snap.Intents[id]; in.Address == address {
			out = append(out, in)
		}
	}
	return out
}
