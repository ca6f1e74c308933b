package sim

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"
)

func TestRegistrationEndToEnd(t *testing.T) {
	c := serve(t, nil)
	a := c.app("POST", regPath+"/", registration())
	id := a["Id"].(string)
	want(t, a, "New", "Status")
	want(t, a, "Initialization", "Stage")
	want(t, a, object{}, "CompanyDetails", "Director")
	want(t, a, object{}, "CompanyDetails", "Signatory", "RepresentativeDetails")
	want(t, a, zeroDate, "CompanyDetails", "CreatedDate")
	want(t, a, "", "CompanyDetails", "LegalAddress", "FullAddress")
	want(t, a, object{}, "KktDetails", "FiscalDocumentData")
	want(t, a, nil, "KktDetails", "FormatVersion")
	want(t, a, false, "KktDetails", "UsageMode", "Gambling")
	want(t, a, "EachMonth", "OfdAgreement", "PayPeriods", "1")
	want(t, a, a["OfdAgreementId"], "OfdAgreement", "Id")
	want(t, a, "EKkt", "Gateway")
	want(t, a, true, "CanDelete")

	a = c.app("POST", regPath+"/"+id+"/PrepareDocuments/", signatory)
	want(t, a, "AwaitingSignature", "Status")
	want(t, a, "1110061", "Documents", "0", "Kind")
	want(t, a, "Unsigned", "Documents", "0", "Signature")
	want(t, a, float64(4), "KktDetails", "FormatVersion")
	name := dig(a, "Documents", "0", "FileName").(string)
	if !strings.HasPrefix(name, "KO_ZVLREGKKT_7725_5252_5252012620525201001_20261116_") {
		t.Error(name)
	}
	checkContent(t, dig(a, "Documents", "0", "Content").(string))

	a = c.app("POST", regPath+"/"+id+"/sign", signBody(a))
	want(t, a, "ProcessingSignedDocuments", "Status")
	want(t, a, "Signed", "Documents", "0", "Signature")
	want(t, a, nil, "Documents", "0", "Content")
	want(t, c.poll(id, 1), "ReadyToBeSentToFns", "Status")
	want(t, c.poll(id, 1), "SentToFns", "Status")
	a = c.poll(id, 1)
	want(t, a, "New", "Status")
	want(t, a, "Finalization", "Stage")
	want(t, a, "RnmReport", "ResultDocs", "0", "DocType")
	want(t, a, float64(50), "ResultDocs", "0", "ReportTypeId")
	rnm := dig(a, "KktDetails", "RegNumber").(string)
	if !rnmFits(rnm, testINN, testSerial) {
		t.Errorf("РНМ %s has a wrong check", rnm)
	}

	r := c.ok("GET", "/_sim/report?serial="+testSerial, "")
	put := fmt.Sprintf(`{"KktDetails":{"FiscalDocumentData":{"DateTime":%q,"DocumentNumber":%q,"Signature":%q}}}`, r["at"], r["document"], r["sign"])
	a = c.app("PUT", regPath+"/"+id, put)
	want(t, a, []any{}, "Documents")
	want(t, a, r["sign"], "KktDetails", "FiscalDocumentData", "Signature")
	a = c.signed(id)
	want(t, a, "Finalization", "Stage")
	if name := dig(a, "Documents", "0", "FileName").(string); !strings.HasPrefix(name, "KO_OTCHREGKKT_") {
		t.Error(name)
	}
	want(t, c.ok("GET", kktsPath, ""), []any{}, "Data")
	a = c.poll(id, 3)
	want(t, a, "SentToFns", "Status")
	want(t, a, "Finalization", "Stage")
	want(t, a, "RegReport", "ResultDocs", "0", "DocType")
	want(t, a, "RnmReport", "ResultDocs", "1", "DocType")
	want(t, a, []any{}, "Documents")
	row := c.ok("GET", kktsPath, "")
	want(t, row, rnm, "Data", "0", "KktRegId")
	want(t, row, testFN, "Data", "0", "FnNumber")
	want(t, row, nil, "Data", "0", "ContractEndDateUtc")
	if n := len(c.s.Duplicates()); n != 0 {
		t.Errorf("%d duplicates in a proper registration", n)
	}
}

