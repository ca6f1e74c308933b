package orangedata_test

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/providers/ofd/ferma/orangedata"
	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
)

// service answers every request alike and keeps the last one.
type service struct {
	status     int
	answer     string
	retryAfter int

	calls  int
	line   string
	body   []byte
	header http.Header
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.calls++
	s.line = r.Method + " " + r.RequestURI
	s.body, _ = io.ReadAll(r.Body)
	s.header = r.Header
	if s.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(s.retryAfter))
	}
	w.WriteHeader(s.status)
	_, _ = io.WriteString(w, s.answer)
}

func serve(t *testing.T, s *service, key *rsa.PrivateKey) *orangedata.Client {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	api, err := httpapi.New(httpapi.Config{
		BaseURL: server.URL,
		Sleep:   func(context.Context, time.Duration) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(api.CloseIdle)
	return orangedata.New(api, key)
}

func example(t *testing.T) orangedata.Receipt {
	t.Helper()
	var r orangedata.Receipt
	strict(t, file(t, "receipt.json"), &r)
	return r
}

func exampleCorrection(t *testing.T) orangedata.Correction {
	t.Helper()
	var r orangedata.Correction
	strict(t, file(t, "correction.input.json"), &r)
	return r
}

// The signature is over the bytes that arrive, and a GET has none.
func TestBodiesAreSigned(t *testing.T) {
	key := rsaKey(t, 2048)
	s := &service{status: http.StatusCreated}
	client := serve(t, s, key)
	receipt := example(t)
	receipt.Content.Positions[0].Text = `Хлеб <"белый"> & ржаной`
	for name, send := range map[string]func() (orangedata.Submission, error){
		"POST /api/v2/documents/":  func() (orangedata.Submission, error) { return client.Send(t.Context(), receipt) },
		"POST /api/v1/corrections": func() (orangedata.Submission, error) { return client.Correct(t.Context(), exampleCorrection(t)) },
	} {
		got, err := send()
		if err != nil || got.Known || s.line != name {
			t.Fatalf("%s: %+v, %v, %s", name, got, err, s.line)
		}
		raw, err := base64.StdEncoding.DecodeString(s.header.Get("X-Signature"))
		if err != nil {
			t.Fatal(err)
		}
		digest := sha256.Sum256(s.body)
		if err := rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, digest[:], raw); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if kind := s.header.Get("Content-Type"); !strings.HasPrefix(kind, "application/json") {
			t.Errorf("%s: %s", name, kind)
		}
		if !json.Valid(s.body) || strings.Contains(string(s.body), `\u003c`) {
			t.Errorf("%s: %s", name, s.body)
		}
	}
	s.status = http.StatusAccepted
	if _, err := client.Status(t.Context(), "7725713770", "a/b"); err != nil {
		t.Fatal(err)
	}
	if s.line != "GET /api/v2/documents/7725713770/status/a%2Fb" || s.header.Get("X-Signature") != "" {
		t.Errorf("%s with %q", s.line, s.header.Get("X-Signature"))
	}
}

func TestSubmissions(t *testing.T) {
	const listed = `{"errors":["Не указан идентификатор документа 'Id'","Не указан ИНН"]}`
	for name, c := range map[string]struct {
		service
		known   bool
		outcome httpapi.Outcome
		reason  error
		says    string
	}{
		"201":                {service: service{status: 201}},
		"409":                {service: service{status: 409}, known: true},
		"400 listed":         {service: service{status: 400, answer: listed}, outcome: httpapi.OutcomeRefused, reason: orangedata.ErrRefused, says: "Не указан ИНН"},
		"400 of a proxy":     {service: service{status: 400, answer: "<html>bad</html>"}, outcome: httpapi.OutcomeUnknown},
		"400 of nobody":      {service: service{status: 400}, outcome: httpapi.OutcomeUnknown},
		"before the service": {service: service{status: 400, answer: "<html><title>400 The SSL certificate error</title>"}, outcome: httpapi.OutcomeRefused, reason: orangedata.ErrCertificate},
		"401":                {service: service{status: 401}, outcome: httpapi.OutcomeRefused, reason: orangedata.ErrCertificate},
		"503 later":          {service: service{status: 503, retryAfter: 30, answer: `{"errors":["Очередь переполнена"]}`}, outcome: httpapi.OutcomeRefused, reason: orangedata.ErrQueueFull, says: "Очередь переполнена"},
		"503 of a proxy":     {service: service{status: 503}, outcome: httpapi.OutcomeUnknown},
		"200 is not queued":  {service: service{status: 200, answer: "{}"}, outcome: httpapi.OutcomeUnknown},
		"202":                {service: service{status: 202}, outcome: httpapi.OutcomeUnknown},
		"500":                {service: service{status: 500, answer: listed}, outcome: httpapi.OutcomeUnknown},
		"524":                {service: service{status: 524}, outcome: httpapi.OutcomeUnknown},
		"307":                {service: service{status: 307}, outcome: httpapi.OutcomeUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			s := c.service
			got, err := serve(t, &s, rsaKey(t, 1024)).Send(t.Context(), example(t))
			if s.calls != 1 {
				t.Errorf("%d calls", s.calls)
			}
			if name == "201" || name == "409" {
				if err != nil || got.Known != c.known {
					t.Errorf("%+v, %v", got, err)
				}
				return
			}
			if err == nil || httpapi.OutcomeOf(err) != c.outcome || c.reason != nil && !errors.Is(err, c.reason) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v (%v)", err, httpapi.OutcomeOf(err))
			}
			if e, ok := errors.AsType[*httpapi.Error](err); !ok || e.RetryAfter != time.Duration(s.retryAfter)*time.Second {
				t.Errorf("retry after: %+v", e)
			}
		})
	}
}

