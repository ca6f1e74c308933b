package spec

import (
	"slices"

	"github.com/kktctl/kktctl/spec/diag"
	"gopkg.in/yaml.v3"
)

// The policies that every fleet has, by the names under which they are
// overridden. A rule of the user's own cannot be called so.
const (
	PolicyMaxUnregister = "maxUnregister"
	PolicyMaxCost       = "maxCost"
	PolicyWindows       = "windows"
)

// PolicyNames lists the policies that every fleet has and that a person can
// override.
func PolicyNames() []string {
	return []string{PolicyMaxUnregister, PolicyMaxCost, PolicyWindows}
}

// maxRules bounds the rules of one fleet.
const maxRules = 100

// Rule is a rule of the user's own over the plan.
type Rule struct {
	Name     string
	Deny     Expression // CEL: what is denied
	Message  string     // what people are told; empty: the expression speaks for itself
	Advisory bool       // a warning, not an error
	Pos      diag.Pos
}

// The words of enforcement.
const (
	enforceMandatory = "mandatory"
	enforceAdvisory  = "advisory"
)

func ruleSchema() schema[Rule] {
	return schema[Rule]{
		{"name", func(r *reader, n *yaml.Node, v *Rule) { v.Name = r.ruleName(n) }},
		{"deny", func(r *reader, n *yaml.Node, v *Rule) { v.Deny = r.expression(n) }},
		{"message", func(r *reader, n *yaml.Node, v *Rule) { v.Message = r.text(n) }},
		{"enforcement", func(r *reader, n *yaml.Node, v *Rule) {
			v.Advisory = r.oneOf(n, enforceMandatory, enforceAdvisory) == enforceAdvisory
		}},
	}
}

// ruleName reads what a rule is called: on the command line it is overridden
// by this name.
func (r *reader) ruleName(n *yaml.Node) string {
	name := r.needChecked(n, checkName, nameHint)
	if slices.Contains(PolicyNames(), name) || slices.Contains([]string{"protect", "prune", "rules"}, name) {
		r.errorAt(n, "give the rule another name", "%s is the name of a policy that every fleet has", quote(name))
		return ""
	}
	return name
}

// rules reads the rules of the user's own.
func (r *reader) rules(n *yaml.Node) []Rule {
	var out []Rule
	places := map[string]diag.Pos{}
	r.elements(n, func(e *yaml.Node) {
		v := Rule{Pos: r.pos(deref(e))}
		s := ruleSchema()
		if g := s.read(r, e, &v); r.wasMap(e) || isNull(e) {
			s.need(r, e, g, "name", "deny")
		}
		if first, again := places[v.Name]; again && v.Name != "" {
			r.within("name", func() {
				r.errorAt(e, "give one of them another name", "the rule %s is given twice, first at %s", quote(v.Name), first)
			})
		}
		places[v.Name] = v.Pos
		if out = append(out, v); len(out) == maxRules+1 {
			r.errorAt(e, "join some of them with ||", "there are more than %d rules", maxRules)
		}
	})
	return out
}
