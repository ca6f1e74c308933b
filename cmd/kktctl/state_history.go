package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/state"
)

func newStateHistoryCmd(a *App, g *globals) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "history [ADDRESS]",
		Short: "Show what was done, by whom, with which plan and commit",
		Long: fmt.Sprintf(`Shows what the state remembers of what was done: steps that began and ended,
what people gave and said, moves and removals; who did it and when, the id of
the plan (kktctl show names it) and, in a pipeline, the commit. The last %d
events of each address are kept, also when it is gone. With ADDRESS only what
happened to that one, under its former addresses as well.`, state.MaxEvents),
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.runStateHistory(cmd.Context(), g, args, asJSON)
		},
		ValidArgsFunction: completeAddress(g, 1),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

func (a *App) runStateHistory(ctx context.Context, g *globals, args []string, asJSON bool) error {
	_, snap, err := a.loadExisting(ctx, g)
	if err != nil {
		return err
	}
	var list []state.Happening
	if len(args) == 0 {
		list = snap.AllHistory()
	} else {
		address := apply.AddressIn(snap, args[0])
		list = snap.HistoryOf(address)
		if _, here := snap.Resources[address]; !here && len(list) == 0 {
			return diag.Diagnostic{Summary: address + " is not in the state, and nothing is recorded of it", Hint: "kktctl state history shows everything that is recorded"}
		}
	}
	if asJSON {
		return view.HistoryJSON(a.Out, list)
	}
	_, err = fmt.Fprint(a.Out, view.History(list, a.outOptions(g)))
	return err
}
