package orangedata

import "fmt"

// Validate tells, without any network, what the service or the till would
// refuse, or lose. Paths are those of the document's names.
func (r Correction) Validate() []Problem {
	c := &checker{}
	c.head(r.ID, r.INN, r.Group, r.Key, r.CallbackURL)
	const at = "content."
	k := r.Content
	if _, ok := k.CorrectionType.code(); !ok {
		c.add(at+"correctionType", "SELF (0): the company's own; INSTRUCTION (1): ordered by the tax service", "%s is not a type of corrections", quote(string(k.CorrectionType)))
	}
	c.oneOf(at+"type", k.Type, []int{Income, Expense}, "1 income, 3 expense; a correction returns nothing")
	c.cause(at, k)
	c.system(at+"taxationSystem", k.TaxationSystem)
	c.sums(at, k)
	c.settlement(at, k.AutomatNumber, k.SettlementAddress, k.SettlementPlace)
	return c.problems
}

// cause checks the document that the correction is made by.
func (c *checker) cause(at string, k CorrectionContent) {
	const hint = "write it as 2026-11-20"
	if c.need(at+"causeDocumentDate", string(k.CauseDocumentDate), hint) {
		if _, ok := k.CauseDocumentDate.day(); !ok {
			c.add(at+"causeDocumentDate", hint, "%s is not a date", quote(string(k.CauseDocumentDate)))
		}
	}
	if c.need(at+"causeDocumentNumber", k.CauseDocumentNumber, "the number of the order, or of the company's own document") {
		c.text(at+"causeDocumentNumber", k.CauseDocumentNumber, maxCauseNumber)
	}
}

// sums checks that the ways of paying make the total, and that no VAT is more
// than all of it.
func (c *checker) sums(at string, k CorrectionContent) {
	parts := []struct {
		name  string
		value Decimal
	}{
		{"totalSum", k.TotalSum},
		{"cashSum", k.CashSum},
		{"eCashSum", k.ECashSum},
		{"prepaymentSum", k.PrepaymentSum},
		{"postpaymentSum", k.PostpaymentSum},
		{"otherPaymentTypeSum", k.OtherSum},
	}
	for _, p := range parts {
		c.money(at+p.name, p.value)
	}
	if k.TotalSum == 0 {
		c.add(at+"totalSum", "the sum of the correction in roubles", "must be above 0")
	} else if paid := k.paid(); paid != k.TotalSum {
		c.add(at+"totalSum", "cash, eCash, prepayment, postpayment and otherPaymentType make the total", "is %s, but the five sums make %s", k.TotalSum, paid)
	}
	taxes := []Decimal{k.Tax1Sum, k.Tax2Sum, k.Tax3Sum, k.Tax4Sum, k.Tax5Sum, k.Tax6Sum}
	for i, v := range taxes {
		c.money(fmt.Sprintf("%stax%dSum", at, i+1), v)
	}
	if all := sum(taxes...); all > k.TotalSum {
		c.add(at+"tax1Sum", "check the sums of VAT", "the sums of VAT make %s, more than the total of %s", all, k.TotalSum)
	}
}
