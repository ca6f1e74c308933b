package sim

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const checkPathForTest = "/api/kkt/cloud/sync/receipt"

// checkBody is the document's example with its lower quantity made a piece.
func checkBody(t *testing.T, change func(object)) string {
	t.Helper()
	text, err := os.ReadFile("testdata/checkonline.json")
	if err != nil {
		t.Fatal(err)
	}
	var body object
	if err := json.Unmarshal(text, &body); err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(body)
	}
	out, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// checker sends receipts to a simulated CheckOnline.
type checker struct {
	t    *testing.T
	s    *Service
	call func(method, path, body string) (*http.Response, error)
}

func checkService(t *testing.T, w *World, group string) checker {
	t.Helper()
	if w == nil {
		w = (&World{}).Add(SeedTill{INN: testINN, Serial: testSerial, FN: testFN})
	}
	a := newAuthority(t)
	s, call := secure(t, w, a, clientOf(t, a, group))
	return checker{t, s, call}
}

func (c checker) send(path, body string) (int, object) {
	c.t.Helper()
	res, err := c.call(http.MethodPost, path, body)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	var out object
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&out); err != nil {
		c.t.Fatalf("%s: %s", res.Status, text)
	}
	return res.StatusCode, out
}

// codes gives both layers of errors.
func codes(o object) [2]string {
	code := func(v any) string {
		if n, ok := v.(json.Number); ok {
			return n.String()
		}
		return ""
	}
	response, _ := o["Response"].(object)
	return [2]string{code(o["FCEError"]), code(response["Error"])}
}

