package partner

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
)

// The applications of the examples.
const (
	idCreated    = "dce99999-ee9b-4378-990c-99999ef3815c"
	idPrepared   = "4d5d5574-433d-4c3f-afd7-3b3c39595d33"
	idSigned     = "1b21cac3-2b85-404a-b147-7f3bbd6827a5"
	idReport     = "81c178ca-fdf0-46f1-a4e6-a6cf0d77d39c"
	idReregister = "c76b003e-36de-4db6-af87-ad91e67ba042"
	idUnregister = "b9e0ff67-eae4-4d7b-b637-68df3999e7fb"
	signature    = "TUlJUQ=="
)

// verdict is what the helpers say of an application.
type verdict struct {
	Status   string // stage/status
	Unsigned string // id of the document to sign
	Class    DocumentClass
	Signed   bool // that one or the first is marked as signed
	Finished bool
	Refused  bool
	Report   bool // a report is wanted
}

func judge(a Application) verdict {
	v := verdict{Status: a.Stage + "/" + a.Status, Finished: a.Finished(), Report: a.AwaitsReport()}
	_, v.Refused = a.Refused()
	if d, ok := a.UnsignedDocument(); ok {
		v.Unsigned = d.ID[:8]
	}
	if len(a.Documents) > 0 {
		v.Class = a.Documents[0].Class()
		v.Signed = a.Signed(strings.ToUpper(a.Documents[0].ID))
	}
	return v
}

// The whole ways of the three kinds of application, example by example.
func TestExamples(t *testing.T) {
	prepare := func(id string) func(context.Context, *Client) (Application, error) {
		return func(ctx context.Context, c *Client) (Application, error) {
			return c.PrepareDocuments(ctx, id, Signatory{LastName: "Романова", GivenName: "Алла Романовна", Position: "ТестДолжность"})
		}
	}
	sign := func(id, document string) func(context.Context, *Client) (Application, error) {
		return func(ctx context.Context, c *Client) (Application, error) { return c.Sign(ctx, id, document, signature) }
	}
	create := func(r ApplicationRequest) func(context.Context, *Client) (Application, error) {
		return func(ctx context.Context, c *Client) (Application, error) { return c.CreateApplication(ctx, r) }
	}
	read := func(id string) func(context.Context, *Client) (Application, error) {
		return func(ctx context.Context, c *Client) (Application, error) { return c.Reader.Application(ctx, id) }
	}
	put := func(ctx context.Context, c *Client) (Application, error) {
		return c.PutApplication(ctx, idReport, ApplicationRequest{KKTDetails: &KKTDetails{
			Report: &FiscalDocumentData{DateTime: "2021-12-09T00:00:00", DocumentNumber: "1", Signature: "12345"},
		}})
	}
	for _, test := range []struct {
		section string // of the answer, and of the request unless bodyless
		answer  string
		line    string
		call    func(context.Context, *Client) (Application, error)
		id      string
		want    verdict
	}{
		{"7.1", "", "POST /", create(registration), idCreated, verdict{Status: "Initialization/New"}},
		{"7.1.1", "7.1-answer.json", "POST /", create(withPower), idCreated, verdict{Status: "Initialization/New"}},
		{"7.3", "", "POST /ID/prepareDocuments", prepare(idPrepared), idPrepared, verdict{Status: "Initialization/AwaitingSignature", Unsigned: "c536906e", Class: ClassRegistration}},
		{"", "7.4-answer.json", "POST /ID/sign", sign(idSigned, "aaf0ba41-be2f-41f8-9267-f827194d8786"), idSigned, verdict{Status: "Initialization/ProcessingSignedDocuments", Class: ClassRegistration, Signed: true}},
		{"", "7.5-answer.json", "GET /ID", read(idSigned), idSigned, verdict{Status: "Initialization/Rejected", Refused: true}},
		{"", "7.5-answer-2.json", "GET /ID", read(idReport), idReport, verdict{Status: "Finalization/New", Class: ClassRegistration, Signed: true, Report: true}},
		{"7.6.1", "", "PUT /ID", put, idReport, verdict{Status: "Finalization/New", Report: true}},
		{"7.6.2", "", "POST /ID/prepareDocuments", prepare(idReport), idReport, verdict{Status: "Finalization/AwaitingSignature", Unsigned: "0cf2502a", Class: ClassReport}},
		{"", "7.6.3-answer.json", "POST /ID/sign", sign(idReport, "0cf2502a-0000-0000-0000-000000000000"), idReport, verdict{Status: "Finalization/ProcessingSignedDocuments", Class: ClassReport, Signed: true}},
		{"", "7.6.4-answer.json", "GET /ID", read(idReport), idReport, verdict{Status: "Finalization/SentToFns", Finished: true}},
		{"7.7.1", "", "POST /", create(reregistration), idReregister, verdict{Status: "Initialization/New"}},
		{"7.7.2", "", "POST /ID/prepareDocuments", prepare(idReregister), idReregister, verdict{Status: "Initialization/AwaitingSignature", Unsigned: "012fad42", Class: ClassRegistration}},
		{"", "7.7.3-answer.json", "POST /ID/sign", sign(idReregister, "012fad42-0e31-4c10-8a9f-098709374c91"), idReregister, verdict{Status: "Initialization/ProcessingSignedDocuments", Class: ClassRegistration, Signed: true}},
		{"", "7.7.4-answer.json", "GET /ID", read(idReregister), idReregister, verdict{Status: "Initialization/SentToFns", Finished: true}},
		{"7.8.1", "", "POST /", create(unregistration), "3c8cdf17-5286-44df-bf9b-48b32cd10e5c", verdict{Status: "Initialization/New"}},
		{"7.8.2", "", "POST /ID/prepareDocuments", prepare(idUnregister), idUnregister, verdict{Status: "Initialization/AwaitingSignature", Unsigned: "c98b46dd", Class: ClassUnregistration}},
		{"", "7.8.3-answer.json", "POST /ID/sign", sign(idUnregister, "c98b46dd-0000-0000-0000-000000000000"), idUnregister, verdict{Status: "Initialization/ProcessingSignedDocuments", Class: ClassUnregistration, Signed: true}},
		{"", "7.8.4-answer.json", "GET /ID", read(idUnregister), idUnregister, verdict{Status: "Finalization/Approved", Finished: true}},
	} {
		if test.answer == "" {
			test.answer = test.section + "-answer.json"
		}
		t.Run(test.section+" "+test.answer, func(t *testing.T) {
			client, service := start(t, test.answer)
			got, err := test.call(t.Context(), client)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, judge(got)); diff != "" {
				t.Error(diff)
			}
			if got.ID != test.id || !got.Mock() {
				t.Errorf("id %s, gateway %s", got.ID, got.Gateway)
			}
			method, path, _ := strings.Cut(test.line, " ")
			path = strings.TrimSuffix(strings.Replace(path, "ID", test.id, 1), "/")
			if want := method + " /api/integration/v2/b2b/kkt/registration" + path + "?AuthToken=k3y"; service.line != want {
				t.Errorf("%s, want %s", service.line, want)
			}
			if test.section != "" {
				sameJSON(t, test.section+"-request.json", service.body)
			}
		})
	}
}

