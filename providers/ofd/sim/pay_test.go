package sim

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

func payBody() string {
	return fmt.Sprintf(`{"Inn":%q,"Kpp":%q,"Rnm":%q,"ActivationCode":"PSZ7D1Lq","Email":"office@sever.example"}`, testINN, testKPP, otherRNM)
}

const wholeRange = statusPath + "?DateFromUtc=2026-11-01T00:00:00&DateToUtc=2026-12-31T00:00:00"

func TestPayOfATillThatSendsDocuments(t *testing.T) {
	w := registeredWorld()
	w.Tills[0].LastDocument = At(start().Add(-time.Hour))
	w.Tills[0].Detached = true
	c := serve(t, w)
	want(t, c.ok("GET", kktsPath, ""), []any{}, "Data")
	got := c.ok("POST", payPath, payBody())
	want(t, got, true, "IsCompleted")
	want(t, got, false, "IsWaiting")
	row := c.ok("GET", kktsPath, "")
	want(t, row, "Green", "Data", "0", "Tariff")
	want(t, row, "2026-11-16T10:00:00", "Data", "0", "ContractStartDateUtc")
	want(t, row, "2027-11-16T10:00:00", "Data", "0", "ContractEndDateUtc")
	want(t, row, "2026-11-16T10:00:00", "Data", "0", "LastBuyDateUtc")
	want(t, c.ok("GET", codePath, ""), float64(1), "Data", "0", "TariffCount")
	want(t, c.ok("GET", wholeRange, ""), "Payed", "Data", "0", "Status")
	c.refused("POST", payPath, payBody(), "уже действует")
	want(t, c.ok("GET", codePath, ""), float64(1), "Data", "0", "TariffCount")
	if d := c.s.Duplicates(); len(d) != 1 || d[0].Kind != EffectPay || d[0].Key != otherRNM+" PSZ7D1Lq" {
		t.Errorf("duplicates: %+v", d)
	}
	c.s.Advance(366 * 24 * time.Hour)
	c.s.Mutate(func(w *World) { w.Codes[0].Expires = At(start().AddDate(3, 0, 0)) })
	c.ok("POST", payPath, payBody())
}

func TestPayWaitsForTheFirstDocument(t *testing.T) {
	c := serve(t, registeredWorld())
	got := c.ok("POST", payPath, payBody())
	want(t, got, false, "IsCompleted")
	want(t, got, true, "IsWaiting")
	c.refused("POST", payPath, payBody(), "уже применен")
	row := c.ok("GET", wholeRange, "")
	want(t, row, "WaitingActivation", "Data", "0", "Status")
	want(t, row, zeroDate, "Data", "0", "ActivationDateUtc")
	c.ok("POST", "/_sim/document?serial=307404867291", "")
	want(t, c.ok("GET", wholeRange, ""), "Payed", "Data", "0", "Status")
	want(t, c.ok("GET", kktsPath, ""), "2026-11-16T10:00:00", "Data", "0", "LastDocOnKktDateTime")
}

func TestPayLapsesAfterThreeDays(t *testing.T) {
	c := serve(t, registeredWorld())
	c.ok("POST", payPath, payBody())
	c.s.Advance(3*24*time.Hour - time.Second)
	want(t, c.ok("GET", wholeRange, ""), "WaitingActivation", "Data", "0", "Status")
	c.s.Advance(time.Second)
	want(t, c.ok("GET", wholeRange, ""), "Cancelled", "Data", "0", "Status")
	c.ok("POST", "/_sim/document?serial="+otherSerial, "")
	want(t, c.ok("GET", kktsPath, ""), nil, "Data", "0", "ContractStartDateUtc")
	c.ok("POST", payPath, payBody())
}

func TestFirstDocumentComesBehindAPoll(t *testing.T) {
	w := registeredWorld()
	w.Device.AutoFirstDocument = true
	c := serve(t, w)
	c.ok("POST", payPath, payBody())
	want(t, c.ok("GET", wholeRange, ""), "WaitingActivation", "Data", "0", "Status")
	want(t, c.ok("GET", wholeRange, ""), "Payed", "Data", "0", "Status")
}

