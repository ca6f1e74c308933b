package partner

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
)

const applicationID = "000bab1a-c00f-0000-be3a-bed5a000fd6e"

// Both ways of 004 §7.2 go as the examples have them, and the answer is an
// application.
func TestStartSimplified(t *testing.T) {
	client, service := start(t, "7.2-answer.json")
	app, err := client.StartSimplified(t.Context(), SimplifiedRequest{
		RegNumber: "0000002950038403", FN: "9287440300784224", Document: "1", INN: "5252012620", Purpose: PurposeRegistration,
	})
	if err != nil || app.ID != applicationID || app.Status != StatusNew {
		t.Fatalf("%+v %v", app, err)
	}
	sameJSON(t, "7.2-request.json", service.body)
	if want := "POST /api/integration/v2/b2b/kkt/registration/simplified?AuthToken=k3y"; service.line != want {
		t.Error(service.line)
	}
	if _, err := client.StartSimplified(t.Context(), SimplifiedRequest{ApplicationID: applicationID}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(`{"ApplicationId":"`+applicationID+`"}`, string(service.body)); diff != "" {
		t.Error(diff)
	}
	// The answer about another application is no answer.
	_, err = client.StartSimplified(t.Context(), SimplifiedRequest{ApplicationID: "dce99999-ee9b-4378-990c-99999ef3815c"})
	if httpapi.OutcomeOf(err) != httpapi.OutcomeUnknown || err == nil {
		t.Error(err)
	}
}

// The error of 004 §7.2 is a refusal, also with 200.
func TestSimplifiedRefused(t *testing.T) {
	client, service := start(t, `{"Data": null, "Success": false, "Errors": [{"Code": "InternalError", "Message": "Не удалось оплатить услугу"}]}`)
	for _, status := range []int{http.StatusOK, http.StatusBadRequest} {
		service.status = status
		_, err := client.StartSimplified(t.Context(), SimplifiedRequest{ApplicationID: applicationID})
		if httpapi.OutcomeOf(err) != httpapi.OutcomeRefused || !strings.Contains(err.Error(), "Не удалось оплатить услугу") {
			t.Errorf("%d: %v", status, err)
		}
	}
	service.status = http.StatusInternalServerError // it may have been paid for
	if _, err := client.StartSimplified(t.Context(), SimplifiedRequest{ApplicationID: applicationID}); httpapi.OutcomeOf(err) != httpapi.OutcomeUnknown {
		t.Error(err)
	}
}

func TestSimplifiedChecksTheRequest(t *testing.T) {
	client, service := start(t, "7.2-answer.json")
	good := SimplifiedRequest{RegNumber: "0000002950038403", FN: "9287440300784224", Document: "1", INN: "5252012620", Purpose: PurposeReregistration}
	for name, edit := range map[string]func(*SimplifiedRequest){
		"deregistration": func(r *SimplifiedRequest) { r.Purpose = PurposeUnregistration },
		"no document":    func(r *SimplifiedRequest) { r.Document = "" },
		"no РНМ":         func(r *SimplifiedRequest) { r.RegNumber = "" },
		"short ФН":       func(r *SimplifiedRequest) { r.FN = "1" },
		"no INN":         func(r *SimplifiedRequest) { r.INN = "" },
		"both ways":      func(r *SimplifiedRequest) { r.ApplicationID = applicationID },
		"bad id":         func(r *SimplifiedRequest) { *r = SimplifiedRequest{ApplicationID: "../../pay"} },
	} {
		r := good
		edit(&r)
		if _, err := client.StartSimplified(t.Context(), r); httpapi.OutcomeOf(err) != httpapi.OutcomeNotSent || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if service.calls != 0 {
		t.Errorf("%d calls", service.calls)
	}
}

// The status has words of its own; the token goes along though the document's
// URL has none.
func TestSimplifiedStatus(t *testing.T) {
	client, service := start(t, "7.2.1-answer.json")
	status, err := client.SimplifiedStatus(t.Context(), applicationID)
	if err != nil || status != SimplifiedSuccess {
		t.Fatal(status, err)
	}
	if want := "GET /api/integration/v2/b2b/kkt/registration/" + applicationID + "/simplified/status?AuthToken=k3y"; service.line != want {
		t.Error(service.line)
	}
	for answer, want := range map[string]string{
		`{"Data":{"Status":"REJECTED"},"Success":true}`: SimplifiedRejected,
		`{"Status":"ERROR"}`:                            SimplifiedError,
		`{"Data":{},"Success":true}`:                    "",
		`{"Data":null,"Success":true}`:                  "",
	} {
		service.answer = []byte(answer)
		if got, err := client.SimplifiedStatus(t.Context(), applicationID); got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q %v", answer, got, err)
		}
	}
}

// A link is a path of one form and nothing else: host, query and token are our
// own.
func TestPapersComeFromTheFleetsHost(t *testing.T) {
	client, service := start(t, "%PDF-1.4")
	doc := ResultDoc{DocType: "RegReport", DownloadURI: "https://evil.example/api/kkt/application/doc/" + applicationID + "/16840/100?AuthToken=theirs&x=1"}
	if data, err := client.ResultPaper(t.Context(), doc); err != nil || string(data) != "%PDF-1.4" {
		t.Fatal(string(data), err)
	}
	if want := "GET /api/kkt/application/doc/" + applicationID + "/16840/100?AuthToken=k3y"; service.line != want {
		t.Error(service.line)
	}
	if _, err := client.SimplifiedCard(t.Context(), applicationID); err != nil || !strings.Contains(service.line, applicationID+"/simplified/download?AuthToken=k3y") {
		t.Error(service.line, err)
	}
	if _, err := client.PrintedForm(t.Context(), applicationID); err != nil || !strings.Contains(service.line, "GET /document/KktRegistrationApplication?AuthToken=k3y&Id="+applicationID+"&format=pdf") {
		t.Error(service.line, err)
	}
	calls := service.calls
	for _, link := range []string{
		"", "https://ofd.ru/api/integration/partner/v2/kkt/pay", "https://ofd.ru/api/kkt/application/doc/" + applicationID + "/1/../../pay",
		"https://ofd.ru/api/kkt/application/doc/" + applicationID + "/1/%2e%2e", "/api/kkt/application/doc/x/1/1", "file:///etc/passwd", "::",
	} {
		doc.DownloadURI = link
		if _, err := client.ResultPaper(t.Context(), doc); !errors.Is(err, ErrForeignLink) {
			t.Errorf("%q: %v", link, err)
		}
	}
	if service.calls != calls {
		t.Error("a foreign link was followed")
	}
}

// What is no paper is not taken for one.
func TestNoPaper(t *testing.T) {
	client, service := start(t, "")
	for _, c := range []struct {
		status       int
		answer, want string
	}{
		{404, `{"Status":"Failed"}`, "there is no such paper"},
		{200, ``, "empty"},
		{200, `{"Data":null,"Success":false}`, "not a paper"},
		{200, "\n<!DOCTYPE html><p>Войдите", "a page"},
		{302, `%PDF-1.4`, "there is no such paper"},
		{200, strings.Repeat("x", maxPaper+1), "limit"},
	} {
		service.status, service.answer = c.status, []byte(c.answer)
		if data, err := client.PrintedForm(t.Context(), applicationID); err == nil || data != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%d %.20s: %v", c.status, c.answer, err)
		}
	}
	service.status, service.answer = 200, []byte(`<?xml version="1.0"?>`)
	if _, err := client.PrintedForm(t.Context(), applicationID); err != nil {
		t.Error(err)
	}
}
