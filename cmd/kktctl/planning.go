package main

import (
	"context"
	"fmt"

	"github.com/hashicorp/go-multierror"
	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/state"
)

// planning is what narrows or widens a plan, the same for plan and apply.
type planning struct {
	Targets         []string
	Exclude         []string
	Refresh         bool
	AllowUnregister int
	// StepsOnly leaves out what no step needs: receipts.
	StepsOnly bool
	Checks    bool
	overriding
	// Unjudged: rules are not asked, because the plan begins nothing.
	Unjudged bool
}

// choice is what says of which part of the fleet a command is.
func (p *planning) choice(cmd *cobra.Command, g *globals) {
	f := cmd.Flags()
	f.Var((*selectors)(&p.Targets), "target", "only this and what it needs: ADDRESS, 'sloboda-*', company=NAME, centre=NAME or label.KEY=VALUE (repeatable)")
	f.Var((*selectors)(&p.Exclude), "exclude", "not this, nor what needs it; the same forms (repeatable)")
	must(cmd.RegisterFlagCompletionFunc("target", completeSelectors(g)))
	must(cmd.RegisterFlagCompletionFunc("exclude", completeSelectors(g)))
}

func (p *planning) flags(cmd *cobra.Command, g *globals) {
	p.choice(cmd, g)
	f := cmd.Flags()
	f.BoolVar(&p.Checks, "checks", false, "run the checks that are due: they print fiscal documents")
	f.Var((*amount)(&p.AllowUnregister), "allow-unregister", "deregister up to so many tills, above policy.maxUnregister")
	p.overriding.flags(f, overridesAny)
}

// makePlan reads what the plan needs and computes it.
func (a *App) makePlan(ctx context.Context, b *backend, snap *state.Snapshot, p planning) (*planner.Plan, error) {
	in, err := a.planInput(ctx, b, snap, p)
	if err != nil {
		return nil, err
	}
	plan := planner.New(in)
	return plan, a.judge(in, plan, snap, p)
}

// planInput gathers what a plan is computed from.
func (a *App) planInput(ctx context.Context, b *backend, snap *state.Snapshot, p planning) (planner.Input, error) {
	if err := p.overriding.check(); err != nil {
		return planner.Input{}, err
	}
	in := planner.Input{
		Overrides: p.overriding.names(),
		Fleet:     b.fleet, Codes: b.codes, Prior: apply.PriorOf(snap), Now: a.now(),
		AllowUnregister: p.AllowUnregister, Checks: p.Checks, Targets: p.Targets, Exclude: p.Exclude, NoRefresh: !p.Refresh,
	}
	if _, err := planner.Choose(in); err != nil {
		return in, err // before anything is read
	}
	if !p.Refresh {
		return in, nil
	}
	needs := planner.NeedsOf(b.fleet, in.Prior, in.Now)
	if p.StepsOnly {
		needs.Receipts = nil
	}
	var err error
	if in.Live, err = b.observer.Observe(ctx, needs); err != nil {
		return in, fmt.Errorf("the live state could not be read: %w", err)
	}
	return in, nil
}

// activationCodes resolves the declared codes by till address. All that is
// missing is told at once.
func activationCodes(fleet *spec.Fleet, value func(spec.Secret, string) (string, error)) (map[string]string, error) {
	codes := map[string]string{}
	var missing *multierror.Error
	for _, name := range sortedKeys(fleet.KKTs) {
		k := fleet.KKTs[name]
		switch code := k.ActivationCode; {
		case code.Literal != "":
			codes[k.Resource()] = code.Literal
		case !code.Ref.IsZero():
			v, err := value(code.Ref, "activationCode of "+k.Resource())
			if err != nil {
				missing = multierror.Append(missing, err)
				continue
			}
			codes[k.Resource()] = v
		}
	}
	if err := missing.ErrorOrNil(); err != nil {
		return nil, err
	}
	return codes, nil
}

// checkFleet refuses a state that is of another fleet.
func checkFleet(snap *state.Snapshot, fleet, location string) error {
	if snap == nil || snap.Fleet == fleet {
		return nil
	}
	return diag.Diagnostic{
		Summary: fmt.Sprintf("the state %s is of the fleet %q, the file declares %q", location, snap.Fleet, fleet),
		Hint:    "give each fleet a state of its own with --state, or put the name back",
	}
}
