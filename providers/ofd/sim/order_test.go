package sim

import (
	"bytes"
	"encoding/base64"
	"image/png"
	"net/http"
	"strings"
	"testing"
)

const (
	cabinetPath = "/api/integration/partner/v2/PartnerCreateClientCabinet"
	orderPath   = "/api/integration/partner/v2/PartnerBookingKkt"
	orderState  = "/api/integration/partner/v2/kkt/GetStatus?OrderID="
	cabinetBody = `{"Inn":"5252012620","Kpp":"525201001","CompanyName":"ООО «Север»","Email":"office@sever.example"}`
)

func orderBody(agreement string) string {
	return `{"OfdAgreementId":"` + agreement + `","quantity":3,"tariffType":"Urgent12M","fnType":"Fn15","PaymentType":"Bill"}`
}

// failure makes a call that fails in the shape of 004 §6.1 with a code.
func (c *caller) failure(method, path, body string, status, code int) {
	c.t.Helper()
	got, v := c.call(method, path, body)
	if got != status || v["Status"] != "Failed" || dig(v, "Error", "Code") != float64(code) {
		c.t.Errorf("%s %s %s: %d %v, want %d with code %d", method, path, body, got, v, status, code)
	}
}

// An application of the company names the agreement that the cabinet was made
// with; a second cabinet is refused as a wrong ИНН, another company's with the
// same email as an unknown error.
func TestCabinet(t *testing.T) {
	c := serve(t, &World{Emails: []string{"Taken@sever.example"}})
	made := c.ok("POST", cabinetPath, cabinetBody)
	agreement, _ := made["OfdAgreementId"].(string)
	if len(made) != 1 || agreement == "" {
		t.Fatalf("%v", made)
	}
	c.failure("POST", cabinetPath, cabinetBody, http.StatusBadRequest, codeCabinetExists)
	if d := c.s.Duplicates(); len(d) != 1 || d[0].Kind != EffectCabinet {
		t.Errorf("a second cabinet of ours is no duplicate: %v", d)
	}
	other := edit(cabinetBody, object{"Inn": "7709125605", "Kpp": "770901001"})
	c.failure("POST", cabinetPath, other, http.StatusInternalServerError, codeEmailTaken)
	c.failure("POST", cabinetPath, edit(other, object{"Email": "taken@sever.example"}), http.StatusInternalServerError, codeEmailTaken)
	c.failure("POST", cabinetPath, edit(other, object{"Email": "no email"}), http.StatusBadRequest, http.StatusBadRequest)
	c.failure("POST", cabinetPath, edit(other, object{"CompanyName": nil}), http.StatusBadRequest, http.StatusBadRequest)
	c.failure("POST", cabinetPath, edit(other, object{"Kpp": nil}), http.StatusBadRequest, http.StatusBadRequest)
	c.failure("POST", cabinetPath, edit(other, object{"Mail": "x"}), http.StatusBadRequest, http.StatusBadRequest)
	branch := c.ok("POST", cabinetPath, edit(cabinetBody, object{"Kpp": "525202002", "Email": "b@sever.example"}))
	if branch["OfdAgreementId"] == agreement {
		t.Error("two branches have one agreement")
	}
	app := c.app("POST", regPath, registration())
	want(t, app, any(agreement), "OfdAgreementId")
}

// Whoever has tills has a cabinet, though nobody made one.
func TestApplicationMakesTheCabinet(t *testing.T) {
	c := serve(t, nil)
	c.app("POST", regPath, registration())
	c.failure("POST", cabinetPath, cabinetBody, http.StatusBadRequest, codeCabinetExists)
	if d := c.s.Duplicates(); len(d) != 0 {
		t.Errorf("%v", d)
	}
}

func TestOrderIsPaidByPolls(t *testing.T) {
	c := serve(t, &World{Cabinets: []*Cabinet{{INN: testINN, KPP: testKPP, Agreement: "a-1"}}, Billing: Billing{PaidPolls: 2}})
	placed := c.ok("POST", orderPath, orderBody("a-1"))
	id, _ := placed["OrderID"].(string)
	link, _ := placed["OrderReceiptUrl"].(string)
	if id == "" || !strings.Contains(link, ".pdf?AuthToken="+DefaultAPIKey) || len(placed) != 2 {
		t.Fatalf("%v", placed)
	}
	if got := c.ok("GET", orderState+id, ""); len(got) != 1 || got["Status"] != float64(2) {
		t.Errorf("%v", got)
	}
	got := c.ok("GET", orderState+id, "")
	if got["Status"] != float64(1) || got["DueDate"] != "16.11.2027 10:00:00" {
		t.Errorf("%v", got)
	}
	status, _ := c.call("GET", orderState+"other", "")
	if status != http.StatusNotFound {
		t.Errorf("another order: %d", status)
	}
}

