package planner

import "github.com/kktctl/kktctl/spec"

// simplified tells whether the till is registered without documents to sign.
func (t *till) simplified() bool {
	return t.inFile && t.decl.Registration == spec.RegistrationSimplified
}

// planSimplified plans a registration that one call starts. A till that has
// its РНМ already is named by its numbers, and one of them stands on its
// printed report; any other needs an application, which is made but not
// signed.
func (p *planning) planSimplified(t *till) {
	s := Step{
		Action: Register, Reason: registerReason(t) + "; " + p.simplifiedWords(), Cost: p.feeOf(t.want.OFDINN, true), Simplified: true,
		Waits: []Wait{WaitTaxService}, RNM: t.decl.RNM, FN: t.want.FN,
	}
	if t.decl.RNM != "" && t.decl.Report == nil {
		s.Waits = append([]Wait{WaitReport}, s.Waits...)
	}
	p.add(t, s)
}
