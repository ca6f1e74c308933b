package renta

import (
	"errors"
	"time"
)

// LegalEntity is one whose tills are in Renta (001, table 3).
type LegalEntity struct {
	INN        string
	KPP        string
	Name       string
	Registered int // tills in Renta
	Online     int // of them working now
}

// KKT is a till in Renta (001, table 4).
type KKT struct {
	INN     string // of the tenant
	KPP     string
	Company string
	Address string
	Place   string
	Serial  string
	RNM     string
	FN      string
}

// AddRequest adds one till (001, table 5). One a call: the errors of an answer
// do not name the till.
type AddRequest struct {
	INN   string // of the tenant
	KPP   string // empty for an entrepreneur
	OGRN  string
	Email string
	KKT   AddKKT
}

// AddKKT is the till of an AddRequest.
type AddKKT struct {
	Serial        string
	FN            string
	RNM           string
	Address       string
	Place         string
	CurrentOFDINN string // the OFD that serves the till now
}

// AddResult is the answer: the tills that it echoes, and what was wrong. Read
// the list of tills again to know what became of the till.
type AddResult struct {
	KKTs   []AddKKT
	Errors []*Problem
}

// Err joins the problems; nil when there are none.
func (r AddResult) Err() error {
	var errs []error
	for _, p := range r.Errors {
		errs = append(errs, p)
	}
	return errors.Join(errs...)
}

// dateLayout is the form of the date in the path of removeKkt.
const dateLayout = time.DateOnly

// Operation is what a receipt is about (001, tables 1 and 2).
type Operation string

// The operations, as 001 spells them.
const (
	Income        Operation = "Income"
	Expense       Operation = "Expense"
	RefundIncome  Operation = "Refund income"
	RefundExpense Operation = "Refund expense"
)

// Sighting is what a receipt tells about the till that printed it.
type Sighting struct {
	Serial   string
	RNM      string
	FN       string    // that the receipt was printed with
	At       time.Time // by the till's own clock: date and time in UTC, whatever its zone is
	Received time.Time // by the service, UTC; zero when unknown
}

// Receipt is a row of the list of receipts (001, table 1). Sums are in
// kopecks.
type Receipt struct {
	Sighting
	ID         string
	Correction bool
	BSO        bool // a form of strict accountability, not a receipt
	Tag        int  // 3 receipt, 31 its correction, 4 form, 41 its correction
	Operation  Operation
	INN        string // of the tenant; the table leaves it out, the example has it
	Address    string
	Number     int64 // of the fiscal document
	Shift      int64
	InShift    int64 // number of the receipt in its shift
	Total      int64
	Cash       int64
	Electronic int64
	Credit     int64
	Prepaid    int64
	Tax        Taxes
	Depth      int // items
}

// Taxes are sums of VAT in kopecks, by rate. What the document calls 18 is the
// main rate, whatever it is now.
type Taxes struct {
	Total       int64
	Rate10      int64
	Rate18      int64
	Rate10of110 int64
	Rate18of118 int64
	None        int64 // turnover without VAT
	Rate0       int64 // turnover at 0 %
}

// FullReceipt is a receipt with its items (001, table 2). The table has fewer
// fields than that of the list: what it leaves out may be empty.
type FullReceipt struct {
	Receipt
	Company string
	Items   []Item
}

// Item is one item of a receipt. Sums are in kopecks.
type Item struct {
	Name       string
	CustomName string // from the user's own catalogue
	Price      int64
	Quantity   string // a decimal number
	Total      int64
	Method     int // way of payment (ФФД tag 1214)
	Subject    int // what is paid for (ФФД tag 1212)
	VAT        int // 1 main rate, 2 10 %, 3 and 4 the same as parts of the price, 5 0 %, 6 none
	VATSum     int64
}