func TestPayIsStrict(t *testing.T) {
	w := registeredWorld().AddCode("FERMA1", "Ferma", "Green", 1).AddCode("EMPTY1", "Ofd", "Green", 0)
	w.Codes = append(w.Codes, &Code{Code: "FOREIGN1", Foreign: true}, &Code{Code: "OFF1", Status: "Blocked"},
		&Code{Code: "OLD1", Expires: At(start())})
	foreign := SeedTill{INN: testINN, Serial: "77", FN: otherFN}
	w.Add(foreign)
	w.Tills[1].ForeignPartner = true
	foreignRNM := w.Tills[1].RNM
	c := serve(t, w)
	for name, tc := range map[string]struct {
		changes object
		want    string
	}{
		"inn":             {object{"Inn": "525201262"}, "ИНН не существует"},
		"no kpp":          {object{"Kpp": nil}, "КПП"},
		"kpp form":        {object{"Kpp": "52520"}, "КПП"},
		"email":           {object{"Email": "office"}, "Некорректный email"},
		"named email":     {object{"Email": "A <a@b.c>"}, "Некорректный email"},
		"rnm":             {object{"Rnm": "0000002950038403"}, "ИНН-РНМ"},
		"inn of another":  {object{"Inn": "7709125605"}, "ИНН-РНМ"},
		"no code":         {object{"ActivationCode": "nope"}, "не найден"},
		"ferma":           {object{"ActivationCode": "FERMA1"}, "другого сервиса"},
		"used":            {object{"ActivationCode": "EMPTY1"}, "использован"},
		"foreign code":    {object{"ActivationCode": "FOREIGN1"}, "чужим кодом"},
		"blocked":         {object{"ActivationCode": "OFF1"}, "не активен"},
		"expired":         {object{"ActivationCode": "OLD1"}, "истек"},
		"foreign partner": {object{"Rnm": foreignRNM}, "чужим кодом"},
		"unknown field":   {object{"RNM2": "1"}, "не разобрано"},
	} {
		t.Run(name, func(t *testing.T) {
			c := &caller{t: t, s: c.s, url: c.url}
			c.refused("POST", payPath, edit(payBody(), tc.changes), tc.want)
		})
	}
	for _, code := range c.ok("GET", codePath, "")["Data"].([]any) {
		if dig(code, "Code") == "FOREIGN1" {
			t.Error("another partner's code is listed")
		}
	}
	if s := c.s.Snapshot(); len(s.PayStatuses) != 0 || len(c.s.Duplicates()) != 0 {
		t.Errorf("%d payments, %v", len(s.PayStatuses), c.s.Duplicates())
	}
}

func TestPayStatusNeedsItsWindow(t *testing.T) {
	c := serve(t, registeredWorld())
	c.ok("POST", payPath, payBody())
	for _, q := range []string{"", "?DateFromUtc=2026-11-01", "?DateToUtc=2026-11-01", "?DateFromUtc=x&DateToUtc=2026-11-01"} {
		c.refused("GET", statusPath+q, "", "DateFromUtc")
	}
	for q, n := range map[string]int{
		"?DateFromUtc=2026-11-16&DateToUtc=2026-11-16":                   1,
		"?DateFromUtc=2026-11-16T10:00:01&DateToUtc=2026-11-17T00:00:00": 0,
		"?DateFromUtc=2026-11-01&DateToUtc=2026-11-15":                   0,
	} {
		if rows := c.ok("GET", statusPath+q, "")["Data"].([]any); len(rows) != n {
			t.Errorf("%s: %d rows, want %d", q, len(rows), n)
		}
	}
}

func TestPartnerAuthorisationAndRoutes(t *testing.T) {
	c := serve(t, registeredWorld())
	for path, status := range map[string]int{
		kktsPath + "?AuthToken=":                  http.StatusUnauthorized,
		kktsPath + "?AuthToken=wrong":             http.StatusForbidden,
		kktsPath + "?AuthToken=" + c.rentaToken(): http.StatusForbidden,
		kktsPath: http.StatusOK,
		"/API/integration/PARTNER/v2/INN/7709125605/KKTS/":               http.StatusOK,
		"/api/integration/partner/v2/inn/5252012620/kkts":                http.StatusBadRequest,
		"/api/integration/partner/v2/inn//kkts":                          http.StatusNotFound,
		"/api/nothing":                                                   http.StatusNotFound,
		payPath:                                                          http.StatusMethodNotAllowed,
		"/api/renta/v1/kkts?AuthToken=" + DefaultAPIKey:                  http.StatusForbidden,
		"/api/renta/v1/legal-entities?AuthToken=":                        http.StatusForbidden,
		"/api/Renta/v1/Legal-Entities/?AuthToken=" + c.rentaToken() + "": http.StatusOK,
	} {
		if got, v := c.call("GET", path, ""); got != status {
			t.Errorf("%s: %d %v, want %d", path, got, v, status)
		}
	}
	for _, call := range c.s.Calls() {
		if call.Path == "" || call.Method == "" || call.Status == 0 {
			t.Errorf("%+v", call)
		}
	}
}
