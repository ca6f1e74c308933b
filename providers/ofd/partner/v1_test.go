package partner

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
)

// startV1 serves answer to a client of v1, and a login.
func startV1(t *testing.T, answer string) (*Client, *service) {
	t.Helper()
	s := &service{answer: []byte(answer)}
	if strings.HasSuffix(answer, ".json") {
		s.answer = fixture(t, answer)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/Authorization/CreateAuthToken" {
			_, _ = fmt.Fprint(w, `{"AuthToken":"t0ken"}`)
			return
		}
		s.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	api, err := httpapi.New(httpapi.Config{BaseURL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(api.CloseIdle)
	return NewV1(api, httpapi.LoginToken(api, httpapi.Credentials{Role: "partner login", Login: "l", Password: "p"})), s
}

func TestV1Pay(t *testing.T) {
	client, service := startV1(t, `{"IsCompleted": false, "IsWaiting": true}`)
	res, err := client.Pay(t.Context(), PayRequest{INN: "0182021620", KPP: "804845377", RNM: "09876543211234", ActivationCode: "PSZ7D1Lq", Email: "skala.judo@gmail.com"})
	if err != nil || !res.Waiting || res.Completed {
		t.Errorf("%+v, %v", res, err)
	}
	if want := "POST /api/integration/partner/v1/kkt/pay?AuthToken=t0ken"; service.line != want {
		t.Errorf("%s, want %s", service.line, want)
	}
	sameJSON(t, "000-pay-request.json", service.body)
}

func TestV1Lists(t *testing.T) {
	client, service := startV1(t, "000-paystatus-answer.json")
	from := time.Date(2022, 10, 24, 19, 0, 0, 0, time.UTC)
	pays, err := client.PayStatuses(t.Context(), from, from.Add(time.Hour))
	if err != nil || len(pays) != 1 || pays[0].Status != PayWaiting || pays[0].ActivationCode != "LSZ7D1LD" || !pays[0].Activated.IsZero() {
		t.Errorf("%+v, %v", pays, err)
	}
	if want := "GET /api/integration/partner/v1/kkt/paystatus?AuthToken=t0ken&DateFromUtc=2022-10-24T19%3A00%3A00&DateToUtc=2022-10-24T20%3A00%3A00"; service.line != want {
		t.Errorf("%s, want %s", service.line, want)
	}

	client, service = startV1(t, "000-kkts-answer.json")
	tills, err := client.KKTs(t.Context(), "7709125605")
	if err != nil || len(tills) != 1 || tills[0].RNM != "0005792715046206" || tills[0].Serial != "00105703738735" || tills[0].ContractStart.IsZero() {
		t.Errorf("%+v, %v", tills, err)
	}
	if want := "GET /api/integration/partner/v1/inn/7709125605/kkts?AuthToken=t0ken"; service.line != want {
		t.Errorf("%s, want %s", service.line, want)
	}
}

// What v1 does not have is not sent anywhere: a token of v1 must not reach v2.
func TestV1HasNothingElse(t *testing.T) {
	client, service := startV1(t, `{"Data":[],"Success":true}`)
	const id = "60854103-3e26-49d5-942b-07c34f7b9446"
	_, codes := client.Codes(t.Context())
	_, read := client.Application(t.Context(), id)
	_, sign := client.Sign(t.Context(), id, id, "AAAA")
	_, prepare := client.PrepareDocuments(t.Context(), id, Signatory{LastName: "a", GivenName: "b", Position: "c"})
	for name, err := range map[string]error{"codes": codes, "application": read, "sign": sign, "prepare": prepare} {
		if err == nil || httpapi.OutcomeOf(err) != httpapi.OutcomeNotSent || !strings.Contains(err.Error(), "provider.partner.apiKey") {
			t.Errorf("%s: %v, %v", name, httpapi.OutcomeOf(err), err)
		}
	}
	if service.calls != 0 {
		t.Errorf("%d calls, the last %s", service.calls, service.line)
	}
}
