package partner

import (
	"bytes"
	"encoding/base64"
	"errors"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
)

var (
	cabinet = CabinetRequest{
		INN: "7709125605", KPP: "770901001", CompanyName: "ООО «Север»", Email: "office@sever.example",
		Name: "Романова Алла Романовна", Phone: "+74951234567",
	}
	order = OrderRequest{Agreement: "999ae9fc-edaa-43fd-ba93-f999e3ed841f", Quantity: 3, Tariff: "Urgent12M", FN: FermaFN15, Payment: PayBill}
)

func TestCreateCabinet(t *testing.T) {
	client, service := start(t, `{"OfdAgreementId":"999ae9fc-edaa-43fd-ba93-f999e3ed841f"}`)
	got, err := client.CreateCabinet(t.Context(), cabinet)
	if err != nil || got.Agreement != "999ae9fc-edaa-43fd-ba93-f999e3ed841f" {
		t.Fatalf("%+v %v", got, err)
	}
	if want := "POST /api/integration/partner/v2/PartnerCreateClientCabinet?AuthToken=k3y"; service.line != want {
		t.Errorf("%s, want %s", service.line, want)
	}
	sameJSON(t, "5.1-request.json", service.body)
}

// HTTP 500 with code 1 is no trouble of the service: the email is taken, and
// that is final. Any other 500 leaves open what happened. Code 1007 is called
// a wrong ИНН and means that the cabinet exists.
func TestCreateCabinetRefusals(t *testing.T) {
	const failed = `{"Status":"Failed","Error":{"Code":%,"Message":"Неизвестная ошибка"}}`
	for _, tt := range []struct {
		status  int
		answer  string
		outcome httpapi.Outcome
		err     error
	}{
		{500, strings.Replace(failed, "%", "1", 1), httpapi.OutcomeRefused, ErrEmailTaken},
		{500, `{"Data":null,"Success":false,"Errors":[{"Code":"1","Message":"x"}]}`, httpapi.OutcomeRefused, ErrEmailTaken},
		{500, strings.Replace(failed, "%", "2", 1), httpapi.OutcomeUnknown, nil},
		{500, strings.Replace(failed, "%", "500", 1), httpapi.OutcomeUnknown, nil},
		{502, strings.Replace(failed, "%", "1", 1), httpapi.OutcomeUnknown, nil},
		{500, `<html>`, httpapi.OutcomeUnknown, nil},
		{500, `{"Status":"Success","Error":{"Code":1,"Message":"x"}}`, httpapi.OutcomeUnknown, nil},
		{400, strings.Replace(failed, "%", "1007", 1), httpapi.OutcomeRefused, ErrCabinetExists},
		{400, `{"Status":"Failed","Error":{"Code":"1007","Message":"Некорректный ИНН"}}`, httpapi.OutcomeRefused, ErrCabinetExists},
		{400, strings.Replace(failed, "%", "1006", 1), httpapi.OutcomeRefused, nil},
		{200, `{}`, httpapi.OutcomeUnknown, nil},
		{200, `{"OfdAgreementId":null}`, httpapi.OutcomeUnknown, nil},
	} {
		client, service := start(t, tt.answer)
		service.status = tt.status
		_, err := client.CreateCabinet(t.Context(), cabinet)
		if got := httpapi.OutcomeOf(err); got != tt.outcome {
			t.Errorf("%d %s: %s, want %s", tt.status, tt.answer, got, tt.outcome)
		}
		for _, e := range []error{ErrEmailTaken, ErrCabinetExists} {
			if errors.Is(err, e) != (tt.err == e) {
				t.Errorf("%d %s: %v", tt.status, tt.answer, err)
			}
		}
		if service.calls != 1 {
			t.Errorf("%d %s: %d calls", tt.status, tt.answer, service.calls)
		}
	}
}

