package sim

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

const simplePath = regPath + "/simplified"

func numbers(rnm, fn, document, purpose string) string {
	return `{"RegNumber":"` + rnm + `","FnNumber":"` + fn + `","DocumentNumber":"` + document + `","Inn":"` + testINN + `","Purpose":"` + purpose + `"}`
}

// denied makes a call that has to fail with the status.
func (c *caller) denied(method, path, body string, want int) object {
	c.t.Helper()
	status, answer := c.call(method, path, body)
	if status != want {
		c.t.Fatalf("%s %s: %d %v, want %d", method, path, status, answer, want)
	}
	return answer
}

// Of an application: New in the answer, then its own words until the card is
// found.
func TestSimplifiedOfAnApplication(t *testing.T) {
	c := serve(t, &World{Tax: Tax{Polls: 2}, Cards: []*Card{{Serial: testSerial, Early: 1}}})
	id := c.app("POST", regPath, registration())["Id"].(string)
	statusOf := func() string {
		return dig(c.ok("GET", regPath+"/"+id+"/simplified/status", ""), "Data", "Status").(string)
	}
	c.denied("GET", regPath+"/"+id+"/simplified/status", "", http.StatusNotFound)
	c.denied("GET", regPath+"/"+id+"/simplified/download", "", http.StatusNotFound)
	a := c.app("POST", simplePath, `{"ApplicationId":"`+id+`"}`)
	want(t, a, "New", "Status")
	want(t, a, id, "Id")
	for i, word := range []string{"PROCESSING", "REJECTED", "REJECTED", "SUCCESS", "SUCCESS"} {
		if got := statusOf(); got != word {
			t.Fatalf("reading %d: %s, want %s", i, got, word)
		}
	}
	done := c.ok("GET", regPath+"/"+id+"/simplified/status", "")
	if link := dig(done, "Data", "DownloadUrl").(string); !strings.Contains(link, id+"/simplified/download?AuthToken=") {
		t.Error(link)
	}
	a = c.poll(id, 1)
	want(t, a, "Approved", "Status")
	want(t, a, "RegReport", "ResultDocs", "0", "DocType")
	rnm := dig(a, "KktDetails", "RegNumber").(string)
	want(t, c.ok("GET", kktsPath, ""), rnm, "Data", "0", "KktRegId")
	_, paper, err := c.send("GET", regPath+"/"+id+"/simplified/download?AuthToken="+DefaultAPIKey, "")
	if err != nil || !strings.HasPrefix(string(paper), "%PDF-") {
		t.Error(string(paper), err)
	}
	if status, _, _ := c.send("GET", regPath+"/"+id+"/simplified/download", ""); status == http.StatusOK {
		t.Error("the card was given without a token")
	}
}

// By its clock the tax service looks again each time its delay is over.
func TestSimplifiedByTheClock(t *testing.T) {
	c := serve(t, &World{Tax: Tax{Mode: TaxClock, Delay: Duration(time.Hour)}, Cards: []*Card{{Serial: testSerial, Early: 2}}})
	id := c.app("POST", regPath, registration())["Id"].(string)
	c.app("POST", simplePath, `{"ApplicationId":"`+id+`"}`)
	for i, word := range []string{"PROCESSING", "REJECTED", "REJECTED", "SUCCESS"} {
		if got := dig(c.ok("GET", regPath+"/"+id+"/simplified/status", ""), "Data", "Status"); got != word {
			t.Fatalf("after %d hours: %s, want %s", i, got, word)
		}
		c.s.Advance(time.Hour)
	}
}

// It is paid for, once: what was started is not started again, and without the
// money it is not started at all.
func TestSimplifiedIsPaidForOnce(t *testing.T) {
	balance := 150
	c := serve(t, &World{Partner: Partner{Balance: &balance, SimplifiedFee: 100}})
	id := c.app("POST", regPath, registration())["Id"].(string)
	c.app("POST", simplePath, `{"ApplicationId":"`+id+`"}`)
	c.denied("POST", simplePath, `{"ApplicationId":"`+id+`"}`, http.StatusBadRequest)
	c.poll(id, 1)
	c.denied("POST", simplePath, `{"ApplicationId":"`+id+`"}`, http.StatusBadRequest)
	if d := c.s.Duplicates(); len(d) != 2 || d[0].Kind != EffectSimple || d[0].Serial != testSerial {
		t.Errorf("%+v", d)
	}
	c.denied("POST", regPath+"/"+id+"/prepareDocuments", signatory, http.StatusBadRequest)
	other := strings.ReplaceAll(registration(), testSerial, otherSerial)
	second := c.app("POST", regPath, other)["Id"].(string)
	answer := c.denied("POST", simplePath, `{"ApplicationId":"`+second+`"}`, http.StatusOK)
	want(t, answer, "Не удалось оплатить услугу", "Errors", "0", "Message")
	want(t, answer, false, "Success")
	if left := *c.s.Snapshot().Partner.Balance; left != 50 {
		t.Errorf("%d roubles are left", left)
	}
}

