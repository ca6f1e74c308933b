package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/hashicorp/go-multierror"
	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/state"
)

type tasksOptions struct {
	planning
	JSON bool
}

const tasksLong = `Shows what people owe: signatures, printed reports, decisions. That stands in
the state, and no call is made for it. Where the fleet declares silentAfter,
tills that have sent nothing for longer are looked for at the service, and
listed too; --refresh=false does without.`

func newTasksCmd(a *App, g *globals) *cobra.Command {
	var o tasksOptions
	cmd := &cobra.Command{
		Use:   "tasks",
		Short: "Show what people owe: signatures, printed reports, payments, decisions",
		Long:  tasksLong,
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.runTasks(cmd.Context(), g, o) },
	}
	list := &cobra.Command{Use: "list", Short: "The same as tasks alone", Args: cobra.NoArgs, RunE: cmd.RunE}
	for _, c := range []*cobra.Command{cmd, list} {
		o.choice(c, g)
		c.Flags().BoolVar(&o.JSON, "json", false, "as JSON")
		c.Flags().BoolVar(&o.Refresh, "refresh", true, "look for tills that are silent or print with another ФН, where silentAfter or receipts are declared")
	}
	cmd.AddCommand(list, newTasksSignCmd(a, g), newTasksReportCmd(a, g), newTasksDocumentsCmd(a, g), newTasksPaymentCmd(a, g))
	return cmd
}

func (a *App) runTasks(ctx context.Context, g *globals, o tasksOptions) error {
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
	var missing error
	if o.Refresh {
		var watched planner.Watched
		watched, missing = a.watchedTills(ctx, g, snap)
		list = apply.WithWatched(list, watched)
	}
	list, err = a.tasksOf(g, snap, list, o.planning)
	if err != nil {
		return err
	}
	return errors.Join(a.showTasks(g, list, o.JSON, missing == nil), missing)
}

// tasksOf leaves the tasks of what is chosen. The state knows no labels: the
// fleet file is read for them.
func (a *App) tasksOf(g *globals, snap *state.Snapshot, list []apply.Task, p planning) ([]apply.Task, error) {
	if len(p.Targets)+len(p.Exclude) == 0 {
		return list, nil
	}
	fleet, err := a.loadFleet(g)
	if err != nil {
		return nil, err
	}
	choice, err := planner.Choose(planner.Input{Fleet: fleet, Prior: apply.PriorOf(snap), Now: a.now(), Targets: p.Targets, Exclude: p.Exclude})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list, func(t apply.Task) bool { return !choice.Has(t.Address) }), nil
}

// showTasks prints the list; whole tells that nothing is missing from it.
func (a *App) showTasks(g *globals, list []apply.Task, asJSON, whole bool) error {
	switch {
	case asJSON:
		return view.TasksJSON(a.Out, list)
	case len(list) > 0:
		_, err := fmt.Fprint(a.Out, view.Tasks(list, a.outOptions(g)))
		return err
	case whole:
		_, err := fmt.Fprintln(a.Out, "Nobody owes anything.")
		return err
	}
	return nil
}

// watchedTills looks for tills that have been silent for longer than the fleet
// declares, or print with another ФН. A fleet that declares nothing is not
// looked at.
func (a *App) watchedTills(ctx context.Context, g *globals, snap *state.Snapshot) (w planner.Watched, err error) {
	fleet, list := spec.Load(g.File)
	if list.HasErrors() || fleet == nil || !fleet.WatchesSilence() || snap.Fleet != "" && snap.Fleet != fleet.Name {
		return w, nil
	}
	now := a.now()
	needs := planner.SilenceNeeds(fleet, now)
	if !needs.Tills {
		return w, nil
	}
	ctx, in := a.watchInterrupts(ctx)
	defer in.end()
	b, err := a.openBackend(g, fleet, forSilence)
	if err != nil {
		return w, tasksIncomplete(err)
	}
	prior := apply.PriorOf(snap)
	live, err := b.observer.Observe(ctx, needs)
	if err = errors.Join(err, b.close()); err != nil {
		return w, tasksIncomplete(err)
	}
	w = planner.Watch(planner.Input{Fleet: b.fleet, Prior: prior, Live: live, Now: now})
	if live.ReceiptsTrouble != "" {
		return w, tasksIncomplete(errors.New(live.ReceiptsTrouble))
	}
	return w, nil
}

// tasksIncomplete says that silent tills may be missing from the list.
func tasksIncomplete(err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	const what, hint = "silent tills could not be looked for", "kktctl tasks --refresh=false lists what the state remembers"
	var many *multierror.Error
	if errors.As(err, &many) {
		return multierror.Append(&multierror.Error{Errors: []error{diag.Diagnostic{Summary: what, Hint: hint}}}, many.Errors...)
	}
	d := fromText(err.Error())
	d.Summary, d.Hint = what+": "+d.Summary, cmp.Or(d.Hint, hint)
	return d
}
