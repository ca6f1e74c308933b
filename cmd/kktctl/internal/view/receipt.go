package view

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Receipt is a receipt that a till has printed. Its JSON is a contract: sums
// are in kopecks, At is by the till's own clock, without a zone.
type Receipt struct {
	ID         string     `json:"id"`
	At         string     `json:"at"`
	Received   time.Time  `json:"received,omitzero"` // by the service, UTC
	KKT        string     `json:"kkt,omitempty"`     // address, of a till in the fleet file
	Serial     string     `json:"serial"`
	RNM        string     `json:"rnm"`
	FN         string     `json:"fn"`
	INN        string     `json:"inn"`
	Address    string     `json:"address,omitempty"` // where the till stands
	Operation  string     `json:"operation"`         // as the service spells it
	Correction bool       `json:"correction"`
	BSO        bool       `json:"bso"`
	Tag        int        `json:"tag,omitempty"`
	Document   int64      `json:"document,omitempty"` // number of the fiscal document
	Shift      int64      `json:"shift,omitempty"`
	InShift    int64      `json:"inShift,omitempty"`
	Total      int64      `json:"total"`
	Cash       int64      `json:"cash"`
	Electronic int64      `json:"electronic"`
	Credit     int64      `json:"credit"`
	Prepaid    int64      `json:"prepaid"`
	Tax        ReceiptTax `json:"tax"`
	Depth      int        `json:"depth"` // number of items
}

// ReceiptTax are sums of VAT in kopecks; rate18 is the main rate, whatever it
// is now.
type ReceiptTax struct {
	Total       int64 `json:"total"`
	Rate10      int64 `json:"rate10"`
	Rate18      int64 `json:"rate18"`
	Rate10of110 int64 `json:"rate10of110"`
	Rate18of118 int64 `json:"rate18of118"`
	Rate0       int64 `json:"rate0"`
	None        int64 `json:"none"`
}

// FullReceipt is a receipt with its items.
type FullReceipt struct {
	Receipt
	Company string        `json:"company,omitempty"`
	Items   []ReceiptItem `json:"items"`
}

// ReceiptItem is an item of a receipt. Sums are in kopecks.
type ReceiptItem struct {
	Name       string `json:"name"`
	CustomName string `json:"customName,omitempty"`
	Price      int64  `json:"price"`
	Quantity   string `json:"quantity"` // a decimal number
	Total      int64  `json:"total"`
	Method     int    `json:"method,omitempty"`  // ФФД tag 1214
	Subject    int    `json:"subject,omitempty"` // ФФД tag 1212
	VAT        int    `json:"vat,omitempty"`     // code of the rate
	VATSum     int64  `json:"vatSum"`
}

// ReceiptJSON writes a receipt as one JSON document.
func ReceiptJSON(w io.Writer, r FullReceipt) error {
	return writeJSON(w, struct {
		FormatVersion int `json:"formatVersion"`
		FullReceipt
	}{1, r}, true)
}

// The rules of one receipt: what a printed one has, top down; a line that
// would be empty is left out.

// ReceiptText is a receipt for a terminal.
func ReceiptText(r FullReceipt, o Options) string {
	th := newTheme(o.Color)
	var b strings.Builder
	b.WriteString(th.bold.of("Receipt "+Clean(r.ID)) + "\n")
	field := func(name, value string) {
		if value != "" {
			b.WriteString("  " + th.dim.of(pad(name, 10)) + " " + Clean(value) + "\n")
		}
	}
	field("operation", r.operation())
	field("printed", strings.ReplaceAll(r.At, "T", " ")+" by the till's clock")
	field("company", strings.TrimSpace(r.Company+" ИНН "+r.INN))
	field("till", r.till()+" "+r.Address)
	field("РНМ", r.RNM)
	field("ФН", r.FN)
	field("document", r.numbers())
	items := make([][]string, len(r.Items))
	for i, item := range r.Items {
		items[i] = item.row()
	}
	if len(items) > 0 {
		b.WriteString("\n")
		cols := []column{{title: "ITEM", shrink: true}, {title: "PRICE"}, {title: "QUANTITY"}, {title: "TOTAL"}, {title: "VAT"}}
		writeTable(&b, th, cols, items, "  ", o.width())
	}
	b.WriteString("\n  " + th.bold.of("total "+roubles(r.Total)) + r.paid() + "\n")
	return b.String()
}

// operation says what a receipt is.
func (r Receipt) operation() string {
	text := strings.ToLower(r.Operation)
	if r.Correction {
		text += ", correction"
	}
	if r.BSO {
		text += ", form"
	}
	return text
}

// till names the till as the fleet file does, or by its factory number.
func (r Receipt) till() string {
	if r.KKT != "" {
		return r.KKT
	}
	return r.Serial
}

func (r Receipt) numbers() string {
	if r.Document == 0 {
		return ""
	}
	text := "ФД " + strconv.FormatInt(r.Document, 10)
	if r.Shift != 0 {
		text += fmt.Sprintf(", shift %d, receipt %d", r.Shift, r.InShift)
	}
	return text
}

// paid says how the total was paid, where anything is known of it.
func (r Receipt) paid() string {
	var parts []string
	for _, p := range []struct {
		name string
		sum  int64
	}{{"cash", r.Cash}, {"card", r.Electronic}, {"credit", r.Credit}, {"prepaid", r.Prepaid}, {"VAT in it", r.Tax.Total}} {
		if p.sum != 0 {
			parts = append(parts, p.name+" "+roubles(p.sum))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

func (i ReceiptItem) row() []string {
	name := Clean(i.Name)
	if i.CustomName != "" && i.CustomName != i.Name {
		name += " (" + Clean(i.CustomName) + ")"
	}
	return []string{name, roubles(i.Price), Clean(i.Quantity), roubles(i.Total), i.vat()}
}

// vat says the rate by its code (001, table 2). The numbers of the main rate
// are history.
func (i ReceiptItem) vat() string {
	var rate string
	switch i.VAT {
	case 0:
		return ""
	case 1:
		rate = "main rate"
	case 2:
		rate = "10 %"
	case 3:
		rate = "main rate, in the price"
	case 4:
		rate = "10/110"
	case 5:
		rate = "0 %"
	case 6:
		rate = "none"
	default:
		rate = "code " + strconv.Itoa(i.VAT)
	}
	if i.VATSum != 0 {
		rate += " " + roubles(i.VATSum)
	}
	return rate
}

// roubles writes kopecks as roubles.
func roubles(kopecks int64) string {
	sign, n := "", uint64(kopecks)
	if kopecks < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%d.%02d", sign, n/100, n%100)
}