// By its numbers: of a till whose card is known, and not twice.
func TestSimplifiedByNumbers(t *testing.T) {
	rnm := RNM(7, testINN, testSerial)
	c := serve(t, &World{Cards: []*Card{{Serial: testSerial, INN: testINN, RNM: rnm, FN: testFN, Document: "1"}}})
	for name, body := range map[string]string{
		"no number":      numbers(rnm, testFN, "", InitialRegistration),
		"short РНМ":      numbers("1", testFN, "1", InitialRegistration),
		"short ФН":       numbers(rnm, "1", "1", InitialRegistration),
		"deregistration": numbers(rnm, testFN, "1", Unregistration),
		"not registered": numbers(rnm, testFN, "1", Reregistration),
		"another INN":    strings.Replace(numbers(rnm, testFN, "1", InitialRegistration), testINN, "7709125605", 1),
		"both ways":      strings.Replace(numbers(rnm, testFN, "1", InitialRegistration), "{", `{"ApplicationId":"x",`, 1),
		"misspelled":     strings.Replace(numbers(rnm, testFN, "1", InitialRegistration), "FnNumber", "FNnumber_", 1),
		"unknown":        `{"ApplicationId":"dce99999-ee9b-4378-990c-99999ef3815c"}`,
	} {
		if status, answer := c.call("POST", simplePath, body); status != http.StatusBadRequest {
			t.Errorf("%s: %d %v", name, status, answer)
		}
	}
	a := c.app("POST", simplePath, numbers(rnm, testFN, "1", InitialRegistration))
	want(t, a, "1", "KktDetails", "FiscalDocumentData", "DocumentNumber")
	c.denied("POST", simplePath, numbers(rnm, testFN, "1", InitialRegistration), http.StatusBadRequest)
	id := a["Id"].(string)
	want(t, c.ok("GET", regPath+"/"+id+"/simplified/status", ""), "SUCCESS", "Data", "Status")
	want(t, c.ok("GET", kktsPath, ""), rnm, "Data", "0", "KktRegId")
	if n := len(c.s.Duplicates()); n != 1 {
		t.Errorf("%d duplicates", n)
	}
	// Its ФН changes: the numbers of the new one.
	b := c.app("POST", simplePath, numbers(rnm, otherFN, "7", Reregistration))
	c.ok("GET", regPath+"/"+b["Id"].(string)+"/simplified/status", "")
	want(t, c.ok("GET", kktsPath, ""), otherFN, "Data", "0", "FnNumber")
}

// A card of other numbers than the application's is not its card.
func TestTheWrongNumberFindsNoCard(t *testing.T) {
	rnm := RNM(7, testINN, testSerial)
	c := serve(t, &World{Cards: []*Card{{Serial: testSerial, INN: testINN, RNM: rnm, FN: testFN, Document: "1"}}})
	a := c.app("POST", simplePath, numbers(rnm, testFN, "2", InitialRegistration))
	for range 5 {
		want(t, c.ok("GET", regPath+"/"+a["Id"].(string)+"/simplified/status", ""), "REJECTED", "Data", "Status")
	}
}

// What the world orders to be refused is, and so is what cannot be processed.
func TestSimplifiedRefusals(t *testing.T) {
	c := serve(t, &World{
		Rejections: []Rejection{{Serial: testSerial, Reason: "Не подтверждено"}}, Cards: []*Card{{Serial: otherSerial, Failed: true}},
	})
	for serial, word := range map[string]string{testSerial: "REJECTED", otherSerial: "ERROR"} {
		id := c.app("POST", regPath, strings.ReplaceAll(registration(), testSerial, serial))["Id"].(string)
		c.app("POST", simplePath, `{"ApplicationId":"`+id+`"}`)
		want(t, c.ok("GET", regPath+"/"+id+"/simplified/status", ""), word, "Data", "Status")
		if a := c.poll(id, 1); dig(a, "StatusReason") == nil {
			t.Errorf("%v", a)
		}
	}
}

// 7.9 prints the automatic devices as an object, every other place as an
// array: both are taken, and neither with what is no field.
func TestPutTakesDevicesInBothForms(t *testing.T) {
	c := serve(t, nil)
	id := c.app("POST", regPath, registration())["Id"].(string)
	const device = `{"DeviceNumber":"A-1","InstallmentAddress":{"FullAddress":"Москва, Арбат, 1"}}`
	for _, form := range []string{device, "[" + device + "]"} {
		a := c.app("PUT", regPath+"/"+id, `{"AutomaticDevices":`+form+`}`)
		want(t, a, "A-1", "AutomaticDevices", "0", "DeviceNumber")
		want(t, a, nil, "AutomaticDevices", "1")
	}
	want(t, c.app("PUT", regPath+"/"+id, `{"AutomaticDevices":[]}`), []any{}, "AutomaticDevices")
	c.denied("PUT", regPath+"/"+id, `{"AutomaticDevices":{"Number":"A-1"}}`, http.StatusBadRequest)
	c.denied("PUT", regPath+"/"+id, `{"AutomaticDevices":"A-1"}`, http.StatusBadRequest)
}
