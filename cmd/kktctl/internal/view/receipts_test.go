package view

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"
)

func TestRoubles(t *testing.T) {
	for kopecks, want := range map[int64]string{
		0: "0.00", 5: "0.05", 51360: "513.60", -5: "-0.05", -51360: "-513.60",
		math.MaxInt64: "92233720368547758.07", math.MinInt64: "-92233720368547758.08",
	} {
		if got := roubles(kopecks); got != want {
			t.Errorf("%d is %s, want %s", kopecks, got, want)
		}
	}
}

// The totals of hostile sums are right too, and other operations are counted
// under one name.
func TestReceiptTotals(t *testing.T) {
	var b bytes.Buffer
	r := NewReceipts(&b, ReceiptsOptions{Format: "text"})
	for _, v := range []Receipt{
		{Operation: "Income", Total: math.MaxInt64},
		{Operation: "Income", Total: math.MaxInt64},
		{Operation: "x\x1b[2J", Total: -5},
		{Operation: "y", Total: -5},
		{Operation: "Refund expense", Total: 100},
	} {
		if err := r.Add(v); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(true); err != nil {
		t.Fatal(err)
	}
	want := "5 receipts: income 184467440737095516.14 (2), refunds of expense 1.00 (1), of other operations -0.10 (2); sums in roubles.\n"
	if got := b.String(); !strings.HasSuffix(got, want) || strings.Contains(got, "\x1b") {
		t.Errorf("%s", got)
	}
}

// What a spreadsheet would calculate is text.
func TestReceiptCells(t *testing.T) {
	for text, want := range map[string]string{"=1+1": "'=1+1", "+7": "'+7", "-1": "'-1", "@a": "'@a", "Москва": "Москва", "": "", "\t=1": `\t=1`} {
		if got := cell(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

// Who cannot take the list is told so, in every format.
func TestReceiptsCannotBeWritten(t *testing.T) {
	for _, format := range []string{"text", "json", "csv"} {
		r := NewReceipts(full{}, ReceiptsOptions{Format: format, Flush: true})
		if err := r.Add(Receipt{}); err == nil {
			t.Errorf("%s: nothing was said", format)
		}
		r = NewReceipts(full{}, ReceiptsOptions{Format: format})
		if err := r.Close(true); err == nil {
			t.Errorf("%s: nothing was said at the end", format)
		}
	}
}

func TestReceiptsInAllFormatsWhenEmpty(t *testing.T) {
	for format, want := range map[string]string{
		"text": "No receipts.\n", "csv": "at,kkt,", "json": `{"type":"summary","complete":true,"receipts":0,"totals":{}}`,
	} {
		var b bytes.Buffer
		r := NewReceipts(&b, ReceiptsOptions{Format: format})
		if err := r.Close(true); err != nil || !strings.Contains(b.String(), want) {
			t.Errorf("%s: %q, %v", format, b.String(), err)
		}
	}
}