func checkContent(t *testing.T, content string) {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(content)
	if err != nil {
		t.Fatal(err)
	}
	text, err := charmap.Windows1251.NewDecoder().String(string(raw))
	if err != nil || !strings.Contains(text, "<Адрес>Москва, Ленинская Слобода, 19</Адрес>") || !strings.Contains(text, testFN) {
		t.Errorf("%v in %s", err, text)
	}
}

func TestReregistrationChangesTheTill(t *testing.T) {
	c := serve(t, registeredWorld())
	body := edit(reregistration(), object{"KktDetails.InstallmentAddress.FullAddress": "Тула, Новая, 1"})
	a := c.app("POST", regPath, body)
	want(t, a, true, "KktDetails", "ReregistrationReasons", "FnChanged")
	want(t, a, false, "KktDetails", "ReregistrationReasons", "OfdChaged")
	want(t, a, []any{}, "FiscalDocuments")
	c.signed(a["Id"].(string))
	a = c.poll(a["Id"].(string), 3)
	want(t, a, "SentToFns", "Status")
	want(t, a, "Initialization", "Stage")
	want(t, a, "ReRegReport", "ResultDocs", "0", "DocType")
	row := c.ok("GET", kktsPath, "")
	want(t, row, testFN, "Data", "0", "FnNumber")
	want(t, row, "Тула, Новая, 1", "Data", "0", "FiscalAddress")
}

func TestUnregistrationSwapsItsEchoAndLeavesNoPaper(t *testing.T) {
	c := serve(t, registeredWorld().AddMember("", otherSerial))
	a := c.app("POST", regPath, unregistration())
	id := a["Id"].(string)
	want(t, a, otherSerial, "KktDetails", "FnNumber")
	want(t, a, otherFN, "KktDetails", "SerialNumber")
	want(t, a, "", "KktDetails", "InstallmentAddress", "FullAddress")
	prepared := c.app("POST", regPath+"/"+id+"/prepareDocuments", signatory)
	want(t, prepared, otherSerial, "KktDetails", "SerialNumber")
	if name := dig(prepared, "Documents", "0", "FileName").(string); !strings.HasPrefix(name, "KO_ZVLSNUCHKKT_") {
		t.Error(name)
	}
	c.app("POST", regPath+"/"+id+"/sign", signBody(prepared))
	a = c.poll(id, 3)
	want(t, a, "Approved", "Status")
	want(t, a, "Finalization", "Stage")
	want(t, a, []any{}, "ResultDocs")
	want(t, c.ok("GET", kktsPath, ""), []any{}, "Data")
	want(t, c.ok("GET", "/api/renta/v1/kkts", ""), otherRNM, "Data", "0", "KktRegNumber")
}

