package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/policy"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/state"
)

// The rules of overriding policies: it is one flag that names each of them,
// what it overrides is a warning of the plan, and the state remembers who did
// it, when and why, for everything that was begun under it.

// overriding is which policies a person overrides, and why.
type overriding struct {
	Policies []string
	Reason   string
	saved    []state.Override // with the plan that is applied
}

func (o *overriding) flags(f *pflag.FlagSet, what string) {
	f.StringArrayVar(&o.Policies, "override-policy", nil, what)
	f.StringVar(&o.Reason, "override-reason", "", "why: the history of the state keeps it")
}

// overridesAny is what --override-policy of a command that plans says.
const overridesAny = "go on although this policy stands against it: the name of a rule, maxUnregister, maxCost or windows (repeatable)"

// check refuses what cannot be recorded.
func (o overriding) check() error {
	switch {
	case o.Reason != "" && len(o.Policies) == 0:
		return fmt.Errorf("--override-reason needs --override-policy: it says why a policy is overridden")
	case len([]rune(o.Reason)) > maxReason:
		return fmt.Errorf("--override-reason is longer than %d characters\nhint: name a ticket that tells the rest", maxReason)
	}
	return nil
}

// maxReason bounds what is kept of a reason, in characters.
const maxReason = 300

// names lists the policies that are overridden.
func (o overriding) names() []string {
	names := slices.Clone(o.Policies)
	for _, s := range o.saved {
		names = append(names, s.Policy)
	}
	return names
}

// words are the flags that say the same again.
func (o overriding) words() string {
	words := ""
	for _, name := range o.Policies {
		words += " --override-policy " + shellWord(view.Clean(name))
	}
	if o.Reason != "" {
		words += " --override-reason " + shellWord(view.Clean(o.Reason))
	}
	return words
}

// given is what is recorded of the flags, for the policies that were in the way.
func (a *App) given(p planning, plan *planner.Plan) []state.Override {
	var out []state.Override
	for _, name := range plan.Overridden {
		if i := slices.IndexFunc(p.saved, func(s state.Override) bool { return s.Policy == name }); i >= 0 && !slices.Contains(p.Policies, name) {
			out = append(out, bounded(p.saved[i]))
			continue
		}
		o := state.Override{Policy: name, Reason: view.Clean(p.Reason), Who: a.user().Name, At: a.now().Truncate(time.Second)}
		if name == spec.PolicyMaxUnregister && !slices.Contains(p.Policies, name) {
			o.Reason = strings.TrimSpace(fmt.Sprintf("--allow-unregister=%d", p.AllowUnregister) + " " + o.Reason)
		}
		out = append(out, o)
	}
	return out
}

// bounded is what a plan file says of an override: it is a file like any other.
func bounded(o state.Override) state.Override {
	cut := func(s string) string {
		r := []rune(view.Clean(s))
		return string(r[:min(len(r), maxReason)])
	}
	o.Reason, o.Who = cut(o.Reason), cut(o.Who)
	return o
}

// savedOverrides is given, with that of the windows: whether one is open is
// known when a call is about to be made, and the flag is recorded before.
func (a *App) savedOverrides(p planning, plan *planner.Plan) []state.Override {
	if slices.Contains(p.overriding.names(), spec.PolicyWindows) && !slices.Contains(plan.Overridden, spec.PolicyWindows) {
		with := *plan
		with.Overridden = append(slices.Clone(plan.Overridden), spec.PolicyWindows)
		plan = &with
	}
	return a.given(p, plan)
}

// overridden names the policies that a saved plan overrides.
func overridden(list []state.Override) string {
	words := ""
	for _, o := range list {
		words += " --override-policy " + shellWord(view.Clean(o.Policy))
	}
	return words
}

// user is who runs kktctl, as far as the surroundings tell. It is no proof:
// whoever sets the variables of a pipeline can say what they like.
func (a *App) user() policy.User {
	u := policy.User{Name: a.provenance().Actor, Pipeline: a.Env("CI") != ""}
	if u.Name == "" {
		u.Name, _, _ = strings.Cut(a.holder(), "@")
	}
	return u
}

