package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	celtypes "cel.dev/cel-go/common/types"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// Case is what rules are asked about.
type Case struct {
	Fleet *spec.Fleet
	Plan  *planner.Plan
	Now   time.Time
	User  User
	// BegunToday counts the steps that were begun since midnight in Moscow,
	// without those that the plan begins anew.
	BegunToday map[planner.Action]int
	Overrides  []string // names of rules that a person overrides
}

// Judge asks all rules, and tells the plan what they say of it: errors of
// mandatory ones, warnings of advisory ones and of those that are overridden.
func (r *Rules) Judge(c Case) {
	if len(r.list) == 0 {
		return
	}
	j := &judgement{Case: c, facts: planOf(c)}
	for i := range r.list {
		v := &r.list[i]
		denied, err := j.ask(v)
		if len(denied) == 0 && err == nil {
			continue
		}
		overridden := slices.Contains(c.Overrides, v.Name)
		if overridden {
			c.Plan.Overridden = append(c.Plan.Overridden, v.Name)
		}
		c.Plan.Object(verdict(v, denied, err, overridden))
	}
}

// judgement is a plan while it is judged.
type judgement struct {
	Case
	facts Plan
	tills []KKT // of the file, by name; nil until they are asked for
}

// denial is what a rule denies: a step, a till, or "" for the plan.
type denial struct{ words, address string }

// ask gives what the rule denies. An expression that cannot be decided ends it.
func (j *judgement) ask(r *rule) ([]denial, error) {
	vars := map[string]any{varPlan: &j.facts, varNow: j.Now, varMoscow: clockOf(j.Now), varUser: j.User}
	var out []denial
	// Each is bounded by itself, and all together by what one may take, with a
	// little more for each.
	room := uint64(maxCost)
	program := r.at(j.Now)
	one := func(words, address string) error {
		yes, cost, err := decide(program, vars)
		if err == nil && cost > room+500 {
			err = fmt.Errorf("takes too long: it looks at too much for each of many")
		}
		if room = room + 500 - min(cost, room+500); err != nil {
			if words == "" {
				return err
			}
			return fmt.Errorf("%s: %w", words, err)
		}
		if yes {
			out = append(out, denial{words, address})
		}
		return nil
	}
	switch r.scope {
	case ofStep:
		for i := range j.facts.Steps {
			s := &j.facts.Steps[i]
			if s.UnderWay || r.till && s.KKT.Name == "" {
				continue
			}
			vars[varStep], vars[varKKT] = s, &s.KKT
			if err := one(j.Plan.Steps[i].Words(), s.Address); err != nil {
				return out, err
			}
		}
	case ofTill:
		for i := range j.declared() {
			k := &j.tills[i]
			vars[varKKT] = k
			address := spec.KKTAddress(k.Name)
			if err := one(address, address); err != nil {
				return out, err
			}
		}
	default:
		return out, one("", "")
	}
	return out, nil
}

// declared are the tills of the file, by name.
func (j *judgement) declared() []KKT {
	if j.tills == nil {
		j.tills = make([]KKT, 0, len(j.Fleet.KKTs))
		for _, name := range slices.Sorted(keysOf(j.Fleet.KKTs)) {
			j.tills = append(j.tills, tillOf(j.Fleet, j.Fleet.KKTs[name]))
		}
	}
	return j.tills
}

// decide asks one question.
func decide(p cel.Program, vars map[string]any) (yes bool, cost uint64, err error) {
	v, details, err := p.Eval(vars)
	if details != nil && details.ActualCost() != nil {
		cost = *details.ActualCost()
	}
	switch {
	case err != nil && strings.Contains(err.Error(), "cost limit exceeded"):
		return false, cost, fmt.Errorf("takes too long: it looks at too much")
	case err != nil:
		return false, cost, fmt.Errorf("cannot be decided: %s", firstLine(err.Error()))
	}
	b, ok := v.(celtypes.Bool)
	if !ok {
		return false, cost, fmt.Errorf("gives %s, not true or false", v.Type().TypeName())
	}
	return bool(b), cost, nil
}

// verdict says what a rule says.
func verdict(r *rule, denied []denial, err error, overridden bool) diag.Diagnostic {
	d := diag.Diagnostic{Pos: r.Pos, Policy: r.Name, Summary: "the rule " + r.Name + ": " + said(r)}
	var words []string
	for _, v := range denied {
		if v.words != "" {
			words = append(words, v.words)
		}
	}
	if len(denied) == 1 {
		d.Address = denied[0].address
	}
	if len(words) > 0 {
		d.Detail = "denied: " + planner.Listing(words)
	}
	if err != nil {
		d.Summary = "the rule " + r.Name + " " + err.Error()
		d.Hint = undecided(err)
	}
	switch {
	case overridden:
		d.Severity, d.Summary, d.Hint = diag.Warning, "overridden: "+d.Summary, ""
	case r.Advisory:
		d.Severity = diag.Warning
	case err == nil:
		d.Hint = "change the fleet, or leave it out with --exclude; if it is meant all the same: --override-policy " + r.Name + " --override-reason WHY"
		if r.scope == ofTill {
			d.Hint = "change the fleet; if it is meant all the same: --override-policy " + r.Name + " --override-reason WHY"
		}
	}
	return d
}

const hintZone = "name it as Europe/Moscow, or by its offset: +03:00"

// undecided tells the way out for what kept a rule from being decided.
func undecided(err error) string {
	for _, v := range []struct{ cause, hint string }{
		{"takes too long", "ask for each step or till by itself, with step or kkt, instead of going through plan.steps; make the expression smaller"},
		{"unknown time zone", hintZone},
		{"no such key", "ask whether a key is there before it is used: has(kkt.labels.region) && kkt.labels.region == \"nn\""},
		{"index", "ask how many there are before one is taken: step.changes.size() > 0 && step.changes[0].path == \"fn\""},
		{"division by zero", "ask whether it is 0 before it is divided by"},
		{"modulus by zero", "ask whether it is 0 before it is divided by"},
	} {
		if strings.Contains(err.Error(), v.cause) {
			return v.hint
		}
	}
	return "see that the expression can be decided for every step or till that it is asked for"
}

// said is the rule's message, or its expression in one line.
func said(r *rule) string {
	if r.Message != "" {
		return r.Message
	}
	return "denied by " + strings.Join(strings.Fields(r.Deny.Text), " ")
}
