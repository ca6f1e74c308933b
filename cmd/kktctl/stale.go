package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/state"
)

// The rules of a saved plan:
//
//   - It is bound to its fleet, lineage, serial and files, and to its steps as
//     they come out of the live state anew: a fact that changes what a step
//     does, costs, replaces or needs makes it stale.
//   - A fact that changes no step does not: what only tells the time, how far
//     the tax service is with what runs already, what is ignored or not in the
//     file. New warnings and differences of that kind are told.
//   - A plan that was applied is named as such, by the history of the state.

// checkStale refuses a saved plan that is not what a plan made now says. The
// difference is shown.
func (a *App) checkStale(w *work, saved, now *planner.Plan) error {
	why := bindings(saved, now)
	if did, ok := appliedBefore(w.session.Snapshot(), planID(saved)); ok {
		why = append([]string{did.sentence(a.errOptions(w.g))}, why...)
	}
	changes := stepChanges(saved, now)
	why = append(why, changesInWords(changes)...)
	if len(why) == 0 {
		a.tellNewFacts(w.g, saved, now)
		return nil
	}
	fmt.Fprint(a.Err, view.PlanChanges(changes, a.errOptions(w.g)))
	hint := "plan again, look at the new plan, and apply that"
	if len(underWay(now.Steps)) > 0 {
		hint += "; what was begun goes on with kktctl resume"
	}
	return diag.Diagnostic{Summary: "the saved plan is stale: nothing was done", Detail: "- " + strings.Join(why, "\n- "), Hint: hint}
}

// bindings says what a saved plan was made from that is not so any more.
func bindings(saved, now *planner.Plan) []string {
	var why []string
	if saved.Fleet != now.Fleet {
		why = append(why, fmt.Sprintf("it is of the fleet %q, this one is %q", saved.Fleet, now.Fleet))
	}
	// A plan made before there was a state knows no lineage yet.
	if saved.Lineage != "" && saved.Lineage != now.Lineage {
		why = append(why, "it was made from another state (lineage)")
	}
	switch {
	case saved.Serial < now.Serial:
		why = append(why, fmt.Sprintf("the state has moved on since: it was at serial %d and is at %d (a plan is applied once)", saved.Serial, now.Serial))
	case saved.Serial > now.Serial:
		why = append(why, fmt.Sprintf("the state is older than the plan: the plan was made at serial %d, the state is at %d", saved.Serial, now.Serial))
	}
	if saved.FleetHash != now.FleetHash {
		why = append(why, "the fleet file was changed since")
	}
	return why
}

// appliedPlan is when and by whom a plan was applied.
type appliedPlan struct {
	at time.Time
	by state.Provenance
}

// appliedBefore looks for a plan in the history of the state.
func appliedBefore(snap *state.Snapshot, id string) (appliedPlan, bool) {
	var did appliedPlan
	if snap == nil || id == "" {
		return did, false
	}
	for _, list := range snap.History {
		for i := range list {
			by, known := snap.Runs[list[i].Run]
			if known && by.Plan == id && (did.at.IsZero() || list[i].At.Before(did.at)) {
				did = appliedPlan{at: list[i].At, by: by}
			}
		}
	}
	return did, !did.at.IsZero()
}

func (d appliedPlan) sentence(o view.Options) string {
	who := d.by.Actor
	if who == "" {
		who = d.by.Who
	}
	text := "it was applied already: begun at " + o.At(d.at)
	if who != "" {
		text += " by " + who
	}
	if d.by.Pipeline != "" {
		text += ", pipeline " + d.by.Pipeline
	}
	return text
}

