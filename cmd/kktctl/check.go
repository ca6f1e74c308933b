package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
)

type checkOptions struct {
	planning
	running
	AutoApprove bool
}

func newCheckCmd(a *App, g *globals) *cobra.Command {
	o := checkOptions{running: running{Wait: receiptWait, atOnce: true}}
	cmd := &cobra.Command{
		Use:   "check [NAME]...",
		Short: "Prove cloud tills with a test receipt",
		Long: `Prints the receipt of each named check of the fleet file, or of all, and its
return where the check wants one, and holds the till that answered (factory
number, РНМ, ФН) against the one that the check expects.

A check prints fiscal documents, and prints them again each time it is asked
for. kktctl apply --checks runs only those that are due: never proved, or
proved before the till changed.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			g.JSON = o.JSON
			return a.tellResult(g, "check", o.running, func() error { return a.runCheck(cmd.Context(), g, args, o) })
		},
		ValidArgsFunction: completeChecks(g),
	}
	o.choice(cmd, g)
	o.running.flags(cmd.Flags())
	cmd.Flags().BoolVar(&o.AutoApprove, "auto-approve", false, "do not ask")
	return cmd
}

func (a *App) runCheck(ctx context.Context, g *globals, names []string, o checkOptions) error {
	if err := a.mayApply(applyOptions{running: o.running, AutoApprove: o.AutoApprove, look: "kktctl plan --checks"}); err != nil {
		return err
	}
	fleet, err := a.loadFleet(g)
	if err != nil {
		return err
	}
	first := planner.Checks(planner.Input{Fleet: fleet, Now: a.now(), Targets: o.Targets, Exclude: o.Exclude}, names)
	if err := first.Diagnostics.Err(); err != nil {
		return err // before anything is opened
	}
	o.result.fleet = fleet.Name
	ctx, in := a.watchInterrupts(ctx)
	defer in.end()
	return a.withReceipts(ctx, g, fleet, receipts{operation: "check", running: o.running, kinds: kindsOf(fleet, first)}, func(w *work) error {
		plan := planner.Checks(planner.Input{Fleet: w.fleet, Prior: apply.PriorOf(w.session.Snapshot()), Now: a.now(), Targets: o.Targets, Exclude: o.Exclude}, names)
		if err := plan.Diagnostics.Err(); err != nil {
			return err
		}
		if !o.JSON {
			if err := a.showPlan(g, plan, formText, ""); err != nil {
				return err
			}
		}
		if !o.AutoApprove && startsSomething(plan) {
			if err := a.confirm(ctx, "Print "+count(receiptsOf(w.fleet, plan), "fiscal document", "fiscal documents")+"?"); err != nil {
				return err
			}
		}
		return a.run(ctx, in, w, plan, o.running)
	})
}

// kindsOf lists the services of the checks that are planned.
func kindsOf(fleet *spec.Fleet, plan *planner.Plan) []string {
	kinds := map[string]bool{}
	for _, s := range plan.Steps {
		kinds[fleet.Checks[spec.NameOf(s.Address)].Kind] = true
	}
	return sortedKeys(kinds)
}

// receiptsOf counts what the new checks of a plan print.
func receiptsOf(fleet *spec.Fleet, plan *planner.Plan) int {
	n := 0
	for _, s := range plan.Steps {
		if s.Action != planner.Check && !s.Unbegun {
			continue
		}
		if n++; fleet.Checks[spec.NameOf(s.Address)].Return {
			n++
		}
	}
	return n
}

// completeChecks offers a shell the names of the declared checks.
func completeChecks(g *globals) completer {
	return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		fleet, _ := spec.Load(g.File)
		if fleet == nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return sortedKeys(fleet.Checks), cobra.ShellCompDirectiveNoFileComp
	}
}
