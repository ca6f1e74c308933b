package policy

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	celtypes "cel.dev/cel-go/common/types"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// A rule that compares a field with a word that it never has is never true, or
// always: it would guard nothing, and nobody would notice. Such words are
// errors, as are time zones that there are not, and a due date that is used
// without asking whether there is one.

// closedSets lists the fields that have no other values than these, by type
// and name. An empty text is in them where a till can lack the field.
func closedSets() map[string][]string {
	return map[string][]string{
		"policy.Step.action": actions(), "policy.Step.kind": {"kkts", "companies", "orders", "checks"},
		"policy.Step.waits": waits(), "policy.Plan.count": actions(), "policy.Plan.begunToday": actions(),
		"policy.KKT.code": {"none", "declared", "auto"}, "policy.KKT.registration": {"", "full", "simplified"},
		"policy.KKT.unregister": {"", string(spec.ReasonLost), string(spec.ReasonStolen), string(spec.ReasonBroken)},
		"policy.FN.type":        {"", string(spec.FN15), string(spec.FN36)},
		"policy.Clock.weekday":  {"mon", "tue", "wed", "thu", "fri", "sat", "sun"},
	}
}

func actions() []string {
	return namesOf(
		planner.CreateCabinet, planner.Order, planner.Book, planner.Register, planner.Reregister, planner.Pay, planner.AddKKT, planner.RemoveKKT,
		planner.Unregister, planner.Check, planner.Adopt, planner.Move, planner.Forget, planner.Protect, planner.Unprotect,
	)
}

func waits() []string {
	return namesOf(
		planner.WaitSignature, planner.WaitTaxService, planner.WaitService, planner.WaitReport, planner.WaitPapers, planner.WaitFirstDocument,
		planner.WaitPayment, planner.WaitDocument, planner.WaitDeclaration, planner.WaitSilent, planner.WaitPerson, planner.WaitWindow,
	)
}

func namesOf[T ~string](values ...T) []string {
	var out []string
	for _, v := range values {
		out = append(out, string(v))
	}
	return out
}

// literals looks at the literals of one rule.
type literals struct {
	rule   spec.Rule
	native *ast.AST
	sets   map[string][]string
	asked  bool // has(….due) stands somewhere
	list   diag.List
}

// checkLiterals finds comparisons that cannot be meant.
func checkLiterals(r spec.Rule, checked *cel.Ast) diag.List {
	l := &literals{rule: r, native: checked.NativeRep(), sets: closedSets()}
	each := func(f func(ast.Expr)) { ast.PostOrderVisit(l.native.Expr(), ast.NewExprVisitor(f)) }
	each(func(e ast.Expr) { l.asked = l.asked || l.isDue(e) && e.AsSelect().IsTestOnly() })
	each(l.look)
	return l.list
}

func (l *literals) look(e ast.Expr) {
	if l.isDue(e) && !l.asked {
		l.say(e, "uses due without asking whether there is one", "a step without a due date has no due: has(step.due) && step.due < now")
		l.asked = true // told once
	}
	if e.Kind() != ast.CallKind {
		return
	}
	c := e.AsCall()
	args := c.Args()
	switch c.FunctionName() {
	case operators.Equals, operators.NotEquals:
		l.compare(args[0], args[1])
		l.compare(args[1], args[0])
	case operators.In, operators.OldIn:
		l.in(args[0], args[1])
	case operators.Index, operators.OptIndex:
		l.among(args[1], l.setOf(args[0]), l.path(args[0]))
	default:
		l.zone(c)
	}
}

// compare holds a field against a literal.
func (l *literals) compare(field, literal ast.Expr) { l.among(literal, l.setOf(field), l.path(field)) }

// in holds a field against a list of literals, or a literal against a list.
func (l *literals) in(member, all ast.Expr) {
	if all.Kind() == ast.ListKind {
		for _, v := range all.AsList().Elements() {
			l.compare(member, v)
		}
		return
	}
	l.compare(all, member)
}

