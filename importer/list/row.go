// Package list reads lists of tills as accountants keep them: CSV files and
// Excel workbooks. The columns are found by their headings, in Russian or
// English; docs/import.md lists them.
//
// What a spreadsheet does to numbers is met here: a factory number that lost
// its leading zeros, a ФН that became 9,2874E+15, a formula in place of a
// value. Nothing of that is guessed at: each is an error with its place, and
// all of them are told at once.
package list

import (
	"github.com/kktctl/kktctl/spec/diag"
)

// Column is what a column of a list holds.
type Column string

// The columns. Only Serial is needed of a till that is live.
const (
	Name    Column = "name"    // key in the fleet file
	Serial  Column = "serial"  // factory number
	Model   Column = "model"   //
	RNM     Column = "rnm"     // 16 digits
	FN      Column = "fn"      // 16 digits
	FNType  Column = "fnType"  // fn15 or fn36; 15 and 36 are read so
	Address Column = "address" // one line
	Place   Column = "place"   //
	INN     Column = "inn"     // of the company
	Company Column = "company" // its key or name in the fleet file
	Tariff  Column = "tariff"  // red, yellow, green, blue, orange
	Code    Column = "activationCode"
	Renta   Column = "renta" // key of the centre
	FFD     Column = "ffd"   // 1.05, 1.1, 1.2
)

// Cell is a value with its place.
type Cell struct {
	Text string
	Pos  diag.Pos
	// Numeric: the workbook holds a number, which has no leading zeros.
	Numeric bool
	// Bad: what stood there was reported, and is left out.
	Bad bool
}

// Row is a till of a list.
type Row struct {
	Pos   diag.Pos
	cells map[Column]Cell
}

// NewRow makes a row, for tests and other sources.
func NewRow(pos diag.Pos, cells map[Column]Cell) Row { return Row{pos, cells} }

// Cell gives the value of a column with its place; the row's own place when
// the list does not have the column.
func (r *Row) Cell(c Column) Cell {
	if r == nil {
		return Cell{}
	}
	if v, ok := r.cells[c]; ok {
		return v
	}
	return Cell{Pos: r.Pos}
}

// Bad tells whether a value of the row was reported already.
func (r *Row) Bad() bool {
	for _, c := range r.cells {
		if c.Bad {
			return true
		}
	}
	return false
}

// Text gives the value of a column; "" when there is none.
func (r *Row) Text(c Column) string { return r.Cell(c).Text }
