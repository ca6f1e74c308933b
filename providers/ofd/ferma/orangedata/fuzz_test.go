package orangedata

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"unicode"

	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
)

// FuzzStatus: no answer is taken for a printed receipt that does not say which
// one it is, and nothing in it steers a terminal.
func FuzzStatus(f *testing.F) {
	example, err := os.ReadFile("testdata/status.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(200, example)
	f.Add(200, []byte(`{"id":"12345678990","fp":1,"deviceSN":"\u001b[31m","content":{"type":1}}`))
	f.Add(400, []byte(`{"errors":["нет\u202e"]}`))
	f.Add(524, []byte("<html>"))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		var s Status
		outcome, err := s.read(httpapi.Answer{Status: status, Body: body}, "123456789012", "12345678990")
		if err != nil {
			if s.State != "" || s.Document != nil || outcome == httpapi.OutcomeNotSent {
				t.Fatalf("%+v beside %v", s, err)
			}
			return
		}
		if s.State == Done && (s.Document.ID != "12345678990" || s.Document.Number == 0 && s.Document.Sign == "") {
			t.Fatalf("%+v proves nothing", s.Document)
		}
		if s.Document != nil {
			d := s.Document
			for _, text := range []string{d.DeviceSerial, d.DeviceRNM, d.FN, d.CompanyName, d.Sign, d.Change} {
				if strings.IndexFunc(text, unicode.IsControl) >= 0 {
					t.Fatalf("%q", text)
				}
			}
			d.Differs(Content{})
			d.Kopecks()
		}
	})
}

// FuzzDecimal: what is read is written as the same number.
func FuzzDecimal(f *testing.F) {
	for _, s := range []string{"123.45", "-0.5", "1e6", "1e-9", "999999999999.999999", "1e99", "0e99"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDecimal(s)
		if err != nil {
			return
		}
		again, err := ParseDecimal(d.String())
		if err != nil || again != d || !json.Valid([]byte(d.String())) {
			t.Fatalf("%q became %s, which became %s, %v", s, d, again, err)
		}
	})
}
