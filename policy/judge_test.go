package policy_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/policy"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// rulesOf compiles one rule.
func rulesOf(t testing.TB, deny string) *policy.Rules {
	t.Helper()
	rules, list := policy.Compile([]spec.Rule{{Name: "r", Deny: spec.NewExpression(deny)}})
	if len(list) > 0 {
		t.Fatalf("%s: %v", deny, list)
	}
	return rules
}

// friday is 16:30 in Moscow.
func friday() time.Time { return time.Date(2026, 11, 20, 13, 30, 0, 0, time.UTC) }

// fleetOf has n tills kkts.k0, kkts.k1, …; every other one is in region nn.
func fleetOf(n int) *spec.Fleet {
	f := &spec.Fleet{Name: "sever", Companies: map[string]spec.Company{"sever": {INN: "5252012620"}}, KKTs: map[string]spec.KKT{}}
	for i := range n {
		k := spec.KKT{
			Name: fmt.Sprintf("k%d", i), Company: "sever", Serial: fmt.Sprint(i + 1), FN: spec.FN{Number: "9287440300784224", Type: spec.FN15},
			Usage: []string{"marking"}, Address: spec.Address{Full: "Москва"}, ActivationCode: spec.Code{Auto: true},
		}
		if i%2 == 0 {
			k.Labels = map[string]string{"region": "nn"}
		}
		f.KKTs[k.Name] = k
	}
	return f
}

// planOf registers each till of the fleet, and goes on with one more.
func planOf(f *spec.Fleet) *planner.Plan {
	p := &planner.Plan{Fleet: f.Name, Applyable: true, Complete: true, Summary: map[planner.Action]int{planner.Register: 0, planner.Pay: 0, planner.Continue: 1}}
	for i := range len(f.KKTs) {
		a := spec.KKTAddress(fmt.Sprintf("k%d", i))
		p.Steps = append(p.Steps, planner.Step{
			ID: planner.StepID(planner.Register, a), Address: a, Action: planner.Register, Irreversible: true, Cost: planner.Cost{Roubles: 100},
			Waits: []planner.Wait{planner.WaitSignature},
		})
	}
	p.Steps = append(p.Steps, planner.Step{ID: "pay:kkts.k0", Address: "kkts.k0", Action: planner.Continue, Continues: planner.Pay, Irreversible: true, Cost: planner.Cost{Codes: 1}})
	return p
}

func judge(t testing.TB, deny string, change func(*policy.Case)) *planner.Plan {
	t.Helper()
	f := fleetOf(3)
	c := policy.Case{Fleet: f, Plan: planOf(f), Now: friday(), User: policy.User{Name: "anna"}}
	if change != nil {
		change(&c)
	}
	rulesOf(t, deny).Judge(c)
	return c.Plan
}

func TestJudge(t *testing.T) {
	for deny, want := range map[string]string{ // the detail, or "-" for nothing denied
		`true`:  "",
		`false`: "-",
		`step.action == "register" && kkt.labels[?"region"].orValue("") == ""`: "denied: register kkts.k1",
		`!("region" in kkt.labels)`:                                                                          "denied: kkts.k1",
		`"marking" in kkt.usage && kkt.fn.type != "fn36"`:                                                    "denied: kkts.k0, kkts.k1, kkts.k2",
		`step.action == "pay"`:                                                                               "-", // it was begun before
		`plan.steps.exists(step, step.action == "pay" && step.underWay)`:                                     "",  // a name of its own: asked once
		`plan.count["register"] > 2 && plan.count["pay"] == 0`:                                               "",
		`plan.count["register"] + plan.begunToday["register"] > 4`:                                           "",
		`plan.roubles == 300 && plan.codes == 1 && plan.irreversible == 3`:                                   "",
		`moscow.weekday == "fri" && moscow.hour >= 15 && moscow.date == "2026-11-20" && moscow.minute == 30`: "",
		`now.getDayOfWeek("Europe/Moscow") == 5 && now > timestamp("2026-01-01T00:00:00Z")`:                  "",
		`plan.roubles > 100 && !(user.name in ["boris"])`:                                                    "",
		`user.pipeline`: "-",
		`step.name.startsWith("k") && step.kind == "kkts" && step.waits.exists(w, w == "signature") && kkt.company == "sever" && kkt.name == "k2"`: "denied: register kkts.k2",
		`step.kkt.code == "auto" && step.name == "k0"`: "denied: register kkts.k0",
	} {
		p := judge(t, deny, func(c *policy.Case) { c.BegunToday = map[planner.Action]int{planner.Register: 2} })
		got := "-"
		if len(p.Diagnostics) == 1 {
			got = p.Diagnostics[0].Detail
		}
		if got != want || (want == "-") != p.Applyable {
			t.Errorf("%s: got %q, want %q; %v", deny, got, want, p.Diagnostics)
		}
	}
}

