package sim

import (
	"net/http"
	"strings"
	"time"
)

// The clocks that the dates of a period of receipts may be taken by: 001 does
// not say which.
const (
	PeriodByTill      = "till"      // DocDateTime, the default
	PeriodByReception = "reception" // CDateUtc
)

// maxReceiptDays is the longest period of a list of receipts (001).
const maxReceiptDays = 7

// RentaReceipt is a receipt that a till has printed. Sums are in kopecks.
type RentaReceipt struct {
	ID         string      `json:"id,omitempty"`
	Serial     string      `json:"serial"`
	INN        string      `json:"inn,omitempty"` // default: that of the till
	RNM        string      `json:"rnm,omitempty"` // default: that of the till
	FN         string      `json:"fn,omitempty"`  // default: that of the till
	Address    string      `json:"address,omitempty"`
	At         Time        `json:"at"`                  // by the till's clock, which is Moscow's unless Received says otherwise
	Received   Time        `json:"received,omitzero"`   // UTC; default: three hours before At
	Operation  string      `json:"operation,omitempty"` // default Income
	Tag        int         `json:"tag,omitempty"`       // default 3
	Correction bool        `json:"correction,omitempty"`
	BSO        bool        `json:"bso,omitempty"`
	Number     int         `json:"number,omitempty"`
	Shift      int         `json:"shift,omitempty"`
	InShift    int         `json:"inShift,omitempty"`
	Total      int64       `json:"total,omitempty"` // default: that of the items
	Cash       int64       `json:"cash,omitempty"`
	Electronic int64       `json:"electronic,omitempty"`
	Credit     int64       `json:"credit,omitempty"`
	Prepaid    int64       `json:"prepaid,omitempty"`
	Tax        RentaTaxes  `json:"tax,omitzero"`
	Items      []RentaItem `json:"items,omitempty"`
}

// RentaTaxes are sums of VAT in kopecks.
type RentaTaxes struct {
	Total int64 `json:"total,omitempty"`
	R10   int64 `json:"r10,omitempty"`
	R18   int64 `json:"r18,omitempty"`
	R110  int64 `json:"r110,omitempty"`
	R118  int64 `json:"r118,omitempty"`
	R0    int64 `json:"r0,omitempty"`
	Na    int64 `json:"na,omitempty"`
}

// RentaItem is an item of a receipt.
type RentaItem struct {
	Name       string  `json:"name"`
	CustomName string  `json:"customName,omitempty"`
	Price      int64   `json:"price"`
	Quantity   float64 `json:"quantity"`
	Total      int64   `json:"total,omitempty"` // default: price × quantity
	Method     int     `json:"method,omitempty"`
	Subject    int     `json:"subject,omitempty"`
	VAT        int     `json:"vat,omitempty"`
	VATSum     int64   `json:"vatSum,omitempty"`
}

// receiptRow is 001, table 1, with what the example has beside it.
type receiptRow struct {
	ID             string `json:"Id"`
	IsCorrection   bool
	CDateUtc       string
	Tag            int
	IsBso          bool
	OperationType  string
	UserInn        string
	KktAddress     string
	SerialNumber   string
	KktRegNumber   string
	FnNumber       string
	DocNumber      int
	DocDateTime    string
	DocShiftNumber int
	ReceiptNumber  int
	TotalSumm      int64
	CashSumm       int64
	ECashSumm      int64
	CreditSumm     int64
	PrepaidSumm    int64
	TaxTotalSumm   int64
	Tax10Summ      int64
	Tax18Summ      int64
	Tax110Summ     int64
	Tax118Summ     int64
	TaxNaSumm      int64
	Tax0Summ       int64
	Depth          int
}

// wholeReceipt is 001, table 2.
type wholeReceipt struct {
	ID            string `json:"Id"`
	IsCorrection  bool
	IsBso         bool
	OperationType string
	UserInn       string
	UserName      string
	KktAddress    string
	SerialNumber  string
	KktRegNumber  string `json:"kktRegNumber"` // as the table spells it
	FnNumber      string
	Items         []receiptItem
	DocDateTime   string
	TotalSumm     int64
	CashSumm      int64
	ECashSumm     int64
	CreditSumm    int64
	PrepaidSumm   int64
	TaxTotalSumm  int64
	Tax10Summ     int64
	Tax18Summ     int64
}

type receiptItem struct {
	Name              string
	CustomName        string
	Price             int64
	Quantity          float64
	Total             int64
	CalculationMethod int
	SubjectType       int
	NDSRate           int   `json:"NDS_Rate"`
	NDSSumm           int64 `json:"NDS_Summ"`
}

// companyReceipts lists the receipts of a tenant.
func (c *core) companyReceipts(q request) reply {
	const at = 4 // api/renta/v1/inn/{INN}/receipts/{from}/{to}
	inn := q.raw[at]
	return c.receipts(q, "InnNotFound", func(m *Member) bool { return m.INN == inn })
}

