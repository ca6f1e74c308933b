package checkonline

import (
	"fmt"
	"math/bits"
	"slices"
	"strconv"
)

// The bounds of what is sent. The document gives none: they are those of the
// fiscal format's tags.
const (
	maxDescription = 128
	maxPlace       = 256
	maxContact     = 64
	maxName        = 64 // of Group and ClientId
	maxLines       = 1000
	maxQty         = 99_999_999_999 // thousandths
	maxMoney       = 9_999_999_999  // kopecks: 99 999 999.99 roubles
	maxNonCash     = 3
)

// The bits of the masks.
const (
	allTaxModes    = 1<<6 - 1
	paymentAgents  = 1 | 2 | 4 | 8 // bank agents and payment agents, and their subagents
	allAgents      = 1<<7 - 1
	lastPay        = 7
	lastAttribute  = 33
	lastTax        = 10
	lastNonOperate = 25
	firstPremium   = 26
	lastPremium    = 31
)

// The hints of codes.
const (
	idHint        = "give each receipt an id of its own, and keep it when the receipt is sent again"
	typeHint      = "0 income, 1 expense, 2 income return, 3 expense return"
	taxHint       = "codes: 1 without VAT, 2 the reduced rate, 3 the full rate, 4 0 %, 5 and 6 calculated from those, 7 5 %, 8 7 %, 9 and 10 calculated from those"
	payHint       = "1 prepaid in full, 2 in part, 3 advance, 4 paid in full, 5 in part with credit, 6 on credit, 7 credit paid"
	attributeHint = "1 goods, 3 work, 4 service, 10 payment, 15 non-operating income, 16 insurance premiums, …"
	modeHint      = "one of 1 general, 2 simplified, 4 simplified income less expense, 8 imputed, 16 agricultural, 32 patent"
	agentHint     = "a sum of 16 attorney, 32 commissioner, 64 other agent"
	qtyHint       = "thousandths: one is 1000, two and a half kilograms are 2500"
	priceHint     = "kopecks: 788.50 roubles are 78850"
)

// Validate tells, without any network, what the service or the till would
// refuse, or lose. Paths are those of the JSON names.
func (r Receipt) Validate() []Problem {
	c := &checker{}
	c.head(r)
	c.lines(r)
	c.payments(r)
	if r.TaxMode != 0 && (r.TaxMode < 0 || r.TaxMode > allTaxModes || bits.OnesCount(uint(r.TaxMode)) != 1) {
		c.add("TaxMode", modeHint, "%d does not name one system of taxation", r.TaxMode)
	}
	c.contact("PhoneOrEmail", r.PhoneOrEmail)
	c.text("Place", r.Place, maxPlace)
	c.agents("PaymentAgentModes", r.PaymentAgentModes)
	return c.problems
}

func (c *checker) head(r Receipt) {
	switch {
	case r.RequestID == "":
		c.add("Requestid", idHint, "is missing")
	case len(r.RequestID) > maxID || !idForm.MatchString(r.RequestID):
		c.add("Requestid", "take Latin letters, digits and signs, without spaces", "is not an id of up to %d characters", maxID)
	}
	c.text("Group", r.Group, maxName)
	c.text("Clientid", r.ClientID, maxName)
	if r.Device != "" && r.Device != AutoDevice {
		c.add("Device", "leave it out, or write auto", "%s: the service picks the till itself", quote(r.Device))
	}
	switch {
	case r.DocumentType == nil:
		c.add("DocumentType", typeHint, "is missing")
	case *r.DocumentType < Income || *r.DocumentType > ExpenseReturn:
		c.add("DocumentType", typeHint, "%d is not a type of receipt", *r.DocumentType)
	}
}

func (c *checker) lines(r Receipt) {
	switch {
	case len(r.Lines) == 0:
		c.add("Lines", "a receipt has one line at least", "is empty")
	case len(r.Lines) > maxLines:
		c.add("Lines", "", "has %d lines, the most is %d", len(r.Lines), maxLines)
		return
	}
	for i, l := range r.Lines {
		at := "Lines[" + strconv.Itoa(i) + "]."
		c.line(at, l)
		c.supplier(at, l, r.PaymentAgentModes)
	}
}

