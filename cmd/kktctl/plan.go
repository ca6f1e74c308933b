package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/state"
)

// errPlanErrors ends a command whose plan says itself what is wrong.
var errPlanErrors = errors.New("the plan has errors: nothing can be applied")

type planOptions struct {
	planning
	Out      string
	Format   string
	JSON     bool
	Detailed bool
	Reports  planReports
}

func newPlanCmd(a *App, g *globals) *cobra.Command {
	var o planOptions
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Show what would be done, and what it costs",
		Long:  "Reads the live state and shows what would be done to make the fleet as declared: steps in order, what each costs, what cannot be taken back, whom it waits for. Changes nothing.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.JSON {
				o.Format = "json"
			}
			return a.runPlan(cmd.Context(), g, o)
		},
	}
	f := cmd.Flags()
	o.flags(cmd, g)
	f.Var((*fileName)(&o.Out), "out", "save the plan for kktctl apply PLAN; - is standard output")
	f.StringVar(&o.Format, "format", "text", "text, json or markdown")
	f.BoolVar(&o.JSON, "json", false, "the same as --format json")
	o.Reports.planFlags(f)
	f.BoolVar(&o.Refresh, "refresh", true, "read the live state; false: take the state for it")
	f.BoolVar(&o.Detailed, "detailed-exitcode", false, "exit 2 when there are changes, or drift was found")
	must(cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(planFormats(), cobra.ShellCompDirectiveNoFileComp)))
	cmd.MarkFlagsMutuallyExclusive("format", "json")
	return cmd
}

// planFormats are the forms of a plan.
func planFormats() []string { return []string{formText, formJSON, formMarkdown} }

func checkFormat(format string) error {
	if slices.Contains(planFormats(), format) {
		return nil
	}
	return fmt.Errorf("--format is %q\nhint: text, json or markdown", format)
}

// checkFiles refuses what cannot be written, or must not be.
func (o planOptions) checkFiles() error {
	switch {
	case o.Out == stdStream && o.Format != formText:
		return fmt.Errorf("--out - and --format %s both write to standard output\nhint: give --out a file, or use --%s-into FILE", o.Format, o.Format)
	case o.Out == stdStream:
		return o.Reports.files.check()
	case o.Out != "":
		if err := checkPlanTarget(o.Out); err != nil {
			return err
		}
	}
	return o.Reports.files.check(otherFile("--out", o.Out))
}

func (a *App) runPlan(ctx context.Context, g *globals, o planOptions) error {
	if err := checkFormat(o.Format); err != nil {
		return err
	}
	if err := o.checkFiles(); err != nil {
		return err // before anything is read
	}
	ctx, in := a.watchInterrupts(ctx)
	defer in.end()
	plan, err := a.planOnly(ctx, g, o.planning)
	if err != nil {
		return err
	}
	if err := a.tellPlan(g, plan, o); err != nil {
		return err
	}
	if plan.Diagnostics.HasErrors() {
		return errPlanErrors
	}
	if err := a.keepPlan(g, planFile{
		Sandbox: g.Sandbox, Plan: plan, Targets: o.Targets, Exclude: o.Exclude,
		AllowUnregister: o.AllowUnregister, Checks: o.Checks, Overrides: a.savedOverrides(o.planning, plan),
	}, o.Out); err != nil {
		return err
	}
	if o.Detailed && (plan.HasChanges() || len(plan.Drift) > 0) {
		return withCode(exitChanges, nil)
	}
	return nil
}

// keepPlan saves a plan where --out says.
func (a *App) keepPlan(g *globals, plan planFile, out string) error {
	switch out {
	case "":
		return nil
	case stdStream:
		data, err := a.encodePlan(plan)
		if err == nil {
			_, err = a.Out.Write(data)
		}
		return err
	}
	if err := a.savePlan(out, plan); err != nil {
		return err
	}
	if a.automated() {
		fmt.Fprintf(a.Err, "The plan is saved as %s.\n", shellWord(out))
	} else {
		fmt.Fprintf(a.Err, "The plan is saved. Apply it with: %s apply %s\n", a.program(g), shellWord(out))
	}
	return nil
}

// tellPlan shows the plan and writes it into the files that were asked for. A
// plan that is saved to standard output is shown on the other stream.
func (a *App) tellPlan(g *globals, plan *planner.Plan, o planOptions) error {
	all := a.planCommand(g, o.planning)
	if o.Out == stdStream {
		_, err := io.WriteString(a.Err, view.PlanText(plan, a.errOptions(g)))
		return errors.Join(err, a.writePlanReports(g, o.Reports, plan, all))
	}
	if o.Out != "" && !plan.Diagnostics.HasErrors() {
		all = a.showCommand(g, o.Out)
	}
	return errors.Join(a.showPlan(g, plan, o.Format, all), a.writePlanReports(g, o.Reports, plan, all))
}

// planOnly computes a plan from the stored state, without the lock.
func (a *App) planOnly(ctx context.Context, g *globals, p planning) (*planner.Plan, error) {
	why := forPlan
	if !p.Refresh {
		why = forOffline
	}
	b, snap, err := a.openReading(ctx, g, why)
	if err != nil {
		return nil, err
	}
	plan, err := a.makePlan(ctx, b, snap, p)
	if err == nil && !g.Sandbox {
		plan.Diagnostics = append(plan.Diagnostics, missingPrograms(b.fleet, plan.Steps, diag.Warning)...)
	}
	return plan, errors.Join(err, b.close())
}

// openReading opens what a plan is made from: the stored state as it is,
// without the lock, and the service.
func (a *App) openReading(ctx context.Context, g *globals, why purpose) (*backend, *state.Snapshot, error) {
	fleet, err := a.loadFleet(g)
	if err != nil {
		return nil, nil, err
	}
	return a.openReadingOf(ctx, g, fleet, why)
}

// openReadingOf is openReading for a fleet that was loaded.
func (a *App) openReadingOf(ctx context.Context, g *globals, fleet *spec.Fleet, why purpose) (*backend, *state.Snapshot, error) {
	store, err := a.openState(g, fleet)
	if err != nil {
		return nil, nil, err
	}
	snap, err := a.load(ctx, g, store)
	if err != nil {
		return nil, nil, err
	}
	if err := checkFleet(snap, fleet.Name, store.Location()); err != nil {
		return nil, nil, err
	}
	b, err := a.openBackend(g, fleet, why)
	return b, snap, err
}
