package spec_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// cents is a number with a type of its own.
type cents int

func (c *cents) UnmarshalJSON(data []byte) error {
	f, err := strconv.ParseFloat(string(data), 64)
	if err != nil {
		return errors.New("not a number of roubles")
	}
	*c = cents(f*100 + 0.5)
	return nil
}

type line struct {
	Qty   int    `json:"Qty"`
	Price *int64 `json:"Price,omitempty"`
	Text  string `json:"Description"`
	Sum   cents  `json:"sum"`
}

type common struct {
	Place string `json:"Place,omitempty"`
}

type document struct {
	common
	Lines []line   `json:"Lines"`
	Full  *bool    `json:"FullResponse"`
	Rate  float64  `json:"rate"`
	Tags  []string `json:"tags"`
	inner int      //nolint:unused // decoding leaves it alone
}

func suggest() string { return "suggested" }

func parseReceipt(t *testing.T, text string) *spec.ReceiptFile {
	t.Helper()
	f, list := spec.ParseReceipt(spec.Source{Name: "r.yaml", Data: []byte(text)}, suggest)
	if len(list) > 0 {
		t.Fatalf("%v", list.Err())
	}
	return f
}

func TestReceiptFile(t *testing.T) {
	f := parseReceipt(t, `
kind: checkonline
company: sever
id: "545+64"
receipt:
  place: Касса
  lines:
    - &one {qty: 1000, Price: 78850, description: Булка, sum: 12.34}
    - {<<: *one, description: Спички}
  fullResponse: true
  rate: 0.5
  tags: [a, 2026-11-22]
`)
	if f.Kind != "checkonline" || f.Company != "sever" || f.ID != "545+64" || !f.Correction.IsZero() {
		t.Errorf("%+v", f)
	}
	var d document
	if list := f.Receipt.Decode(&d); len(list) > 0 {
		t.Fatal(list.Err())
	}
	price, full := int64(78850), true
	want := document{
		common: common{"Касса"}, Full: &full, Rate: 0.5, Tags: []string{"a", "2026-11-22"},
		Lines: []line{{1000, &price, "Булка", 1234}, {1000, &price, "Спички", 1234}},
	}
	if diff := cmp.Diff(want, d, cmp.AllowUnexported(document{}, common{})); diff != "" {
		t.Error(diff)
	}
	got := f.Receipt.Report(diag.Error, "Lines[1].Price", "is wrong", "mend it")
	if want := "r.yaml:8:31: receipt.lines[1].Price: is wrong\nhint: mend it"; got.Error() != want {
		t.Errorf("got  %s\nwant %s", got.Error(), want)
	}
	if got := f.Receipt.Report(diag.Error, "Lines[7].Price", "is missing", "").Pos.Line; got != 8 {
		t.Errorf("what is not there is told of at line %d", got)
	}
}

// Everything that is wrong is told at once, each with its place.
func TestReceiptFileIsStrict(t *testing.T) {
	f := parseReceipt(t, `
kind: orangedata
company: sever
id: a1
receipt:
  Plase: x
  lines:
    - {qty: "1", Price: 010, Description: 5, sum: x}
    - {qty: 1.5, qty: 2, Price: [1], Description: "a\u0007b"}
    - 7
  fullResponse: yes please
  rate: 0x10
  tags: {a: 1}
`)
	var d document
	list := f.Receipt.Decode(&d)
	var got []string
	for _, d := range list {
		got = append(got, d.Pos.String()+" "+d.Summary+" | "+d.Hint)
	}
	want := []string{
		`r.yaml:6:3 receipt: unknown key "Plase" | did you mean "Place"?`,
		`r.yaml:8:13 receipt.Lines[0].Qty: must be a number, this is text | write digits without quotes`,
		`r.yaml:8:25 receipt.Lines[0].Price: "010" is not a plain number | write digits, with a dot before decimals`,
		`r.yaml:8:43 receipt.Lines[0].Description: 5 is a number | write it in quotes: "5"`,
		`r.yaml:8:51 receipt.Lines[0].sum: "x" cannot be read here: not a number of roubles | a number is written without quotes`,
		`r.yaml:9:13 receipt.Lines[1].Qty: must be a whole number of at most 18 digits, this is 1.5 | this field counts in whole units`,
		`r.yaml:9:18 receipt.Lines[1]: "qty" is given twice, first at r.yaml:9:8 | keep one of them`,
		`r.yaml:9:33 receipt.Lines[1].Price: must be a number, this is a list | write digits without quotes`,
		`r.yaml:9:51 receipt.Lines[1].Description: holds a character that does not print (U+0007) | write it on one line, without characters that do not show`,
		`r.yaml:10:7 receipt.Lines[2]: must be a map, this is a number | write keys under it, or {key: value}`,
		`r.yaml:11:17 receipt.FullResponse: must be true or false, this is text | write true or false, without quotes`,
		`r.yaml:12:9 receipt.rate: "0x10" is not a plain number | write digits, with a dot before decimals`,
		`r.yaml:13:9 receipt.tags: must be a list, this is a map | write it as [one, two]`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReceiptFileHeader(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"empty":     {"", "r.yaml: the file is empty"},
		"a list":    {"- 1", "a receipt file is a map of keys"},
		"no id":     {"kind: checkonline\ncompany: a\nreceipt: {a: 1}\n", "id: suggested"},
		"a number":  {"id: 12\n", "12 is a number"},
		"a bad id":  {"id: \"a/../b\"\n", "is not an id"},
		"two":       {"receipt: {a: 1}\ncorrection: {a: 1}\n", "holds both"},
		"nothing":   {"kind: checkonline\n", "receipt: is missing"},
		"an empty":  {"receipt: {}\n", "receipt: is empty"},
		"unknown":   {"kimd: checkonline\n", `did you mean "kind"?`},
		"a kind":    {"kind: chekonline\n", `did you mean "checkonline"?`},
		"no text":   {"\x00\x01", "control character"},
		"windows":   {"kind: \xcf\xf0", "windows-1251"},
		"documents": {"kind: checkonline\n---\nkind: checkonline\n", "second YAML document"},
	} {
		f, list := spec.ParseReceipt(spec.Source{Name: "r.yaml", Data: []byte(c.text)}, suggest)
		if err := list.Err(); f != nil && !list.HasErrors() || err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