// TestCheckOnlineWithoutACertificate looks that nothing is printed.
func TestCheckOnlineWithoutACertificate(t *testing.T) {
	_, call := secure(t, nil, newAuthority(t))
	res, err := call(http.MethodPost, checkPathForTest, checkBody(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusUnauthorized {
		t.Error(res.Status)
	}
}

func TestCheckOnlinePrints(t *testing.T) {
	c := checkService(t, nil, "")
	status, got := c.send(checkPathForTest, checkBody(t, nil))
	till := c.s.Snapshot().Tills[0]
	sign := c.s.Snapshot().CheckReceipts[0].Sign
	n := func(s string) json.Number { return json.Number(s) }
	want := object{
		"fceerror": n("0"), "FCEError": n("0"), "Requestid": "545+64", "Clientid": nil, "Path": "/fr/api/v2/Complex",
		"Device":   object{"Name": "000000" + testSerial, "Address": "172.16.13.213:4444"},
		"Response": object{"Error": n("0"), "ErrorMessages": nil}, "FiscalDocNumber": n("1"), "DocNumber": n("2"),
		"Date":       object{"Date": object{"Day": n("16"), "Month": n("11"), "Year": n("26")}, "Time": object{"Hour": n("13"), "Minute": n("0"), "Second": n("0")}},
		"GrandTotal": n("78850"), "FiscalSign": n(sign), "DocumentType": n("0"),
		"QR":             "t=20261116T1300&s=788.50&fn=" + testFN + "&i=1&fp=" + sign + "&n=1",
		"FNSerialNumber": testFN, "DeviceSerialNumber": "000000" + testSerial, "DeviceRegistrationNumber": till.RNM,
		"ErrorDescription": nil, "Fatal": false, "HTTPStatus": n("200"),
	}
	if diff := cmp.Diff(want, got); diff != "" || status != http.StatusOK {
		t.Errorf("%d %s", status, diff)
	}
	if till.LastDocument.IsZero() {
		t.Error("the till sent no fiscal document")
	}
}

// TestCheckOnlineAnyCase looks at both slash forms and any case of path and
// names.
func TestCheckOnlineAnyCase(t *testing.T) {
	c := checkService(t, nil, "")
	for i, path := range []string{checkPathForTest + "/", strings.ToUpper(checkPathForTest)} {
		body := checkBody(t, func(b object) { b["Requestid"] = path })
		status, got := c.send(path, strings.NewReplacer("Requestid", "RequestId", "Taxid", "taxID", `"INN"`, `"inn"`).Replace(body))
		if status != http.StatusOK || codes(got) != [2]string{"0", "0"} || got["FiscalDocNumber"] != json.Number([]string{"1", "2"}[i]) {
			t.Errorf("%s: %d %v", path, status, got)
		}
	}
}

// TestCheckOnlineRefuses looks at what the document forbids: the service's
// errors come with HTTP 500, the till's with 200.
func TestCheckOnlineRefuses(t *testing.T) {
	line := func(b object) object { return b["Lines"].([]any)[0].(object) }
	set := func(name string, v any) func(object) { return func(b object) { b[name] = v } }
	inLine := func(name string, v any) func(object) { return func(b object) { line(b)[name] = v } }
	for name, row := range map[string]struct {
		change  func(object)
		service string
		device  string
	}{
		"unknown field":    {set("Foo", 1), "2", ""},
		"text for number":  {inLine("Qty", "1"), "2", ""},
		"no device":        {set("Device", ""), "3", ""},
		"device by name":   {set("Device", "0001"), "8", ""},
		"no id":            {set("Requestid", ""), "17", ""},
		"no type":          {func(b object) { delete(b, "DocumentType") }, "0", "52"},
		"type 4":           {set("DocumentType", 4), "0", "73"},
		"no lines":         {set("Lines", []any{}), "0", "208"},
		"no price":         {func(b object) { delete(line(b), "Price") }, "0", "52"},
		"no tax":           {func(b object) { delete(line(b), "Taxid") }, "0", "52"},
		"tax 11":           {inLine("Taxid", 11), "0", "51"},
		"two tax modes":    {set("TaxMode", 3), "0", "51"},
		"no description":   {inLine("Description", ""), "0", "52"},
		"description":      {inLine("Description", "«»"), "0", "51"},
		"income in words":  {inLine("LineAttribute", 15), "0", "51"},
		"premiums 25":      {func(b object) { line(b)["LineAttribute"], line(b)["Description"] = 16, "25" }, "0", "51"},
		"no supplier":      {func(b object) { delete(line(b), "ProviderData") }, "0", "52"},
		"no NonCash":       {func(b object) { delete(b, "NonCash") }, "0", "52"},
		"four sums":        {set("NonCash", []int{78850, 0, 0, 0}), "0", "51"},
		"paid too little":  {set("NonCash", []int{78849}), "0", "69"},
		"card over":        {set("NonCash", []int{78851}), "0", "77"},
		"costs nothing":    {func(b object) { line(b)["Price"] = 0; b["NonCash"] = []int{0} }, "0", "142"},
		"contact":          {set("PhoneOrEmail", "+79878985623"), "0", "51"},
		"place":            {set("Place", strings.Repeat("я", 257)), "0", "51"},
		"unknown group":    {set("Group", "elsewhere"), "5", ""},
		"agents":           {set("PaymentAgentModes", 128), "0", "51"},
		"negative payment": {set("NonCash", []int{78851, -1}), "0", "51"},
	} {
		t.Run(name, func(t *testing.T) {
			c := checkService(t, nil, "")
			status, got := c.send(checkPathForTest, checkBody(t, row.change))
			wantStatus := http.StatusInternalServerError
			if row.device != "" {
				wantStatus = http.StatusOK
			}
			if codes(got) != [2]string{row.service, row.device} || status != wantStatus || got["fceerror"] != got["FCEError"] {
				t.Errorf("%d %v", status, got)
			}
			for _, e := range c.s.Ledger() {
				if e.OK || e.Duplicate {
					t.Errorf("%+v", e)
				}
			}
		})
	}
	c := checkService(t, nil, "")
	if status, got := c.send(checkPathForTest, `{"Requestid":`); status != http.StatusInternalServerError || codes(got)[0] != "2" {
		t.Errorf("no JSON: %d %v", status, got)
	}
}

// TestCheckOnlineOnce looks that a RequestId prints once, whatever is sent
// under it, and that ClientId and Group tell receipts apart.
func TestCheckOnlineOnce(t *testing.T) {
	c := checkService(t, nil, "")
	_, first := c.send(checkPathForTest, checkBody(t, nil))
	_, again := c.send(checkPathForTest, checkBody(t, nil))
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("another answer: %s", diff)
	}
	if got := len(c.s.Duplicates()); got != 0 || len(c.s.Ledger()) != 1 {
		t.Errorf("a repeat is no second effect: %+v", c.s.Ledger())
	}
	for _, change := range []func(object){
		func(b object) { b["Clientid"] = "other" },
		func(b object) { b["Group"] = testINN },
	} {
		if _, got := c.send(checkPathForTest, checkBody(t, change)); got["FiscalDocNumber"] == first["FiscalDocNumber"] {
			t.Errorf("the same document for another sender: %v", got)
		}
	}
	_, got := c.send(checkPathForTest, checkBody(t, func(b object) { b["DocumentType"] = 2 }))
	if diff := cmp.Diff(first, got); diff != "" {
		t.Errorf("another body under the same id: %s", diff)
	}
	if twice := c.s.Duplicates(); len(twice) != 1 || twice[0].OK {
		t.Errorf("%+v", twice)
	}
}

// TestCheckOnlineForgets looks that the ledger tells what the service would
// not: a RequestId that printed twice.
func TestCheckOnlineForgets(t *testing.T) {
	c := checkService(t, nil, "")
	c.send(checkPathForTest, checkBody(t, nil))
	c.s.Mutate(func(w *World) { w.CheckReceipts = nil })
	c.send(checkPathForTest, checkBody(t, nil))
	if twice := c.s.Duplicates(); len(twice) != 1 || !twice[0].OK {
		t.Errorf("%+v", twice)
	}
}

func TestCheckOnlineInProgressAndFailures(t *testing.T) {
	c := checkService(t, nil, "")
	c.s.Mutate(func(w *World) { w.CheckOnline.Processing = 2 })
	for _, f := range []string{`{"service": 18}`, `{"device": 255, "printed": true, "fatal": true, "description": "сбой"}`} {
		res, err := c.call(http.MethodPost, "/_sim/checkonline", f)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatal(res, err)
		}
		res.Body.Close()
	}
	var seen [][2]string
	for range 5 {
		_, got := c.send(checkPathForTest, checkBody(t, nil))
		seen = append(seen, codes(got))
	}
	want := [][2]string{{"18", ""}, {"0", "255"}, {"24", ""}, {"24", ""}, {"0", "0"}}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Error(diff)
	}
	printed := 0
	for _, e := range c.s.Ledger() {
		if e.OK {
			printed++
		}
	}
	if printed != 1 || len(c.s.Duplicates()) != 0 {
		t.Errorf("%+v", c.s.Ledger())
	}
	if res, err := c.call(http.MethodPost, "/_sim/checkonline", `{"printed": true}`); err != nil || res.StatusCode != http.StatusBadRequest {
		t.Errorf("a failure without a code: %v %v", res, err)
	}
}

