package policy

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"github.com/agnivade/levenshtein"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// variables lists the variables of rules with their types; nil for a time.
func variables() map[string]reflect.Type {
	return map[string]reflect.Type{
		varPlan: reflect.TypeFor[Plan](), varStep: reflect.TypeFor[Step](), varKKT: reflect.TypeFor[KKT](),
		varUser: reflect.TypeFor[User](), varMoscow: reflect.TypeFor[Clock](), varNow: nil,
	}
}

// What the checker says of names.
var (
	unknownField = regexp.MustCompile(`^undefined field '([^']*)'`)
	unknownName  = regexp.MustCompile(`^undeclared reference to '([^']*)'`)
	noOverload   = regexp.MustCompile(`^found no matching overload for '([^']*)' applied to '(.*)'$`)
)

// maxIssues bounds what is told of one rule.
const maxIssues = 5

// issuesOf says what is wrong with an expression, each mistake at its place.
func issuesOf(env *cel.Env, r spec.Rule, issues *cel.Issues) diag.List {
	var list diag.List
	parsed, _ := env.Parse(r.Deny.Text)
	for _, e := range issues.Errors() {
		if len(list) == maxIssues {
			break
		}
		at := r.Deny.AtLine(e.Location.Line(), e.Location.Column())
		what, hint := firstLine(e.Message), "docs/policy.md lists the variables, their fields and the functions"
		switch {
		case unknownField.MatchString(what):
			name := unknownField.FindStringSubmatch(what)[1]
			what, at = fmt.Sprintf("unknown field %q", name), r.Deny.AtLine(e.Location.Line(), e.Location.Column()+1) // behind the dot
			hint = didYouMean(name, fieldsBehind(parsed, e.ExprID))
		case unknownName.MatchString(what):
			name := unknownName.FindStringSubmatch(what)[1]
			what = fmt.Sprintf("unknown name %q", name)
			hint = didYouMean(name, slices.Sorted(keysOf(variables())))
		case noOverload.MatchString(what):
			m := noOverload.FindStringSubmatch(what)
			what = fmt.Sprintf("%s does not go with %s", strings.Trim(m[1], "_"), strings.ReplaceAll(m[2], "policy.", ""))
		case strings.HasPrefix(what, "Syntax error"):
			what, hint = "this is not CEL: "+strings.TrimPrefix(what, "Syntax error: "), "look at brackets and quotes: texts stand in quotes, and = is written =="
		}
		list = append(list, complain(r, at, what, hint))
	}
	return list
}

func keysOf[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// didYouMean suggests the nearest name, or lists all.
func didYouMean(name string, known []string) string {
	best, distance := "", 3
	for _, k := range known {
		if d := levenshtein.ComputeDistance(strings.ToLower(name), strings.ToLower(k)); d < distance && len(name) < 100 {
			best, distance = k, d
		}
	}
	if best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	return "known: " + strings.Join(known, ", ")
}

// fieldsBehind lists the fields that could stand where an unknown one does:
// those of the variable in front of it, or of every type.
func fieldsBehind(parsed *cel.Ast, id int64) []string {
	if parsed != nil {
		var found reflect.Type
		ast.PostOrderVisit(parsed.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
			if e.ID() == id && e.Kind() == ast.SelectKind {
				found = typeOf(e.AsSelect().Operand())
			}
		}))
		if found != nil {
			return fieldsOf(found)
		}
	}
	var all []string
	for _, t := range types() {
		all = append(all, fieldsOf(t)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// typeOf follows a path such as kkt.fn to its type; nil when it is none.
func typeOf(e ast.Expr) reflect.Type {
	switch e.Kind() {
	case ast.IdentKind:
		return variables()[e.AsIdent()]
	case ast.SelectKind:
		t := typeOf(e.AsSelect().Operand())
		if t == nil {
			return nil
		}
		for i := range t.NumField() {
			if f := t.Field(i); f.Tag.Get("cel") == e.AsSelect().FieldName() && f.Type.Kind() == reflect.Struct && f.Type.PkgPath() == t.PkgPath() {
				return f.Type
			}
		}
	}
	return nil
}

// types are all that rules see.
func types() []reflect.Type {
	return []reflect.Type{
		reflect.TypeFor[Plan](), reflect.TypeFor[Step](), reflect.TypeFor[Change](), reflect.TypeFor[KKT](),
		reflect.TypeFor[FN](), reflect.TypeFor[User](), reflect.TypeFor[Clock](),
	}
}

func fieldsOf(t reflect.Type) []string {
	var out []string
	for i := range t.NumField() {
		out = append(out, t.Field(i).Tag.Get("cel"))
	}
	return out
}
