package policy_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/policy"
	"github.com/kktctl/kktctl/spec"
)

func page(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "docs", "policy.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// The page lists just the fields that rules see.
func TestPageListsTheFields(t *testing.T) {
	var told []string
	for _, m := range regexp.MustCompile("(?m)^\\| `((?:plan|step|kkt|moscow|user)\\.[^`]+)`").FindAllStringSubmatch(page(t), -1) {
		told = append(told, strings.ReplaceAll(m[1], "changes[0]", "changes"))
	}
	var known []string
	for name, v := range map[string]any{"plan": policy.Plan{}, "step": policy.Step{}, "kkt": policy.KKT{}, "moscow": policy.Clock{}, "user": policy.User{}} {
		known = append(known, fieldsBelow(name, reflect.TypeOf(v))...)
	}
	slices.Sort(told)
	slices.Sort(known)
	if !slices.Equal(told, known) {
		t.Errorf("docs/policy.md lists\n%v\nrules see\n%v", told, known)
	}
}

func fieldsBelow(name string, typ reflect.Type) []string {
	var out []string
	for i := range typ.NumField() {
		f := typ.Field(i)
		path := name + "." + f.Tag.Get("cel")
		switch f.Type {
		case reflect.TypeFor[policy.FN]():
			out = append(out, fieldsBelow(path, f.Type)...)
		case reflect.TypeFor[[]policy.Change]():
			out = append(append(out, path), fieldsBelow(path, f.Type.Elem())...)
		default:
			out = append(out, path)
		}
	}
	return out
}

// Each example of the page compiles, and denies what its message says.
func TestExamplesOfThePage(t *testing.T) {
	const head = "apiVersion: kktctl/v1\nkind: Fleet\nname: sever\nprovider: {partner: {inn: \"7709125605\", apiKey: env:KEY}}\n"
	var rules []spec.Rule
	for _, m := range regexp.MustCompile("(?s)```yaml\n(policy:.*?)```").FindAllStringSubmatch(page(t), -1) {
		f, list := spec.Parse(".", []spec.Source{{Name: "f.yaml", Data: []byte(head + m[1])}})
		if len(list) > 0 {
			t.Fatalf("%v\n%s", list, m[1])
		}
		if len(f.Policy.Rules) > 1 {
			rules = f.Policy.Rules
		}
	}
	compiled, list := policy.Compile(rules)
	if len(list) > 0 {
		t.Fatal(list)
	}
	base := func(c *policy.Case) {}
	for name, worse := range map[string]func(*policy.Case){
		"ten-a-day": func(c *policy.Case) { c.BegunToday = map[planner.Action]int{planner.Register: 10} },
		"finance":   func(c *policy.Case) { c.Plan.Steps[0].Cost.Roubles, c.User.Name = 5001, "carl" },
		"friday":    func(c *policy.Case) { c.Now = friday() },
		"marking":   func(c *policy.Case) { change(c, func(k *spec.KKT) { k.FN.Type = spec.FN15 }) },
		"labelled":  func(c *policy.Case) { change(c, func(k *spec.KKT) { k.Labels = nil }) },
		"codes": func(c *policy.Case) {
			c.Plan.Steps[0].Action = planner.Pay
			change(c, func(k *spec.KKT) { k.Place = "Склад" })
		},
		"": base,
	} {
		f := fleetOf(1)
		c := policy.Case{Fleet: f, Plan: planOf(f), Now: friday().Add(-24 * time.Hour), User: policy.User{Name: "anna"}}
		change(&c, func(k *spec.KKT) { k.FN.Type, k.Place = spec.FN36, "Магазин №1" })
		worse(&c)
		compiled.Judge(c)
		var got []string
		for _, d := range c.Plan.Diagnostics {
			got = append(got, d.Policy)
		}
		if strings.Join(got, " ") != name {
			t.Errorf("%s: denied by %v: %v", name, got, c.Plan.Diagnostics)
		}
	}
	if len(rules) != 6 {
		t.Errorf("the page has %d examples", len(rules))
	}
}

func change(c *policy.Case, f func(*spec.KKT)) {
	k := c.Fleet.KKTs["k0"]
	f(&k)
	c.Fleet.KKTs["k0"] = k
}

// Whatever an expression holds, there is an answer and no panic.
func FuzzRules(f *testing.F) {
	for _, text := range []string{
		`step.action == "register"`, `plan.steps.exists(s, s.kkt.labels["a"] == "b")`, `now.getHours("Europe/Moscow") > 3`,
		`kkt.labels[?"a"].orValue("x") == "y"`, "a\n&&\nb", `"\u`, `{`, `[1,2].map(x, x/0)`, `"a".format([1])`, `policy.Plan{steps: [1]}`, `"%d".format([plan.roubles])`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		fleet := fleetOf(2)
		rules, list := policy.Compile([]spec.Rule{{Name: "r", Deny: spec.NewExpression(text)}})
		if (rules == nil) != list.HasErrors() {
			t.Fatal(list)
		}
		if rules != nil {
			rules.Judge(policy.Case{Fleet: fleet, Plan: planOf(fleet), Now: friday()})
		}
	})
}