// TestCheckOnlineTills looks at which till answers.
func TestCheckOnlineTills(t *testing.T) {
	w := (&World{}).Add(
		SeedTill{INN: testINN, Serial: "1", Unregistered: true}, SeedTill{INN: testINN, Serial: testSerial}, SeedTill{INN: "7709125605", Serial: "2"},
		SeedTill{INN: testINN, Serial: "3"},
	)
	w.CheckOnline.Tills = map[string]string{"mine": "3", "boxed": "1"}
	for group, want := range map[string]any{"": testSerial, "7709125605": "2", "mine": "3", "boxed": nil, "nobody's": nil} {
		c := checkService(t, w, group)
		_, got := c.send(checkPathForTest, checkBody(t, nil))
		serial := got["DeviceSerialNumber"]
		if s, ok := serial.(string); ok {
			serial = trimSerial(s)
		}
		if s, ok := want.(string); ok {
			want = trimSerial(s)
		}
		if serial != want {
			t.Errorf("%q: %v, want %v", group, serial, want)
		}
	}
}

// TestCheckOnlineFullAnswer has no fiscal fields at its top.
func TestCheckOnlineFullAnswer(t *testing.T) {
	c := checkService(t, nil, "")
	_, got := c.send(checkPathForTest, checkBody(t, func(b object) { b["FullResponse"] = true }))
	if codes(got) != [2]string{"0", "0"} || got["FiscalSign"] != nil || len(got["Responses"].([]any)) != 3 {
		t.Errorf("%v", got)
	}
}
