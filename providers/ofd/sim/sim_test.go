package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	testINN     = "5252012620"
	testKPP     = "525201001"
	testSerial  = "00307404867358"
	testFN      = "9287440300784224"
	otherSerial = "00307404867291"
	otherRNM    = "0000002928049035"
	otherFN     = "9287440300787014"
	codePath    = "/api/integration/v2/kkt/code/list"
	payPath     = "/api/integration/partner/v2/kkt/pay"
	statusPath  = "/api/integration/partner/v2/kkt/paystatus"
	kktsPath    = "/api/integration/partner/v2/inn/7709125605/kkts"
	regPath     = "/api/integration/v2/b2b/kkt/registration"
	loginPath   = "/api/Authorization/CreateAuthToken"
)

// start is the time that the clock of every test shows first.
func start() time.Time { return time.Date(2026, 11, 16, 10, 0, 0, 0, time.UTC) }

// caller calls a service over real HTTP.
type caller struct {
	t     *testing.T
	s     *Service
	url   string
	token string // of Renta
	log   *[]string
}

func serve(t *testing.T, w *World) *caller {
	t.Helper()
	var log []string
	s := New(w, Options{Now: start, Log: func(line string) { log = append(log, line) }})
	server := httptest.NewServer(s)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		server.Close()
	})
	return &caller{t: t, s: s, url: server.URL, log: &log}
}

// send makes one call on a connection of its own.
func (c *caller) send(method, path, body string) (int, []byte, error) {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	req.Close = true
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	got, err := io.ReadAll(res.Body)
	res.Body.Close()
	return res.StatusCode, got, err
}

type object = map[string]any

// call makes a call that is answered with JSON.
func (c *caller) call(method, path, body string) (int, object) {
	c.t.Helper()
	if !strings.Contains(path, "AuthToken=") && !strings.HasPrefix(path, "/_sim") {
		token := DefaultAPIKey
		if strings.Contains(strings.ToLower(path), "/renta/") {
			token = c.rentaToken()
		}
		sep := "?"
		if strings.Contains(path, "?") {
			sep = "&"
		}
		path += sep + "AuthToken=" + token
	}
	status, got, err := c.send(method, path, body)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	var v object
	if err := json.Unmarshal(got, &v); err != nil {
		c.t.Fatalf("%s %s: %v in %s", method, path, err, got)
	}
	return status, v
}

// ok makes a call that has to be answered with 200.
func (c *caller) ok(method, path, body string) object {
	c.t.Helper()
	status, v := c.call(method, path, body)
	if status != http.StatusOK {
		c.t.Fatalf("%s %s: %d %v", method, path, status, v)
	}
	return v
}

// refused makes a call that has to fail in the shape of 004 §6.1.
func (c *caller) refused(method, path, body, want string) {
	c.t.Helper()
	status, v := c.call(method, path, body)
	failure, _ := v["Error"].(object)
	if status != http.StatusBadRequest || v["Status"] != "Failed" || failure["Code"] == float64(0) {
		c.t.Fatalf("%s %s: %d %v, want a documented failure", method, path, status, v)
	}
	if message, _ := failure["Message"].(string); !strings.Contains(message, want) {
		c.t.Fatalf("%s %s: %q, want %q", method, path, message, want)
	}
}

func (c *caller) rentaToken() string {
	c.t.Helper()
	if c.token == "" {
		status, got, err := c.send("POST", loginPath, `{"Login":"sandbox","Password":"sandbox"}`)
		var v object
		if err != nil || status != http.StatusOK || json.Unmarshal(got, &v) != nil {
			c.t.Fatal(status, err, string(got))
		}
		c.token = v["AuthToken"].(string)
	}
	return c.token
}

// app reads an application through a call and returns its Data.
func (c *caller) app(method, path, body string) object {
	c.t.Helper()
	return c.ok(method, path, body)["Data"].(object)
}