func TestSignSendsTheDocument(t *testing.T) {
	for section, id := range map[string]string{
		"7.4": idSigned, "7.6.3": idReport, "7.7.3": idReregister, "7.8.3": idUnregister,
	} {
		var body struct{ DocumentId, Signature string }
		if err := json.Unmarshal(fixture(t, section+"-request.json"), &body); err != nil {
			t.Fatal(err)
		}
		client, service := start(t, section+"-answer.json")
		if _, err := client.Sign(t.Context(), id, body.DocumentId, body.Signature); err != nil {
			t.Fatal(err)
		}
		sameJSON(t, section+"-request.json", service.body)
	}
}

func TestApplicationFields(t *testing.T) {
	client, _ := start(t, "7.6.4-answer.json")
	got, err := client.Application(t.Context(), strings.ToUpper(idReport))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{
		"5252012620", "525201001", "0000002950038403", "00307404867358", "9287440300784224", "7841499999",
		"97b99150-c055-4f29-a02b-fbec947a11ea", "2021-12-16T09:40:19Z", "RegReport", "16840", "100",
	}, []string{
		got.INN, got.KPP, got.RegNumber, got.Serial, got.FN, got.OFDINN, got.OFDAgreementID,
		got.StatusChanged.Format("2006-01-02T15:04:05Z07:00"), got.ResultDocs[0].DocType,
		got.ResultDocs[0].KKTID, got.ResultDocs[0].ReportTypeID,
	}); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(FiscalDocumentData{DateTime: "2021-12-16T00:00:00", DocumentNumber: "1", Signature: "12345"}, got.Report); diff != "" {
		t.Error(diff)
	}
}

// What is signed is the text of Content, so that it must come through as it is.
func TestContentComesThrough(t *testing.T) {
	var raw struct {
		Data struct{ Documents []struct{ Content string } }
	}
	if err := json.Unmarshal(fixture(t, "7.3-answer.json"), &raw); err != nil {
		t.Fatal(err)
	}
	client, _ := start(t, "7.3-answer.json")
	got, err := client.Application(t.Context(), idPrepared)
	if err != nil {
		t.Fatal(err)
	}
	document, ok := got.UnsignedDocument()
	if !ok || document.Content == "" || document.Content != raw.Data.Documents[0].Content {
		t.Errorf("content %q", document.Content)
	}
}

