package list

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/kktctl/kktctl/spec/diag"
)

// Options say what of a file is read.
type Options struct {
	Sheet string // of a workbook with several lists; empty: the only one
}

// The bounds of a list. A till takes 200 bytes.
const (
	MaxBytes   = 64 << 20 // of the file
	maxRows    = 200_000
	maxColumns = 200
	maxCell    = 2_000 // characters of one value
	headRows   = 30    // that may stand above the headings
)

// table is a list before its columns are known.
type table struct {
	rows []line
	// where tells the place of a cell; both count from 0.
	where func(row, col int) diag.Pos
	// odd tells why a cell cannot be taken for what it shows; "" when it can.
	odd func(row, col int) (summary, hint string)
	// numeric tells that the file holds a number in the cell.
	numeric func(row, col int) bool
}

// line is a row of a table with its place in the file.
type line struct {
	at    int // row in the file, from 0
	cells []string
}

// problems gathers what is wrong with a list.
type problems struct {
	list diag.List
}

func (p *problems) add(s diag.Severity, pos diag.Pos, summary, hint string) {
	p.list = append(p.list, diag.Diagnostic{Severity: s, Pos: pos, Summary: summary, Hint: hint})
}

// Read reads a list, by what its file is called: .csv and .txt hold text, .xlsx
// is a workbook. The diagnostics have every mistake with its place, and notes
// on what was left alone. Rows whose values could be told apart are there
// also when the diagnostics have errors, so that the rest of them can be
// checked at the same time.
func Read(name string, data []byte, o Options) ([]Row, diag.List) {
	p := &problems{}
	var t *table
	switch ext := strings.ToLower(name[strings.LastIndexByte(name, '.')+1:]); {
	case len(data) > MaxBytes:
		p.add(diag.Error, diag.Pos{File: name}, fmt.Sprintf("the list is larger than %d MiB", MaxBytes>>20), "split it, and leave out pictures and other sheets")
	case len(strings.TrimSpace(string(data[:min(len(data), 4096)]))) == 0:
		p.add(diag.Error, diag.Pos{File: name}, "the list is empty", "kktctl import --template "+name+" writes one with its headings")
	case ext == "xlsx" || ext == "xlsm":
		t = readWorkbook(name, data, o, p)
	case ext == "csv" || ext == "txt" || ext == "tsv":
		if o.Sheet != "" {
			p.add(diag.Error, diag.Pos{File: name}, "a text file has no sheets", "leave out --sheet")
		}
		t = readText(name, data, p)
	case ext == "xls" || ext == "ods":
		p.add(diag.Error, diag.Pos{File: name}, "lists of this kind are not read", "save it as .xlsx, or as .csv")
	default:
		p.add(diag.Error, diag.Pos{File: name}, "a list ends with .csv or .xlsx", "")
	}
	if t == nil || p.list.HasErrors() {
		return nil, p.list
	}
	return t.read(name, p), p.list
}

// read finds the headings and takes the rows below them.
func (t *table) read(name string, p *problems) []Row {
	head, cols := t.findHead(name, p)
	if head < 0 {
		return nil
	}
	out := make([]Row, 0, len(t.rows))
	for i := head + 1; i < len(t.rows); i++ {
		if r, ok := t.row(i, cols, p); ok {
			out = append(out, r)
		}
	}
	if len(out) == 0 && !p.list.HasErrors() {
		p.add(diag.Error, diag.Pos{File: name}, "no till stands below the headings", "write one till a row")
	}
	return out
}

// row takes the cells of the known columns; false when all of them are empty.
func (t *table) row(i int, cols map[int]Column, p *problems) (Row, bool) {
	l := t.rows[i]
	r := Row{cells: make(map[Column]Cell, len(cols))}
	filled := false
	for col, c := range cols {
		text := ""
		if col < len(l.cells) {
			text = strings.TrimSpace(l.cells[col])
		}
		cell := Cell{Text: text, Pos: t.where(l.at, col), Numeric: text != "" && t.numeric(l.at, col)}
		if c == Serial {
			r.Pos = cell.Pos
		}
		if why, hint := t.odd(l.at, col); why != "" {
			filled = true
			p.add(diag.Error, cell.Pos, why, hint)
			r.cells[c] = Cell{Pos: cell.Pos, Bad: true}
			continue
		}
		if text == "" {
			r.cells[c] = cell
			continue
		}
		filled = true
		t.check(&cell, c, p)
		r.cells[c] = cell
	}
	return r, filled
}

// check puts a value into its form, and tells what a spreadsheet did to it.
func (t *table) check(c *Cell, col Column, p *problems) {
	if utf8.RuneCountInString(c.Text) > maxCell {
		p.add(diag.Error, c.Pos, fmt.Sprintf("%s is longer than %d characters", Heading(col), maxCell), "shorten it")
		c.Text, c.Bad = "", true
		return
	}
	if identifies(col) {
		c.Text = unquoted(c.Text)
		if exponent.MatchString(c.Text) {
			p.add(diag.Error, c.Pos, fmt.Sprintf("%s is %s: the spreadsheet made a rounded number of it, and its digits are lost", Heading(col), c.Text),
				"format the column as text and enter the numbers again from their source")
			c.Text, c.Bad = "", true
			return
		}
		c.Text = strings.Join(strings.Fields(c.Text), "")
		if want := digitsOf(col); want > 0 && c.Text != "" && len(c.Text) < want && strings.Trim(c.Text, "0123456789") == "" && (col != INN || len(c.Text) != 10) {
			p.add(diag.Error, c.Pos, fmt.Sprintf("%s %s has %d digits: it has lost its leading zeros, or was cut", Heading(col), c.Text, len(c.Text)),
				"format the column as text and enter the number again")
			c.Text, c.Bad = "", true
			return
		}
		if c.Numeric && col != Serial && col != INN {
			p.add(diag.Error, c.Pos, fmt.Sprintf("%s is kept as a number, which has no more than 15 digits and no leading zeros", Heading(col)),
				"format the column as text and enter the number again")
			c.Text, c.Bad = "", true
			return
		}
	}
	switch col {
	case FNType:
		c.Text = strings.ToLower(c.Text)
		for _, n := range []string{"15", "36"} {
			if c.Text == n || strings.HasPrefix(c.Text, n+" ") {
				c.Text = "fn" + n
			}
		}
	case FFD:
		c.Text = strings.ReplaceAll(c.Text, ",", ".")
	case Tariff:
		c.Text = strings.ToLower(c.Text)
	}
}
