package orangedata

import (
	"encoding/json"
	"strings"
	"time"
)

// Correction is the body of POST corrections (003 §2.3, table 3). Its names
// are the document's. Money is in roubles.
type Correction struct {
	ID          string            `json:"id"`  // unique for the INN, 1 to 64 characters
	INN         string            `json:"inn"` // of the company whose receipt it is
	Group       string            `json:"group,omitempty"`
	Key         string            `json:"key,omitempty"`
	CallbackURL string            `json:"callbackUrl,omitempty"`
	Content     CorrectionContent `json:"content"`
}

// CorrectionContent is what is printed (003 table 3). The five sums are always
// sent, also when they are 0.
type CorrectionContent struct {
	CorrectionType      CorrectionType `json:"correctionType"`
	Type                int            `json:"type"` // Income or Expense
	CauseDocumentDate   Date           `json:"causeDocumentDate"`
	CauseDocumentNumber string         `json:"causeDocumentNumber"`
	TotalSum            Decimal        `json:"totalSum"`
	CashSum             Decimal        `json:"cashSum"`
	ECashSum            Decimal        `json:"eCashSum"`
	PrepaymentSum       Decimal        `json:"prepaymentSum"`
	PostpaymentSum      Decimal        `json:"postpaymentSum"`
	OtherSum            Decimal        `json:"otherPaymentTypeSum"`
	Tax1Sum             Decimal        `json:"tax1Sum,omitempty"` // VAT 20 %
	Tax2Sum             Decimal        `json:"tax2Sum,omitempty"` // VAT 10 %
	Tax3Sum             Decimal        `json:"tax3Sum,omitempty"` // what VAT 0 % is taken of
	Tax4Sum             Decimal        `json:"tax4Sum,omitempty"` // what no VAT is taken of
	Tax5Sum             Decimal        `json:"tax5Sum,omitempty"` // VAT 20/120
	Tax6Sum             Decimal        `json:"tax6Sum,omitempty"` // VAT 10/110
	TaxationSystem      *int           `json:"taxationSystem"`
	AutomatNumber       string         `json:"automatNumber,omitempty"`
	SettlementAddress   string         `json:"settlementAddress,omitempty"`
	SettlementPlace     string         `json:"settlementPlace,omitempty"`
}

// CorrectionType says who asked for a correction. It is read as the table's
// words in any case, or as the example's numbers; it is sent as a number.
type CorrectionType string

// The types of a correction (003 table 3, tag 1173).
const (
	Self        CorrectionType = "SELF"        // 0: found by the company itself
	Instruction CorrectionType = "INSTRUCTION" // 1: ordered by the tax service
)

// code gives the number that is sent.
func (c CorrectionType) code() (int, bool) {
	switch strings.ToUpper(strings.TrimSpace(string(c))) {
	case string(Self), "0":
		return 0, true
	case string(Instruction), "1":
		return 1, true
	}
	return 0, false
}

// MarshalJSON writes the number, as the example does.
func (c CorrectionType) MarshalJSON() ([]byte, error) {
	if code, ok := c.code(); ok {
		return json.Marshal(code)
	}
	return json.Marshal(string(c))
}

// UnmarshalJSON reads a word or a number.
func (c *CorrectionType) UnmarshalJSON(data []byte) error {
	var word string
	if json.Unmarshal(data, &word) != nil {
		word = string(data)
	}
	*c = CorrectionType(word)
	return nil
}

// Date is a day as a person wrote it: 2017-08-10, 10.08.2017 or, as in the
// document's table, 10.08.17. It is sent as in the document's example:
// 2017-08-10T00:00:00.
type Date string

// dateWire is how the example has it.
const dateWire = "2006-01-02T15:04:05"

// day reads the date.
func (d Date) day() (time.Time, bool) {
	text := strings.TrimSpace(string(d))
	for _, layout := range []string{time.DateOnly, "02.01.2006", "02.01.06", dateWire} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.Truncate(24 * time.Hour), true
		}
	}
	return time.Time{}, false
}

// MarshalJSON writes the date as it is sent.
func (d Date) MarshalJSON() ([]byte, error) {
	if t, ok := d.day(); ok {
		return json.Marshal(t.Format(dateWire))
	}
	return json.Marshal(string(d))
}

// paid is the sum of all ways of paying.
func (c CorrectionContent) paid() Decimal {
	return sum(c.CashSum, c.ECashSum, c.PrepaymentSum, c.PostpaymentSum, c.OtherSum)
}