// checkRules reads the rules of a fleet.
func checkRules(fleet *spec.Fleet) diag.List {
	_, list := policy.Compile(fleet.Policy.Rules)
	return list
}

// judge has the rules of the fleet say what they say of a plan.
func (a *App) judge(in planner.Input, plan *planner.Plan, snap *state.Snapshot, p planning) error {
	rules, list := policy.Compile(in.Fleet.Policy.Rules)
	if err := list.Err(); err != nil {
		return err
	}
	if p.Unjudged {
		return nil
	}
	names := rules.Names()
	if len(names) > 0 {
		rules.Judge(policy.Case{
			Fleet: in.Fleet, Plan: plan, Now: in.Now, User: a.user(), BegunToday: begunToday(snap, plan, in.Now), Overrides: in.Overrides,
		})
	}
	plan.Object(idleOverrides(in, plan, append(names, spec.PolicyNames()...))...)
	return nil
}

// idleOverrides says of the policies that were named and not in the way that
// there are none such, or that nothing came of it.
func idleOverrides(in planner.Input, plan *planner.Plan, known []string) diag.List {
	var list diag.List
	for _, name := range in.Overrides {
		switch {
		case slices.Contains(plan.Overridden, name):
		case slices.Contains(known, name):
			if name != spec.PolicyWindows { // given for when apply gets there
				list = append(list, diag.Diagnostic{
					Severity: diag.Warning, Policy: name, Summary: "--override-policy " + name + ": it does not stand against this plan: nothing is overridden",
				})
			}
		default:
			list = append(list, diag.Diagnostic{
				Summary: fmt.Sprintf("--override-policy %s: there is no such policy", view.Clean(name)), Pos: in.Fleet.Policy.Pos,
				Hint: "there are: " + strings.Join(known, ", ") + "; protection is not overridden but lifted: protect: false",
			})
		}
	}
	return list
}

// begunToday counts the steps that the state remembers to have begun since
// midnight in Moscow, without those that the plan begins anew.
func begunToday(snap *state.Snapshot, plan *planner.Plan, now time.Time) map[planner.Action]int {
	out := map[planner.Action]int{}
	if snap == nil {
		return out
	}
	msk := time.FixedZone("MSK", 3*60*60)
	y, m, d := now.In(msk).Date()
	midnight := time.Date(y, m, d, 0, 0, 0, 0, msk)
	anew := map[string]bool{}
	for i := range plan.Steps {
		if s := &plan.Steps[i]; s.Unbegun {
			anew[s.ID] = true
		}
	}
	for address, events := range snap.History {
		for _, e := range events {
			action, ok := strings.CutPrefix(e.What, "start ")
			if !ok || e.At.Before(midnight) || anew[planner.StepID(planner.Action(action), address)] {
				continue
			}
			out[planner.Action(action)]++
		}
	}
	return out
}

// sinceSaved adds to what stands against a plan now that it did not when the
// plan was saved.
func sinceSaved(saved, now *planner.Plan, at string) {
	before := map[string]bool{}
	for _, d := range saved.Diagnostics {
		before[d.Policy] = true
	}
	for i := range now.Diagnostics {
		d := &now.Diagnostics[i]
		if d.Severity != diag.Error || d.Policy == "" || before[d.Policy] {
			continue
		}
		d.Detail = strings.TrimPrefix(d.Detail+"\nIt did not stand against the plan when that was saved, at "+at+".", "\n")
	}
}

// windowsFor are the windows that a run keeps to: those of the fleet, unless a
// person overrides them, or has a receipt printed at once.
func windowsFor(w *work, o running) spec.Windows {
	overridden := slices.ContainsFunc(w.overrides, func(s state.Override) bool { return s.Policy == spec.PolicyWindows })
	if overridden || o.atOnce {
		return nil
	}
	return w.fleet.Policy.Windows
}
