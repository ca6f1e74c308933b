package policy_test

import (
	"strings"
	"testing"
	"time"

	"github.com/kktctl/kktctl/policy"
	"github.com/kktctl/kktctl/spec"
)

// A word that a field never has would make a rule that guards nothing.
func TestWordsThatAFieldNeverHas(t *testing.T) {
	for deny, want := range map[string]string{ // what is said, and the way out; "" for nothing
		`step.action == "deregister"`:                                 `step.action is never "deregister"; did you mean "unregister"?`,
		`step.action == "registr"`:                                    `step.action is never "registr"; did you mean "register"?`,
		`"registr" != step.action`:                                    `did you mean "register"?`,
		`step.action in ["pay", "unregistr"]`:                         `step.action is never "unregistr"; did you mean "unregister"?`,
		`moscow.weekday == "Sunday"`:                                  `moscow.weekday is never "Sunday"; did you mean "sun"?`,
		`plan.count["deregister"] > 0`:                                `did you mean "unregister"?`,
		`plan.steps.exists(s, s.action == "deregister")`:              `s.action is never "deregister"`,
		`"sign" in step.waits`:                                        `step.waits is never "sign"`,
		`kkt.fn.type == "15"`:                                         `kkt.fn.type is never "15"`,
		`now.getHours("Europe/Moskow") > 3`:                           `there is no time zone "Europe/Moskow"`,
		`step.due < now`:                                              `uses due without asking`,
		`plan.steps.all(s, s.due < now)`:                              `uses due without asking`,
		`step.action == "unregister" && moscow.weekday == "sun"`:      ``,
		`has(step.due) && step.due < now`:                             ``,
		`now.getHours("+03:00") > 3 || now.getHours("UTC") > 3`:       ``,
		`kkt.unregister != "" && kkt.registration in ["", "full"]`:    ``,
		`"signature" in step.waits && plan.begunToday["addKkt"] == 0`: ``,
	} {
		_, list := policy.Compile([]spec.Rule{{Name: "r", Deny: spec.NewExpression(deny)}})
		got := ""
		for _, d := range list {
			got += d.Summary + "; " + d.Hint
		}
		if (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", deny, got, want)
		}
	}
}

// A step without a due date has none, and not one of long ago.
func TestDueOfAStep(t *testing.T) {
	const late = `has(step.due) && step.due < now + duration("720h")`
	if p := judge(t, late, nil); len(p.Diagnostics) > 0 {
		t.Errorf("steps without a due date: %v", p.Diagnostics)
	}
	p := judge(t, late, func(c *policy.Case) { c.Plan.Steps[1].Due = friday().Add(24 * time.Hour) })
	if len(p.Diagnostics) != 1 || p.Diagnostics[0].Detail != "denied: register kkts.k1" {
		t.Errorf("a step that is due: %v", p.Diagnostics)
	}
}

// The way out is that of the cause.
func TestHintsByCause(t *testing.T) {
	for deny, want := range map[string]string{
		`kkt.labels["region"] == "nn"`:                                "has(kkt.labels.region)",
		`now.getHours("Nowhere/" + "Atall") > 3 && step.irreversible`: "Europe/Moscow",
		`step.changes[0].path == "fn"`:                                "size()",
		`plan.fleet.contains(plan.fleet + "c")`:                       "plan.steps",
		`step.codes / 0 == 1`:                                         "divided by",
	} {
		p := judge(t, deny, func(c *policy.Case) { c.Plan.Fleet = strings.Repeat("ab", 50_000) })
		if len(p.Diagnostics) != 1 || !strings.Contains(p.Diagnostics[0].Hint, want) {
			t.Errorf("%s: %v, want a hint with %q", deny, p.Diagnostics, want)
		}
	}
}