func TestOrderLapses(t *testing.T) {
	c := serve(t, &World{Cabinets: []*Cabinet{{INN: testINN, KPP: testKPP, Agreement: "a-1"}}, Billing: Billing{OverduePolls: 1}})
	id := c.ok("POST", orderPath, orderBody("a-1"))["OrderID"].(string)
	if got := c.ok("GET", orderState+id, ""); got["Status"] != float64(3) || len(got) != 1 {
		t.Errorf("%v", got)
	}
	c.ok("POST", "/_sim/order?status=paid&id="+id, "")
	if got := c.ok("GET", orderState+id, ""); got["Status"] != float64(1) {
		t.Errorf("%v", got)
	}
	if status, _ := c.call("POST", "/_sim/order?status=free", ""); status != http.StatusBadRequest {
		t.Errorf("%d", status)
	}
}

// Two calls are two orders: nothing tells one that was sent again.
func TestOrdersAreNotIdempotent(t *testing.T) {
	c := serve(t, &World{Cabinets: []*Cabinet{{INN: testINN, KPP: testKPP, Agreement: "a-1"}}})
	a, b := c.ok("POST", orderPath, orderBody("a-1")), c.ok("POST", orderPath, orderBody("a-1"))
	if a["OrderID"] == b["OrderID"] || len(c.s.Snapshot().Orders) != 2 {
		t.Errorf("%v %v", a, b)
	}
}

// The letter case of the keys counts, and so do the words of the tables.
func TestOrderIsStrict(t *testing.T) {
	c := serve(t, &World{Cabinets: []*Cabinet{{INN: testINN, KPP: testKPP, Agreement: "a-1"}}})
	good := orderBody("a-1")
	c.refused("POST", orderPath, strings.Replace(good, "quantity", "Quantity", 1), "Quantity")
	c.refused("POST", orderPath, strings.Replace(good, "PaymentType", "paymentType", 1), "paymentType")
	c.refused("POST", orderPath, edit(good, object{"quantity": "3"}), "quantity")
	c.refused("POST", orderPath, edit(good, object{"quantity": 0}), "quantity")
	c.refused("POST", orderPath, edit(good, object{"fnType": "fn15"}), "fnType")
	c.refused("POST", orderPath, edit(good, object{"PaymentType": "bill"}), "PaymentType")
	c.refused("POST", orderPath, edit(good, object{"tariffType": "Urgent2M"}), "tariffType")
	c.refused("POST", orderPath, edit(good, object{"OfdAgreementId": "other"}), "OfdAgreementId")
	c.refused("POST", orderPath, edit(good, object{"tariffType": nil}), "tariffType")
	if n := len(c.s.Snapshot().Orders); n != 0 {
		t.Errorf("%d orders", n)
	}
}

func TestOrderReceipts(t *testing.T) {
	c := serve(t, &World{Cabinets: []*Cabinet{{INN: testINN, KPP: testKPP, Agreement: "a-1"}}})
	card := c.ok("POST", orderPath, edit(orderBody("a-1"), object{"PaymentType": "CreditCard"}))["OrderReceiptUrl"].(string)
	if !strings.HasPrefix(card, "https://") || strings.Contains(card, "AuthToken") {
		t.Error(card)
	}
	code := c.ok("POST", orderPath, edit(orderBody("a-1"), object{"PaymentType": "SBP"}))["OrderReceiptUrl"].(string)
	data, err := base64.StdEncoding.DecodeString(code)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := png.Decode(bytes.NewReader(data)); err != nil {
		t.Error(err)
	}
	c.s.Mutate(func(w *World) { w.Billing.Receipt = "javascript:alert(1)" })
	if got := c.ok("POST", orderPath, orderBody("a-1"))["OrderReceiptUrl"]; got != "javascript:alert(1)" {
		t.Error(got)
	}
}