func TestCreateIsStrict(t *testing.T) {
	c := serve(t, registeredWorld())
	for name, tc := range map[string]struct {
		base    string
		changes object
		want    string
	}{
		"purpose":          {registration(), object{"Purpose": "Registration"}, "назначение"},
		"inn":              {registration(), object{"CompanyDetails.Inn": "52520126"}, "ИНН"},
		"no kpp":           {registration(), object{"CompanyDetails.Kpp": nil}, "КПП"},
		"kpp of another":   {registration(), object{"CompanyDetails.Kpp": "770901001"}, "КПП"},
		"kpp of a person":  {registration(), object{"CompanyDetails.Inn": "500100732259"}, "КПП"},
		"serial":           {registration(), object{"KktDetails.SerialNumber": "0000"}, "заводской"},
		"serial chars":     {registration(), object{"KktDetails.SerialNumber": "1/../2"}, "заводской"},
		"fn":               {registration(), object{"KktDetails.FnNumber": "928744030078422"}, "ФН"},
		"ffd 1.0":          {registration(), object{"KktDetails.FormatVersion": 1}, "ФФД"},
		"ffd 5":            {registration(), object{"KktDetails.FormatVersion": 5}, "ФФД"},
		"model":            {registration(), object{"KktDetails.Model": nil}, "модель"},
		"ofd":              {registration(), object{"KktDetails.OfdInn": ""}, "ОФД"},
		"ofd name":         {registration(), object{"KktDetails.OfdName": ""}, "ОФД"},
		"address":          {registration(), object{"KktDetails.InstallmentAddress": nil}, "адрес"},
		"place":            {registration(), object{"KktDetails.InstallmentPlace": ""}, "место"},
		"early report":     {registration(), object{"KktDetails.FiscalDocumentData": object{"DateTime": "2026-11-16T10:00:00"}}, "Отчет"},
		"registered":       {registration(), object{"KktDetails.SerialNumber": "307404867291"}, "уже зарегистрирована"},
		"half a МЧД":       {registration(), object{"CompanyDetails.Signatory": object{"RepresentativeDetails": object{"Number": "1"}}}, "доверенности"},
		"МЧД elsewhere":    {registration(), object{"CompanyDetails.RepresentativeDetails": object{"Number": "1"}}, "не разобрано"},
		"unknown field":    {registration(), object{"KktDetails.Serial": "1"}, "не разобрано"},
		"number as text":   {registration(), object{"KktDetails.FormatVersion": "4"}, "не разобрано"},
		"rnm form":         {reregistration(), object{"KktDetails.RegNumber": "123"}, "РНМ"},
		"rnm of another":   {reregistration(), object{"KktDetails.RegNumber": "0000002950038403"}, "не соответствует"},
		"not registered":   {reregistration(), object{"KktDetails.SerialNumber": testSerial, "KktDetails.RegNumber": "0000002950038403"}, "не зарегистрирована"},
		"no reasons":       {reregistration(), object{"KktDetails.ReregistrationReasons": nil}, "причина"},
		"reason misspelt":  {reregistration(), object{"KktDetails.ReregistrationReasons": object{"OfdChanged": true}}, "не разобрано"},
		"no closing paper": {reregistration(), object{"KktDetails.ClosedFnDetails": nil}, "отчеты"},
		"bad paper":        {reregistration(), object{"KktDetails.InstalledFnDetails.FdDateTime": "16.11.2026"}, "отчеты"},
		"unexplained fn":   {reregistration(), object{"KktDetails.ReregistrationReasons": object{"Other": true}}, "ФН"},
		"user":             {reregistration(), object{"KktDetails.ReregistrationReasons.UserChanged": true}, "пользователя"},
		"no unreg reason":  {unregistration(), object{"KktDetails.UnregistrationReasons": nil}, "снятия"},
		"unreg rnm":        {unregistration(), object{"KktDetails.RegNumber": "0000002947022927"}, "не соответствует"},
		"device":           {registration(), object{"AutomaticDevices": []any{object{"DeviceNumber": "A-1"}}}, "автоматического"},
		"device as object": {registration(), object{"AutomaticDevices": object{"DeviceNumber": "A-1"}}, "не разобрано"},
	} {
		t.Run(name, func(t *testing.T) {
			c := &caller{t: t, s: c.s, url: c.url}
			c.refused("POST", regPath, edit(tc.base, tc.changes), tc.want)
		})
	}
	for _, body := range []string{"", "{", registration() + "x"} {
		if status, v := c.call("POST", regPath, body); status != 400 {
			t.Errorf("%q: %d %v", body, status, v)
		}
	}
	if n := len(c.s.Snapshot().Applications); n != 0 {
		t.Errorf("%d applications were made", n)
	}
	c.app("POST", regPath, reregistration())
	c.app("POST", regPath, unregistration())
	c.app("POST", regPath, registration())
}