// The echo of 7.8.1 swaps the numbers of ФН and till: it comes back as it is,
// and does not make the answer a failure.
func TestEchoIsNotCompared(t *testing.T) {
	client, _ := start(t, "7.8.1-answer.json")
	got, err := client.CreateApplication(t.Context(), unregistration)
	if err != nil {
		t.Fatal(err)
	}
	if got.FN != unregistration.KKTDetails.Serial || got.Serial != unregistration.KKTDetails.FN {
		t.Errorf("FN %s, serial %s", got.FN, got.Serial)
	}
}

func TestRefusedReasonIsWhole(t *testing.T) {
	client, _ := start(t, "7.5-answer.json")
	got, err := client.Application(t.Context(), idSigned)
	if err != nil {
		t.Fatal(err)
	}
	reason, _ := got.Refused()
	if !strings.HasPrefix(reason, "Ошибка проверки ЮЛ/ИП с данными {inn=0278199519, ogrn=") || !strings.HasSuffix(reason, "ближайший ТНО.") {
		t.Errorf("%q", reason)
	}
}

func TestVerdicts(t *testing.T) {
	docs := func(types ...string) (out []ResultDoc) {
		for _, docType := range types {
			out = append(out, ResultDoc{DocType: docType})
		}
		return out
	}
	for name, test := range map[string]struct {
		a                 Application
		finished, refused bool
	}{
		"rnm report alone":          {Application{Status: StatusSentToFNS, ResultDocs: docs(ResultRNM)}, false, false},
		"registered":                {Application{Status: StatusSentToFNS, ResultDocs: docs(ResultRNM, ResultRegistration)}, true, false},
		"deregistered":              {Application{Status: StatusSentToFNS, ResultDocs: docs(ResultUnregistration)}, true, false},
		"approved":                  {Application{Status: StatusApproved}, true, false},
		"the card of the old one":   {Application{Purpose: PurposeReregistration, Status: StatusSentToFNS, ResultDocs: docs(ResultRegistration)}, false, false},
		"rejected":                  {Application{Status: StatusRejected}, false, true},
		"rejected beside a card":    {Application{Status: StatusRejected, ResultDocs: docs(ResultRegistration)}, false, true},
		"rnm rejection":             {Application{Status: StatusSentToFNS, ResultDocs: docs(ResultRNMRejection)}, false, true},
		"registration rejection":    {Application{Status: StatusSentToFNS, ResultDocs: docs(ResultRNM, ResultRegRejection)}, false, true},
		"re-registration rejection": {Application{Status: StatusNew, ResultDocs: docs(ResultReregRejection)}, false, true},
		"deregistration rejection":  {Application{Status: StatusSentToFNS, ResultDocs: docs(ResultUnregRejection)}, false, true},
		"unknown error":             {Application{Status: StatusUnknownError}, false, false},
		"unknown document":          {Application{Status: StatusSentToFNS, ResultDocs: docs(ResultUnknown)}, false, false},
	} {
		reason, refused := test.a.Refused()
		if test.a.Finished() != test.finished || refused != test.refused || refused != (reason != "") {
			t.Errorf("%s: finished %v, refused %v (%q)", name, test.a.Finished(), refused, reason)
		}
	}
}

func TestTwoUnsignedDocumentsAreForAPerson(t *testing.T) {
	a := Application{Documents: []Document{{ID: "1", Content: "a"}, {ID: "2", Content: "b"}}}
	if d, ok := a.UnsignedDocument(); ok || d != nil {
		t.Errorf("%v was chosen", d)
	}
	a.Documents[0].Signature = "Signed"
	if d, ok := a.UnsignedDocument(); !ok || d.ID != "2" {
		t.Errorf("%v was chosen", d)
	}
}

