package sim

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	orangeINN  = "5252012620"
	orangeSell = `{"id":"r1","inn":5252012620,"group":"Main","content":{"type":1,"positions":[
		{"quantity":2.0,"price":10.0,"tax":1,"text":"Спички «Балабаново»","paymentMethodType":4},
		{"quantity":0.5,"price":1.15,"tax":6,"text":"\u0414\u043e\u0441\u0442\u0430\u0432\u043a\u0430"}],
		"checkClose":{"payments":[{"type":2,"amount":20.0},{"type":1,"amount":1}],"taxationSystem":0},"customerContact":"user@domain.com"}}`
	orangeMend = `{"id":"c1","inn":"5252012620","content":{"correctionType":1,"type":1,"causeDocumentDate":"2017-08-10T00:00:00",
		"causeDocumentNumber":"ФЗ-54","totalSum":17.25,"cashSum":1.23,"eCashSum":2.34,"prepaymentSum":5.67,"postpaymentSum":4.56,
		"otherPaymentTypeSum":3.45,"tax1Sum":1.34,"taxationSystem":1}}`
	orangeDocs = "/api/v2/documents"
)

// oranges is a simulated Orange Data with a client that it knows.
type oranges struct {
	*Service
	t      *testing.T
	url    string
	client *http.Client
	key    *rsa.PrivateKey
}

func newOranges(t *testing.T, w *World) *oranges {
	t.Helper()
	a := newAuthority(t)
	key, err := a.SigningKey()
	if err != nil {
		t.Fatal(err)
	}
	w.Add(SeedTill{INN: orangeINN, Serial: "00307404867358", FN: "9287440300784224"})
	s := New(w, Options{Now: start})
	t.Cleanup(func() { _ = s.Close() })
	url, err := s.StartTLS("127.0.0.1:0", a)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: a.Pool(), Certificates: []tls.Certificate{clientOf(t, a, "")}}}
	none := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &oranges{s, t, url, &http.Client{Transport: transport, CheckRedirect: none}, key}
}