// among reports a text that is not in the set.
func (l *literals) among(literal ast.Expr, set []string, path string) {
	if set == nil || literal.Kind() != ast.LiteralKind {
		return
	}
	text, ok := literal.AsLiteral().(celtypes.String)
	if !ok || slices.Contains(set, string(text)) {
		return
	}
	set = slices.DeleteFunc(slices.Clone(set), func(s string) bool { return s == "" })
	l.say(literal, fmt.Sprintf("%s is never %q", path, string(text)), nearestOf(string(text), set))
}

// nearestOf suggests the word that one in another spelling means: what plans
// show, and weekdays in full.
func nearestOf(text string, set []string) string {
	word := strings.ToLower(text)
	if other, ok := map[string]string{
		"deregister": "unregister", "re-register": "reregister", "registration": "register", "continue": "step.underWay",
		"payment": "pay", "kkt": "kkts", "company": "companies",
	}[word]; ok && (slices.Contains(set, other) || strings.HasPrefix(other, "step.")) {
		return fmt.Sprintf("did you mean %q? known: %s", other, strings.Join(set, ", "))
	}
	for _, s := range set {
		if len(s) == 3 && len(word) > 3 && strings.HasPrefix(word, s) {
			return fmt.Sprintf("did you mean %q? known: %s", s, strings.Join(set, ", "))
		}
	}
	return didYouMean(text, set)
}

// setOf gives what a field can be; nil for anything.
func (l *literals) setOf(e ast.Expr) []string {
	if e.Kind() != ast.SelectKind {
		return nil
	}
	return l.sets[l.typeOf(e.AsSelect().Operand())+"."+e.AsSelect().FieldName()]
}

// path is a field as it stands in the rule.
func (l *literals) path(e ast.Expr) string {
	switch e.Kind() {
	case ast.IdentKind:
		return e.AsIdent()
	case ast.SelectKind:
		return strings.TrimPrefix(l.path(e.AsSelect().Operand())+"."+e.AsSelect().FieldName(), ".")
	}
	return ""
}

func (l *literals) typeOf(e ast.Expr) string {
	if t := l.native.GetType(e.ID()); t != nil {
		return t.TypeName()
	}
	return ""
}

func (l *literals) isDue(e ast.Expr) bool {
	return e.Kind() == ast.SelectKind && e.AsSelect().FieldName() == "due" && l.typeOf(e.AsSelect().Operand()) == "policy."+reflect.TypeFor[Step]().Name()
}

// zone reports the time zone of a time's part when there is no such.
func (l *literals) zone(c ast.CallExpr) {
	if !c.IsMemberFunction() || !strings.HasPrefix(c.FunctionName(), "get") || len(c.Args()) != 1 ||
		l.typeOf(c.Target()) != "google.protobuf.Timestamp" || c.Args()[0].Kind() != ast.LiteralKind {
		return
	}
	name, ok := c.Args()[0].AsLiteral().(celtypes.String)
	if !ok || isOffset(string(name)) {
		return
	}
	if _, err := time.LoadLocation(string(name)); err != nil || name == "" || name == "Local" {
		l.say(c.Args()[0], fmt.Sprintf("there is no time zone %q", string(name)), hintZone)
	}
}

// isOffset tells of a zone as CEL also takes it: +03:00.
func isOffset(s string) bool {
	_, err := time.Parse("-07:00", "+"+strings.TrimLeft(s, "+-"))
	return err == nil
}

// say reports at the place of an expression.
func (l *literals) say(e ast.Expr, what, hint string) {
	if len(l.list) == maxIssues {
		return
	}
	at := l.native.SourceInfo().GetStartLocation(e.ID())
	column := at.Column()
	if e.Kind() == ast.SelectKind {
		column++ // behind the dot
	}
	l.list = append(l.list, complain(l.rule, l.rule.Deny.AtLine(at.Line(), column), what, hint))
}
