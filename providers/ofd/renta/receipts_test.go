package renta

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
)

func day(d int) time.Time { return time.Date(2016, 7, d, 0, 0, 0, 0, time.UTC) }

func list(t *testing.T, client *Client, q Query) ([]Receipt, error) {
	t.Helper()
	var got []Receipt
	err := client.Receipts(t.Context(), q, func(r Receipt) error {
		got = append(got, r)
		return nil
	})
	return got, err
}

func TestReceipts(t *testing.T) {
	want := []Receipt{{
		Sighting: Sighting{
			Serial: "44444444444443421132", RNM: "111222333", FN: "99990789388",
			At: time.Date(2016, 7, 26, 12, 32, 0, 0, time.UTC), Received: time.Date(2016, 7, 26, 9, 32, 41, 0, time.UTC),
		},
		ID: "3a6e3b83-a0b0-4587-bfb3-1b7539b05cf3", Operation: Income, INN: "7802870820",
		Address: "142000, МО, г. Домодедово, Каширское шоссе, 63", Total: 51360, Cash: 51360, Depth: 3,
	}}
	for path, query := range map[string]Query{
		"inn/7802870820":           {INN: "7802870820"},
		"kkt/44444444444443421132": {Serial: "44444444444443421132"},
	} {
		query.From, query.To = day(26), day(27)
		client, service := start(t, "receipts.json")
		got, err := list(t, client, query)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if want := "GET /api/renta/v1/" + path + "/receipts/2016-07-25T12:00:00/2016-07-27T00:00:00?AuthToken=t0k"; service.line != want {
			t.Errorf("%s, want %s", service.line, want)
		}
	}
}

