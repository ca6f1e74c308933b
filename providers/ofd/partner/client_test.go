package partner

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
)

// service answers one request and keeps what it was.
type service struct {
	status int
	answer []byte

	calls int
	line  string // method, path, query
	body  []byte
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.calls++
	s.line = r.Method + " " + r.RequestURI
	s.body, _ = io.ReadAll(r.Body)
	if s.status != 0 {
		w.WriteHeader(s.status)
	}
	_, _ = w.Write(s.answer)
}

// start serves answer, a file of testdata or the text itself.
func start(t *testing.T, answer string) (*Client, *service) {
	t.Helper()
	s := &service{answer: []byte(answer)}
	if strings.HasSuffix(answer, ".json") {
		s.answer = fixture(t, answer)
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	api, err := httpapi.New(httpapi.Config{BaseURL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(api.CloseIdle)
	return New(api, httpapi.StaticToken("partner API key", "k3y")), s
}

func fixture(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// sameJSON compares a body sent with a fixture; the order of keys is free,
// their spelling is not.
func sameJSON(t *testing.T, want string, body []byte) {
	t.Helper()
	var a, b any
	if err := json.Unmarshal(fixture(t, want), &a); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, &b); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	if diff := cmp.Diff(a, b); diff != "" {
		t.Errorf("%s: %s", want, diff)
	}
}

func TestCodes(t *testing.T) {
	client, service := start(t, "2-answer.json")
	got, err := client.Codes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []Code{
		{
			ID: "60854103-3e26-49d5-942b-07c34f7b9446", Code: "PSZ7D1Lq", Service: ServiceOFD, Tariff: "Green",
			Remaining: 3, Status: CodeActive, Expires: time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC),
		},
		{
			ID: "4121f0e0-f468-48fc-9387-b6a2d5646bc5", Code: "12345678", Service: ServiceFerma,
			Remaining: 1, Status: CodeActive,
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if want := "GET /api/integration/v2/kkt/code/list?AuthToken=k3y"; service.line != want {
		t.Errorf("%s, want %s", service.line, want)
	}
}

func TestPayStatuses(t *testing.T) {
	client, service := start(t, "4.2-answer.json")
	moscow := time.FixedZone("", 3*60*60)
	from := time.Date(2022, 10, 24, 22, 0, 0, 900, moscow)
	got, err := client.PayStatuses(t.Context(), from, from.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	want := []PayStatus{
		{
			At: time.Date(2022, 10, 24, 19, 7, 35, 0, time.UTC), INN: "616111397436", RNM: "12345678901234",
			ActivationCode: "LSZ7D1LD", Status: PayWaiting,
		},
		{
			At: time.Date(2022, 10, 25, 8, 0, 0, 123456700, time.UTC), INN: "7709125605", RNM: "0005792715046206",
			ActivationCode: "PSZ7D1Lq", Status: PayPayed, Activated: time.Date(2022, 10, 25, 8, 30, 0, 0, time.UTC),
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	const line = "GET /api/integration/partner/v2/kkt/paystatus?AuthToken=k3y" +
		"&DateFromUtc=2022-10-24T19%3A00%3A00&DateToUtc=2022-10-24T20%3A00%3A01"
	if service.line != line {
		t.Errorf("%s, want %s", service.line, line)
	}
}

func TestKKTs(t *testing.T) {
	client, service := start(t, "4.3-answer.json")
	got, err := client.KKTs(t.Context(), "7709125605")
	if err != nil {
		t.Fatal(err)
	}
	want := []KKT{{
		ID: "60854103-3e26-49d5-942b-07c34f7b9446", RNM: "0005792715046206", Serial: "00105703738735",
		FN: "9960440301038465", Created: time.Date(2021, 9, 1, 15, 43, 28, 0, time.UTC),
		LastDocument: time.Date(2021, 12, 13, 16, 34, 0, 0, time.UTC),
		LastReceived: time.Date(2021, 12, 13, 13, 37, 3, 0, time.UTC),
		Address:      "Москва, Ленинская Слобода, 19", Place: "ofd.ru", Model: "АТОЛ 25Ф",
		FNEnd:         time.Date(2022, 11, 25, 15, 43, 57, 0, time.UTC),
		ContractStart: time.Date(2021, 9, 1, 0, 0, 0, 0, time.UTC),
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if want := "GET /api/integration/partner/v2/inn/7709125605/kkts?AuthToken=k3y"; service.line != want {
		t.Errorf("%s, want %s", service.line, want)
	}
	for _, inn := range []string{"", "77091256", "../../x", "770912560٥"} {
		if _, err := client.KKTs(t.Context(), inn); err == nil {
			t.Errorf("%q was sent", inn)
		}
	}
}

func TestKKTsUnderOtherNames(t *testing.T) {
	for _, row := range []string{
		`{"Rnm":"0000002950038403","KktNumber":"2"}`, `{"KktRegId":2950038403,"SerialNumber":2}`,
		`{"kktRegNumber":"0000002950038403","KktSerialNumber":"2"}`, `{"RegNumber":"0000002950038403","KktNumber":"2"}`,
	} {
		client, _ := start(t, `{"Data":[`+row+`],"Success":true}`)
		got, err := client.KKTs(t.Context(), "7709125605")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]KKT{{RNM: "0000002950038403", Serial: "2"}}, got); diff != "" {
			t.Errorf("%s: %s", row, diff)
		}
	}
	client, _ := start(t, `{"Data":[{"KktRegId":"1"},{}],"Success":true}`)
	if got, err := client.KKTs(t.Context(), "7709125605"); err == nil {
		t.Errorf("a row without a till was read: %v", got)
	}
}

var pay = PayRequest{
	INN: "0182021620", KPP: "804845377", RNM: "09876543211234", ActivationCode: "PSZ7D1Lq",
	Email: "user@company.example",
}

func TestPay(t *testing.T) {
	for file, want := range map[string]PayResult{
		"4.1-answer.json": {Completed: true}, "4.1-answer-2.json": {Waiting: true},
		`{"Data":{"IsCompleted":"true"},"Success":true}`: {Completed: true},
	} {
		client, service := start(t, file)
		got, err := client.Pay(t.Context(), pay)
		if err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%s: %+v", file, got)
		}
		if want := "POST /api/integration/partner/v2/kkt/pay?AuthToken=k3y"; service.line != want {
			t.Errorf("%s, want %s", service.line, want)
		}
		sameJSON(t, "4.1-request.json", service.body)
	}
}

func TestPayFails(t *testing.T) {
	for answer, want := range map[string]httpapi.Outcome{
		`{}`: httpapi.OutcomeUnknown,
		`{"IsCompleted":false,"IsWaiting":false}`: httpapi.OutcomeUnknown,
		`{"IsCompleted":"maybe"}`:                 httpapi.OutcomeUnknown,
		"6.1-failed.json":                         httpapi.OutcomeRefused,
		`{"Status":"Failed","Error":{"Message":"Нельзя применить код PSZ7D1Lq"}}`: httpapi.OutcomeRefused,
	} {
		client, service := start(t, answer)
		_, err := client.Pay(t.Context(), pay)
		if err == nil || httpapi.OutcomeOf(err) != want || service.calls != 1 {
			t.Errorf("%s: %v after %d calls, %v", answer, httpapi.OutcomeOf(err), service.calls, err)
		}
		if strings.Contains(err.Error(), "PSZ7D1Lq") {
			t.Errorf("the code is told: %v", err)
		}
	}
}

func TestPayChecksTheRequest(t *testing.T) {
	for name, change := range map[string]func(*PayRequest){
		"no inn": func(r *PayRequest) { r.INN = "" }, "no kpp": func(r *PayRequest) { r.KPP = "" },
		"no rnm": func(r *PayRequest) { r.RNM = "" }, "no code": func(r *PayRequest) { r.ActivationCode = "" },
		"no email": func(r *PayRequest) { r.Email = "" },
	} {
		client, service := start(t, "4.1-answer.json")
		request := pay
		change(&request)
		if _, err := client.Pay(t.Context(), request); httpapi.OutcomeOf(err) != httpapi.OutcomeNotSent || service.calls != 0 {
			t.Errorf("%s: %v after %d calls", name, err, service.calls)
		}
	}
	client, service := start(t, "4.1-answer.json")
	entrepreneur := pay
	entrepreneur.INN, entrepreneur.KPP = "616111397436", ""
	if _, err := client.Pay(t.Context(), entrepreneur); err != nil || bytes.Contains(service.body, []byte("Kpp")) {
		t.Errorf("%v, %s", err, service.body)
	}
}

// The codes of 004 table 6 come back with the error, for who knows them.
func TestFailureCodes(t *testing.T) {
	client, service := start(t, "6.1-failed.json")
	service.status = http.StatusBadRequest
	_, err := client.Codes(t.Context())
	var e *httpapi.Error
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"1007", "Некорректный ИНН"}, append(e.Codes, e.Messages...)); diff != "" {
		t.Error(diff)
	}
}

// That a reader changes nothing is a matter of types.
func TestReaderOnlyReads(t *testing.T) {
	reader := reflect.TypeFor[*Reader]()
	var names []string
	for method := range reader.Methods() {
		names = append(names, method.Name)
	}
	if diff := cmp.Diff([]string{"Application", "Codes", "KKTs", "Order", "PayStatuses", "PrintedForm", "ResultPaper", "SimplifiedCard", "SimplifiedStatus"}, names); diff != "" {
		t.Error(diff)
	}
}