func dig(v any, path ...string) any {
	for _, p := range path {
		switch x := v.(type) {
		case object:
			v = x[p]
		case []any:
			var i int
			if _, err := fmt.Sscan(p, &i); err != nil || i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

func want(t *testing.T, got any, expected any, path ...string) {
	t.Helper()
	if d := cmp.Diff(expected, dig(got, path...)); d != "" {
		t.Errorf("%s (-want +got):\n%s", strings.Join(path, "."), d)
	}
}

// edit changes a JSON text: the keys are dotted paths, nil removes.
func edit(body string, changes object) string {
	var v object
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		panic(err)
	}
	for path, value := range changes {
		at := v
		parts := strings.Split(path, ".")
		for _, p := range parts[:len(parts)-1] {
			next, ok := at[p].(object)
			if !ok {
				next = object{}
				at[p] = next
			}
			at = next
		}
		if last := parts[len(parts)-1]; value == nil {
			delete(at, last)
		} else {
			at[last] = value
		}
	}
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(v); err != nil {
		panic(err)
	}
	return b.String()
}

func registration() string {
	return `{"Purpose":"InitialRegistration",
	"CompanyDetails":{"Inn":"` + testINN + `","Kpp":"` + testKPP + `"},
	"KktDetails":{"OfdInn":"7841465198","OfdName":"ПЕТЕР-СЕРВИС Спецтехнологии","SerialNumber":"` + testSerial + `",
	"FnNumber":"` + testFN + `","Model":"АТОЛ 42ФС","InstallmentAddress":{"FullAddress":"Москва, Ленинская Слобода, 19"},
	"InstallmentPlace":"Магазин №1","UsageMode":{"Internet":true},"FormatVersion":4}}`
}

func reregistration() string {
	return edit(registration(), object{
		"Purpose": "Reregistration", "KktDetails.SerialNumber": otherSerial, "KktDetails.RegNumber": otherRNM,
		"KktDetails.FnNumber":              testFN,
		"KktDetails.ReregistrationReasons": object{"FnChanged": true},
		"KktDetails.ClosedFnDetails":       object{"FdDateTime": "2026-11-16T13:55:55", "FdNumber": "12345", "FpValue": "12345"},
		"KktDetails.InstalledFnDetails":    object{"FdDateTime": "2026-11-16T17:14:00", "FdNumber": "1", "FpValue": "12345"},
	})
}

func unregistration() string {
	return `{"Purpose":"Unregistration","CompanyDetails":{"Inn":"` + testINN + `","Kpp":"` + testKPP + `"},
	"KktDetails":{"SerialNumber":"` + otherSerial + `","RegNumber":"` + otherRNM + `","FnNumber":"` + otherFN + `",
	"UnregistrationReasons":{"Stolen":true}}}`
}

// registeredWorld has the till of 7.7 of the documents.
func registeredWorld() *World {
	return (&World{}).Add(SeedTill{
		INN: testINN, Serial: otherSerial, RNM: otherRNM, FN: otherFN, Model: "ЭВОТОР СТ2Ф",
		Address: "Москва, Ленинская Слобода, 19", Place: "Магазин №1",
	}).AddCompany(testINN, testKPP, "1025202124716", "ООО «Север»").AddCode("PSZ7D1Lq", "Ofd", "Green", 2)
}

const signatory = `{"LastName":"Романова","GivenName":"Алла Романовна","Position":"Директор"}`

// signed brings an application from New to its signature.
func (c *caller) signed(id string) object {
	c.t.Helper()
	a := c.app("POST", regPath+"/"+id+"/prepareDocuments", signatory)
	return c.app("POST", regPath+"/"+id+"/sign", signBody(a))
}

func signBody(a object) string {
	content, _ := dig(a, "Documents", "0", "Content").(string)
	id, _ := dig(a, "Documents", "0", "Id").(string)
	return fmt.Sprintf(`{"DocumentId":%q,"Signature":%q}`, id, SandboxSignature(content))
}

// poll reads an application n times and returns the last reading.
func (c *caller) poll(id string, n int) object {
	c.t.Helper()
	var a object
	for range n {
		a = c.app("GET", regPath+"/"+id, "")
	}
	return a
}