// Every field of the table, with the spellings and types that are met.
func TestReceiptFields(t *testing.T) {
	client, _ := start(t, `{"Data":[{"id":"a1","IsCorrection":"true","CDateUtc":"2016-07-26T20:00:00Z","Tag":"31","IsBso":1,
		"OperationType":"RefundExpense","KktAdress":"Адрес","serialNumber":12345,"kktRegNumber":2950038403,"FnNumber":99990789388,
		"DocNumber":"7","DocDateTime":"2016-07-26T23:00:00.5+03:00","DocShiftNumber":8,"ReceiptNumber":9,
		"TotalSumm":"1","CashSumm":2,"ECashSumm":3,"CreditSumm":4,"PrepaidSumm":5,"TaxTotalSumm":6,"Tax10Summ":7,"Tax18Summ":8,
		"Tax110Summ":9,"Tax118Summ":10,"TaxNaSumm":11,"Tax0Summ":12,"Depth":null,"New":{"a":[1]}}],"Success":true}`)
	got, err := list(t, client, Query{INN: "7802870820", From: day(26), To: day(27)})
	if err != nil {
		t.Fatal(err)
	}
	want := []Receipt{{
		Sighting: Sighting{
			Serial: "12345", RNM: "0000002950038403", FN: "99990789388",
			At: time.Date(2016, 7, 26, 23, 0, 0, 5e8, time.UTC), Received: time.Date(2016, 7, 26, 20, 0, 0, 0, time.UTC),
		},
		ID: "a1", Correction: true, BSO: true, Tag: 31, Operation: RefundExpense, Address: "Адрес", Number: 7, Shift: 8, InShift: 9,
		Total: 1, Cash: 2, Electronic: 3, Credit: 4, Prepaid: 5,
		Tax: Taxes{Total: 6, Rate10: 7, Rate18: 8, Rate10of110: 9, Rate18of118: 10, None: 11, Rate0: 12},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// printed is a service with one receipt an hour. It answers with those of the
// window, both ends included, by the till's clock or by the time of reception.
type printed struct {
	byReception bool
	offset      time.Duration // of the till's clock from UTC
	most        time.Duration // a longer window is too much
	calls       []string
	fail        int // status of the call after failAt calls
	failAt      int
}

func (p *printed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	parts := strings.Split(r.URL.Path, "/")
	a, err1 := time.Parse(clockLayout, parts[len(parts)-2])
	b, err2 := time.Parse(clockLayout, parts[len(parts)-1])
	p.calls = append(p.calls, parts[len(parts)-2]+" "+parts[len(parts)-1])
	switch {
	case err1 != nil || err2 != nil || b.Sub(a) > MaxWindow || !a.Before(b):
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"Errors":["WrongDate"],"Status":"Failed"}`)
		return
	case p.fail != 0 && len(p.calls) > p.failAt:
		w.WriteHeader(p.fail)
		fmt.Fprint(w, `{"Errors":["InnNotFound"],"Status":"Failed"}`)
		return
	case p.most > 0 && b.Sub(a) > p.most:
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	from := a
	if p.byReception {
		a, b = a.Add(p.offset), b.Add(p.offset) // the receipts of the window, by the till's clock
		from = a
	}
	fmt.Fprint(w, `{"Status":"Success","Data":[`)
	comma := ""
	for at := from.Truncate(time.Hour); !at.After(b); at = at.Add(time.Hour) {
		if at.Before(a) {
			continue
		}
		fmt.Fprintf(w, `%s{"Id":"%x","SerialNumber":"1","DocDateTime":%q,"CDateUtc":%q}`,
			comma, at.Unix(), at.Format(clockLayout), at.Add(-p.offset).Format(clockLayout))
		comma = ","
	}
	fmt.Fprint(w, `]}`)
}

func (p *printed) start(t *testing.T) *Client {
	t.Helper()
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	api, err := httpapi.New(httpapi.Config{BaseURL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(api.CloseIdle)
	return New(api, httpapi.StaticToken("Renta token", "t0k"))
}

// Twenty days are read in windows of seven, and each receipt of them is given
// once, whatever clock the service takes the dates by and wherever the till
// stands.
func TestReceiptsOfALongPeriod(t *testing.T) {
	for _, p := range []*printed{
		{},
		{byReception: true, offset: 3 * time.Hour},
		{byReception: true, offset: 2 * time.Hour},
		{byReception: true, offset: 12 * time.Hour},
	} {
		got, err := list(t, p.start(t), Query{INN: "7802870820", From: day(1), To: day(21)})
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 20*24 || !got[0].At.Equal(day(1)) || !got[len(got)-1].At.Equal(day(21).Add(-time.Hour)) {
			t.Errorf("%+v: %d receipts from %s to %s", p, len(got), got[0].At, got[len(got)-1].At)
		}
		want := []string{
			"2016-06-30T12:00:00 2016-07-07T12:00:00", "2016-07-07T12:00:00 2016-07-14T12:00:00", "2016-07-14T12:00:00 2016-07-21T00:00:00",
		}
		if diff := cmp.Diff(want, p.calls); diff != "" {
			t.Error(diff)
		}
	}
}

// Receipts are told apart by their ids, and by what is printed on them where
// there is none.
func TestWhichReceiptsAreTheSame(t *testing.T) {
	const row = `"SerialNumber":"1","FnNumber":"2","DocDateTime":"2016-07-26T12:00:00","DocNumber":`
	for rows, want := range map[string]int{
		`{"Id":"a",` + row + `1},{"Id":"b",` + row + `1}`:                       2,
		`{"Id":"a",` + row + `1},{"Id":"a",` + row + `2}`:                       1,
		`{` + row + `1},{` + row + `2},{` + row + `1}`:                          2,
		`{"Id":"a",` + row + `1},{` + row + `1}`:                                2,
		`{"Id":null,` + row + `1},{"Id":"",` + row + `1}`:                       1,
		`{"Id":"1",` + row + `1},{"Id":"2",` + row + `1},{"Id":1,` + row + `1}`: 2,
	} {
		client, _ := start(t, `{"Status":"Success","Data":[`+rows+`]}`)
		if got, err := list(t, client, Query{INN: "7802870820", From: day(26), To: day(27)}); err != nil || len(got) != want {
			t.Errorf("%s: %d receipts, %v", rows, len(got), err)
		}
	}
}

// What is sent are whole seconds, so that nothing at the end is left out.
func TestPeriodOfParts(t *testing.T) {
	p := &printed{}
	half := 500 * time.Millisecond
	got, err := list(t, p.start(t), Query{INN: "7802870820", From: day(1).Add(half), To: day(1).Add(time.Hour + half)})
	if want := []string{"2016-06-30T12:00:00 2016-07-01T01:00:01"}; err != nil || len(got) != 1 || cmp.Diff(want, p.calls) != "" {
		t.Errorf("%d receipts, %v, %v", len(got), p.calls, err)
	}
}

func TestSightingsNewestFirst(t *testing.T) {
	p := &printed{}
	var first time.Time
	q := Query{INN: "7802870820", From: day(1), To: day(21), NewestFirst: true}
	q.Enough = func() bool { return len(p.calls) == 2 }
	err := p.start(t).Sightings(t.Context(), q, func(s Sighting) {
		if first.IsZero() {
			first = s.At
		}
	})
	want := []string{"2016-07-14T00:00:00 2016-07-21T00:00:00", "2016-07-07T00:00:00 2016-07-14T00:00:00"}
	if diff := cmp.Diff(want, p.calls); diff != "" || err != nil || !first.Equal(day(14)) {
		t.Errorf("%s, %v, %v", diff, err, first)
	}
}

// A window that is too much is halved, and so are those after it.
func TestWindowsShrink(t *testing.T) {
	p := &printed{most: 50 * time.Hour}
	got, err := list(t, p.start(t), Query{INN: "7802870820", From: day(1), To: day(11)})
	if err != nil || len(got) != 240 {
		t.Errorf("%d receipts, %v", len(got), err)
	}
	tooMuch := 0
	for _, c := range p.calls {
		a, b, _ := strings.Cut(c, " ")
		from, _ := time.Parse(clockLayout, a)
		if to, _ := time.Parse(clockLayout, b); to.Sub(from) > p.most {
			tooMuch++
		}
	}
	if tooMuch != 2 || len(p.calls) != 2+6 {
		t.Errorf("%d of %d calls were too much: %v", tooMuch, len(p.calls), p.calls)
	}
	p = &printed{most: time.Hour}
	var window *WindowError
	if _, err := list(t, p.start(t), Query{INN: "7802870820", From: day(1), To: day(11)}); !errors.As(err, &window) || len(p.calls) > 6 {
		t.Errorf("%v after %d calls", err, len(p.calls))
	}
}

// A window with more receipts than can be told apart is halved as well, and
// none of them is given twice.
func TestWindowsWithTooManyReceipts(t *testing.T) {
	p := &printed{}
	got, err := list(t, p.start(t), Query{INN: "7802870820", From: day(1), To: day(11), most: 50})
	if err != nil || len(got) != 240 || len(p.calls) != 2+6 {
		t.Errorf("%d receipts after %d calls, %v", len(got), len(p.calls), err)
	}
	_, err = list(t, p.start(t), Query{INN: "7802870820", From: day(1), To: day(11), most: 5})
	var window *WindowError
	if !errors.As(err, &window) || !strings.Contains(err.Error(), "a window holds more than") {
		t.Errorf("%v", err)
	}
}

// A window that fails is named, with what came before it.
func TestAWindowFails(t *testing.T) {
	p := &printed{fail: http.StatusNotFound, failAt: 1}
	got, err := list(t, p.start(t), Query{INN: "7802870820", From: day(1), To: day(21)})
	var window *WindowError
	if !errors.As(err, &window) || !errors.Is(err, ErrInnNotFound) {
		t.Fatal(err)
	}
	if at := day(7).Add(12 * time.Hour); !window.From.Equal(at) || window.Given != len(got) || len(got) != 6*24+12+1 {
		t.Errorf("%s, %d receipts of %d", window.From, window.Given, len(got))
	}
	p = &printed{fail: http.StatusNotFound, failAt: 2} // one receipt stands on the edge of the two that came
	if got, err = list(t, p.start(t), Query{INN: "7802870820", From: day(1), To: day(21)}); !errors.As(err, &window) || window.Given != len(got) || len(got) != 13*24+12+1 {
		t.Errorf("%d receipts of %d, %v", window.Given, len(got), err)
	}
	p = &printed{fail: http.StatusNotFound}
	if _, err = list(t, p.start(t), Query{INN: "7802870820", From: day(1), To: day(2)}); !errors.As(err, &window) || !window.From.Equal(day(1)) {
		t.Errorf("%v: what was not asked for is named", err)
	}
}

func TestReceiptsFail(t *testing.T) {
	for name, q := range map[string]Query{
		"no one":  {From: day(1), To: day(2)},
		"two":     {INN: "7802870820", Serial: "1", From: day(1), To: day(2)},
		"inn":     {INN: "..", From: day(1), To: day(2)},
		"order":   {INN: "7802870820", From: day(2), To: day(1)},
		"nothing": {INN: "7802870820", From: day(2), To: day(2)},
		"no end":  {INN: "7802870820", From: day(2)},
	} {
		client, service := start(t, "receipts.json")
		if _, err := list(t, client, q); err == nil || service.calls != 0 {
			t.Errorf("%s: %v after %d calls", name, err, service.calls)
		}
	}
	q := Query{INN: "7802870820", From: day(1), To: day(2)}
	for _, answer := range []string{
		`{"Data":[{"Id":"1"}],"Status":"Success"}`, `{"Data":[{"Id":"1","SerialNumber":"1"}],"Status":"Success"}`,
		`{"Data":[{"Id":"1","SerialNumber":"1","DocDateTime":"2016-07-01T00:00:00","TotalSumm":"много"}],"Status":"Success"}`, `{}`,
	} {
		client, _ := start(t, answer)
		if got, err := list(t, client, q); err == nil {
			t.Errorf("%s was read as %v", answer, got)
		}
	}
	p := &printed{}
	full := errors.New("full")
	err := p.start(t).Receipts(t.Context(), q, func(Receipt) error { return full })
	if err != full || len(p.calls) != 1 { //nolint:errorlint // it comes through as it is
		t.Errorf("%v after %d calls", err, len(p.calls))
	}
}

func TestReceipt(t *testing.T) {
	const id = "3a6e3b83-a0b0-4587-bfb3-1b7539b05cf3"
	client, service := start(t, "receipt.json") // its id is cut short in the document
	got, err := client.Receipt(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	want := FullReceipt{
		Receipt: Receipt{
			Sighting: Sighting{
				Serial: "01234560087654321", RNM: "0000123456789012", FN: "4321000100012345", At: time.Date(2016, 7, 26, 9, 32, 41, 0, time.UTC),
			},
			ID: "3a6e3b83-a0b0-4587-bfb3-1b7539b05", Operation: Income, INN: "0123456789", Address: "105064,г.Москва,ул.Московская,д.111",
			Total: 349500, Electronic: 349500, Tax: Taxes{Total: 58250, Rate18: 58250}, Depth: 1,
		},
		Company: `ООО "Компания и КО"`,
		Items: []Item{{
			Name: "Брюки Размер-38-34", CustomName: "Брюки Размер-38-34", Price: 349500, Quantity: "1", Total: 349500,
			Method: 4, Subject: 1, VAT: 1, VATSum: 58250,
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if want := "GET /api/renta/v1/receipt/" + id + "?AuthToken=t0k"; service.line != want {
		t.Errorf("%s, want %s", service.line, want)
	}
	client, _ = start(t, `{"Status":"Success","Data":{"SerialNumber":"1","DocDateTime":"2016-07-26T09:32:41","Items":{"Quantity":0.453,"nds_rate":"2"}}}`)
	if got, err = client.Receipt(t.Context(), id); err != nil || len(got.Items) != 1 || got.Items[0].Quantity != "0.453" || got.Items[0].VAT != 2 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestReceiptFails(t *testing.T) {
	const id = "3a6e3b83-a0b0-4587-bfb3-1b7539b05cf3"
	for _, answer := range []string{
		`{"Data":{"Id":"00000000-a0b0-4587-bfb3-1b7539b05cf3","SerialNumber":"1","DocDateTime":"2016-07-26T09:32:41"},"Status":"Success"}`,
		`{"Data":{"Id":"3a6e","SerialNumber":"1","DocDateTime":"2016-07-26T09:32:41"},"Status":"Success"}`,
		`{"Data":{},"Status":"Success"}`, `{"Data":null,"Status":"Success"}`, `{}`,
	} {
		client, _ := start(t, answer)
		if got, err := client.Receipt(t.Context(), id); err == nil {
			t.Errorf("%s was read as %+v", answer, got)
		}
	}
	client, service := start(t, "receipt.json")
	for _, id := range []string{"", "..", "a/b", strings.Repeat("a", 65)} {
		if _, err := client.Receipt(t.Context(), id); err == nil || service.calls != 0 {
			t.Errorf("%q: %v after %d calls", id, err, service.calls)
		}
	}
}

func TestOperations(t *testing.T) {
	for text, want := range map[string]Operation{
		"Income": Income, "expense": Expense, "Refund income": RefundIncome, "refundExpense": RefundExpense, "Other": "Other", "": "",
	} {
		if got := operationOf(text); got != want {
			t.Errorf("%q is %q", text, got)
		}
	}
}