func TestOrderOfStepsIsKept(t *testing.T) {
	c := serve(t, nil)
	id := c.app("POST", regPath, registration())["Id"].(string)
	path := regPath + "/" + id
	c.refused("POST", path+"/sign", `{"DocumentId":"x","Signature":"MAA="}`, "не ожидает")
	for _, body := range []string{`{}`, `{"LastName":"Р","GivenName":"А"}`, `{"LastName":"Р","Position":"Д"}`} {
		c.refused("POST", path+"/prepareDocuments", body, "владельца")
	}
	a := c.app("PUT", path, `{"KktDetails":{"InstallmentPlace":"Склад","InstallmentAddress":{"Street":"Новая"}}}`)
	want(t, a, "Склад", "KktDetails", "InstallmentPlace")
	want(t, a, "Москва, Ленинская Слобода, 19", "KktDetails", "InstallmentAddress", "FullAddress")
	want(t, a, "АТОЛ 42ФС", "KktDetails", "Model")
	c.refused("PUT", path, `{"KktDetails":{"SerialNumber":"1"}}`, "Заводской")
	c.refused("PUT", path, `{"KktDetails":{"FnNumber":"1"}}`, "ФН")
	c.refused("PUT", path, `null`, "пустое")
	c.app("PUT", path, `{"AutomaticDevices":[{"DeviceNumber":"A-1","InstallmentPlace":"Зал","InstallmentAddress":{"FullAddress":"Тула"}}]}`)
	a = c.app("PUT", path, `{"AutomaticDevices":[{"DeviceNumber":"A-2","InstallmentAddress":{"FullAddress":"Тула"}}]}`)
	want(t, a, "A-2", "AutomaticDevices", "0", "DeviceNumber")
	want(t, a, nil, "AutomaticDevices", "0", "InstallmentPlace")

	c.app("POST", path+"/prepareDocuments", signatory)
	c.refused("POST", path+"/prepareDocuments", signatory, "уже подготовлены")
	c.refused("PUT", path, `{"KktDetails":{"InstallmentPlace":"Зал"}}`, "уже подготовлены")
	c.signed2(path)
	want(t, c.poll(id, 3), "Finalization", "Stage")
	c.refused("POST", path+"/prepareDocuments", signatory, "Не переданы")
	c.refused("PUT", path, `{"KktDetails":{"InstallmentPlace":"Зал"}}`, "только данные")
	c.refused("PUT", path, `{"KktDetails":{"FiscalDocumentData":{"DateTime":"2026-11-16T10:00:00"}}}`, "не полностью")
	c.refused("PUT", path, `{"KktDetails":{"FiscalDocumentData":{"DateTime":"16.11.2026","DocumentNumber":"1","Signature":"1"}}}`, "не полностью")
	if status, _ := c.call("GET", regPath+"/"+zeroUUID, ""); status != 404 {
		t.Errorf("an unknown application: %d", status)
	}
}

// signed2 signs what is prepared.
func (c *caller) signed2(path string) {
	c.t.Helper()
	c.app("POST", path+"/sign", signBody(c.app("GET", path, "")))
}

