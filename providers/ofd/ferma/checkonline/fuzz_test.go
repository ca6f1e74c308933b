package checkonline

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"unicode"

	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
)

// FuzzAnswer reads answers of a service that says anything. No answer is taken
// for a printed receipt unless it is one, none for a refusal without a code,
// and no text steers a terminal.
func FuzzAnswer(f *testing.F) {
	for _, name := range []string{"answer.json", "request.json"} {
		text, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(http.StatusOK, string(text))
	}
	f.Add(http.StatusInternalServerError, `{"FCEError":24,"fceerror":0,"ErrorDescription":"a\u001b[2Jb"}`)
	f.Add(http.StatusOK, `{"response":{"error":"69","errormessages":["a","b"]},"Fatal":1}`)
	f.Fuzz(func(t *testing.T, status int, body string) {
		r := Receipt{RequestID: "545+64"}
		answer, outcome, err := judge(r, httpapi.Answer{Status: status, Body: []byte(body)})
		if err == nil {
			if status != http.StatusOK || answer.RequestID != r.RequestID || answer.FiscalSign == "" {
				t.Fatalf("HTTP %d: %+v", status, answer)
			}
			quiet(t, answer.FiscalSign+answer.QR+answer.Device+answer.FNSerialNumber+answer.DeviceRegistrationNumber+answer.At)
			return
		}
		failure, coded := err.(*Error) //nolint:errorlint // it is not wrapped here
		if outcome.Settled() && !coded && err != ErrCertificate {
			t.Fatalf("HTTP %d %v without a code: %v", status, outcome, err)
		}
		if coded {
			quiet(t, failure.Error()+failure.Russian())
		}
	})
}

// quiet wants no text that a terminal would obey.
func quiet(t *testing.T, s string) {
	t.Helper()
	if at := strings.IndexFunc(s, unicode.IsControl); at >= 0 {
		t.Fatalf("a control character in %q", s)
	}
}
