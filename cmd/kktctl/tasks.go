package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
	"github.com/kktctl/kktctl/state"
)

func newTasksCmd(a *App, g *globals) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "tasks",
		Short: "Show what people owe: signatures, printed reports, decisions",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.runTasks(cmd.Context(), g, asJSON) },
	}
	list := &cobra.Command{Use: "list", Short: "The same as tasks alone", Args: cobra.NoArgs, RunE: cmd.RunE}
	for _, c := range []*cobra.Command{cmd, list} {
		c.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	}
	cmd.AddCommand(list, newTasksSignCmd(a, g), newTasksReportCmd(a, g), newTasksDocumentsCmd(a, g))
	return cmd
}

func (a *App) runTasks(ctx context.Context, g *globals, asJSON bool) error {
	store, err := a.store(g)
	if err != nil {
		return err
	}
	snap, err := a.load(ctx, g, store)
	if err != nil {
		return err
	}
	if snap == nil && g.State != "" { // a name that is given is meant to be there
		return noState(store)
	}
	if snap == nil {
		snap = &state.Snapshot{}
	}
	list := apply.Tasks(snap)
	if asJSON {
		return view.TasksJSON(a.Out, list)
	}
	if len(list) == 0 {
		_, err = fmt.Fprintln(a.Out, "Nobody owes anything.")
		return err
	}
	_, err = fmt.Fprint(a.Out, view.Tasks(list, a.outOptions(g)))
	return err
}