func TestSignIsOnceForADocument(t *testing.T) {
	c := serve(t, nil)
	id := c.app("POST", regPath, registration())["Id"].(string)
	path := regPath + "/" + id
	a := c.app("POST", path+"/prepareDocuments", signatory)
	doc := dig(a, "Documents", "0", "Id").(string)
	content := dig(a, "Documents", "0", "Content").(string)
	for _, bad := range []string{
		"", "не base64", "c2lnbmF0dXJl", "MAA=", SandboxSignature(content + "x"), SandboxSignature(content) + "\n",
		base64.StdEncoding.EncodeToString([]byte("0 not a sequence of the length it says")),
	} {
		c.refused("POST", path+"/sign", fmt.Sprintf(`{"DocumentId":%q,"Signature":%q}`, doc, bad), "одпись")
	}
	c.refused("POST", path+"/sign", fmt.Sprintf(`{"Signature":%q}`, SandboxSignature(content)), "DocumentId")
	c.refused("POST", path+"/sign", fmt.Sprintf(`{"DocumentId":"x","Signature":%q}`, SandboxSignature(content)), "не найден")
	if d := c.s.Duplicates(); len(d) != 0 {
		t.Fatalf("refusals are not duplicates: %v", d)
	}
	body := signBody(a)
	c.app("POST", path+"/sign", body)
	c.refused("POST", path+"/sign", body, "уже подписан")
	c.poll(id, 3)
	c.refused("POST", path+"/sign", body, "уже подписан")
	if d := c.s.Duplicates(); len(d) != 2 || d[0].Kind != EffectSign || d[0].Key != id+" "+doc || d[0].OK {
		t.Errorf("duplicates: %+v", d)
	}
}

func TestSignTakesForeignCMS(t *testing.T) {
	der := append([]byte{0x30, 60}, make([]byte, 60)...)
	ber := append(append([]byte{0x30, 0x80}, make([]byte, 60)...), 0, 0)
	for _, cms := range [][]byte{der, ber} {
		if m := (&core{}).signatureRefusal(base64.StdEncoding.EncodeToString(cms), "x"); m != "" {
			t.Error(m)
		}
	}
	if (&core{}).signatureRefusal(base64.StdEncoding.EncodeToString(append(der, 0)), "x") == "" {
		t.Error("bytes behind a CMS are taken")
	}
}

func TestTwoDraftsOneSignature(t *testing.T) {
	c := serve(t, nil)
	first := c.app("POST", regPath, registration())["Id"].(string)
	second := c.app("POST", regPath, registration())["Id"].(string)
	c.app("POST", regPath+"/"+second+"/prepareDocuments", signatory)
	c.signed(first)
	other := c.app("GET", regPath+"/"+second, "")
	c.refused("POST", regPath+"/"+second+"/sign", signBody(other), "уже выполняется")
	c.refused("POST", regPath, registration(), "уже выполняется")
	if d := c.s.Duplicates(); len(d) != 1 || d[0].Serial != testSerial {
		t.Errorf("duplicates: %+v", d)
	}
}

func TestRejections(t *testing.T) {
	for name, tc := range map[string]struct {
		rule           Rejection
		status, reason string
		doc            any
	}{
		"status":   {Rejection{Serial: "307404867291", Reason: "нет данных"}, "Rejected", "нет данных", nil},
		"inn":      {Rejection{INN: testINN}, "Rejected", "Сведения не соответствуют данным налогового органа", nil},
		"document": {Rejection{Serial: otherSerial, Document: true}, "SentToFns", "", "ReRegRejection"},
		"unknown":  {Rejection{Purpose: Reregistration, Unknown: true, Reason: "?"}, "UnknownError", "?", nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := registeredWorld()
			tc.rule.Times = 1
			w.Rejections = []Rejection{tc.rule}
			c := serve(t, w)
			id := c.app("POST", regPath, reregistration())["Id"].(string)
			c.signed(id)
			a := c.poll(id, 4)
			want(t, a, tc.status, "Status")
			want(t, a, tc.doc, "ResultDocs", "0", "DocType")
			if got, _ := a["StatusReason"].(string); got != tc.reason {
				t.Errorf("reason %q", got)
			}
			want(t, c.ok("GET", kktsPath, ""), otherFN, "Data", "0", "FnNumber")
			again := c.app("POST", regPath, reregistration())["Id"].(string)
			c.signed(again)
			want(t, c.poll(again, 3), "ReRegReport", "ResultDocs", "0", "DocType")
		})
	}
}