func (c *checker) line(at string, l Line) {
	switch {
	case l.Qty == nil:
		c.add(at+"Qty", qtyHint, "is missing")
	case *l.Qty <= 0 || *l.Qty > maxQty:
		c.add(at+"Qty", qtyHint, "%d is not a quantity", *l.Qty)
	}
	if l.Price == nil {
		c.add(at+"Price", priceHint, "is missing")
	} else {
		c.money(at+"Price", *l.Price)
	}
	c.code(at+"PayAttribute", l.PayAttribute, 0, lastPay, payHint)
	c.code(at+"LineAttribute", l.LineAttribute, 0, lastAttribute, attributeHint)
	c.code(at+"Taxid", l.TaxID, 1, lastTax, taxHint)
	c.description(at+"Description", l)
}

// description checks the text of a line. For LineAttribute 15 the document
// gives two ranges; what both allow is taken.
func (c *checker) description(path string, l Line) {
	from, to := 0, 0
	switch l.LineAttribute {
	case NonOperatingIncome:
		from, to = 1, lastNonOperate
	case InsurancePremiums:
		from, to = firstPremium, lastPremium
	}
	n, err := strconv.Atoi(l.Description)
	switch {
	case blank(l.Description):
		c.add(path, "what is sold", "is missing")
	case to != 0 && (err != nil || n < from || n > to || strconv.Itoa(n) != l.Description):
		c.add(path, fmt.Sprintf("write the number of what was received or paid, in quotes: from \"%d\" to \"%d\"", from, to),
			"%s: with LineAttribute %d it is a number from %d to %d", quote(l.Description), l.LineAttribute, from, to)
	default:
		c.text(path, l.Description, maxDescription)
	}
}

// supplier checks what is said of an agent: who sells for another tells for
// whom, and nobody else does.
func (c *checker) supplier(at string, l Line, whole int) {
	c.agents(at+"AgentModes", l.AgentModes)
	modes := l.AgentModes | whole
	switch {
	case whole > 0 && l.AgentModes&^whole > 0:
		c.add(at+"AgentModes", "name each kind of agent in PaymentAgentModes too, or leave that out",
			"%d names an agent that PaymentAgentModes %d does not", l.AgentModes, whole)
	case modes == 0 && l.ProviderData != nil:
		c.add(at+"AgentModes", agentHint, "is missing, though ProviderData is given")
	case modes != 0 && l.ProviderData == nil:
		c.add(at+"ProviderData", "write {INN: …} of the supplier; twelve zeros for one that has none", "is missing, though an agent sells")
	}
	if l.ProviderData != nil && !innForm(l.ProviderData.INN) {
		c.add(at+"ProviderData.INN", "10 or 12 digits, in quotes; twelve zeros for a supplier that has none", "%s is not an INN", quote(l.ProviderData.INN))
	}
}

// agents checks a mask of agents. Payment agents must tell phones and names
// for which the document has no fields.
func (c *checker) agents(path string, modes int) {
	switch {
	case modes < 0 || modes > allAgents:
		c.add(path, agentHint, "%d is not a mask of agents", modes)
	case modes&paymentAgents != 0:
		c.add(path, "Orange Data has the fields (kind: orangedata)",
			"%d: a payment agent's receipt needs phones and an operator, which CheckOnline has no fields for", modes)
	}
}

// payments checks that what is paid covers the lines, and that only cash may
// be more: device errors 69 and 77.
func (c *checker) payments(r Receipt) {
	if len(r.NonCash) > maxNonCash {
		c.add("NonCash", "up to three sums in kopecks", "has %d sums", len(r.NonCash))
	}
	card := int64(0)
	for i, sum := range r.NonCash {
		c.money("NonCash["+strconv.Itoa(i)+"]", sum)
		card = add(card, max(sum, 0))
	}
	c.money("Cash", r.Cash)
	total, paid := r.Total(), add(card, max(r.Cash, 0))
	switch {
	case len(r.Lines) == 0 || slices.ContainsFunc(r.Lines, Line.unreadable):
	case total <= 0:
		c.add("Lines", "the till prints no receipt of nothing", "cost nothing in all")
	case total > maxMoney:
		c.add("Lines", "the most is "+roubles(maxMoney), "cost %s roubles in all", roubles(total))
	case paid < total:
		c.add("NonCash", fmt.Sprintf("write NonCash: [%d], or Cash: %d", total, total),
			"NonCash and Cash are %s roubles together, the lines cost %s", roubles(paid), roubles(total))
	case card > total:
		c.add("NonCash", "only cash may be more than what is due", "is %s roubles, the lines cost %s", roubles(card), roubles(total))
	}
}

// unreadable tells a line that has no sum: what is missing is told already.
func (l Line) unreadable() bool { return l.Qty == nil || l.Price == nil || *l.Qty <= 0 || *l.Price < 0 }
