package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

type resumeOptions struct {
	planning
	running
}

func newResumeCmd(a *App, g *globals) *cobra.Command {
	o := resumeOptions{planning: planning{Refresh: true, StepsOnly: true, Unjudged: true}, running: running{resume: true}}
	cmd := &cobra.Command{
		Use:   "resume",
		Short: "Go on with what runs; start nothing",
		Long:  "Continues what an apply has begun, as far as the answers allow, and starts nothing: no question is asked, because everything it does was agreed to before.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.tellResult(g, "resume", o.running, func() error {
				return a.notifyError(cmd.Context(), g, o.notify, func() error { return a.runResume(cmd.Context(), g, o) })
			})
		},
	}
	o.choice(cmd, g)
	o.running.flags(cmd.Flags())
	o.notify = &notifying{}
	o.notify.flags(cmd, "resume")
	o.overriding.flags(cmd.Flags(), "go on although no window of policy.windows is open: windows")
	return cmd
}

func (a *App) runResume(ctx context.Context, g *globals, o resumeOptions) error {
	if err := o.reports.check(); err != nil {
		return err
	}
	for _, name := range o.Policies {
		if name != spec.PolicyWindows {
			return fmt.Errorf("--override-policy %s: resume begins nothing, and only windows hold it back\nhint: --override-policy windows", view.Clean(name))
		}
	}
	fleet, err := a.loadFleet(g)
	if err != nil {
		return err
	}
	o.result.fleet = fleet.Name
	a.prepareNotify(g, o.notify, fleet)
	ctx, in := a.watchInterrupts(ctx)
	defer in.end()
	return a.withSession(ctx, g, fleet, "resume", o.running, func(w *work) error {
		plan, err := a.makePlan(ctx, w.backend, w.session.Snapshot(), o.planning)
		if err != nil {
			return err
		}
		a.showDiagnostics(g, plan.Diagnostics)
		if !g.Sandbox { // a warning: what does not have to be signed goes on
			a.showDiagnostics(g, missingPrograms(fleet, underWay(plan.Steps), diag.Warning))
		}
		w.overrides = a.savedOverrides(o.planning, plan)
		return a.run(ctx, in, w, plan, o.running)
	})
}

// underWay leaves only the steps that resume goes on with.
func underWay(steps []planner.Step) []planner.Step {
	var out []planner.Step
	for _, s := range steps {
		if s.Action == planner.Continue {
			out = append(out, s)
		}
	}
	return out
}
