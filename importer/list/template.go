package list

import (
	"bytes"
	"encoding/csv"

	"github.com/xuri/excelize/v2"
)

// TemplateCSV writes an empty list as a spreadsheet opens it with a double
// click: UTF-8 with its mark, values parted by semicolons.
func TemplateCSV() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	w.Comma, w.UseCRLF = ';', true
	var names []string
	for _, h := range headings() {
		names = append(names, h.names[0])
	}
	if err := w.Write(names); err != nil {
		return nil, err
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// The sheets of a template.
const (
	sheetTills    = "Кассы"
	sheetMeanings = "Пояснения"
)

// TemplateXLSX writes an empty list as a workbook. Its columns are formatted
// as text, so that numbers keep their zeros; a second sheet says what goes
// where.
func TemplateXLSX() ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	if err := f.SetSheetName("Sheet1", sheetTills); err != nil {
		return nil, err
	}
	if _, err := f.NewSheet(sheetMeanings); err != nil {
		return nil, err
	}
	const asText = 49 // the number format «@»
	text, err := f.NewStyle(&excelize.Style{NumFmt: asText})
	if err != nil {
		return nil, err
	}
	bold, err := f.NewStyle(&excelize.Style{NumFmt: asText, Font: &excelize.Font{Bold: true}})
	if err != nil {
		return nil, err
	}
	for i, h := range headings() {
		if err := templateColumn(f, i+1, h, text, bold); err != nil {
			return nil, err
		}
	}
	if err := f.SetColWidth(sheetMeanings, "A", "A", 22); err != nil {
		return nil, err
	}
	if err := f.SetPanes(sheetTills, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = f.Write(&b)
	return b.Bytes(), err
}

// templateColumn writes the heading of a column, and the line that explains it.
func templateColumn(f *excelize.File, n int, h heading, text, bold int) error {
	col, err := excelize.ColumnNumberToName(n)
	if err != nil {
		return err
	}
	row, err := excelize.CoordinatesToCellName(1, n)
	if err != nil {
		return err
	}
	meaning, err := excelize.CoordinatesToCellName(2, n)
	if err != nil {
		return err
	}
	for _, do := range []func() error{
		func() error { return f.SetColStyle(sheetTills, col, text) },
		func() error { return f.SetColWidth(sheetTills, col, col, 22) },
		func() error { return f.SetCellStr(sheetTills, col+"1", h.names[0]) },
		func() error { return f.SetCellStyle(sheetTills, col+"1", col+"1", bold) },
		func() error { return f.SetCellStr(sheetMeanings, row, h.names[0]) },
		func() error { return f.SetCellStr(sheetMeanings, meaning, h.meaning) },
	} {
		if err := do(); err != nil {
			return err
		}
	}
	return nil
}
