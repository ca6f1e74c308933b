package sim

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// receiptWorld is a member that has printed three receipts, one an hour, the
// last at noon of 16 November by its own clock.
func receiptWorld(t *testing.T) *caller {
	t.Helper()
	c := serve(t, registeredWorld().AddMember("", otherSerial))
	last := time.Date(2026, 11, 16, 12, 0, 0, 0, time.UTC)
	if err := c.s.Print(Printing{Serial: otherSerial, Count: 3, Last: last}); err != nil {
		t.Fatal(err)
	}
	return c
}

func rows(v object) []any {
	list, _ := v["Data"].([]any)
	return list
}

func TestReceiptLists(t *testing.T) {
	c := receiptWorld(t)
	of := "/api/renta/v1/inn/" + testINN + "/receipts/"
	for path, n := range map[string]int{
		of + "2026-11-16T00:00:00/2026-11-17T00:00:00":                                                        3,
		of + "2026-11-16T11:00:00/2026-11-16T12:00:00":                                                        2, // both ends are inside
		of + "2026-11-16T11:00:01/2026-11-16T11:59:59":                                                        0,
		of + "2026-11-09T12:00:00/2026-11-16T12:00:00/":                                                       3,
		"/API/Renta/V1/INN/" + testINN + "/Receipts/2026-11-16T00:00:00/2026-11-17T00:00:00":                  3,
		"/api/renta/v1/kkt/" + otherSerial + "/receipts/2026-11-16T00:00:00/2026-11-17T00:00:00":              3,
		"/api/renta/v1/kkt/" + trimSerial(otherSerial) + "/receipts/2026-11-16T00:00:00/2026-11-17T00:00:00/": 3,
	} {
		if got := c.ok("GET", path, ""); len(rows(got)) != n {
			t.Errorf("%s: %d receipts, want %d", path, len(rows(got)), n)
		}
	}
	row := c.ok("GET", of+"2026-11-16T12:00:00/2026-11-16T12:00:00", "")
	want(t, row, "2026-11-16T09:00:00", "Data", "0", "CDateUtc")
	want(t, row, "2026-11-16T12:00:00", "Data", "0", "DocDateTime")
	want(t, row, otherFN, "Data", "0", "FnNumber")
	want(t, row, otherSerial, "Data", "0", "SerialNumber")
	c.s.Mutate(func(w *World) { w.RentaPeriodBy = PeriodByReception })
	if got := c.ok("GET", of+"2026-11-16T11:00:00/2026-11-16T12:00:00", ""); len(rows(got)) != 0 {
		t.Errorf("by reception: %v", got)
	}
}

func TestReceiptListsAreStrict(t *testing.T) {
	c := receiptWorld(t)
	for path, message := range map[string]string{
		"inn/" + testINN + "/receipts/2026-11-09T12:00:00/2026-11-16T12:00:01":      "7 дней",
		"inn/" + testINN + "/receipts/2026-11-16T12:00:01/2026-11-16T12:00:00":      "WrongDate",
		"inn/" + testINN + "/receipts/2026-11-16/2026-11-17":                        "WrongDate",
		"inn/" + testINN + "/receipts/2026-11-16T12:00:00/2026-11-17T12:00:00Z":     "WrongDate",
		"inn/7802870820/receipts/2026-11-16T12:00:00/2026-11-17T12:00:00":           "InnNotFound",
		"kkt/00000000000000000001/receipts/2026-11-16T12:00:00/2026-11-17T12:00:00": "KktNotFound",
		"receipt/3a6e3b83-a0b0-4587-bfb3-1b7539b05cf3":                              "ReceiptNotFound",
	} {
		status, got := c.call("GET", "/api/renta/v1/"+path, "")
		errs, _ := got["Errors"].([]any)
		if status < 400 || got["Status"] != "Failed" || len(errs) != 1 || !strings.Contains(errs[0].(string), message) {
			t.Errorf("%s: %d %v", path, status, got)
		}
	}
	if status, got, err := c.send("GET", "/api/renta/v1/receipt/x", ""); status != http.StatusForbidden || string(got) != "{}" {
		t.Errorf("without a token: %d %s %v", status, got, err)
	}
}

// What a till prints after it has left a centre is not the centre's.
func TestReceiptsAreTheCentres(t *testing.T) {
	c := receiptWorld(t)
	c.s.Mutate(func(w *World) { w.Members[0].Off = At(time.Date(2026, 11, 16, 8, 30, 0, 0, time.UTC)) })
	path := "/api/renta/v1/inn/" + testINN + "/receipts/2026-11-16T00:00:00/2026-11-17T00:00:00"
	if got := c.ok("GET", path, ""); len(rows(got)) != 2 {
		t.Errorf("%v", got)
	}
	id := c.s.Snapshot().RentaReceipts[2].ID
	if status, _ := c.call("GET", "/api/renta/v1/receipt/"+id, ""); status != http.StatusNotFound {
		t.Errorf("%d", status)
	}
}

func TestPrintByControl(t *testing.T) {
	c := receiptWorld(t)
	c.ok("POST", "/_sim/print?serial="+otherSerial+"&n=2&every=10m&ago=1h&fn=9287440300784999", "")
	c.ok("POST", "/_sim/print", `{"serial":"`+otherSerial+`","at":"2026-11-16T12:30:00","operation":"Refund income","items":[{"name":"Гвозди","price":300,"quantity":0.5}]}`)
	list := c.s.Snapshot().RentaReceipts
	if len(list) != 6 || list[4].FN != "9287440300784999" || list[4].At.String() != "2026-11-16T12:00:00" || list[3].At.String() != "2026-11-16T11:50:00" {
		t.Fatalf("%+v", list)
	}
	till := c.s.Snapshot().Tills[0]
	if till.FN != otherFN || till.LastDocument.String() != "2026-11-16T09:30:00" {
		t.Errorf("%+v", till)
	}
	got := c.ok("GET", "/api/renta/v1/Receipt/"+strings.ToUpper(list[5].ID)+"/", "")
	want(t, got, "Гвозди", "Data", "Items", "0", "Name")
	want(t, got, float64(150), "Data", "TotalSumm")
	want(t, got, "Refund income", "Data", "OperationType")
	for _, bad := range []string{"?serial=1", "?serial=" + otherSerial + "&n=0", "?serial=" + otherSerial + "&every=x", "?serial=" + otherSerial + "&last=x"} {
		if status, _, _ := c.send("POST", "/_sim/print"+bad, ""); status != http.StatusBadRequest {
			t.Errorf("%s: %d", bad, status)
		}
	}
}

// A world with receipts comes back from its file as it was.
func TestReceiptsInAWorldFile(t *testing.T) {
	world := receiptWorld(t).s.Snapshot()
	data, err := world.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseWorld(data)
	if err != nil || !slices.EqualFunc(world.RentaReceipts, again.RentaReceipts, func(a, b *RentaReceipt) bool { return a.row() == b.row() }) {
		t.Errorf("%v", err)
	}
	if _, err := ParseWorld([]byte(`{"rentaReceipts":[null]}`)); err == nil {
		t.Error("null is an entry")
	}
	copied := world.clone()
	copied.RentaReceipts[0].Items[0].Name = "other"
	if world.RentaReceipts[0].Items[0].Name == "other" {
		t.Error("a copy shares its items")
	}
}
