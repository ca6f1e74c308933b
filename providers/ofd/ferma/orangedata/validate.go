package orangedata

import (
	"encoding/base64"
	"fmt"
)

// The hints of codes.
const (
	typeHint     = "1 income, 2 income return, 3 expense, 4 expense return"
	taxHint      = "a VAT code: 1 and 2 the rates, 3 and 4 the calculated ones, 5 for 0 %, 6 without VAT"
	methodHint   = "1 prepaid in full, 2 in part, 3 advance, 4 paid in full, 5 in part with credit, 6 on credit, 7 credit paid"
	subjectHint  = "1 goods, 3 work, 4 service, 10 payment, … up to 26"
	systemHint   = "0 general, 1 simplified, 2 simplified income less expense, 3 imputed, 4 agricultural, 5 patent"
	paymentHint  = "1 cash, 2 cashless, 14 prepaid, 15 credit, 16 barter"
	taxationCode = 5 // the last of 0 to 5
)

// Validate tells, without any network, what the service or the till would
// refuse, or lose. Paths are those of the document's names.
func (r Receipt) Validate() []Problem {
	c := &checker{}
	c.head(r.ID, r.INN, r.Group, r.Key, r.CallbackURL)
	const at = "content."
	c.oneOf(at+"type", r.Content.Type, []int{Income, IncomeReturn, Expense, ExpenseReturn}, typeHint)
	if len(r.Content.Positions) == 0 {
		c.add(at+"positions", "a receipt has one position at least", "is empty")
	}
	for i, p := range r.Content.Positions {
		c.position(fmt.Sprintf("%spositions[%d].", at, i), p)
	}
	c.close(at+"checkClose.", r.Content)
	c.contact(at+"customerContact", r.Content.CustomerContact)
	c.agent(at, at, r.Content.AgentType, &r.Content.AgentInfo)
	c.supplierPhones(at, r.Content)
	c.extras(at, r.Content)
	return c.problems
}

func (c *checker) position(at string, p Position) {
	if p.Quantity <= 0 {
		c.add(at+"quantity", "how many, such as 1 or 0.5", "must be above 0")
	} else if p.Quantity > maxMoney {
		c.add(at+"quantity", "", "%s is too large", p.Quantity)
	}
	if p.Price == nil {
		c.add(at+"price", "roubles for one, such as 123.45", "is missing")
	} else {
		c.money(at+"price", *p.Price)
	}
	if c.need(at+"text", p.Text, "what is sold") {
		c.text(at+"text", p.Text, maxText)
	}
	c.tax(at, p)
	if m := p.PaymentMethodType; m < 0 || m > 7 {
		c.add(at+"paymentMethodType", methodHint, "%d is not a code of the service", m)
	}
	if s := p.PaymentSubjectType; s < 0 || s > 26 {
		c.add(at+"paymentSubjectType", subjectHint, "%d is not a code of the service", s)
	}
	c.agent(at, at+"agentInfo.", p.AgentType, p.AgentInfo)
	c.supplier(at, p)
	c.goods(at, p)
}

func (c *checker) tax(at string, p Position) {
	c.oneOf(at+"tax", p.Tax, []int{1, 2, 3, 4, 5, 6}, taxHint)
	c.money(at+"taxSum", p.TaxSum)
	if p.TaxSum != 0 && (p.Tax == 5 || p.Tax == 6) {
		c.add(at+"taxSum", "leave it out", "has no meaning with VAT code %d", p.Tax)
	}
	if p.TaxSum > 0 && p.Price != nil && p.TaxSum > Cost(*p.Price, p.Quantity) {
		c.add(at+"taxSum", "give the VAT of the whole position in roubles", "%s is more than the position costs", p.TaxSum)
	}
}

// goods checks what describes the goods.
func (c *checker) goods(at string, p Position) {
	if code := p.NomenclatureCode; code != "" {
		raw, err := base64.StdEncoding.DecodeString(code)
		if err != nil || len(raw) == 0 || len(raw) > maxNomenclature {
			c.add(at+"nomenclatureCode", "write tag 1162 in base64", "is not base64 of up to %d bytes", maxNomenclature)
		}
	}
	c.text(at+"unitOfMeasurement", p.UnitOfMeasurement, maxUnit)
	c.text(at+"additionalAttribute", p.AdditionalAttribute, maxPositionAttribute)
	c.text(at+"customsDeclarationNumber", p.CustomsDeclaration, maxCustoms)
	if code := p.ManufacturerCountry; code != "" && !isDigits(code, 3) {
		c.add(at+"manufacturerCountryCode", "write it in quotes, such as \"643\"", "%s is not a country code of three digits", quote(code))
	}
	c.money(at+"excise", p.Excise)
}

// close checks the payments: they cover the positions, and change is given
// for cash only.
func (c *checker) close(at string, content Content) {
	c.system(at+"taxationSystem", content.CheckClose.TaxationSystem)
	if len(content.CheckClose.Payments) == 0 {
		c.add(at+"payments", "add {type: 1, amount: …}", "is empty")
		return
	}
	var paid, cash Decimal
	for i, p := range content.CheckClose.Payments {
		path := fmt.Sprintf("%spayments[%d].", at, i)
		c.oneOf(path+"type", p.Type, []int{Cash, Cashless, Prepaid, Credit, Barter}, paymentHint)
		c.money(path+"amount", p.Amount)
		paid = sum(paid, p.Amount)
		if p.Type == Cash {
			cash = sum(cash, p.Amount)
		}
	}
	total := content.Total()
	c.money("content.positions", total)
	switch change := paid - total; {
	case change < 0:
		c.add(at+"payments", "pay what the positions cost", "the payments are %s, the positions cost %s", paid, total)
	case change > cash:
		c.add(at+"payments", "only cash may be more than what is due", "the payments are %s, the positions cost %s: change of %s from %s in cash", paid, total, change, cash)
	}
}

// system checks the taxation system; 0 has to be written, not left out.
func (c *checker) system(path string, code *int) {
	switch {
	case code == nil:
		c.add(path, systemHint, "is missing")
	case *code < 0 || *code > taxationCode:
		c.add(path, systemHint, "%d is not a code of the service", *code)
	}
}

// extras checks what a receipt may have besides.
func (c *checker) extras(at string, content Content) {
	if a := content.UserAttribute; a != nil {
		if c.need(at+"additionalUserAttribute.name", a.Name, "an attribute has name and value") {
			c.text(at+"additionalUserAttribute.name", a.Name, maxUserName)
		}
		if c.need(at+"additionalUserAttribute.value", a.Value, "an attribute has name and value") {
			c.text(at+"additionalUserAttribute.value", a.Value, maxUserValue)
		}
	}
	c.settlement(at, content.AutomatNumber, content.SettlementAddress, content.SettlementPlace)
	c.text(at+"additionalAttribute", content.AdditionalAttribute, maxReceiptAttribute)
	c.text(at+"customer", content.Customer, maxAddress)
	if content.CustomerINN != "" {
		c.inn(at+"customerINN", content.CustomerINN)
	}
}

// settlement checks where a sale was made.
func (c *checker) settlement(at, automat, address, place string) {
	c.text(at+"automatNumber", automat, maxAutomat)
	c.text(at+"settlementAddress", address, maxAddress)
	c.text(at+"settlementPlace", place, maxAddress)
}

func isDigits(s string, n int) bool {
	if len(s) != n {
		return false
	}
	for _, b := range []byte(s) {
		if b < '0' || b > '9' {
			return false
		}
	}
	return true
}