// stepChanges finds the steps that came, went or changed.
func stepChanges(saved, now *planner.Plan) view.Changes {
	before, after := stepTexts(saved), stepTexts(now)
	c := view.Changes{Saved: saved, Now: now}
	index := make(map[string]*planner.Step, len(now.Steps))
	for i := range now.Steps {
		index[now.Steps[i].ID] = &now.Steps[i]
	}
	for i := range saved.Steps {
		s := &saved.Steps[i]
		switch text, still := after[s.ID]; {
		case !still:
			c.Gone = append(c.Gone, s)
		case text != before[s.ID]:
			c.Changed = append(c.Changed, [2]*planner.Step{s, index[s.ID]})
		}
	}
	for i := range now.Steps {
		if _, known := before[now.Steps[i].ID]; !known {
			c.New = append(c.New, &now.Steps[i])
		}
	}
	c.Moved = len(c.Gone)+len(c.New) == 0 && !slices.Equal(stepOrder(saved), stepOrder(now))
	return c
}

// maxNamedSteps bounds how many steps a reason names.
const maxNamedSteps = 20

// changesInWords names the steps that came, went or changed.
func changesInWords(c view.Changes) []string {
	var out []string
	for _, s := range c.Gone {
		out = append(out, "no longer to do: "+s.ID)
	}
	for _, s := range c.Changed {
		out = append(out, "changed: "+s[0].ID)
	}
	for _, s := range c.New {
		out = append(out, "new: "+s.ID)
	}
	if c.Moved {
		out = append(out, "the order of the steps changed")
	}
	if more := len(out) - maxNamedSteps; more > 0 {
		out = append(out[:maxNamedSteps], "and "+count(more, "step more", "steps more"))
	}
	return out
}

// stepTexts gives each step's bytes without what changes no step: what only
// tells the time, and how far something is that runs already. A code is known
// by its id at the service and its last characters: a saved plan does not hold
// the fingerprint.
func stepTexts(p *planner.Plan) map[string]string {
	texts := make(map[string]string, len(p.Steps))
	for _, s := range p.Steps {
		s = s.Published()
		s.Due, s.Since, s.Message = time.Time{}, time.Time{}, ""
		if s.Action == planner.Continue && !s.Unbegun {
			s.Reason, s.Phase, s.WaitingFor, s.Waits = "", "", "", nil
		}
		data, err := json.Marshal(s)
		if err != nil {
			data = []byte(err.Error()) // a step is plain data: it can be encoded
		}
		texts[s.ID] = string(data)
	}
	return texts
}

func stepOrder(p *planner.Plan) []string {
	ids := make([]string, 0, len(p.Steps))
	for _, s := range p.Steps {
		ids = append(ids, s.ID)
	}
	return ids
}

// tellNewFacts tells of what was found since a plan was saved and changes no
// step of it.
func (a *App) tellNewFacts(g *globals, saved, now *planner.Plan) {
	if list := newFacts(saved, now); len(list) > 0 {
		a.showDiagnostics(g, list)
	}
}

// numbers are what a warning counts: days go by.
var numbers = regexp.MustCompile(`[0-9]+`)

// newFacts are the warnings and differences that a saved plan does not have.
func newFacts(saved, now *planner.Plan) diag.List {
	const since = "new since the plan was saved, and changes no step: "
	key := func(d diag.Diagnostic) string { return d.Address + " " + numbers.ReplaceAllString(d.Summary, "0") }
	known := map[string]bool{}
	for _, d := range saved.Diagnostics {
		known[key(d)] = true
	}
	differed := map[planner.Drift]bool{}
	for _, d := range saved.Drift {
		differed[d] = true
	}
	var out diag.List
	for _, d := range now.Diagnostics {
		if d.Severity == diag.Warning && !known[key(d)] {
			d.Summary = since + d.Summary
			out = append(out, d)
		}
	}
	for _, d := range now.Drift {
		if !differed[d] {
			out = append(out, diag.Diagnostic{
				Severity: diag.Warning, Address: d.Address,
				Summary: fmt.Sprintf("%s%s is %q, and was last applied as %q", since, d.Path, d.Live, d.Applied),
			})
		}
	}
	return out
}