// tillReceipts lists the receipts of a till: KKT is its factory number.
func (c *core) tillReceipts(q request) reply {
	const at = 4 // api/renta/v1/kkt/{KKT}/receipts/{from}/{to}
	serial := trimSerial(q.raw[at])
	return c.receipts(q, "KktNotFound", func(m *Member) bool { return trimSerial(m.Serial) == serial })
}

// receipts lists what the tills of the centre that are meant have printed.
func (c *core) receipts(q request, none string, meant func(*Member) bool) reply {
	from, to, problem := receiptPeriod(q)
	if problem != "" {
		return rentaFailed(http.StatusBadRequest, problem)
	}
	centre, _ := c.centreOf(q)
	tills := map[string]*Member{}
	for _, m := range c.w.Members {
		if m.Centre == centre && meant(m) {
			tills[trimSerial(m.Serial)] = m
		}
	}
	if len(tills) == 0 {
		return rentaFailed(http.StatusNotFound, none)
	}
	rows := []receiptRow{}
	for _, r := range c.w.RentaReceipts {
		at := r.At.Time
		if c.w.RentaPeriodBy == PeriodByReception {
			at = r.Received.Time
		}
		if m := tills[trimSerial(r.Serial)]; m != nil && m.INN == r.INN && m.active(r.Received.Time) && !at.Before(from) && !at.After(to) {
			rows = append(rows, r.row())
		}
	}
	return rentaData(rows)
}

// receiptPeriod reads the dates at the end of a path. Both ends are inside.
func receiptPeriod(q request) (from, to time.Time, problem string) {
	n := len(q.raw)
	from, err := time.Parse(wireTime, q.raw[n-2])
	if err != nil {
		return from, to, "WrongDate"
	}
	to, err = time.Parse(wireTime, q.raw[n-1])
	switch {
	case err != nil || to.Before(from):
		return from, to, "WrongDate"
	case to.Sub(from) > maxReceiptDays*24*time.Hour:
		return from, to, "период не должен превышать 7 дней"
	}
	return from, to, ""
}

func (r *RentaReceipt) row() receiptRow {
	return receiptRow{
		ID: r.ID, IsCorrection: r.Correction, CDateUtc: r.Received.String(), Tag: r.Tag, IsBso: r.BSO, OperationType: r.Operation,
		UserInn: r.INN, KktAddress: r.Address, SerialNumber: r.Serial, KktRegNumber: r.RNM, FnNumber: r.FN,
		DocNumber: r.Number, DocDateTime: r.At.String(), DocShiftNumber: r.Shift, ReceiptNumber: r.InShift,
		TotalSumm: r.Total, CashSumm: r.Cash, ECashSumm: r.Electronic, CreditSumm: r.Credit, PrepaidSumm: r.Prepaid,
		TaxTotalSumm: r.Tax.Total, Tax10Summ: r.Tax.R10, Tax18Summ: r.Tax.R18, Tax110Summ: r.Tax.R110, Tax118Summ: r.Tax.R118,
		TaxNaSumm: r.Tax.Na, Tax0Summ: r.Tax.R0, Depth: len(r.Items),
	}
}

// receipt is one receipt whole.
func (c *core) receipt(q request) reply {
	const at = 4 // api/renta/v1/receipt/{Id}
	centre, _ := c.centreOf(q)
	for _, r := range c.w.RentaReceipts {
		if strings.EqualFold(r.ID, q.raw[at]) && c.collects(centre, r) {
			return rentaData(c.whole(r))
		}
	}
	return rentaFailed(http.StatusNotFound, "ReceiptNotFound")
}

// collects tells whether the centre gets the receipt.
func (c *core) collects(centre string, r *RentaReceipt) bool {
	for _, m := range c.w.Members {
		if m.Centre == centre && m.INN == r.INN && trimSerial(m.Serial) == trimSerial(r.Serial) && m.active(r.Received.Time) {
			return true
		}
	}
	return false
}

func (c *core) whole(r *RentaReceipt) wholeReceipt {
	w := wholeReceipt{
		ID: r.ID, IsCorrection: r.Correction, IsBso: r.BSO, OperationType: r.Operation, UserInn: r.INN, KktAddress: r.Address,
		SerialNumber: r.Serial, KktRegNumber: r.RNM, FnNumber: r.FN, DocDateTime: r.At.String(), Items: []receiptItem{},
		TotalSumm: r.Total, CashSumm: r.Cash, ECashSumm: r.Electronic, CreditSumm: r.Credit, PrepaidSumm: r.Prepaid,
		TaxTotalSumm: r.Tax.Total, Tax10Summ: r.Tax.R10, Tax18Summ: r.Tax.R18,
	}
	if v := c.byINN[r.INN]; v != nil {
		w.UserName = v.Name
	}
	for _, i := range r.Items {
		w.Items = append(w.Items, receiptItem{i.Name, i.CustomName, i.Price, i.Quantity, i.Total, i.Method, i.Subject, i.VAT, i.VATSum})
	}
	return w
}
