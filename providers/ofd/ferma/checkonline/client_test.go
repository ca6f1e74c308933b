package checkonline_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/providers/ofd/ferma/checkonline"
	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
)

func file(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// example is a receipt of the folder testdata.
func example(t *testing.T, name string) checkonline.Receipt {
	t.Helper()
	var r checkonline.Receipt
	if err := json.Unmarshal(file(t, name), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// served is one answer of a service, and what it was asked.
type served struct {
	status int
	body   string

	method, path, asked string
}

func (s *served) client(t *testing.T) *checkonline.Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		s.method, s.path, s.asked = r.Method, r.URL.RequestURI(), string(body)
		w.WriteHeader(s.status)
		_, _ = io.WriteString(w, s.body)
	}))
	t.Cleanup(server.Close)
	api, err := httpapi.New(httpapi.Config{BaseURL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	return checkonline.New(api)
}

func sameJSON(t *testing.T, want, got string) {
	t.Helper()
	var a, b any
	if err := errors.Join(json.Unmarshal([]byte(want), &a), json.Unmarshal([]byte(got), &b)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(a, b); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
}

func TestSend(t *testing.T) {
	s := &served{status: 200, body: string(file(t, "answer.json"))}
	got, err := s.client(t).Send(t.Context(), example(t, "request.json"))
	if err != nil {
		t.Fatal(err)
	}
	if s.method != http.MethodPost || s.path != "/api/kkt/cloud/sync/receipt" {
		t.Errorf("%s %s", s.method, s.path)
	}
	sameJSON(t, string(file(t, "request.json")), s.asked)
	got.Raw = nil
	want := &checkonline.Answer{
		RequestID: "545+64", Device: "00000003820034472769", Address: "172.16.13.213:4444", Path: "/fr/api/v2/Complex",
		FiscalDocNumber: "62848", DocNumber: 58, At: "2020-02-27T12:43:57", GrandTotal: 78850, FiscalSign: "1570734444",
		QR:             "t=20200227T1243&s=788.50&fn=9289000100444444&i=62848&fp=1570734444&n=1",
		FNSerialNumber: "9289000100444444", DeviceSerialNumber: "00000003820034444449", DeviceRegistrationNumber: "0001729222014444",
		HTTPStatus: 200,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestEveryField looks that each field of the table, and those of the example
// alone, goes to the wire under the document's name and in its unit.
func TestEveryField(t *testing.T) {
	s := &served{status: 200, body: `{"FCEError":0,"Response":{"Error":0},"Requestid":"a-1"}`}
	r := example(t, "full.json")
	if problems := r.Validate(); len(problems) > 0 {
		t.Fatal(problems)
	}
	if _, err := s.client(t).Send(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	sameJSON(t, string(file(t, "full.json")), s.asked)
}

// TestWhatIsLeftOut looks that what has one value only, or is wanted though
// nothing is paid so, is sent.
func TestWhatIsLeftOut(t *testing.T) {
	s := &served{status: 200, body: string(file(t, "answer.json"))}
	r := example(t, "request.json")
	r.Device, r.NonCash, r.Cash = "", nil, 78850
	if _, err := s.client(t).Send(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"Device":"auto"`, `"NonCash":[0,0,0]`, `"Cash":78850`, `"DocumentType":0`} {
		if !strings.Contains(s.asked, want) {
			t.Errorf("%s is missing in %s", want, s.asked)
		}
	}
}

// TestNamesInAnyCase reads an answer whose names are spelled otherwise, whose
// numbers are text and the reverse.
func TestNamesInAnyCase(t *testing.T) {
	body := `{"FCEERROR":"0","requestId":"545+64","response":{"error":"0","errormessages":[]},"fiscalDocnumber":"62848",
		"docnumber":"58","grandtotal":"78850","FISCALSIGN":"0570734444","fnSerialNumber":9289000100444444,
		"deviceserialnumber":3820034444449,"deviceRegistrationNumber":1729222014444,"fatal":"false",
		"date":{"date":{"day":"1","month":"12","year":"26"},"time":{"hour":0,"minute":5,"second":9}}}`
	got, err := (&served{status: 200, body: body}).client(t).Send(t.Context(), example(t, "request.json"))
	if err != nil {
		t.Fatal(err)
	}
	want := [...]string{"62848", "0570734444", "9289000100444444", "3820034444449", "0001729222014444", "2026-12-01T00:05:09"}
	have := [...]string{
		got.FiscalDocNumber, got.FiscalSign, got.FNSerialNumber, got.DeviceSerialNumber, got.DeviceRegistrationNumber, got.At,
	}
	if have != want {
		t.Errorf("%q, want %q", have, want)
	}
}

// TestOutcomes looks at what is known after each kind of answer. HTTP 500
// carries JSON, and HTTP 200 can carry an error of the till.
func TestOutcomes(t *testing.T) {
	const unknown, running, later, no = checkonline.OutcomeUnknown, checkonline.OutcomeInProgress, checkonline.OutcomeTemporary, checkonline.OutcomeRefused
	printed := string(file(t, "answer.json"))
	for name, c := range map[string]struct {
		status int
		body   string
		want   checkonline.Outcome
		text   string
	}{
		"still processed":          {500, `{"FCEError":24,"Requestid":"545+64"}`, running, "still being processed"},
		"in the other spelling":    {500, `{"fceerror":24,"FCEError":0}`, running, "24"},
		"state of the till":        {500, `{"FCEError":6}`, unknown, "not known"},
		"till's answer unreadable": {500, `{"FCEError":16}`, unknown, "may have printed"},
		"busy":                     {500, `{"FCEError":18,"ErrorDescription":"подождите"}`, later, "подождите"},
		"busy for ever":            {500, `{"FCEError":18,"Fatal":true}`, no, "busy"},
		"bad JSON":                 {500, `{"FCEError":2,"Fatal":true}`, no, "JSON"},
		"with 200":                 {200, `{"FCEError":2}`, no, "JSON"},
		"till refuses":             {200, `{"FCEError":0,"Response":{"Error":69,"ErrorMessages":["мало"]}}`, no, "мало"},
		"till's shift":             {200, `{"FCEError":0,"Response":{"Error":22}}`, later, "24 hours"},
		"till fails":               {200, `{"FCEError":0,"Response":{"Error":255},"Fatal":true}`, unknown, "fatally"},
		"both layers":              {500, `{"FCEError":2,"Response":{"Error":250}}`, unknown, "main board"},
		"code not documented":      {500, `{"FCEError":11}`, unknown, "not documented"},
		"till's undocumented":      {200, `{"FCEError":0,"Response":{"Error":10}}`, unknown, "not documented"},
		"no certificate":           {401, `<html>`, no, "certificate"},
		"before the service":       {400, "<html><title>400 The SSL certificate error</title>", no, "certificate"},
		"a page":                   {500, `<html>Runtime Error</html>`, unknown, "not JSON"},
		"empty":                    {200, ``, unknown, "empty"},
		"a list":                   {200, `[]`, unknown, "shape"},
		"an error without code":    {500, `{"FCEError":0,"Response":{"Error":0}}`, unknown, "HTTP 500"},
		"no Response":              {200, `{"FCEError":0}`, unknown, "no Response"},
		"no document":              {200, `{"FCEError":0,"Response":{"Error":0},"Requestid":"545+64"}`, unknown, "no fiscal document"},
		"of another":               {200, strings.Replace(printed, "545+64", "545+65", 1), unknown, "another receipt"},
		"redirect":                 {307, ``, unknown, ""},
		"gateway":                  {502, printed, unknown, "502"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := (&served{status: c.status, body: c.body}).client(t).Send(t.Context(), example(t, "request.json"))
			if err == nil || checkonline.OutcomeOf(err) != c.want {
				t.Fatalf("%v: %v, want %v", err, checkonline.OutcomeOf(err), c.want)
			}
			if !strings.Contains(err.Error(), c.text) {
				t.Errorf("%q does not say %q", err, c.text)
			}
		})
	}
}

func TestErrorInBothLanguages(t *testing.T) {
	_, err := (&served{status: 500, body: `{"FCEError":18,"Response":{"Error":80},"Fatal":false,"HTTPStatus":503,"ErrorDescription":"ждите\u0007"}`}).
		client(t).Send(t.Context(), example(t, "request.json"))
	e, ok := errors.AsType[*checkonline.Error](err)
	if !ok {
		t.Fatal(err)
	}
	if got, want := e.Error(), "service 18: the till is busy with another request; till 80: the till is printing; ждите"; got != want {
		t.Errorf("%q", got)
	}
	if got, want := e.Russian(), "сервис 18: касса занята другим запросом; касса 80: идёт печать; ждите"; got != want {
		t.Errorf("%q", got)
	}
	if e.Service != 18 || e.Device != 80 || e.Upstream != 503 || e.Fatal {
		t.Errorf("%+v", e)
	}
}

// TestNothingIsSentThatIsWrong looks that a receipt with problems stays here.
func TestNothingIsSentThatIsWrong(t *testing.T) {
	s := &served{status: 200}
	r := example(t, "request.json")
	r.Lines[0].TaxID = 11
	_, err := s.client(t).Send(t.Context(), r)
	if checkonline.OutcomeOf(err) != checkonline.OutcomeNotSent || s.asked != "" || !strings.Contains(err.Error(), "Lines[0].Taxid") {
		t.Errorf("%v, sent %q", err, s.asked)
	}
}

// TestAnotherTotal looks that a receipt of another sum is told of: the
// RequestId has served before.
func TestAnotherTotal(t *testing.T) {
	s := &served{status: 200, body: strings.Replace(string(file(t, "answer.json")), "78850", "100", 1)}
	got, err := s.client(t).Send(t.Context(), example(t, "request.json"))
	if err != nil || len(got.Doubts) != 1 || !strings.Contains(got.Doubts[0], "1.00 roubles") {
		t.Errorf("%+v, %v", got, err)
	}
}
