package planner

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// The policies that every fleet has and that a person can override. Rules of
// the user's own are asked when the plan is made: see Object.

// defaultMaxUnregister holds when the fleet says nothing.
const defaultMaxUnregister = 1

// Closed tells that irreversible calls wait for a window of policy.windows.
type Closed struct {
	Steps int       `json:"steps"`          // irreversible ones of the plan
	Opens time.Time `json:"opens,omitzero"` // UTC; zero: not within a year
}

// Object puts diagnostics of policies that are judged outside of the planner
// into the plan. An error among them makes it one that cannot be applied.
func (p *Plan) Object(list ...diag.Diagnostic) {
	p.Diagnostics = append(p.Diagnostics, list...)
	slices.SortStableFunc(p.Diagnostics, compareDiagnostics)
	if p.Diagnostics.HasErrors() {
		p.Applyable, p.Complete = false, false
	}
}

// Kind is what the step does, also when it was begun before: never Continue.
func (s *Step) Kind() Action { return s.kind() }

// Begins tells whether the step begins with this plan: nobody has agreed to it
// before.
func (s *Step) Begins() bool { return !s.Obsolete && (s.Action != Continue || s.Unbegun) }

// Listing names as many as a person reads, and counts the rest.
func Listing(names []string) string { return list(names) }

// overrides tells whether a person overrides the policy.
func (p *planning) overrides(policy string) bool { return slices.Contains(p.in.Overrides, policy) }

// against says that a policy stands against the plan: an error, unless a
// person overrides it. The result may be completed before the next call of say.
func (p *planning) against(policy string, overridden bool, summary, hint string) *diag.Diagnostic {
	severity := diag.Error
	if overridden {
		severity, summary, hint = diag.Warning, "overridden: "+summary, ""
		p.plan.Overridden = append(p.plan.Overridden, policy)
	}
	d := p.say(severity, nil, summary)
	d.Pos, d.Hint, d.Policy = p.in.Fleet.Policy.Pos, hint, policy
	return d
}

func (p *planning) checkUnregisters() {
	n := 0
	for _, t := range p.chosen() {
		for i := range t.steps {
			if t.steps[i].Action == Unregister {
				n++
			}
		}
	}
	limit := defaultMaxUnregister
	if m := p.in.Fleet.Policy.MaxUnregister; m != nil {
		limit = *m
	}
	if n <= limit {
		return
	}
	allowed := strconv.Itoa(limit)
	if p.in.AllowUnregister > limit && n > p.in.AllowUnregister {
		allowed += ", --allow-unregister " + strconv.Itoa(p.in.AllowUnregister)
	}
	p.against(spec.PolicyMaxUnregister, n <= p.in.AllowUnregister || p.overrides(spec.PolicyMaxUnregister),
		fmt.Sprintf("the plan unregisters %s, policy.maxUnregister allows %s", counted(n, "till"), allowed),
		"look at each of them; if all are meant: --allow-unregister="+strconv.Itoa(n))
}

func (p *planning) checkCost() {
	limit := p.in.Fleet.Policy.MaxCost
	if limit == nil {
		return
	}
	sum, unpriced := 0, 0
	for _, t := range p.subjects() {
		for i := range t.steps {
			s := &t.steps[i]
			sum += s.Cost.Roubles
			if s.Simplified && s.Begins() && p.in.Fleet.Policy.Prices.Simplified == nil {
				unpriced++
			}
		}
	}
	if sum > *limit {
		p.against(spec.PolicyMaxCost, p.overrides(spec.PolicyMaxCost),
			fmt.Sprintf("the plan costs %d roubles, policy.maxCost allows %d", sum, *limit),
			"apply a part of it with --target, or raise policy.maxCost; once only: --override-policy maxCost")
	}
	if unpriced > 0 {
		d := p.say(diag.Warning, nil, "what "+counted(unpriced, "simplified registration")+" will cost is not known: policy.maxCost does not count it")
		d.Pos, d.Hint = p.in.Fleet.Policy.Pos, "write what the service charges you: policy: {prices: {simplified: ROUBLES}}"
	}
}

// checkWindows says that irreversible steps wait for a window.
func (p *planning) checkWindows() {
	windows := p.in.Fleet.Policy.Windows
	if p.reporting || windows.Open(p.in.Now) {
		return
	}
	n := 0
	for _, s := range p.subjects() {
		for i := range s.steps {
			if st := &s.steps[i]; st.Irreversible && (st.Begins() || !finalBehind(st.Phase)) {
				n++
			}
		}
	}
	if n == 0 {
		return
	}
	opens := windows.Next(p.in.Now)
	what := "outside the windows of policy.windows: " + counted(n, "irreversible step")
	if p.overrides(spec.PolicyWindows) {
		p.against(spec.PolicyWindows, true, what, "").Pos = windows[0].Pos
		return
	}
	p.plan.Window = &Closed{Steps: n, Opens: opens}
	d := p.say(diag.Warning, nil, what+" waits")
	if n > 1 {
		d.Summary = what + " wait"
	}
	d.Pos, d.Policy, d.Detail = windows[0].Pos, spec.PolicyWindows, "The next window opens "+Opens(opens)+"."
	d.Hint = "kktctl apply --wait goes on when it opens; if it is meant all the same: --override-policy windows"
}

// finalBehind tells of a phase in which all calls that nothing takes back have
// been made, as far as they are known to come.
func finalBehind(phase string) bool {
	return slices.Contains([]string{
		"tax-service", "report-tax-service", "card", "first-document", "payment", "verify", "print-queue", "return-queue",
	}, phase)
}

// Opens says when a window opens.
func Opens(at time.Time) string {
	if at.IsZero() {
		return "not within a year"
	}
	return at.In(moscow()).Format("Mon 2 Jan 2006 15:04 MST")
}

// feeOf is what the service takes for an application, with what it charges for
// a simplified one where the fleet knows that.
func (p *planning) feeOf(ofd string, simplified bool) Cost {
	c := fee(ofd)
	if price := p.in.Fleet.Policy.Prices.Simplified; simplified && price != nil {
		c.Roubles += *price
	}
	return c
}

// simplifiedWords is what a plan says of every simplified step: who does what,
// and that the service is paid for; the documents do not show how much (004
// §7.2).
func (p *planning) simplifiedWords() string {
	words := "simplified: the till itself tells the tax service, through its ОФД, and nothing is signed; the service charges for it"
	if price := p.in.Fleet.Policy.Prices.Simplified; price != nil {
		return words + ": " + strconv.Itoa(*price) + " roubles by policy.prices"
	}
	return words + ", the documents name no price"
}
