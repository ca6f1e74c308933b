package planner

import (
	"time"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// checkAttorneys holds back applications that would name a power of attorney
// of a day that has not come yet: they cannot be taken back (004 §7.1.1).
func (p *planning) checkAttorneys() {
	for _, key := range sortedKeys(p.in.Fleet.Companies) {
		a := p.in.Fleet.Companies[key].PowerOfAttorney
		if a == nil || !inFuture(a.Date, p.in.Now) {
			continue
		}
		step := p.applicationOf(key)
		if step == "" {
			continue
		}
		p.plan.Diagnostics = append(p.plan.Diagnostics, diag.Diagnostic{
			Severity: diag.Error, Address: spec.CompanyAddress(key), Pos: a.Pos,
			Summary: "powerOfAttorney.date: " + a.Date + " has not come yet, and " + step + " names the power of attorney",
			Hint:    "compare it with the power of attorney: its date is the day on which it was given",
		})
	}
}

// applicationOf finds the first step that sends an application of a company.
func (p *planning) applicationOf(company string) string {
	for _, t := range p.chosen() {
		if !t.inFile || t.decl.Company != company {
			continue
		}
		for i := range t.steps {
			switch t.steps[i].kind() {
			case Register, Reregister, Unregister:
				return t.steps[i].ID
			}
		}
	}
	return ""
}

// inFuture tells whether a day has begun nowhere in Russia.
func inFuture(day string, now time.Time) bool {
	return day > now.In(time.FixedZone("Kamchatka", 12*60*60)).Format(time.DateOnly)
}
