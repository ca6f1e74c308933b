package list

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/kktctl/kktctl/spec/diag"
)

// The bounds of a workbook once it is unpacked: a small file can be made to
// fill a disk.
const (
	maxUnpacked = 512 << 20
	maxSheet    = 256 << 20
)

// readWorkbook reads the list of a workbook.
func readWorkbook(name string, data []byte, o Options, p *problems) (t *table) {
	at := diag.Pos{File: name}
	defer func() {
		if recover() != nil { // the library was not made for files like this
			t = nil
			p.add(diag.Error, at, "the workbook is damaged", "save it anew, or as CSV")
		}
	}()
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxSheet, RawCellValue: true})
	if err != nil {
		summary, hint := "this is no workbook that can be read", "save it as .xlsx, without a password, or as CSV"
		if errors.Is(err, excelize.ErrWorkbookPassword) || bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")) {
			summary = "the workbook is protected by a password, or an old .xls"
		}
		if strings.Contains(err.Error(), "unzip size exceeds") {
			summary, hint = fmt.Sprintf("the workbook unpacks to more than %d MiB", maxUnpacked>>20), "leave out other sheets and pictures"
		}
		p.add(diag.Error, at, summary, hint)
		return nil
	}
	defer f.Close()
	w := &workbook{f: f, name: name, p: p}
	sheet := w.choose(o.Sheet)
	if sheet == "" {
		return nil
	}
	return w.table(sheet)
}

type workbook struct {
	f    *excelize.File
	name string
	p    *problems
}

// choose finds the sheet to read: the one that was named, or the only visible
// one with headings.
func (w *workbook) choose(named string) string {
	at := diag.Pos{File: w.name}
	var found, hidden []string
	for _, s := range w.f.GetSheetList() {
		if named != "" && s == named {
			return s
		}
		if named != "" || !w.hasHead(s) {
			continue
		}
		if visible, err := w.f.GetSheetVisible(s); err == nil && !visible {
			hidden = append(hidden, s)
			continue
		}
		found = append(found, s)
	}
	switch {
	case named != "":
		w.p.add(diag.Error, at, fmt.Sprintf("there is no sheet %q", named), "its sheets are "+strings.Join(w.f.GetSheetList(), ", "))
	case len(found) > 1:
		w.p.add(diag.Error, at, "several sheets hold a list: "+strings.Join(found, ", "), "name one with --sheet")
	case len(found) == 0 && len(hidden) > 0:
		w.p.add(diag.Error, at, "only a hidden sheet holds a list: "+strings.Join(hidden, ", "), "show it, or name it with --sheet")
	case len(found) == 0:
		w.p.add(diag.Error, at, "no sheet has headings of a list: «Заводской номер» or «РНМ», alone or among others that are known",
			"kktctl import --template list.xlsx writes an empty list with all headings; docs/import.md lists what else they may be called")
	default:
		if len(hidden) > 0 {
			w.p.add(diag.Note, at, "hidden sheets are not read: "+strings.Join(hidden, ", "), "")
		}
		return found[0]
	}
	return ""
}

// hasHead tells whether one of the first rows of a sheet is headings.
func (w *workbook) hasHead(sheet string) bool {
	rows, err := w.f.Rows(sheet)
	if err != nil {
		return false
	}
	defer rows.Close()
	for i := 0; i < headRows && rows.Next(); i++ {
		if cells, err := rows.Columns(); err == nil && (isHead(columns(cells)) || isOnlyHead(cells, columns(cells))) {
			return true
		}
	}
	return false
}

// table reads a sheet. A row that a filter hides is read too, and told of.
func (w *workbook) table(sheet string) *table {
	rows, err := w.f.Rows(sheet)
	if err != nil {
		w.p.add(diag.Error, diag.Pos{File: w.name}, "the sheet "+sheet+" cannot be read", "save the workbook anew, or as CSV")
		return nil
	}
	defer rows.Close()
	t := &table{
		where: func(row, col int) diag.Pos {
			cell, _ := excelize.CoordinatesToCellName(col+1, row+1)
			return diag.Pos{File: w.name + ":" + sheet + "!" + cell}
		},
	}
	hidden := 0
	for at := 0; rows.Next(); at++ {
		cells, err := rows.Columns()
		switch {
		case err != nil:
			w.p.add(diag.Error, diag.Pos{File: w.name}, "the sheet "+sheet+" cannot be read", "save the workbook anew, or as CSV")
			return nil
		case len(t.rows) == maxRows:
			w.p.add(diag.Error, diag.Pos{File: w.name}, fmt.Sprintf("more than %d rows", maxRows), "split the list")
			return nil
		}
		if len(cells) > maxColumns {
			cells = cells[:maxColumns]
		}
		if len(cells) > 0 {
			if rows.GetRowOpts().Hidden {
				hidden++
			}
			t.rows = append(t.rows, line{at: at, cells: cells})
		}
	}
	if hidden > 0 {
		w.p.add(diag.Warning, diag.Pos{File: w.name}, fmt.Sprintf("%d rows of the sheet %s are hidden, by a filter or by hand: they are read as well", hidden, sheet), "delete rows that are not to be imported")
	}
	w.types(t, sheet)
	return t
}

// types tells what a cell holds: a number, a formula, an error.
func (w *workbook) types(t *table, sheet string) {
	kind := func(row, col int) (excelize.CellType, string) {
		cell, err := excelize.CoordinatesToCellName(col+1, row+1)
		if err != nil {
			return excelize.CellTypeUnset, ""
		}
		k, _ := w.f.GetCellType(sheet, cell)
		return k, cell
	}
	values := map[[2]int]string{}
	for _, l := range t.rows {
		for col, v := range l.cells {
			if _, err := strconv.ParseFloat(v, 64); err == nil {
				values[[2]int{l.at, col}] = v
			}
		}
	}
	t.numeric = func(row, col int) bool {
		if values[[2]int{row, col}] == "" {
			return false
		}
		k, _ := kind(row, col)
		return k == excelize.CellTypeUnset || k == excelize.CellTypeNumber
	}
	t.odd = func(row, col int) (summary, hint string) {
		k, cell := kind(row, col)
		if cell == "" {
			return "", ""
		}
		formula, _ := w.f.GetCellFormula(sheet, cell)
		switch {
		case formula != "":
			return "the cell holds a formula", "paste its value in its place"
		case k == excelize.CellTypeError:
			return "the cell holds an error", "correct it in the workbook"
		case k == excelize.CellTypeBool, k == excelize.CellTypeDate:
			return "the cell holds no text", "format the column as text and enter the value again"
		case w.dated(sheet, cell) && values[[2]int{row, col}] != "":
			return "the spreadsheet made a date of what was entered", "format the column as text and enter the value again"
		}
		return "", ""
	}
}

// dated tells whether a cell is shown as a date.
func (w *workbook) dated(sheet, cell string) bool {
	id, err := w.f.GetCellStyle(sheet, cell)
	if err != nil || id == 0 {
		return false
	}
	s, err := w.f.GetStyle(id)
	if err != nil || s == nil {
		return false
	}
	if s.CustomNumFmt != nil {
		return strings.ContainsAny(strings.ToLower(*s.CustomNumFmt), "yдг") || strings.Contains(strings.ToLower(*s.CustomNumFmt), "dd")
	}
	return s.NumFmt >= 14 && s.NumFmt <= 22 || s.NumFmt >= 27 && s.NumFmt <= 36 || s.NumFmt >= 45 && s.NumFmt <= 47 || s.NumFmt >= 50 && s.NumFmt <= 58
}
