package main

import (
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/htmlindex"
)

// workbook FILE LIST makes a workbook of a text.
func cmdWorkbook(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: workbook FILE LIST")
	}
	f := excelize.NewFile()
	defer f.Close()
	date, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	ts.Check(err)
	sheet, row := "", 0
	for line := range strings.Lines(ts.ReadFile(args[1])) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if cells[0] == "sheet" || cells[0] == "hidden" {
			sheet, row = cells[1], 0
			_, err := f.NewSheet(sheet)
			ts.Check(err)
			ts.Check(f.SetSheetVisible(sheet, cells[0] == "sheet"))
			continue
		}
		row++
		for i, v := range cells {
			at, err := excelize.CoordinatesToCellName(i+1, row)
			ts.Check(err)
			switch kind, rest, _ := strings.Cut(v, ":"); kind {
			case "n", "d":
				n, err := strconv.ParseInt(rest, 10, 64)
				ts.Check(err)
				ts.Check(f.SetCellInt(sheet, at, n))
				if kind == "d" {
					ts.Check(f.SetCellStyle(sheet, at, at, date))
				}
			case "f":
				ts.Check(f.SetCellFormula(sheet, at, rest))
			default:
				ts.Check(f.SetCellStr(sheet, at, v))
			}
		}
	}
	ts.Check(f.DeleteSheet("Sheet1"))
	ts.Check(f.SaveAs(ts.MkAbs(args[0])))
}

// recode FROM TO IN OUT writes a text in another encoding.
func cmdRecode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: recode FROM TO IN OUT")
	}
	from, err := htmlindex.Get(args[0])
	ts.Check(err)
	to, err := htmlindex.Get(args[1])
	ts.Check(err)
	text, err := from.NewDecoder().String(ts.ReadFile(args[2]))
	ts.Check(err)
	text, err = to.NewEncoder().String(text)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[3]), []byte(text), 0o600))
}

// tail FILE N prints the last lines of a file.
func cmdTail(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: tail FILE N")
	}
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	lines := strings.SplitAfter(strings.TrimSuffix(ts.ReadFile(args[0]), "\n"), "\n")
	_, err = ts.Stdout().Write([]byte(strings.Join(lines[max(0, len(lines)-n):], "") + "\n"))
	ts.Check(err)
}

// timeof FILE takes a file's time, after having made it an old one.
func cmdTimeOf(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: timeof FILE")
	}
	old := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	ts.Check(os.Chtimes(ts.MkAbs(args[0]), old, old))
	ts.Setenv("TIME", strconv.FormatInt(old.UnixNano(), 10))
}

// sametime FILE wants a file to have the time that was taken.
func cmdSameTime(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: sametime FILE")
	}
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if got := strconv.FormatInt(info.ModTime().UnixNano(), 10); got != ts.Getenv("TIME") {
		ts.Fatalf("%s was written: its time is %s", args[0], info.ModTime())
	}
}