func TestLenientApplication(t *testing.T) {
	client, _ := start(t, `{"Status":"Success","Data":{"Id":"`+idReport+`","Unknown":[1],
		"KktDetails":{"KktRegId":2950038403,"KktNumber":307404867358,"Ofdname":"ОФД","OfdInn":7841465198,
			"ReregistrationReasons":{"OfdChanged":true},"FiscalDocumentData":null},
		"CompanyDetails":null,"Documents":{"Id":"aaf0ba41","Kind":1110061,"Signature":"signed"},"ResultDocs":[{"KktId":1,"ReportTypeId":"50","DownloadUri":"https://ofd.ru/x?AuthToken=abc&y=1"}],
		"DownloadUri":"https://elsewhere/?AuthToken=abc"}}`)
	got, err := client.Application(t.Context(), idReport)
	if err != nil {
		t.Fatal(err)
	}
	want := Application{
		ID: idReport, RegNumber: "0000002950038403", Serial: "307404867358", OFDName: "ОФД", OFDINN: "7841465198", OFDChange: true,
		Documents:   []Document{{ID: "aaf0ba41", Kind: "1110061", Signature: "signed"}},
		ResultDocs:  []ResultDoc{{KKTID: "1", ReportTypeID: "50", DownloadURI: "https://ofd.ru/x?AuthToken=[redacted]&y=1"}},
		DownloadURI: "https://elsewhere/?AuthToken=[redacted]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	client, _ = start(t, `{"Data":{"Id":"`+idReport+`","KktDetails":{"ReregistrationReasons":{"OfdChaged":true}}},"Success":true}`)
	if got, err := client.Application(t.Context(), idReport); err != nil || !got.OFDChange {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestAnswersAboutAnother(t *testing.T) {
	for _, answer := range []string{
		"7.4-answer.json", `{"Data":{},"Success":true}`, `{"Data":{"Id":"../../x"},"Success":true}`,
	} {
		client, _ := start(t, answer)
		_, err := client.Sign(t.Context(), idReport, idPrepared, signature)
		if err == nil || httpapi.OutcomeOf(err) != httpapi.OutcomeUnknown {
			t.Errorf("%s: %v, %v", answer, httpapi.OutcomeOf(err), err)
		}
		if _, err := client.Application(t.Context(), idReport); err == nil {
			t.Errorf("%s was read", answer)
		}
	}
	client, _ := start(t, `{"Data":{"Id":""},"Success":true}`)
	if _, err := client.CreateApplication(t.Context(), registration); err == nil || httpapi.OutcomeOf(err) != httpapi.OutcomeUnknown {
		t.Errorf("an application without an id: %v", err)
	}
}

func TestNotSent(t *testing.T) {
	ctx := t.Context()
	client, service := start(t, "7.1-answer.json")
	bad := func(change func(*ApplicationRequest)) ApplicationRequest {
		r := registration
		company, till := *r.CompanyDetails, *r.KKTDetails
		r.CompanyDetails, r.KKTDetails = &company, &till
		change(&r)
		return r
	}
	for name, call := range map[string]func() (Application, error){
		"escape in an id":   func() (Application, error) { return client.PrepareDocuments(ctx, "../../x/../y", signatory) },
		"empty id":          func() (Application, error) { return client.Sign(ctx, "", idPrepared, signature) },
		"bad document":      func() (Application, error) { return client.Sign(ctx, idSigned, "x", signature) },
		"no signature":      func() (Application, error) { return client.Sign(ctx, idSigned, idPrepared, "") },
		"broken signature":  func() (Application, error) { return client.Sign(ctx, idSigned, idPrepared, "TUlJUQ") },
		"wrapped signature": func() (Application, error) { return client.Sign(ctx, idSigned, idPrepared, "TUlJ\nUQ==") },
		"no signatory":      func() (Application, error) { return client.PrepareDocuments(ctx, idSigned, Signatory{}) },
		"purpose in a put":  func() (Application, error) { return client.PutApplication(ctx, idSigned, registration) },
		"ffd in a put": func() (Application, error) {
			return client.PutApplication(ctx, idSigned, ApplicationRequest{KKTDetails: &KKTDetails{FormatVersion: 1}})
		},
		"no purpose": func() (Application, error) {
			return client.CreateApplication(ctx, bad(func(r *ApplicationRequest) { r.Purpose = "" }))
		},
		"no till": func() (Application, error) {
			return client.CreateApplication(ctx, bad(func(r *ApplicationRequest) { r.KKTDetails = nil }))
		},
		"ffd 1.0": func() (Application, error) {
			return client.CreateApplication(ctx, bad(func(r *ApplicationRequest) { r.KKTDetails.FormatVersion = 1 }))
		},
		"no inn": func() (Application, error) {
			return client.CreateApplication(ctx, bad(func(r *ApplicationRequest) { r.CompanyDetails.INN = "" }))
		},
	} {
		if _, err := call(); err == nil || httpapi.OutcomeOf(err) != httpapi.OutcomeNotSent {
			t.Errorf("%s: %v, %v", name, httpapi.OutcomeOf(err), err)
		}
	}
	if service.calls != 0 {
		t.Errorf("%d calls were made", service.calls)
	}
}
