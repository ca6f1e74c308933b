package policy

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/ext"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// The variables of rules.
const (
	varPlan   = "plan"
	varStep   = "step"
	varKKT    = "kkt"
	varNow    = "now"
	varMoscow = "moscow"
	varUser   = "user"
)

// maxCost bounds one evaluation, in CEL's own units: a comparison costs about
// one. A hundred thousand steps fit, each looked at once or twice; each of them
// held against each other does not.
const maxCost = 10_000_000

// scope is what a rule is asked for.
type scope uint8

const (
	ofPlan scope = iota
	ofStep
	ofTill
)

// Rules are the rules of a fleet, ready to be asked.
type Rules struct{ list []rule }

type rule struct {
	spec.Rule
	scope   scope
	till    bool // it mentions kkt: asked for tills only
	env     *cel.Env
	checked *cel.Ast
	program cel.Program
}

// Compile makes the rules of a fleet ready, or says what is wrong with them.
func Compile(rules []spec.Rule) (*Rules, diag.List) {
	out := &Rules{}
	if len(rules) == 0 {
		return out, nil
	}
	env, err := environment()
	if err != nil {
		return nil, diag.List{{Summary: "rules cannot be read: " + err.Error()}}
	}
	var list diag.List
	for _, r := range rules {
		v, bad := compile(env, r)
		list = append(list, bad...)
		out.list = append(out.list, v)
	}
	if list.HasErrors() {
		return nil, list
	}
	return out, list
}

// Names lists the names of the rules, in the order of the file.
func (r *Rules) Names() []string {
	var out []string
	for i := range r.list {
		out = append(out, r.list[i].Name)
	}
	return out
}

// environment is what rules can use: CEL's own functions, those on strings and
// sets, and the variables.
func environment() (*cel.Env, error) {
	return cel.NewEnv(
		ext.NativeTypes(ext.ParseStructTags(true), reflect.TypeFor[Plan](), reflect.TypeFor[User](), reflect.TypeFor[Clock]()),
		cel.OptionalTypes(), ext.Strings(), ext.Sets(),
		cel.DefaultUTCTimeZone(true),
		cel.Variable(varPlan, cel.ObjectType("policy.Plan")),
		cel.Variable(varStep, cel.ObjectType("policy.Step")),
		cel.Variable(varKKT, cel.ObjectType("policy.KKT")),
		cel.Variable(varUser, cel.ObjectType("policy.User")),
		cel.Variable(varMoscow, cel.ObjectType("policy.Clock")),
		cel.Variable(varNow, cel.TimestampType),
	)
}

func compile(env *cel.Env, r spec.Rule) (rule, diag.List) {
	text := r.Deny.Text
	checked, issues := env.Compile(text)
	if issues.Err() != nil {
		return rule{}, issuesOf(env, r, issues)
	}
	if t := checked.OutputType(); t.String() != cel.BoolType.String() {
		return rule{}, diag.List{complain(r, r.Deny.At(0), fmt.Sprintf("gives %s, not true or false", t), "write what is denied as a comparison: kkt.fn.type != \"fn36\"")}
	}
	if wrong := checkLiterals(r, checked); len(wrong) > 0 {
		return rule{}, wrong
	}
	program, err := programOf(env, checked)
	if err != nil {
		return rule{}, diag.List{complain(r, r.Deny.At(0), firstLine(err.Error()), "")}
	}
	root := checked.NativeRep().Expr()
	v := rule{Rule: r, env: env, checked: checked, program: program, till: mentions(root, varKKT)}
	switch {
	case mentions(root, varStep):
		v.scope = ofStep
	case v.till:
		v.scope = ofTill
	}
	return v, nil
}

func programOf(env *cel.Env, checked *cel.Ast) (cel.Program, error) {
	return env.Program(checked, cel.EvalOptions(cel.OptOptimize), cel.CostLimit(maxCost))
}

// at gives a program in which what depends on the time alone is worked out: to
// look up a time zone for each of many steps takes longer than all the rest.
func (r *rule) at(now time.Time) cel.Program {
	if r.scope == ofPlan || !mentions(r.checked.NativeRep().Expr(), varNow) {
		return r.program
	}
	known, err := cel.NewActivation(map[string]any{varNow: now})
	if err != nil {
		return r.program
	}
	folder, err := cel.NewConstantFoldingOptimizer(cel.FoldKnownValues(known))
	if err != nil {
		return r.program
	}
	optimizer, err := cel.NewStaticOptimizer(folder)
	if err != nil {
		return r.program
	}
	folded, issues := optimizer.Optimize(r.env, r.checked)
	if issues.Err() != nil { // cannot be worked out: whoever asks is told
		return r.program
	}
	if program, err := programOf(r.env, folded); err == nil {
		return program
	}
	return r.program
}

// mentions tells whether an expression uses a variable: not one of its own
// that has the same name.
func mentions(e ast.Expr, name string) bool {
	in := func(e ast.Expr) bool { return mentions(e, name) }
	switch e.Kind() {
	case ast.IdentKind:
		return e.AsIdent() == name
	case ast.SelectKind:
		return in(e.AsSelect().Operand())
	case ast.CallKind:
		c := e.AsCall()
		return c.IsMemberFunction() && in(c.Target()) || slices.ContainsFunc(c.Args(), in)
	case ast.ListKind:
		return slices.ContainsFunc(e.AsList().Elements(), in)
	case ast.MapKind:
		return slices.ContainsFunc(e.AsMap().Entries(), func(v ast.EntryExpr) bool {
			return in(v.AsMapEntry().Key()) || in(v.AsMapEntry().Value())
		})
	case ast.StructKind:
		return slices.ContainsFunc(e.AsStruct().Fields(), func(v ast.EntryExpr) bool { return in(v.AsStructField().Value()) })
	case ast.ComprehensionKind:
		c := e.AsComprehension()
		own := c.IterVar() == name || c.IterVar2() == name || c.AccuVar() == name
		return in(c.IterRange()) || in(c.AccuInit()) || !own && (in(c.LoopCondition()) || in(c.LoopStep()) || in(c.Result()))
	}
	return false
}

// complain makes a diagnostic about a rule.
func complain(r spec.Rule, at diag.Pos, what, hint string) diag.Diagnostic {
	return diag.Diagnostic{Summary: "policy.rules: the rule " + r.Name + ": " + what, Pos: at, Hint: hint, Policy: r.Name}
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return strings.TrimSpace(s)
}