func (o *oranges) sign(body string) string {
	digest := sha256.Sum256([]byte(body))
	signature, err := rsa.SignPKCS1v15(rand.Reader, o.key, crypto.SHA256, digest[:])
	if err != nil {
		o.t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(signature)
}

func (o *oranges) post(path, body string) (*http.Response, string) {
	o.t.Helper()
	return o.call(http.MethodPost, path, body, o.sign(body))
}

func (o *oranges) get(path string) (*http.Response, string) {
	o.t.Helper()
	return o.call(http.MethodGet, path, "", "")
}

func (o *oranges) call(method, path, body, signature string) (*http.Response, string) {
	o.t.Helper()
	q, err := http.NewRequestWithContext(o.t.Context(), method, o.url+path, strings.NewReader(body))
	if err != nil {
		o.t.Fatal(err)
	}
	q.Header.Set("Content-Type", "application/json; charset=utf-8")
	if signature != "" {
		q.Header.Set("X-Signature", signature)
	}
	res, err := o.client.Do(q)
	if err != nil {
		o.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		o.t.Fatal(err)
	}
	return res, string(text)
}

func (o *oranges) want(status int, body string, res *http.Response, got string) {
	o.t.Helper()
	if res.StatusCode != status || !strings.Contains(got, body) || body == "" && got != "" {
		o.t.Errorf("%s %s: %d %s, want %d %s", res.Request.Method, res.Request.URL.Path, res.StatusCode, got, status, body)
	}
}

// printed counts what was accepted.
func (o *oranges) printed() int {
	n := 0
	for _, e := range o.Ledger() {
		if e.Kind == EffectReceipt && e.OK {
			n++
		}
	}
	return n
}

func TestOrangeReceipt(t *testing.T) {
	o := newOranges(t, &World{})
	check := func(status int, body string) func(*http.Response, string) {
		return func(res *http.Response, got string) { t.Helper(); o.want(status, body, res, got) }
	}
	check(201, "")(o.post(orangeDocs+"/", orangeSell))
	check(409, "")(o.post("/API/V2/Documents", orangeSell)) // either form, any case, no redirect
	check(202, "")(o.get(orangeDocs + "/" + orangeINN + "/status/r1"))
	res, text := o.get(orangeDocs + "/" + orangeINN + "/status/r1/")
	check(200, "")(res, "")
	var done struct {
		ID, DeviceSN, DeviceRN, FSNumber, CompanyINN, FP string
		DocumentNumber                                   int
		Change                                           json.Number
		Content                                          struct{ Positions []struct{ Text string } }
	}
	if err := json.Unmarshal([]byte(text), &done); err != nil {
		t.Fatal(err, text)
	}
	till := o.Snapshot().Tills[0]
	if done.ID != "r1" || done.DeviceSN != till.Serial || done.DeviceRN != till.RNM || done.FSNumber != till.FN || done.CompanyINN != orangeINN ||
		len(done.FP) != 10 || done.DocumentNumber != till.Documents || done.Change != "0.42" {
		t.Errorf("%s", text)
	}
	if got := done.Content.Positions[0].Text; got != "Спички ?Балабаново?" {
		t.Errorf("a till stores CP866, this is %q", got)
	}
	_, again := o.get(orangeDocs + "/" + orangeINN + "/status/r1")
	if diff := cmp.Diff(text, again); diff != "" {
		t.Errorf("the same status twice:\n%s", diff)
	}
	if till.LastDocument.IsZero() {
		t.Error("the till has sent nothing")
	}
	check(400, "не найден")(o.get(orangeDocs + "/" + orangeINN + "/status/r2"))
	check(400, "не найден")(o.get(orangeDocs + "/7725713770/status/r1"))
	if o.printed() != 1 || len(o.Duplicates()) != 0 {
		t.Errorf("%+v", o.Ledger())
	}
	check(409, "")(o.post(orangeDocs, strings.Replace(orangeSell, "Спички", "Мыло", 1)))
	if d := o.Duplicates(); len(d) != 1 || d[0].Key != "orangedata 5252012620 r1" {
		t.Errorf("another receipt under the same id is a mistake: %+v", d)
	}
}

func TestOrangeCorrection(t *testing.T) {
	o := newOranges(t, &World{Orange: Orange{Polls: new(0)}})
	for version, id := range map[string]string{"v1": "c1", "V2": "c2"} {
		body := strings.Replace(orangeMend, `"c1"`, `"`+id+`"`, 1)
		if id == "c2" { // the table's forms
			body = strings.NewReplacer("2017-08-10T00:00:00", "10.08.17", "17.25", `"17.25"`, `"correctionType":1`, `"correctionType":"INSTRUCTION"`).Replace(body)
		}
		res, text := o.post("/api/"+version+"/corrections/", body)
		o.want(201, "", res, text)
		for _, at := range []string{"/api/" + version + "/corrections/", "/api/v2/documents/"} {
			res, text = o.get(at + orangeINN + "/status/" + id)
			o.want(200, `"deviceSN":"00307404867358"`, res, text)
		}
	}
	res, text := o.post(orangeDocs, orangeSell)
	o.want(201, "", res, text)
	res, text = o.get("/api/v1/corrections/" + orangeINN + "/status/r1")
	o.want(400, "не найден", res, text)
}

// The signature is over the bytes as they came.
func TestOrangeSignature(t *testing.T) {
	o := newOranges(t, &World{})
	good := o.sign(orangeSell)
	for name, c := range map[string]struct{ body, signature, want string }{
		"none":         {orangeSell, "", "Не указана подпись"},
		"not base64":   {orangeSell, "***", "base64"},
		"of another":   {orangeSell, o.sign(orangeMend), "не прошла проверку"},
		"a space more": {orangeSell + " ", good, "не прошла проверку"},
		"re-encoded":   {strings.ReplaceAll(orangeSell, "2.0,", "2,"), good, "не прошла проверку"},
	} {
		res, text := o.call(http.MethodPost, orangeDocs, c.body, c.signature)
		if res.StatusCode != 400 || !strings.Contains(text, c.want) {
			t.Errorf("%s: %d %s", name, res.StatusCode, text)
		}
	}
	if o.printed() != 0 {
		t.Error("an unsigned receipt was accepted")
	}
}

func TestOrangeKeysOfTheWorld(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	public := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	o := newOranges(t, &World{Orange: Orange{Keys: []string{public}}})
	res, text := o.post(orangeDocs, orangeSell)
	o.want(400, "не прошла проверку", res, text)
	o.key = key
	res, text = o.post(orangeDocs, orangeSell)
	o.want(201, "", res, text)
	if _, err := ParseWorld([]byte(`{"orange":{"keys":["x"]}}`)); err == nil {
		t.Error("a key that is none is taken")
	}
	world, err := o.Snapshot().Marshal()
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseWorld(world)
	if err != nil {
		t.Fatal(err)
	}
	next := &oranges{}
	*next = *o
	next.Service = New(again, Options{Now: start})
	t.Cleanup(func() { _ = next.Close() })
	if next.url, err = next.StartTLS("127.0.0.1:0", o.authority); err != nil {
		t.Fatal(err)
	}
	res, text = next.post(orangeDocs, orangeSell)
	next.want(409, "", res, text)
	if len(next.Duplicates()) != 0 {
		t.Error("a saved world takes the same receipt for another one")
	}
}

func TestOrangeRefusals(t *testing.T) {
	o := newOranges(t, &World{})
	for _, c := range []struct{ from, to, want string }{
		{`"id":"r1",`, ``, "Не указан идентификатор документа 'Id'"},
		{`"inn":5252012620,`, ``, "Не указан ИНН организации 'INN'"},
		{`5252012620`, `7725713770`, "Организация с ИНН 7725713770 не найдена"},
		{`"type":1,"positions"`, `"type":5,"positions"`, "'Type'"},
		{`"tax":6`, `"tax":7`, "'Positions[1].Tax'"},
		{`"price":1.15`, `"price":1.155`, "'Positions[1].Price'"},
		{`"price":1.15,`, ``, "'Positions[1].Price'"},
		{`"quantity":0.5`, `"quantity":0`, "'Positions[1].Quantity'"},
		{`Спички`, strings.Repeat("я", 128), "128 символов"},
		{`"type":2`, `"type":3`, "'Payments[0].Type'"},
		{`20.0`, `19.0`, "меньше суммы чека"},
		{`20.0`, `21.0`, "Сдача"},
		{`"taxationSystem":0`, `"taxationSystem":6`, "'TaxationSystem'"},
		{`"customerContact"`, `"customerContacts"`, "customerContacts"},
		{`"customerContact":"user@domain.com"`, `"customerContact":""`, "CustomerContact"},
		{`"paymentMethodType":4`, `"paymentMethodType":8`, "PaymentMethodType"},
	} {
		if !strings.Contains(orangeSell, c.from) {
			t.Fatalf("%s is not there", c.from)
		}
		res, text := o.post(orangeDocs, strings.Replace(orangeSell, c.from, c.to, 1))
		o.want(400, c.want, res, text)
		if !strings.HasPrefix(text, `{"errors":["`) {
			t.Errorf("%s", text)
		}
	}
	res, text := o.post(orangeDocs, `{}`)
	o.want(400, `{"errors":["Не указан идентификатор документа 'Id'","Не указан ИНН организации 'INN'","Отсутствует содержимое документа 'Content'"]}`, res, text)
	for _, c := range []struct{ from, to, want string }{
		{`"correctionType":1`, `"correctionType":2`, "'CorrectionType'"},
		{`"type":1,"cause`, `"type":2,"cause`, "'Type'"},
		{`2017-08-10T00:00:00`, `2017-08-10`, "'CauseDocumentDate'"},
		{`ФЗ-54`, ``, "'CauseDocumentNumber'"},
		{`"cashSum":1.23,`, ``, "'CashSum'"},
		{`1.23`, `1.24`, "не равна"},
		{`17.25`, `0`, "'TotalSum'"},
	} {
		res, text := o.post("/api/v1/corrections", strings.Replace(orangeMend, c.from, c.to, 1))
		o.want(400, c.want, res, text)
	}
	if o.printed() != 0 {
		t.Error("what was refused was accepted")
	}
}

func TestOrangeQueue(t *testing.T) {
	o := newOranges(t, &World{Orange: Orange{Full: 1, RetryAfter: 7, Polls: new(2), Expire: []string{"r1"}}})
	res, text := o.post(orangeDocs, orangeSell)
	o.want(503, "переполнена", res, text)
	if res.Header.Get("Retry-After") != "7" || o.printed() != 0 {
		t.Errorf("%v", res.Header)
	}
	res, text = o.post(orangeDocs, orangeSell)
	o.want(201, "", res, text)
	for _, want := range []int{202, 202, 524, 524} {
		res, text = o.get(orangeDocs + "/" + orangeINN + "/status/r1")
		o.want(want, "", res, text)
	}
	res, text = o.post(orangeDocs, orangeSell)
	o.want(409, "", res, text)
	res, text = o.post(orangeDocs, strings.Replace(orangeSell, "r1", "r2", 1))
	o.want(201, "", res, text)
	for _, want := range []int{202, 202, 200} {
		res, text = o.get(orangeDocs + "/" + orangeINN + "/status/r2")
		o.want(want, text, res, text)
	}
}

// A till of the group that is asked for prints.
func TestOrangeTills(t *testing.T) {
	w := &World{Orange: Orange{Polls: new(0), Tills: map[string]string{orangeINN + "/Main": "2", orangeINN + "/Old": "404"}}}
	w.Add(SeedTill{INN: orangeINN, Serial: "1"}, SeedTill{INN: orangeINN, Serial: "2"})
	o := newOranges(t, w)
	for group, want := range map[string]string{"Main": `"deviceSN":"2"`, "": `"deviceSN":"1"`} {
		body := strings.NewReplacer(`"Main"`, `"`+group+`"`, "r1", "r-"+group).Replace(orangeSell)
		res, text := o.post(orangeDocs, body)
		o.want(201, "", res, text)
		res, text = o.get(orangeDocs + "/" + orangeINN + "/status/r-" + group)
		o.want(200, want, res, text)
	}
	res, text := o.post(orangeDocs, strings.Replace(orangeSell, "Main", "Old", 1))
	o.want(400, "не найдена", res, text)
}

func TestOrangeWantsACertificate(t *testing.T) {
	o := newOranges(t, &World{})
	o.client.Transport.(*http.Transport).TLSClientConfig.Certificates = nil
	res, text := o.post(orangeDocs, orangeSell)
	o.want(401, text, res, text)
	res, text = o.get(orangeDocs + "/" + orangeINN + "/status/r1")
	o.want(401, text, res, text)
	if o.printed() != 0 {
		t.Error("accepted without a certificate")
	}
}