// The letter case of the keys is as printed, which no rule explains, and the
// quantity is a number.
func TestPlaceOrder(t *testing.T) {
	client, service := start(t, `{"OrderID":"A-17","OrderReceiptUrl":"https://ofd.ru/bill/17.pdf"}`)
	got, err := client.PlaceOrder(t.Context(), order)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(Order{ID: "A-17", Receipt: Receipt{Link: "https://ofd.ru/bill/17.pdf"}}, got); d != "" {
		t.Error(d)
	}
	if want := "POST /api/integration/partner/v2/PartnerBookingKkt?AuthToken=k3y"; service.line != want {
		t.Errorf("%s, want %s", service.line, want)
	}
	const body = `{"OfdAgreementId":"999ae9fc-edaa-43fd-ba93-f999e3ed841f","quantity":3,"tariffType":"Urgent12M","fnType":"Fn15","PaymentType":"Bill"}`
	if string(service.body) != body {
		t.Errorf("%s, want %s", service.body, body)
	}
}

func TestPlaceOrderOutcomes(t *testing.T) {
	for _, tt := range []struct {
		status  int
		answer  string
		outcome httpapi.Outcome
	}{
		{400, `{"Status":"Failed","Error":{"Code":400,"Message":"нет"}}`, httpapi.OutcomeRefused},
		{500, `{"Status":"Failed","Error":{"Code":1,"Message":"нет"}}`, httpapi.OutcomeUnknown},
		{200, `{"OrderReceiptUrl":"https://ofd.ru/bill"}`, httpapi.OutcomeUnknown},
		{200, `{"OrderID":"\u001b[2J"}`, httpapi.OutcomeUnknown},
		{200, ``, httpapi.OutcomeUnknown},
	} {
		client, service := start(t, tt.answer)
		service.status = tt.status
		if _, err := client.PlaceOrder(t.Context(), order); err == nil || httpapi.OutcomeOf(err) != tt.outcome {
			t.Errorf("%d %s: %v", tt.status, tt.answer, err)
		}
	}
	bad := order
	bad.Agreement = ""
	client, service := start(t, `{}`)
	if _, err := client.PlaceOrder(t.Context(), bad); httpapi.OutcomeOf(err) != httpapi.OutcomeNotSent || service.calls != 0 {
		t.Errorf("%v after %d calls", err, service.calls)
	}
	// A number is an id as well; a wrapped answer is an answer.
	for answer, id := range map[string]string{`{"OrderID":17}`: "17", `{"Data":{"orderid":"17/3"},"Success":true}`: "17/3"} {
		client, _ := start(t, answer)
		if got, err := client.PlaceOrder(t.Context(), order); err != nil || got.ID != id {
			t.Errorf("%s: %+v %v", answer, got, err)
		}
	}
}

