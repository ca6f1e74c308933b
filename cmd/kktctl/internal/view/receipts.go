package view

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// The rules of a list of receipts: it is written as it is read, for it may be
// longer than memory; columns have fixed widths, the id stands last, whole, to
// be copied; the totals stand at the end, and say when the list is not whole.

// ReceiptsOptions is how a list is written.
type ReceiptsOptions struct {
	Format   string // text, json or csv
	Version  string // of kktctl
	From, To time.Time
	Flush    bool // show each receipt at once
}

// Receipts writes a list of receipts.
type Receipts struct {
	o      ReceiptsOptions
	w      *bufio.Writer
	csv    *csv.Writer
	begun  bool
	totals receiptTotals
}

// NewReceipts makes a list in the format text, json or csv.
func NewReceipts(w io.Writer, o ReceiptsOptions) *Receipts {
	r := &Receipts{o: o, w: bufio.NewWriterSize(w, 64<<10), totals: receiptTotals{by: map[string]*operationTotal{}}}
	r.csv = csv.NewWriter(r.w)
	return r
}

// receiptLine is a line of JSON.
type receiptLine struct {
	Type string `json:"type"`
	Receipt
}

// receiptsVersion is the first line of JSON.
type receiptsVersion struct {
	Type          string `json:"type"`
	Version       string `json:"version"`
	FormatVersion int    `json:"formatVersion"`
	From          string `json:"from"` // by the tills' clocks
	To            string `json:"to"`   // itself outside
}

// receiptsSummary is the last line of JSON.
type receiptsSummary struct {
	Type     string                     `json:"type"`
	Complete bool                       `json:"complete"` // the period was read to its end
	Receipts int                        `json:"receipts"`
	Totals   map[string]*operationTotal `json:"totals"` // by operation
}

// Add writes one receipt.
func (r *Receipts) Add(v Receipt) error {
	if err := r.begin(); err != nil {
		return err
	}
	r.totals.add(v)
	var err error
	switch r.o.Format {
	case "json":
		err = writeJSON(r.w, receiptLine{"receipt", v}, false)
	case "csv":
		err = r.csv.Write(v.record())
		r.csv.Flush()
	default:
		_, err = r.w.WriteString(v.line())
	}
	if err == nil && r.o.Flush {
		err = r.w.Flush()
	}
	return err
}

func (r *Receipts) begin() error {
	if r.begun {
		return nil
	}
	r.begun = true
	switch r.o.Format {
	case "json":
		return writeJSON(r.w, receiptsVersion{"version", r.o.Version, 1, r.o.From.Format(receiptTime), r.o.To.Format(receiptTime)}, false)
	case "csv":
		return r.csv.Write(receiptColumns())
	default:
		_, err := r.w.WriteString(r.header())
		return err
	}
}

// header says of which period the list is, and what its columns are.
func (r *Receipts) header() string {
	period := fmt.Sprintf("Receipts from %s to before %s by the tills' clocks\n", r.o.From.Format(time.DateTime), r.o.To.Format(time.DateTime))
	return period + fmt.Sprintf("%s  %s  %s  %14s  %-11s  %s\n", pad("printed", len(time.DateTime)), pad("till", 24), pad("operation", 14), "sum", "document", "id")
}

const receiptTime = "2006-01-02T15:04:05"

// Close ends the list. A list that is not complete says so.
func (r *Receipts) Close(complete bool) error {
	err := r.begin()
	r.totals.complete = complete
	switch {
	case err != nil:
	case r.o.Format == "json":
		err = writeJSON(r.w, receiptsSummary{"summary", complete, r.totals.n, r.totals.by}, false)
	case r.o.Format == "csv":
		r.csv.Flush()
	default:
		_, err = r.w.WriteString(r.Totals() + "\n")
	}
	if flushed := r.w.Flush(); err == nil {
		err = flushed
	}
	return err
}

// Totals is the last line of the text.
func (r *Receipts) Totals() string { return r.totals.String() }

// line is a receipt on one line.
func (r Receipt) line() string {
	number := ""
	if r.Document != 0 {
		number = fmt.Sprintf("ФД %8d", r.Document)
	}
	return fmt.Sprintf("%s  %s  %s  %14s  %-11s  %s\n",
		Clean(strings.Replace(r.At, "T", " ", 1)), pad(Clean(r.till()), 24), pad(Clean(r.operation()), 14), roubles(r.Total), number, Clean(r.ID))
}

func receiptColumns() []string {
	return []string{
		"at", "kkt", "serial", "rnm", "fn", "inn", "operation", "correction", "bso", "document", "shift", "inShift",
		"total", "cash", "electronic", "credit", "prepaid", "tax", "items", "address", "id",
	}
}

// record is a receipt as a row of a table, sums in roubles.
func (r Receipt) record() []string {
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	return []string{
		cell(r.At), cell(r.KKT), cell(r.Serial), cell(r.RNM), cell(r.FN), cell(r.INN), cell(r.Operation),
		strconv.FormatBool(r.Correction), strconv.FormatBool(r.BSO), number(r.Document), number(r.Shift), number(r.InShift),
		roubles(r.Total), roubles(r.Cash), roubles(r.Electronic), roubles(r.Credit), roubles(r.Prepaid), roubles(r.Tax.Total),
		strconv.Itoa(r.Depth), cell(r.Address), cell(r.ID),
	}
}

// cell makes hostile text safe in a table: what a spreadsheet would take for a
// formula is given an apostrophe.
func cell(s string) string {
	s = Clean(s)
	if s != "" && strings.ContainsRune("=+-@", rune(s[0])) {
		return "'" + s
	}
	return s
}

// receiptTotals are the sums of a list. They may exceed what a hostile service
// puts into one receipt.
type receiptTotals struct {
	n        int
	complete bool
	by       map[string]*operationTotal
}

// operationTotal is the sum of one operation, in kopecks.
type operationTotal struct {
	Receipts int      `json:"receipts"`
	Total    *big.Int `json:"total"`
}

// otherOperation gathers the operations that the documents do not have, so
// that there are never many.
const otherOperation = "other"

func (t *receiptTotals) add(v Receipt) {
	t.n++
	name := v.Operation
	switch name {
	case "Income", "Expense", "Refund income", "Refund expense":
	default:
		name = otherOperation
	}
	sum := t.by[name]
	if sum == nil {
		sum = &operationTotal{Total: new(big.Int)}
		t.by[name] = sum
	}
	sum.Receipts++
	sum.Total.Add(sum.Total, big.NewInt(v.Total))
}

// String is one line.
func (t *receiptTotals) String() string {
	var parts []string
	for _, o := range []struct{ name, words string }{
		{"Income", "income"},
		{"Refund income", "refunds of income"},
		{"Expense", "expense"},
		{"Refund expense", "refunds of expense"},
		{otherOperation, "of other operations"},
	} {
		if sum := t.by[o.name]; sum != nil {
			parts = append(parts, fmt.Sprintf("%s %s (%d)", o.words, bigRoubles(sum.Total), sum.Receipts))
		}
	}
	text := "No receipts."
	if t.n > 0 {
		text = count(t.n, "receipt") + ": " + strings.Join(parts, ", ") + "; sums in roubles."
	}
	if !t.complete {
		text += " The list is not complete: the error says what is missing."
	}
	return text
}

func bigRoubles(kopecks *big.Int) string {
	if kopecks.IsInt64() {
		return roubles(kopecks.Int64())
	}
	whole, rest := new(big.Int).QuoRem(kopecks, big.NewInt(100), new(big.Int))
	return fmt.Sprintf("%s.%02d", whole, rest.Abs(rest))
}