// What cannot be decided, and what takes too long, denies.
func TestRulesFailClosed(t *testing.T) {
	for deny, want := range map[string]string{
		`kkt.labels["region"] == "nn"`:                                "kkts.k1: cannot be decided: no such key: region",
		`now.getHours("Nowhere/" + "Atall") > 3 && step.irreversible`: "cannot be decided: unknown time zone Nowhere/Atall",
		`plan.fleet.contains(plan.fleet + "c")`:                       "takes too long",
	} {
		p := judge(t, deny, func(c *policy.Case) { c.Plan.Fleet = strings.Repeat("ab", 50_000) })
		if len(p.Diagnostics) != 1 || !strings.Contains(p.Diagnostics[0].Summary, want) || p.Applyable {
			t.Errorf("%s: %v", deny, p.Diagnostics)
		}
	}
}

func TestAdvisoryAndOverridden(t *testing.T) {
	f := fleetOf(1)
	rules, list := policy.Compile([]spec.Rule{
		{Name: "a", Deny: spec.NewExpression("true"), Message: "not so", Advisory: true},
		{Name: "b", Deny: spec.NewExpression("true")},
		{Name: "c", Deny: spec.NewExpression("false")},
	})
	if len(list) > 0 {
		t.Fatal(list)
	}
	p := planOf(f)
	rules.Judge(policy.Case{Fleet: f, Plan: p, Now: friday(), Overrides: []string{"b", "c"}})
	if !p.Applyable || len(p.Diagnostics) != 2 || strings.Join(p.Overridden, " ") != "b" {
		t.Errorf("%v %v", p.Overridden, p.Diagnostics)
	}
	for _, d := range p.Diagnostics {
		if d.Severity != diag.Warning {
			t.Errorf("%v", d)
		}
	}
}

func TestWrongExpressions(t *testing.T) {
	for deny, want := range map[string]string{
		`kkt.lables.region == "nn"`:                           "1:4 unknown field \"lables\"\ndid you mean \"labels\"?",
		`stp.action == "register"`:                            "1:1 unknown name \"stp\"\ndid you mean \"step\"?",
		"plan.roubles > 5 &&\n  step.kkt.fn.tipe == \"fn36\"": "2:14 unknown field \"tipe\"\ndid you mean \"type\"?",
		`plan.roubles`:                                        "1:1 gives int, not true or false",
		`plan.roubles > "5"`:                                  "1:14 > does not go with (int, string)",
		`step.action = "pay"`:                                 "this is not CEL",
		`step.`:                                               "this is not CEL",
		`plan.steps.exists(s, s.actoin == "pay")`:             "unknown field \"actoin\"\ndid you mean \"action\"?",
		`step.action.matches("[")`:                            "missing closing ]",
		`policy.Plan{}.roubles == 0`:                          "",
	} {
		_, list := policy.Compile([]spec.Rule{{Name: "r", Deny: spec.NewExpression(deny)}})
		var got []string
		for _, d := range list {
			got = append(got, strings.TrimPrefix(d.Summary, "policy.rules: the rule r: ")+"\n"+d.Hint)
		}
		if _, words, ok := strings.Cut(want, " "); ok && want[0] < 'a' {
			want = words
		}
		if text := strings.Join(got, "\n"); !strings.Contains(text, want) || want == "" && text != "" {
			t.Errorf("%s\ngot  %s\nwant %s", deny, text, want)
		}
	}
}

// Twenty rules over a hundred thousand steps.
func BenchmarkTwentyRules(b *testing.B) {
	f := fleetOf(100_000)
	var list []spec.Rule
	for i := range 20 {
		deny := []string{
			`step.action == "register" && kkt.company == "north"`, `step.irreversible && now.getHours("Europe/Moscow") >= 20`,
			`kkt.usage.exists(u, u == "internet") && kkt.fn.type != "fn36"`, `plan.steps.filter(s, s.action == "pay").size() > 10`,
		}[i%4]
		list = append(list, spec.Rule{Name: fmt.Sprintf("r%d", i), Deny: spec.NewExpression(deny)})
	}
	rules, bad := policy.Compile(list)
	if len(bad) > 0 {
		b.Fatal(bad)
	}
	plan := planOf(f)
	for b.Loop() {
		p := *plan
		rules.Judge(policy.Case{Fleet: f, Plan: &p, Now: friday()})
		if len(p.Diagnostics) > 0 {
			b.Fatal(p.Diagnostics)
		}
	}
}

func BenchmarkJudge(b *testing.B) {
	f := fleetOf(100_000)
	for name, deny := range map[string]string{
		"step":   `step.action == "register" && kkt.company == "north" && step.roubles > 5000`,
		"label":  `step.action == "register" && (!("region" in kkt.labels) || kkt.labels["region"] != "nn") && kkt.usage.exists(u, u == "internet")`,
		"now":    `step.irreversible && now.getDayOfWeek("Europe/Moscow") == 5 && now.getHours("Europe/Moscow") >= 15`,
		"moscow": `step.irreversible && moscow.weekday == "fri" && moscow.hour >= 15`,
		"kkt":    `"marking" in kkt.usage && kkt.fn.type != "fn36"`,
		"plan":   `plan.steps.filter(s, s.action == "register" && s.kkt.company == "sever").size() > 10`,
	} {
		b.Run(name, func(b *testing.B) {
			rules := rulesOf(b, deny)
			for b.Loop() {
				rules.Judge(policy.Case{Fleet: f, Plan: planOf(f), Now: friday()})
			}
		})
	}
}
