package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// checkCompanies looks whether the file says of each company what the planned
// steps send: a fleet whose tills only have to be watched may do without.
func (p *planning) checkCompanies() {
	type need struct{ company, key string }
	first, count := map[need]string{}, map[need]int{}
	for _, t := range p.chosen() {
		if !t.inFile {
			continue
		}
		c := p.in.Fleet.Companies[t.decl.Company]
		for i := range t.steps {
			s := &t.steps[i]
			p.checkPlace(t, s)
			for _, key := range lacking(c, s) {
				n := need{t.decl.Company, key}
				if count[n]++; count[n] == 1 {
					first[n] = s.ID
				}
			}
		}
	}
	for _, o := range p.others {
		for i := range o.steps {
			s := &o.steps[i]
			for _, key := range lacking(p.in.Fleet.Companies[o.name], s) {
				count[need{o.name, key}]++
				first[need{o.name, key}] = s.ID
			}
		}
	}
	needs := make([]need, 0, len(count))
	for n := range count {
		needs = append(needs, n)
	}
	slices.SortFunc(needs, func(a, b need) int { return strings.Compare(a.company+"\x00"+a.key, b.company+"\x00"+b.key) })
	for _, n := range needs {
		c := p.in.Fleet.Companies[n.company]
		more := ""
		if count[n] > 1 {
			more = fmt.Sprintf(" and %d more", count[n]-1)
		}
		p.plan.Diagnostics = append(p.plan.Diagnostics, diag.Diagnostic{
			Severity: diag.Error, Address: "companies." + n.company, Pos: c.Pos,
			Summary: fmt.Sprintf("%s is missing, which %s%s needs", n.key, first[n], more),
			Hint:    "write it into the fleet file",
		})
	}
}

// checkPlace looks for the place of settlements, which no application and no
// centre does without.
func (p *planning) checkPlace(t *till, s *Step) {
	if t.decl.Place != "" || s.kind() != Register && s.kind() != Reregister && s.kind() != AddKKT {
		return
	}
	p.say(diag.Error, t, "place is missing, which "+s.ID+" needs").Hint = "write it into the fleet file, such as place: Магазин №1"
}

// kind is what a step does, new or continued.
func (s *Step) kind() Action {
	if s.Action == Continue {
		return s.Continues
	}
	return s.Action
}

// lacking names the keys of a company that a step sends and that are not
// there (004 §4.1 and §7.3, 001 table 5).
func lacking(c spec.Company, s *Step) []string {
	var out []string
	want := func(key string, have bool) {
		if !have {
			out = append(out, key)
		}
	}
	switch s.kind() {
	case Register, Reregister, Unregister:
		who := c.Signatory
		want("signatory", who.LastName != "" && who.GivenName != "" && who.Position != "" && who.Signer != "")
	case Pay, CreateCabinet:
		want("email", c.Email != "")
	case AddKKT:
		want("email", c.Email != "")
		want("ogrn", c.OGRN != "")
	}
	return out
}
