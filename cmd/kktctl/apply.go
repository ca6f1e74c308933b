package main

import (
	"cmp"
	"context"
	"errors"

	"github.com/hashicorp/go-multierror"
	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/state"
)

type applyOptions struct {
	planning
	running
	AutoApprove bool
	PlanFile    string
	look        string // the command that only looks, when it is not kktctl plan
}

func newApplyCmd(a *App, g *globals) *cobra.Command {
	o := applyOptions{planning: planning{Refresh: true}}
	cmd := &cobra.Command{
		Use:   "apply [PLAN]",
		Short: "Make the fleet as declared",
		Long: `Shows the plan, asks, and applies it in dependency order as far as the answers
allow. What waits for people or the tax service goes on with the next apply or
resume, from the same state, by any process.

A saved PLAN (kktctl plan --out) is applied exactly as it is, once, or refused
as stale.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.PlanFile = args[0]
				if o.PlanFile == "" { // taken for no plan it would apply whatever is to do
					return errors.New("the name of the plan is empty\nhint: is a variable empty? " + savePlanHint)
				}
			}
			return a.tellResult(g, "apply", o.running, func() error {
				return a.notifyError(cmd.Context(), g, o.notify, func() error { return a.runApply(cmd.Context(), g, o) })
			})
		},
	}
	f := cmd.Flags()
	o.planning.flags(cmd, g)
	o.running.flags(f)
	o.notify = &notifying{}
	o.notify.flags(cmd, "apply")
	f.BoolVar(&o.AutoApprove, "auto-approve", false, "do not ask")
	return cmd
}

func (a *App) runApply(ctx context.Context, g *globals, o applyOptions) error {
	if err := a.mayApply(o); err != nil {
		return err
	}
	saved, err := a.savedPlan(g, o)
	if err != nil {
		return err
	}
	fleet, err := a.loadFleet(g)
	if err != nil {
		return err
	}
	o.result.fleet = fleet.Name
	a.prepareNotify(g, o.notify, fleet)
	ctx, in := a.watchInterrupts(ctx)
	defer in.end()
	return a.withSession(ctx, g, fleet, "apply", o.running, func(w *work) error {
		return a.planAndRun(ctx, in, w, o, saved)
	})
}

// mayApply refuses before anything is read: a report has to have a place,
// without a terminal and in CI nobody can say yes, and with --json the question
// has no place.
func (a *App) mayApply(o applyOptions) error {
	if err := o.reports.check(otherFile("the plan to apply", o.PlanFile)); err != nil {
		return err
	}
	switch {
	case o.AutoApprove:
		return nil
	case o.PlanFile == stdStream:
		return nobodyToAsk("the input is the plan", "kktctl show -")
	case !a.InTTY:
		return nobodyToAsk("the input is not a terminal", cmp.Or(o.look, "kktctl plan"))
	case a.inCI():
		return nobodyToAsk("CI is set", cmp.Or(o.look, "kktctl plan"))
	case o.JSON:
		return errors.New("--json needs --auto-approve: the question would stand among the JSON lines")
	}
	return nil
}

// savedPlan reads the plan file, if one was given.
func (a *App) savedPlan(g *globals, o applyOptions) (*planFile, error) {
	if o.PlanFile == "" {
		return nil, nil
	}
	if len(o.Targets)+len(o.Exclude) > 0 || o.AllowUnregister > 0 || o.Checks {
		return nil, errors.New("a saved plan is applied as it is: --target, --exclude, --checks and --allow-unregister belong to kktctl plan")
	}
	file, err := a.readPlan(g, o.PlanFile)
	if err != nil {
		return nil, err
	}
	return file, file.checkSandbox(g, o.PlanFile)
}

// work is what a command that writes has in hands.
type work struct {
	g       *globals
	fleet   *spec.Fleet
	backend *backend
	session *apply.Session
	planID  string // of the plan that is applied, for the history
	// overrides are the policies that a person overrides, for the history.
	overrides []state.Override
}

// withSession opens the service and the state under its lock for do.
func (a *App) withSession(ctx context.Context, g *globals, fleet *spec.Fleet, operation string, o running, do func(*work) error) error {
	store, err := a.openState(g, fleet)
	if err != nil {
		return err
	}
	// The lock comes first: it guards the simulated service's file as well.
	s, err := a.openSession(ctx, g, store, fleet.Name, operation, o.LockTimeout)
	if err != nil {
		return err
	}
	err = a.withBackend(g, fleet, func(b *backend) error {
		return do(&work{g: g, fleet: b.fleet, backend: b, session: s})
	})
	if closing := s.Close(ctx); closing != nil {
		err = multierror.Append(nil, closing, err) // what to do about the run comes last
	}
	return err
}

// withBackend opens the service for do.
func (a *App) withBackend(g *globals, fleet *spec.Fleet, do func(*backend) error) error {
	b, err := a.openBackend(g, fleet, forApply)
	if err != nil {
		return err
	}
	err = do(b)
	if closing := b.close(); closing != nil {
		err = multierror.Append(err, closing)
	}
	return err
}

// planAndRun plans under the lock, shows, asks and applies.
func (a *App) planAndRun(ctx context.Context, in *interrupts, w *work, o applyOptions, saved *planFile) error {
	plan, err := a.makePlan(ctx, w.backend, w.session.Snapshot(), o.planningFor(saved))
	if err != nil {
		return err
	}
	w.planID = planID(plan)
	if saved != nil {
		if err := a.checkStale(w, saved.Plan, plan); err != nil {
			return err
		}
		w.planID = planID(saved.Plan)
		sinceSaved(saved.Plan, plan, a.outOptions(w.g).At(saved.Timestamp))
	}
	w.overrides = a.savedOverrides(o.planningFor(saved), plan)
	if !w.g.Sandbox {
		plan.Diagnostics = append(plan.Diagnostics, missingPrograms(w.fleet, plan.Steps, diag.Error)...)
	}
	if !o.JSON {
		if err := a.showPlan(w.g, plan, formText, ""); err != nil {
			return err
		}
	}
	if plan.Diagnostics.HasErrors() {
		if o.JSON {
			return plan.Diagnostics.Err()
		}
		o.result.refused = plan.Diagnostics
		if o.notify != nil {
			o.notify.refused = plan.Diagnostics
		}
		return errPlanErrors
	}
	if !o.AutoApprove && startsSomething(plan) {
		if err := a.confirm(ctx, "Apply this plan?"); err != nil {
			return err
		}
	}
	o.again = o.planningFor(saved).repeated()
	return a.run(ctx, in, w, plan, o.running)
}

// planningFor gives what narrows the plan: a saved plan carries that with it.
func (o applyOptions) planningFor(saved *planFile) planning {
	p := o.planning
	if saved != nil {
		p.Targets, p.Exclude, p.AllowUnregister, p.Checks = saved.Targets, saved.Exclude, saved.AllowUnregister, saved.Checks
		p.StepsOnly = true // what is compared are steps
		p.saved = saved.Overrides
	}
	return p
}

// startsSomething tells whether the plan has steps that nobody has agreed to
// before.
func startsSomething(plan *planner.Plan) bool {
	for _, s := range plan.Steps {
		if s.Action != planner.Continue || s.Unbegun {
			return true
		}
	}
	return false
}
