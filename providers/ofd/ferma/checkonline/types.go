package checkonline

import (
	"fmt"
	"math"
	"math/big"
)

// AutoDevice is the only value that Device may have (002, table 1): the
// service picks a till of the group.
const AutoDevice = "auto"

// The types of a receipt: tag 1054, признак расчёта (002, table 1).
const (
	Income        = 0
	Expense       = 1
	IncomeReturn  = 2
	ExpenseReturn = 3
)

// The values of LineAttribute whose description is a number (002, table 1).
const (
	NonOperatingIncome = 15 // внереализационный доход: a number from 1 to 25
	InsurancePremiums  = 16 // страховые взносы: a number from 26 to 31
)

// AgentOther is the agent that is no payment agent, attorney or commissioner:
// a bit of AgentModes and PaymentAgentModes.
const AgentOther = 64

// Receipt is the request of 002, table 1, with the fields that only the
// example has (AgentModes, ProviderData). Its JSON names are the document's
// own; on reading their letter case does not matter. Money is in kopecks,
// quantities in thousandths.
type Receipt struct {
	// Group is the enterprise, for a certificate of several; else it is taken
	// from the certificate.
	Group string `json:"Group,omitempty"`
	// RequestID names the receipt: a receipt that is sent again under the same
	// one is not printed again, under another one it is.
	RequestID string `json:"Requestid"`
	// ClientID tells senders apart whose RequestIDs may be the same.
	ClientID string `json:"Clientid,omitempty"`
	// Device is AutoDevice; empty means the same.
	Device       string  `json:"Device"`
	DocumentType *int    `json:"DocumentType"`      // Income to ExpenseReturn, tag 1054; nil is missing
	Lines        []Line  `json:"Lines"`             // tag 1059
	NonCash      []int64 `json:"NonCash"`           // up to three kinds of payment by card, kopecks, tag 1081
	Cash         int64   `json:"Cash,omitempty"`    // kopecks, tag 1031; more than what is due is given back as change
	TaxMode      int     `json:"TaxMode,omitempty"` // one bit, tag 1055; 0 means the only one of the till
	PhoneOrEmail string  `json:"PhoneOrEmail,omitempty"`
	Place        string  `json:"Place,omitempty"` // of settlement, tag 1187
	FullResponse bool    `json:"FullResponse,omitempty"`
	// PaymentAgentModes is a bit mask, tag 1057; it holds for every line.
	PaymentAgentModes int `json:"PaymentAgentModes,omitempty"`
}

// Line is one line of a receipt.
type Line struct {
	Qty           *int64        `json:"Qty"`                     // thousandths, tag 1023; nil is missing
	Price         *int64        `json:"Price"`                   // of one, kopecks, tag 1079; nil is missing
	PayAttribute  int           `json:"PayAttribute,omitempty"`  // 1 to 7, tag 1214
	LineAttribute int           `json:"LineAttribute,omitempty"` // tag 1212
	TaxID         int           `json:"Taxid"`                   // VAT code 1 to 10, tag 1199
	Description   string        `json:"Description"`             // tag 1030
	AgentModes    int           `json:"AgentModes,omitempty"`    // bit mask, tag 1222
	ProviderData  *ProviderData `json:"ProviderData,omitempty"`  // tags 1224 and 1226
}

// ProviderData is the supplier whom an agent sells for.
type ProviderData struct {
	INN string `json:"INN"` // tag 1226; twelve zeros when the supplier has none
}

// Sum gives what the line costs in kopecks, rounded half up; the largest
// number when it does not fit.
func (l Line) Sum() int64 {
	if l.Qty == nil || l.Price == nil {
		return 0
	}
	product := new(big.Int).Mul(big.NewInt(*l.Qty), big.NewInt(*l.Price))
	product.Add(product, big.NewInt(thousand/2)).Div(product, big.NewInt(thousand))
	if !product.IsInt64() {
		return math.MaxInt64
	}
	return product.Int64()
}

// thousand is how many parts of a quantity make one.
const thousand = 1000

// Total gives what all lines cost in kopecks.
func (r Receipt) Total() int64 {
	total := int64(0)
	for _, l := range r.Lines {
		total = add(total, l.Sum())
	}
	return total
}

// add stops at the largest number.
func add(a, b int64) int64 {
	if a > 0 && b > math.MaxInt64-a {
		return math.MaxInt64
	}
	return a + b
}

// Return gives the receipt that takes this one back: the same content, the
// opposite type, and a RequestID made from this one's, the same each time. A
// return stays of its type.
func (r Receipt) Return() Receipt {
	if r.DocumentType != nil {
		kind := *r.DocumentType
		switch kind {
		case Income:
			kind = IncomeReturn
		case Expense:
			kind = ExpenseReturn
		}
		r.DocumentType = &kind
	}
	r.RequestID = returnID(r.RequestID)
	return r
}

// prepared is the receipt as it is sent: what has one value only is there.
func (r Receipt) prepared() Receipt {
	if r.Device == "" {
		r.Device = AutoDevice
	}
	if len(r.NonCash) == 0 {
		r.NonCash = []int64{0, 0, 0} // the document wants it even where nothing is paid by card
	}
	return r
}

// roubles writes kopecks for people.
func roubles(kopecks int64) string {
	sign := ""
	if kopecks < 0 {
		sign, kopecks = "-", -kopecks
	}
	return fmt.Sprintf("%s%d.%02d", sign, kopecks/100, kopecks%100)
}
