package partner

import (
	"strings"
	"testing"

	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
)

func bookRequest() BookRequest {
	return BookRequest{Serial: "00307404867358", FN: "9287440300784224", ActivationCode: "PSZ7D1Lq"}
}

// The status of a booking is text, whatever it says: its values are not
// documented.
func TestBook(t *testing.T) {
	for answer, want := range map[string]string{
		`{"Data":{"Status":"Забронирована"},"Success":true}`:        "Забронирована",
		`{"Data":{"Status":7},"Success":true}`:                      "7",
		`{"Data":{"Status":"Failed"},"Success":true}`:               "Failed",
		`{"Data":{"Status":"\u001b[2J PSZ7D1Lq\n"},"Success":true}`: "[2J [redacted]",
	} {
		client, service := start(t, answer)
		got, err := client.Book(t.Context(), bookRequest())
		if err != nil || got.Status != want {
			t.Errorf("%s: %+v, %v", answer, got, err)
		}
		if want := "POST /api/integration/v2/kkt/book?AuthToken=k3y"; service.line != want {
			t.Errorf("%s, want %s", service.line, want)
		}
		sameJSON(t, "3-request.json", service.body)
	}
}

func TestBookFails(t *testing.T) {
	for answer, want := range map[string]httpapi.Outcome{
		`{"Data":{"Status":"x"},"Success":false}`:                       httpapi.OutcomeRefused,
		`{"Status":"Failed","Error":{"Code":400,"Message":"нет кода"}}`: httpapi.OutcomeRefused,
		`{"Data":{},"Success":true}`:                                    httpapi.OutcomeUnknown,
		`{"Success":true}`:                                              httpapi.OutcomeUnknown,
		`{}`:                                                            httpapi.OutcomeUnknown,
	} {
		client, _ := start(t, answer)
		if _, err := client.Book(t.Context(), bookRequest()); err == nil || httpapi.OutcomeOf(err) != want {
			t.Errorf("%s: %v, %v, want %v", answer, httpapi.OutcomeOf(err), err, want)
		}
	}
	for _, broken := range []func(*BookRequest){
		func(r *BookRequest) { r.Serial = "" }, func(r *BookRequest) { r.FN = "" }, func(r *BookRequest) { r.ActivationCode = "" },
	} {
		client, service := start(t, "{}")
		r := bookRequest()
		broken(&r)
		if _, err := client.Book(t.Context(), r); httpapi.OutcomeOf(err) != httpapi.OutcomeNotSent || service.calls != 0 {
			t.Errorf("%+v: %v", r, err)
		}
	}
	client, _ := start(t, `{"errors":["код PSZ7D1Lq не найден"]}`)
	if _, err := client.Book(t.Context(), bookRequest()); err == nil || strings.Contains(err.Error(), "PSZ7D1Lq") {
		t.Errorf("the code is told: %v", err)
	}
}
