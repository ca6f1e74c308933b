package renta

import (
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

// service answers every request alike and keeps the last one.
type service struct {
	status int
	answer []byte

	calls int
	line  string
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
	return New(api, httpapi.StaticToken("Renta token", "t0k")), s
}

func fixture(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestLegalEntities(t *testing.T) {
	client, service := start(t, "legal-entities.json")
	got, err := client.LegalEntities(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []LegalEntity{{INN: "7802870820", KPP: "780901001", Name: `ООО "НАДЕЖДА"`, Registered: 20, Online: 14}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if want := "GET /api/renta/v1/legal-entities?AuthToken=t0k"; service.line != want {
		t.Errorf("%s, want %s", service.line, want)
	}
	client, _ = start(t, `{"Data":{"UserInn":7802870820,"KktRegistered":"20"},"Status":"Success"}`)
	if got, err = client.LegalEntities(t.Context()); err != nil || len(got) != 1 || got[0].Registered != 20 || got[0].INN != "7802870820" {
		t.Errorf("the table's spelling: %+v, %v", got, err)
	}
}

func TestKKTs(t *testing.T) {
	const spelled = `{"Status":"Success","Data":[{"UserInn":"7802870820","UserKpp":"780901001",
		"UserName":"ООО \"НАДЕЖДА\"","KktAddress":"МО, г. Домодедово, Каширское шоссе, 68",
		"KktPlace":"Торговый зал № 2","kktSerialNumber":111222333444,"kktRegNumber":"111222333","FnNumber":99990789388}]}`
	want := []KKT{{
		INN: "7802870820", KPP: "780901001", Company: `ООО "НАДЕЖДА"`,
		Address: "МО, г. Домодедово, Каширское шоссе, 68", Place: "Торговый зал № 2",
		Serial: "111222333444", RNM: "111222333", FN: "99990789388",
	}}
	for _, answer := range []string{"kkts.json", spelled} {
		for inn, line := range map[string]string{
			"":           "GET /api/renta/v1/kkts?AuthToken=t0k",
			"7802870820": "GET /api/renta/v1/kkts/7802870820?AuthToken=t0k",
		} {
			client, service := start(t, answer)
			got, err := client.KKTs(t.Context(), inn)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if service.line != line {
				t.Errorf("%s, want %s", service.line, line)
			}
		}
	}
}

// An ИНН that came as a number has lost its leading zero.
func TestINNAsANumber(t *testing.T) {
	for sent, want := range map[string]string{`278000000`: "0278000000", `27812345678`: "027812345678", `"7802870820"`: "7802870820", `null`: ""} {
		client, _ := start(t, `{"Data":[{"UserInn":`+sent+`}],"Status":"Success"}`)
		got, err := client.LegalEntities(t.Context())
		if err != nil || len(got) != 1 || got[0].INN != want {
			t.Errorf("%s: %+v, %v", sent, got, err)
		}
	}
}

// A РНМ that came as a number has lost its leading zeros.
func TestRNMAsANumber(t *testing.T) {
	client, _ := start(t, `{"Status":"Success","Data":[{"KktRegNumber":2950038403}]}`)
	got, err := client.KKTs(t.Context(), "")
	if err != nil || len(got) != 1 || got[0].RNM != "0000002950038403" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestKKTsFail(t *testing.T) {
	client, service := start(t, "failed.json")
	service.status = http.StatusNotFound
	if _, err := client.KKTs(t.Context(), "7802870820"); !errors.Is(err, ErrInnNotFound) || errors.Is(err, ErrWrongDate) {
		t.Errorf("%v", err)
	}
	for _, answer := range []string{`{}`, `{"Data":[{}],"Status":"Success"}`, `{"Data":null}`} {
		client, _ := start(t, answer)
		if got, err := client.KKTs(t.Context(), ""); err == nil {
			t.Errorf("%s was read as %v", answer, got)
		}
	}
	client, service = start(t, "kkts.json")
	if _, err := client.KKTs(t.Context(), "../../x"); err == nil || service.calls != 0 {
		t.Errorf("%v after %d calls", err, service.calls)
	}
}

var add = AddRequest{
	INN: "7802870820", KPP: "780901001", OGRN: "3210987654321", Email: "user@site.com",
	KKT: AddKKT{
		Serial: "111222333", FN: "99990789388", RNM: "9999000087654321",
		Address: "МО, г. Домодедово, Каширское шоссе, 68", Place: "Торговый зал № 2", CurrentOFDINN: "7802811111",
	},
}

func TestAddKKT(t *testing.T) {
	client, service := start(t, "addkkt-answer.json")
	got, err := client.AddKKT(t.Context(), add)
	if err != nil {
		t.Fatal(err)
	}
	second := AddKKT{
		Serial: "111222444", FN: "99990789747", RNM: "9999000012345678",
		Address: "МО, г. Домодедово, Каширское шоссе, 68", Place: "Торговый зал № 4", CurrentOFDINN: "7802811111",
	}
	if diff := cmp.Diff([]AddKKT{add.KKT, second}, got.KKTs); diff != "" {
		t.Error(diff)
	}
	if want := "POST /api/Renta/v1/addKkt/?AuthToken=t0k"; service.line != want {
		t.Errorf("%s, want %s", service.line, want)
	}
	var want, sent any
	if err := errors.Join(json.Unmarshal(fixture(t, "addkkt-request.json"), &want), json.Unmarshal(service.body, &sent)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, sent); diff != "" {
		t.Error(diff)
	}
	// The example gives RN_FN_incorrect the code 5, which the table gives to an
	// unknown OFD: the message decides.
	err = got.Err()
	for reason, want := range map[Reason]bool{
		ErrInnKppIncorrect: true, ErrRnFnIncorrect: true, ErrOfdInnUnknown: false, ErrAuthorization: false,
	} {
		if errors.Is(err, reason) != want {
			t.Errorf("%s: %v, want %v in %v", string(reason), !want, want, err)
		}
	}
}

func TestAddKKTAnswers(t *testing.T) {
	for answer, want := range map[string]struct {
		outcome httpapi.Outcome // when it fails
		fails   bool
		reason  Reason // in the result
	}{
		`{"UserInn":"7802870820","KktList":[]}`:                                  {},
		`{"UserInn":"7802870820","Errors":null}`:                                 {},
		`{"Errors":{"ErrorCode":3,"ErrorMessage":"KktBelongAnotherInn"}}`:        {reason: ErrKktBelongAnotherInn},
		`{"errors":["authorization_error"]}`:                                     {reason: ErrAuthorization},
		`{"Errors":[{"ErrorCode":"5","ErrorMessage":"ofd inn unknown"}]}`:        {reason: ErrOfdInnUnknown},
		`{"Errors":[{"ErrorCode":"6","ErrorMessage":"WrongDate"}],"KktList":[]}`: {reason: ErrWrongDate},
		`{"Errors":["InnNotFound"],"Status":"Failed"}`:                           {fails: true, outcome: httpapi.OutcomeRefused},
		`{"Data":null,"Success":false,"Errors":[{"Code":"1","Message":"x"}]}`:    {fails: true, outcome: httpapi.OutcomeRefused},
		`{"KktList":[{"KktRegNumber":"0000000000000001"}],"Errors":[]}`:          {fails: true},
		`{}`:                             {fails: true},
		`{"Data":{},"Status":"Success"}`: {fails: true},
		`<html>`:                         {fails: true},
	} {
		client, service := start(t, answer)
		got, err := client.AddKKT(t.Context(), add)
		if (err != nil) != want.fails || err != nil && httpapi.OutcomeOf(err) != want.outcome || service.calls != 1 {
			t.Errorf("%s: %v: %v after %d calls", answer, httpapi.OutcomeOf(err), err, service.calls)
		}
		if want.reason != "" && !errors.Is(got.Err(), want.reason) || want.reason == "" && got.Err() != nil {
			t.Errorf("%s: %v", answer, got.Err())
		}
	}
}

// The code alone, without the table's message, tells nothing.
func TestCodesAreNotTrusted(t *testing.T) {
	err := error(&Problem{Code: "1", Message: "Что-то ещё"})
	if errors.Is(err, ErrInnKppIncorrect) {
		t.Error("the code was matched")
	}
	if text := (&Problem{Code: "1"}).Error(); !strings.Contains(text, "code 1") {
		t.Error(text)
	}
}

func TestRemoveKKT(t *testing.T) {
	client, service := start(t, "removekkt-answer.json")
	// It is still the 29th in UTC.
	day := time.Date(2018, 6, 30, 1, 0, 0, 0, time.FixedZone("", 3*60*60))
	if err := client.RemoveKKT(t.Context(), "7802870820", "9999000087654321", day); err != nil {
		t.Fatal(err)
	}
	if want := "POST /api/Renta/v1/removeKkt/7802870820/9999000087654321/2018-06-30?AuthToken=t0k"; service.line != want {
		t.Errorf("%s, want %s", service.line, want)
	}
	if len(service.body) > 0 {
		t.Errorf("a body was sent: %s", service.body)
	}
}

func TestRemoveKKTAnswers(t *testing.T) {
	for answer, want := range map[string]struct {
		outcome httpapi.Outcome
		reason  Reason
		ok      bool
	}{
		`{"UserInn":"7802870820","KktRegNumber":87654321}`:           {ok: true},
		`{"UserInn":"7802870820","KktRegNumber":"9999000087654320"}`: {outcome: httpapi.OutcomeUnknown},
		`{}`: {outcome: httpapi.OutcomeUnknown},
		`{"Errors":[{"ErrorCode":"6","ErrorMessage":"Wrong_Date"}]}`: {outcome: httpapi.OutcomeRefused, reason: ErrWrongDate},
		`{"Errors":["WrongDate"],"Status":"Failed"}`:                 {outcome: httpapi.OutcomeRefused, reason: ErrWrongDate},
		`{"Errors":["KktBelongAnotherInn","x"],"Status":"Failed"}`:   {outcome: httpapi.OutcomeRefused, reason: ErrKktBelongAnotherInn},
	} {
		client, _ := start(t, answer)
		err := client.RemoveKKT(t.Context(), "7802870820", "0000000087654321", time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC))
		if want.ok != (err == nil) || err != nil && httpapi.OutcomeOf(err) != want.outcome {
			t.Errorf("%s: %v: %v", answer, httpapi.OutcomeOf(err), err)
		}
		if want.reason != "" && !errors.Is(err, want.reason) {
			t.Errorf("%s: %v", answer, err)
		}
	}
}

func TestNotSent(t *testing.T) {
	client, service := start(t, "removekkt-answer.json")
	day := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	noKPP, noRNM, noINN := add, add, add
	noKPP.KPP, noRNM.KKT.RNM, noINN.INN = "", "", "1"
	for name, call := range map[string]func() error{
		"centre":    func() error { return client.RemoveKKT(t.Context(), "..", "1", day) },
		"rnm":       func() error { return client.RemoveKKT(t.Context(), "7802870820", "../1", day) },
		"empty rnm": func() error { return client.RemoveKKT(t.Context(), "7802870820", "", day) },
		"date":      func() error { return client.RemoveKKT(t.Context(), "7802870820", "1", time.Time{}) },
		"no kpp":    func() error { _, err := client.AddKKT(t.Context(), noKPP); return err },
		"no rnm":    func() error { _, err := client.AddKKT(t.Context(), noRNM); return err },
		"no inn":    func() error { _, err := client.AddKKT(t.Context(), noINN); return err },
	} {
		if err := call(); err == nil || httpapi.OutcomeOf(err) != httpapi.OutcomeNotSent {
			t.Errorf("%s: %v: %v", name, httpapi.OutcomeOf(err), err)
		}
	}
	if service.calls != 0 {
		t.Errorf("%d calls were made", service.calls)
	}
}

// That a reader changes nothing is a matter of types.
func TestReaderOnlyReads(t *testing.T) {
	var names []string
	for method := range reflect.TypeFor[*Reader]().Methods() {
		names = append(names, method.Name)
	}
	if diff := cmp.Diff([]string{"KKTs", "LegalEntities", "Receipt", "Receipts", "Sightings"}, names); diff != "" {
		t.Error(diff)
	}
}