// What is wrong is not sent at all.
func TestBadReceiptsAreNotSent(t *testing.T) {
	s := &service{status: 201}
	client := serve(t, s, rsaKey(t, 1024))
	receipt := example(t)
	receipt.Content.Positions[0].Tax = 0
	_, err := client.Send(t.Context(), receipt)
	if httpapi.OutcomeOf(err) != httpapi.OutcomeNotSent || !strings.Contains(err.Error(), "content.positions[0].tax") {
		t.Error(err)
	}
	correction := exampleCorrection(t)
	correction.Content.TotalSum, correction.INN = 1, ""
	_, err = client.Correct(t.Context(), correction)
	if httpapi.OutcomeOf(err) != httpapi.OutcomeNotSent || !strings.Contains(err.Error(), "more problem") {
		t.Error(err)
	}
	_, err = serve(t, s, nil).Send(t.Context(), example(t))
	if httpapi.OutcomeOf(err) != httpapi.OutcomeNotSent || !strings.Contains(err.Error(), "no signing key") {
		t.Error(err)
	}
	if s.calls != 0 {
		t.Errorf("%d calls", s.calls)
	}
}

func TestStatuses(t *testing.T) {
	done := string(file(t, "status.json"))
	document := &orangedata.Document{
		ID: "12345678990", DeviceSerial: "0000000000001358", DeviceRNM: "0000000400054952", FN: "9999078900001341",
		OFDName: `ООО "Ярус"("ОФД-Я")`, OFDWebsite: "www.ofd-ya.ru", OFDINN: "7728699517", FNSWebsite: "www.nalog.ru",
		CompanyINN: "123456789012", CompanyName: "ЗАО ТОРГОВЫЙ ОБЪЕКТ №1", Number: 117, Shift: 20, Index: 5,
		ProcessedAt: time.Date(2017, 2, 14, 14, 16, 0, 0, time.UTC), Content: json.RawMessage(`{"type": 1}`),
		Change: "974.01", Sign: "2364009522",
	}
	for name, c := range map[string]struct {
		service
		want   orangedata.Status
		reason error
		fails  bool
	}{
		"202":                {service: service{status: 202}, want: orangedata.Status{State: orangedata.Queued}},
		"200":                {service: service{status: 200, answer: done}, want: orangedata.Status{State: orangedata.Done, Document: document}},
		"524":                {service: service{status: 524}, want: orangedata.Status{State: orangedata.Expired}},
		"524 of a proxy":     {service: service{status: 524, answer: "<html>A timeout occurred</html>"}, fails: true},
		"400":                {service: service{status: 400}, reason: orangedata.ErrNotFound, fails: true},
		"400 with errors":    {service: service{status: 400, answer: `{"errors":["Чек не найден"]}`}, reason: orangedata.ErrNotFound, fails: true},
		"400 of a proxy":     {service: service{status: 400, answer: "<html>"}, fails: true},
		"401":                {service: service{status: 401}, reason: orangedata.ErrCertificate, fails: true},
		"200 with nothing":   {service: service{status: 200}, fails: true},
		"200 {}":             {service: service{status: 200, answer: "{}"}, fails: true},
		"200 of another id":  {service: service{status: 200, answer: strings.Replace(done, "12345678990", "12345678991", 1)}, fails: true},
		"200 of another INN": {service: service{status: 200, answer: strings.Replace(done, "123456789012", "123456789013", 1)}, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := c.service
			got, err := serve(t, &s, nil).Status(t.Context(), "123456789012", "12345678990")
			if (err != nil) != c.fails || c.reason != nil && !errors.Is(err, c.reason) {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The table's spelling, numbers for strings, and an INN padded to 12
// characters are read too.
func TestLenientStatus(t *testing.T) {
	answer := `{"Id":"7","deviceSN":1358,"deviceRN":400054952,"fsNumber":9999078900001341,"odfWebsite":"w","odfINN":7728699517,
		"companyINN":"7725713770  ","documentNumber":"117","change":null,"fp":2364009522,"more":{}}`
	got, err := serve(t, &service{status: 200, answer: answer}, nil).Status(t.Context(), "7725713770", "7")
	if err != nil {
		t.Fatal(err)
	}
	want := &orangedata.Document{
		ID: "7", DeviceSerial: "1358", DeviceRNM: "0000000400054952", FN: "9999078900001341", OFDWebsite: "w",
		OFDINN: "7728699517", CompanyINN: "7725713770", Number: 117, Sign: "2364009522",
	}
	if diff := cmp.Diff(want, got.Document); diff != "" {
		t.Error(diff)
	}
}
