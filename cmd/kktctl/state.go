package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
	"github.com/kktctl/kktctl/state"
)

func newStateCmd(a *App, g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "state",
		Short: "Look at the state, or mend it",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newStateListCmd(a, g), newStateShowCmd(a, g), newStateMoveCmd(a, g), newStateRemoveCmd(a, g), newStateRecoverCmd(a, g), newStateHistoryCmd(a, g),
		newStatePullCmd(a, g), newStatePushCmd(a, g), newStateMigrateCmd(a, g), newStateRekeyCmd(a, g), newStateAcceptCmd(a, g))
	return cmd
}

func newStateListCmd(a *App, g *globals) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List what is in the state: tills, companies, orders",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.runStateList(cmd.Context(), g, asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

func (a *App) runStateList(ctx context.Context, g *globals, asJSON bool) error {
	_, snap, err := a.loadExisting(ctx, g)
	if err != nil {
		return err
	}
	if asJSON {
		return a.writeJSON(snap)
	}
	_, err = fmt.Fprint(a.Out, view.StateList(snap, a.outOptions(g)))
	return err
}

func newStateShowCmd(a *App, g *globals) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show ADDRESS",
		Short: "Show what the state holds of one till, company or order",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.runStateShow(cmd.Context(), g, args[0], asJSON)
		},
		ValidArgsFunction: completeAddress(g, 1),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

func (a *App) runStateShow(ctx context.Context, g *globals, address string, asJSON bool) error {
	_, snap, err := a.loadExisting(ctx, g)
	if err != nil {
		return err
	}
	address = apply.AddressIn(snap, address)
	r, err := resourceOf(snap, address)
	if err != nil {
		return err
	}
	if asJSON {
		return a.writeJSON(r)
	}
	_, err = fmt.Fprint(a.Out, view.StateShow(snap, address, a.outOptions(g)))
	return err
}

// resourceOf finds a till in the state.
func resourceOf(snap *state.Snapshot, address string) (state.Resource, error) {
	r, ok := snap.Resources[address]
	if !ok {
		return r, apply.NotInState(snap, address)
	}
	return r, nil
}