func TestUnknownCompanyAndWrongReportAreRejected(t *testing.T) {
	w := (&World{Tax: Tax{CheckReport: true}, Device: Device{AutoReport: true}}).AddCompany(testINN, testKPP, "1025202124716", "")
	w.Companies[0].Unknown = true
	c := serve(t, w)
	id := c.app("POST", regPath, registration())["Id"].(string)
	c.signed(id)
	want(t, c.poll(id, 3), "Rejected", "Status")

	c.s.Mutate(func(w *World) { w.Companies[0].Unknown = false })
	id = c.app("POST", regPath, registration())["Id"].(string)
	c.signed(id)
	c.poll(id, 3)
	c.app("PUT", regPath+"/"+id, `{"KktDetails":{"FiscalDocumentData":{"DateTime":"2026-11-16T10:00:00","DocumentNumber":"2","Signature":"1"}}}`)
	c.signed(id)
	a := c.poll(id, 3)
	want(t, a, "Rejected", "Status")
	want(t, a, "Finalization", "Stage")
}

func TestAnotherOFDCosts(t *testing.T) {
	balance := 150
	c := serve(t, &World{Partner: Partner{Balance: &balance}})
	paid := func(serial string) string {
		return edit(registration(), object{"KktDetails.OfdInn": "7704211201", "KktDetails.SerialNumber": serial})
	}
	first := c.app("POST", regPath, paid("1"))["Id"].(string)
	second := c.app("POST", regPath, paid("2"))["Id"].(string)
	c.app("POST", regPath+"/"+second+"/prepareDocuments", signatory)
	if got := *c.s.Snapshot().Partner.Balance; got != 150 {
		t.Errorf("a draft cost %d", 150-got)
	}
	c.signed(first)
	if got := *c.s.Snapshot().Partner.Balance; got != 50 {
		t.Errorf("balance %d", got)
	}
	c.refused("POST", regPath+"/"+second+"/sign", signBody(c.app("GET", regPath+"/"+second, "")), "Недостаточно")
	c.refused("POST", regPath, paid("3"), "Недостаточно")
	c.app("POST", regPath, edit(registration(), object{"KktDetails.SerialNumber": "3"}))
}

func TestTaxServiceByTheClock(t *testing.T) {
	c := serve(t, &World{Tax: Tax{Mode: TaxClock, Delay: Duration(24 * time.Hour), DocumentPolls: 1}})
	id := c.app("POST", regPath, registration())["Id"].(string)
	want(t, c.app("POST", regPath+"/"+id+"/prepareDocuments", signatory), "AwaitingDocuments", "Status")
	want(t, c.poll(id, 5), "AwaitingDocuments", "Status")
	c.s.Advance(24 * time.Hour)
	c.signed2(regPath + "/" + id)
	want(t, c.poll(id, 9), "ProcessingSignedDocuments", "Status")
	c.ok("POST", "/_sim/advance?d=47h59m", "")
	want(t, c.poll(id, 1), "ReadyToBeSentToFns", "Status")
	c.ok("POST", "/_sim/advance?d=25h", "")
	a := c.poll(id, 1)
	want(t, a, "New", "Status")
	want(t, a, "2026-11-20T10:00:00", "StatusChangeDateUtc")
}

func TestTaxServiceByPolls(t *testing.T) {
	c := serve(t, &World{Tax: Tax{Polls: 2, DocumentPolls: 3}, Gateway: "SuccessMock"})
	id := c.app("POST", regPath, registration())["Id"].(string)
	want(t, c.app("POST", regPath+"/"+id+"/prepareDocuments", signatory), []any{}, "Documents")
	want(t, c.poll(id, 2), "AwaitingDocuments", "Status")
	want(t, c.poll(id, 1), "AwaitingSignature", "Status")
	c.signed2(regPath + "/" + id)
	want(t, c.poll(id, 1), "ProcessingSignedDocuments", "Status")
	a := c.poll(id, 5)
	want(t, a, "Finalization", "Stage")
	want(t, a, "SuccessMock", "Gateway")
}