// The date is until when the tariff is paid, in UTC, dd.mm.yyyy; ISO is read
// too.
func TestOrderStatus(t *testing.T) {
	until := time.Date(2027, 11, 9, 23, 30, 0, 0, time.UTC)
	for answer, want := range map[string]OrderStatus{
		`{"Status":1,"DueDate":"09.11.2027 23:30:00"}`:   {OrderPaid, until},
		`{"Status":"1","DueDate":"2027-11-09T23:30:00"}`: {OrderPaid, until},
		`{"Status":2}`:                  {State: OrderWaiting},
		`{"Status":"3","DueDate":null}`: {State: OrderOverdue},
		`{"Data":{"Status":2,"DueDate":"0001-01-01T00:00:00"},"Status":"Success"}`: {State: OrderWaiting},
		`{"Status":9}`: {State: 9},
	} {
		client, service := start(t, answer)
		got, err := client.Order(t.Context(), "17/3 ё")
		if err != nil {
			t.Fatalf("%s: %v", answer, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", answer, d)
		}
		if want := "GET /api/integration/partner/v2/kkt/GetStatus?AuthToken=k3y&OrderID=17%2F3+%D1%91"; service.line != want {
			t.Errorf("%s, want %s", service.line, want)
		}
	}
	for _, answer := range []string{`{}`, `{"Status":"Failed","Error":{"Code":404,"Message":"нет"}}`, `{"Status":"x"}`, `{"DueDate":"09.11.2027 23:30:00"}`} {
		client, _ := start(t, answer)
		if got, err := client.Order(t.Context(), "17"); err == nil {
			t.Errorf("%s was read as %+v", answer, got)
		}
	}
}

func picture(t *testing.T, form string, side int) []byte {
	t.Helper()
	var b bytes.Buffer
	m := image.NewGray(image.Rect(0, 0, side, min(side, 30)))
	for i := range m.Pix {
		m.Pix[i] = byte(i * 7)
	}
	var err error
	switch form {
	case "png":
		err = png.Encode(&b, m)
	case "jpeg":
		err = jpeg.Encode(&b, m, nil)
	case "gif":
		err = gif.Encode(&b, m, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReceiptIsAnImage(t *testing.T) {
	for _, form := range []string{"png", "jpeg"} {
		data := picture(t, form, 30)
		std, raw := base64.StdEncoding.EncodeToString(data), base64.RawURLEncoding.EncodeToString(data)
		for _, text := range []string{std, raw, "data:image/" + form + ";base64," + std, std[:40] + "\r\n" + std[40:]} {
			got := readReceipt(text, "k3y")
			if !bytes.Equal(got.Image, data) || got.Link != "" || got.Note != "" {
				t.Errorf("%s from %.30s…: %q", form, text, got.Note)
			}
		}
	}
	whole := picture(t, "png", 30)
	for name, text := range map[string]string{
		"a GIF":     base64.StdEncoding.EncodeToString(picture(t, "gif", 30)),
		"cut off":   base64.StdEncoding.EncodeToString(whole[:len(whole)/2]),
		"text":      base64.StdEncoding.EncodeToString([]byte("<script>alert(1)</script>")),
		"no base64": "!!!!",
		"large":     strings.Repeat("iVBORw0KGgo", 1<<16),
		"wide":      base64.StdEncoding.EncodeToString(picture(t, "png", maxSide+1)),
		"nothing":   "",
	} {
		if got := readReceipt(text, "k3y"); got.Image != nil || got.Link != "" || got.Note == "" {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestReceiptIsALink(t *testing.T) {
	for text, want := range map[string]string{
		"https://ofd.ru/bill/17.pdf":                     "https://ofd.ru/bill/17.pdf",
		" HTTPS://ofd.ru/bill?id=1&x=2#y ":               "https://ofd.ru/bill?id=1&x=2#y", //nolint:gocritic // the space is what is tried
		"http://pay.example/1":                           "http://pay.example/1",
		"https://ofd.ru/a\x1b]8;;b\x07c":                 "https://ofd.ru/a%1B]8;;b%07c",
		"https://ofd.ru/счёт":                            "https://ofd.ru/%D1%81%D1%87%D1%91%D1%82",
		"https://ofd.ru/bill?AuthToken=abcdef&id=1":      "", // a token is not kept, and without it the link is dead
		"https://ofd.ru/bill?key=k3y-secret":             "",
		"https://ofd.ru/bill/k3y%2Dsecret":               "",
		"https://ofd.ru/\u202efdp.live":                  "https://ofd.ru/%E2%80%AEfdp.live",
		"javascript:alert(1)":                            "",
		"file:///etc/passwd":                             "",
		"ftp://ofd.ru/bill":                              "",
		"https:ofd.ru":                                   "",
		"https://":                                       "",
		"https://ofd.ru@evil.example/":                   "",
		"https://оfd.ru/":                                "",
		"https://ofd.ru/" + strings.Repeat("x", maxLink): "",
	} {
		got := readReceipt(text, "k3y-secret")
		if got.Link != want || got.Image != nil {
			t.Errorf("%q: %q (%s), want %q", text, got.Link, got.Note, want)
		}
		if (got.Note == "") != (want != "") {
			t.Errorf("%q: note %q", text, got.Note)
		}
	}
}
