package list

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/kktctl/kktctl/spec/diag"
)

// decode makes UTF-8 of a text as spreadsheets save it: UTF-8 with a mark or
// without, UTF-16 with a mark, and else windows-1251.
func decode(data []byte) (string, error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		data = data[3:]
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		out, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(data)
		return string(out), err
	}
	if utf8.Valid(data) {
		return string(data), nil
	}
	out, err := charmap.Windows1251.NewDecoder().Bytes(data)
	return string(out), err
}

// separator finds what parts the values: the one that there is most of outside
// of quotes in the first lines. A first line sep=; says it.
func separator(text string) (sep rune, rest string) {
	if s, ok := strings.CutPrefix(text, "sep="); ok {
		if line, after, found := strings.Cut(s, "\n"); found && len(strings.TrimSpace(line)) == 1 {
			return rune(strings.TrimSpace(line)[0]), after
		}
	}
	count := map[rune]int{}
	quoted, lines := false, 0
	for _, r := range text {
		switch {
		case r == '"':
			quoted = !quoted
		case r == '\n' && !quoted:
			lines++
		case !quoted:
			count[r]++
		}
		if lines == headRows {
			break
		}
	}
	sep = ';'
	for _, r := range []rune{'\t', ','} {
		if count[r] > count[sep] {
			sep = r
		}
	}
	if count[';'] > 0 && count[';'] >= lines { // addresses are full of commas
		sep = ';'
	}
	return sep, text
}

// asFormula is a number as people write it so that a spreadsheet keeps its
// zeros, ="0012", which is no value of a CSV file.
var asFormula = regexp.MustCompile(`(?m)(^|[;,\t])="([^"\r\n]*)"`)

// readText reads a list of values that are parted by a character.
func readText(name string, data []byte, p *problems) *table {
	text, err := decode(data)
	if err != nil || strings.ContainsRune(text, 0) {
		p.add(diag.Error, diag.Pos{File: name}, "the file is not text", "save the list as CSV, in UTF-8 or windows-1251")
		return nil
	}
	sep, rest := separator(text)
	skipped := strings.Count(text[:len(text)-len(rest)], "\n")
	t := &table{
		numeric: func(int, int) bool { return false },
		odd:     func(int, int) (string, string) { return "", "" },
		where: func(row, col int) diag.Pos {
			return diag.Pos{File: name, Line: row + 1, Column: col + 1}
		},
	}
	r := csv.NewReader(strings.NewReader(asFormula.ReplaceAllString(rest, `$1"$2"`)))
	r.Comma, r.FieldsPerRecord, r.TrimLeadingSpace = sep, -1, sep != '\t'
	for {
		cells, err := r.Read()
		var wrong *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return t
		case errors.As(err, &wrong):
			p.add(diag.Error, diag.Pos{File: name, Line: wrong.Line + skipped}, "the quotes of this line are not closed, or stand inside a value", "double quotes inside a value, and put the value in quotes: \"ООО \"\"Север\"\"\"")
			return nil
		case err != nil:
			p.add(diag.Error, diag.Pos{File: name}, err.Error(), "")
			return nil
		case len(cells) > maxColumns:
			at, _ := r.FieldPos(0)
			p.add(diag.Error, diag.Pos{File: name, Line: at + skipped}, fmt.Sprintf("more than %d columns", maxColumns), "is it the right file?")
			return nil
		case len(t.rows) == maxRows:
			p.add(diag.Error, diag.Pos{File: name}, fmt.Sprintf("more than %d rows", maxRows), "split the list")
			return nil
		}
		at, _ := r.FieldPos(0)
		t.rows = append(t.rows, line{at: at - 1 + skipped, cells: cells})
	}
}
