package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
	"github.com/kktctl/kktctl/planner"
)

type graphOptions struct {
	planning
	Format  string
	Running bool
}

func newGraphCmd(a *App, g *globals) *cobra.Command {
	var o graphOptions
	cmd := &cobra.Command{
		Use:   "graph [PLAN]",
		Short: "Draw what would be done, and what waits for what",
		Long: `Prints the steps of a plan as a graph, for Graphviz (dot) or Mermaid: an arrow
goes from a step to each that needs it. What runs already is dashed and says
where it stands; a thick border means that it cannot be taken back. With PLAN a
saved plan is drawn and nothing is read; with --running only what is under way.
Changes nothing.

  kktctl graph | dot -Tsvg > plan.svg`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.runGraph(cmd.Context(), g, args, o)
		},
	}
	f := cmd.Flags()
	o.flags(cmd, g)
	f.BoolVar(&o.Refresh, "refresh", true, "read the live state; false: take the state for it")
	f.StringVar(&o.Format, "format", view.GraphDOT, "dot or mermaid")
	f.BoolVar(&o.Running, "running", false, "only what is under way")
	must(cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{view.GraphDOT, view.GraphMermaid}, cobra.ShellCompDirectiveNoFileComp)))
	return cmd
}

func (a *App) runGraph(ctx context.Context, g *globals, args []string, o graphOptions) error {
	if o.Format != view.GraphDOT && o.Format != view.GraphMermaid {
		return fmt.Errorf("--format is %q\nhint: dot or mermaid", o.Format)
	}
	ctx, in := a.watchInterrupts(ctx)
	defer in.end()
	plan, err := a.planToDraw(ctx, g, args, o.planning)
	if err != nil {
		return err
	}
	if o.Running {
		plan = view.Running(plan)
	}
	if _, err := fmt.Fprint(a.Out, view.Graph(plan, o.Format)); err != nil {
		return err
	}
	if len(plan.Steps) == 0 && !plan.Diagnostics.HasErrors() {
		fmt.Fprintln(a.Err, emptyGraph(o.Running))
	}
	if plan.Diagnostics.HasErrors() {
		return plan.Diagnostics.Err()
	}
	return nil
}

// emptyGraph says why there is nothing to see.
func emptyGraph(running bool) string {
	if running {
		return "Nothing is under way."
	}
	return "No changes: there is nothing to draw."
}

// planToDraw is the saved plan that is named, or one made now.
func (a *App) planToDraw(ctx context.Context, g *globals, args []string, p planning) (*planner.Plan, error) {
	if len(args) == 0 {
		return a.planOnly(ctx, g, p)
	}
	if len(p.Targets)+len(p.Exclude) > 0 || !p.Refresh || p.AllowUnregister > 0 || p.Checks {
		return nil, fmt.Errorf("a saved plan is drawn as it is\nhint: leave out what narrows it, or the name of the plan")
	}
	file, err := a.readPlan(g, args[0])
	if err != nil {
		return nil, err
	}
	return file.Plan, nil
}
