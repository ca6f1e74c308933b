package list

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

const text = "Заводской номер;Модель;ИНН\r\n00307404867358;АТОЛ 42ФС;5252012620\r\n"

func TestEncodings(t *testing.T) {
	encoded := func(f func(string) (string, error), s string) []byte {
		out, err := f(s)
		if err != nil {
			t.Fatal(err)
		}
		return []byte(out)
	}
	for name, data := range map[string][]byte{
		"UTF-8":          []byte(text),
		"with a mark":    []byte("\ufeff" + text),
		"windows-1251":   encoded(charmap.Windows1251.NewEncoder().String, text),
		"UTF-16 and tab": encoded(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String, strings.ReplaceAll(text, ";", "\t")),
		"sep=":           []byte("sep=,\r\n" + strings.ReplaceAll(text, ";", ",")),
		"commas":         []byte(strings.ReplaceAll(text, ";", ",")),
		"a title":        []byte("Кассы, все, на 1 ноября\n\n" + text),
	} {
		rows, list := Read("list.csv", data, Options{})
		if len(list) > 0 || len(rows) != 1 || rows[0].Text(Serial) != "00307404867358" || rows[0].Text(Model) != "АТОЛ 42ФС" || rows[0].Text(INN) != "5252012620" {
			t.Errorf("%s: %v %+v", name, list, rows)
		}
	}
}

// TestValues: what a value is read as, or why it is not.
func TestValues(t *testing.T) {
	for value, want := range map[string]string{
		`fn:9287440300784224`:          "9287440300784224",
		`fn:9287 4403 0078 4224`:       "9287440300784224",
		`fn:'9287440300784224`:         "9287440300784224",
		`fn:="9287440300784224"`:       "9287440300784224",
		`fn:9,28744E+15`:               "error: rounded",
		`fn:9.28744030078422E+15`:      "error: rounded",
		`fn:928744030078422`:           "error: leading zeros",
		`rnm:2950038403`:               "error: leading zeros",
		`inn:525201262`:                "error: leading zeros",
		`inn:5252012620`:               "5252012620",
		`инн:52620814630`:              "error: leading zeros",
		`Тип ФН:36 месяцев`:            "fn36",
		`Версия ФФД:1,2`:               "1.2",
		`Тариф:Green`:                  "green",
		`Адрес установки (по чеку): x`: "x",
		`Место:=cmd|' /C calc'!A0`:     "=cmd|' /C calc'!A0",
	} {
		head, v, _ := strings.Cut(value, ":")
		rows, list := Read("list.csv", []byte("serial;"+head+"\n1;"+v+"\n"), Options{})
		got := ""
		if len(rows) == 1 {
			for c, cell := range rows[0].cells {
				if c != Serial {
					got = cell.Text
				}
			}
		}
		if len(list) > 0 {
			got = list.Err().Error()
		}
		if part, failed := strings.CutPrefix(want, "error: "); failed && (!strings.Contains(got, part) || !strings.Contains(got, "list.csv:2:2")) || !failed && got != want {
			t.Errorf("%s: %q, want %q", value, got, want)
		}
	}
}

func TestTemplates(t *testing.T) {
	for name, make := range map[string]func() ([]byte, error){"x.csv": TemplateCSV, "x.xlsx": TemplateXLSX} {
		data, err := make()
		if err != nil {
			t.Fatal(err)
		}
		_, list := Read(name, data, Options{})
		if len(list) != 1 || !strings.Contains(list[0].Summary, "no till stands below the headings") {
			t.Errorf("%s: %v", name, list)
		}
	}
	head := map[Column]bool{}
	data, _ := TemplateCSV()
	for _, c := range columns(strings.Split(strings.TrimSpace(strings.TrimPrefix(string(data), "\ufeff")), ";")) {
		head[c] = true
	}
	if len(head) != len(headings()) {
		t.Error("two headings are read as one column")
	}
}

// TestHeadingsAreTold apart: no name is that of two columns.
func TestHeadingsApart(t *testing.T) {
	seen := map[string]Column{}
	for _, h := range headings() {
		for _, n := range h.names {
			if was, again := seen[folded(n)]; again && was != h.column {
				t.Errorf("%s is %s and %s", n, was, h.column)
			}
			seen[folded(n)] = h.column
		}
	}
}

// bomb is a workbook with a sheet that would unpack to more than a disk holds.
func bomb(t *testing.T) []byte {
	t.Helper()
	data, err := TemplateXLSX()
	if err != nil {
		t.Fatal(err)
	}
	from, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range from.File {
		if strings.HasSuffix(f.Name, "sheet1.xml") {
			continue
		}
		if err := w.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	sheet, err := w.CreateRaw(&zip.FileHeader{Name: "xl/worksheets/sheet1.xml", Method: zip.Deflate, CompressedSize64: 3, UncompressedSize64: maxUnpacked + 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sheet.Write([]byte{3, 0, 0}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestHostileWorkbooks(t *testing.T) {
	good, err := TemplateXLSX()
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		data []byte
		want string
	}{
		"a bomb":      {bomb(t), "unpacks to more than"},
		"cut off":     {good[:len(good)/2], "no workbook"},
		"an old .xls": {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more"), ".xls"},
		"text":        {[]byte(text), "no workbook"},
	} {
		if _, list := Read("x.xlsx", tc.data, Options{}); len(list) != 1 || !strings.Contains(list[0].Summary, tc.want) {
			t.Errorf("%s: %v", name, list)
		}
	}
}

// FuzzRead: whatever a file holds, it is read or refused.
func FuzzRead(f *testing.F) {
	f.Add("x.csv", []byte(text))
	f.Add("x.csv", []byte("sep=;\nserial;model\n\"1;2"))
	if data, err := TemplateXLSX(); err == nil {
		f.Add("x.xlsx", data)
	}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		if rows, list := Read(name, data, Options{}); len(rows) == 0 && !list.HasErrors() {
			t.Error("nothing was read, and nothing was said")
		}
	})
}

// BenchmarkWorkbook reads a list of many tills.
func BenchmarkWorkbook(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		f := excelize.NewFile()
		w, err := f.NewStreamWriter("Sheet1")
		if err != nil {
			b.Fatal(err)
		}
		head := []any{}
		for _, h := range headings() {
			head = append(head, h.names[0])
		}
		_ = w.SetRow("A1", head)
		for i := range n {
			_ = w.SetRow(fmt.Sprintf("A%d", i+2), []any{fmt.Sprintf("003074%08d", i), "АТОЛ", "", fmt.Sprintf("92874403%08d", i), "", "ул Ленина, д 1", "Касса"})
		}
		_ = w.Flush()
		var buf bytes.Buffer
		if err := f.Write(&buf); err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if rows, list := Read("x.xlsx", buf.Bytes(), Options{}); len(rows) != n {
					b.Fatal(len(rows), list)
				}
			}
		})
	}
}

func TestPlaces(t *testing.T) {
	_, list := Read("list.csv", []byte("a;b\n\nserial;rnm\n\n1;\"2\n\"\n3;4\n"), Options{})
	var got []string
	for _, d := range list {
		got = append(got, d.Pos.String())
	}
	if diff := cmp.Diff([]string{"list.csv:5:2", "list.csv:7:2"}, got); diff != "" {
		t.Error(diff)
	}
}
