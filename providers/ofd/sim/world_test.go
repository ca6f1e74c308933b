package sim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestRNMOfTheDocuments(t *testing.T) {
	for rnm, serial := range map[string]string{
		"0000002950038403": "00307404867358", "0000002928049035": "00307404867291", "0000002947022927": "307404867347",
	} {
		if !rnmFits(rnm, testINN, serial) || rnmFits(rnm, "7709125605", serial) {
			t.Error(rnm)
		}
	}
	if got := RNM(2950, testINN, testSerial); got != "0000002950038403" {
		t.Error(got)
	}
}

func TestExampleWorld(t *testing.T) {
	w, err := LoadWorld("testdata/world.json")
	if err != nil {
		t.Fatal(err)
	}
	c := serve(t, w)
	want(t, c.ok("GET", kktsPath+"?AuthToken=example-key", ""), otherRNM, "Data", "0", "KktRegId")
	s := c.s.Snapshot()
	if s.Members[0].RNM != otherRNM || s.Members[0].Centre != "7802870820" || s.Companies[0].Agreement == "" {
		t.Errorf("defaults are missing: %+v %+v", s.Members[0], s.Companies[0])
	}
}

func TestWorldRoundTrip(t *testing.T) {
	w := registeredWorld().AddMember("", otherSerial)
	c := serve(t, w)
	id := c.app("POST", regPath, reregistration())["Id"].(string)
	c.signed(id)
	c.ok("POST", payPath, payBody())
	c.ok("GET", "/_sim/report?serial="+otherSerial, "")
	before := c.s.Snapshot()
	before.ClockOffset, before.Tax.Delay = Duration(90*time.Minute), Duration(time.Minute)
	path := filepath.Join(t.TempDir(), "w.json")
	for range 2 { // also over what is there
		if err := before.Save(path); err != nil {
			t.Fatal(err)
		}
	}
	after, err := LoadWorld(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(before, after); d != "" {
		t.Error(d)
	}
	entries, _ := os.ReadDir(filepath.Dir(path))
	if len(entries) != 1 {
		t.Errorf("leftovers: %v", entries)
	}
	again := serve(t, after)
	want(t, again.poll(id, 3), "ReRegReport", "ResultDocs", "0", "DocType")
}

func TestBadWorlds(t *testing.T) {
	for text, want := range map[string]string{
		`{"tils":[]}`:                  "unknown field",
		`{"version":99}`:               "newer",
		`{} {}`:                        "follows",
		`{"tills":[null]}`:             "null",
		`{"tills":[{"rnm":"1"}]}`:      "no serial",
		`{"clockOffset":"a while"}`:    "duration",
		`{"codes":[{"expires":"xx"}]}`: "not a time",
		`{"codes":[{"expires":12}]}`:   "a time is a string",
		`{"tills":[{"serial":"01","rnm":"1"},{"serial":"1","rnm":"2"}]}`: "twice",
	} {
		if _, err := ParseWorld([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	for _, text := range []string{`{"applications":[{"id":"x","status":"AwaitingSignature"}]}`, `{"companies":[{"inn":"1"}]}`} {
		w, err := ParseWorld([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		c := serve(t, w)
		c.call("POST", regPath+"/x/sign", `{"DocumentId":"d","Signature":"MAA="}`)
		c.call("POST", regPath+"/x/prepareDocuments", signatory)
		c.call("GET", regPath+"/x", "")
	}
}

func TestSameCallsSameBytes(t *testing.T) {
	run := func(seed int64) string {
		w := registeredWorld()
		w.Seed = seed
		c := serve(t, w)
		id := c.app("POST", regPath, registration())["Id"].(string)
		c.signed(id)
		c.poll(id, 3)
		c.ok("GET", membersURL, "")
		b, err := c.s.Snapshot().Marshal()
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if run(1) != run(1) {
		t.Error("the same seed gives other bytes")
	}
	if run(1) == run(2) {
		t.Error("another seed gives the same ids")
	}
}

func TestZeroWorldIsNotTouchedByTheService(t *testing.T) {
	w := &World{}
	s := New(w, Options{})
	s.Mutate(func(w *World) { w.Add(SeedTill{INN: testINN, Serial: testSerial}) })
	if d := cmp.Diff(&World{}, w); d != "" {
		t.Error(d)
	}
	snapshot := s.Snapshot()
	snapshot.Tills[0].FN = "changed"
	*snapshot.Partner.Balance = -1
	if again := s.Snapshot(); again.Tills[0].FN != "" || *again.Partner.Balance != DefaultBalance {
		t.Error("a snapshot is not a copy")
	}
}

func TestCloneIsDeep(t *testing.T) {
	c := serve(t, registeredWorld())
	id := c.app("POST", regPath, reregistration())["Id"].(string)
	c.app("POST", regPath+"/"+id+"/prepareDocuments", signatory)
	w := c.s.Snapshot()
	before, _ := w.Marshal()
	twin := w.clone()
	a := twin.Applications[0]
	a.Documents[0].Content, a.KKT.ReregistrationReasons.Other, a.Company.Director.LastName = "x", true, "x"
	*twin.Codes[0].Count = 99
	twin.Companies[0].Name, twin.Tills[0].FN = "x", "x"
	twin.Reports["x"], twin.APIKeys[0] = Report{}, "x"
	if after, _ := w.Marshal(); string(after) != string(before) {
		t.Error(cmp.Diff(string(before), string(after)))
	}
}

func TestOnChangeSeesEveryChange(t *testing.T) {
	var saved []byte
	changes := 0
	s := New(registeredWorld(), Options{Now: start, OnChange: func(w *World) {
		changes++
		saved, _ = w.Marshal()
	}})
	server := httptest.NewServer(s)
	defer server.Close()
	c := &caller{t: t, s: s, url: server.URL}
	c.ok("GET", kktsPath, "")
	c.refused("POST", payPath, `{}`, "")
	if changes != 0 {
		t.Errorf("%d changes by calls that change nothing", changes)
	}
	c.ok("POST", payPath, payBody())
	now, err := s.Snapshot().Marshal()
	if err != nil || changes != 1 || string(now) != string(saved) {
		t.Errorf("%d changes, %v", changes, cmp.Diff(string(now), string(saved)))
	}
}

func TestLogTellsAndKeepsSecrets(t *testing.T) {
	w := (&World{Device: Device{AutoReport: true}})
	c := serve(t, w)
	id := c.app("POST", regPath, registration())["Id"].(string)
	c.signed(id)
	c.poll(id, 3)
	c.ok("GET", membersURL, "")
	r, ok := c.s.PrintedReport(testSerial)
	log := strings.Join(*c.log, "\n")
	line := fmt.Sprintf("device %s printed its report of registration: document 1, sign %s", testSerial, r.Sign)
	if !ok || !strings.Contains(log, line) || len(r.Sign) != 10 {
		t.Errorf("%q is not in\n%s", line, log)
	}
	for _, secret := range []string{DefaultAPIKey, c.token, "AuthToken="} {
		if strings.Contains(log, secret) {
			t.Errorf("%q is in the log", secret)
		}
	}
	if _, ok := c.s.PrintedReport("404"); ok {
		t.Error("a till that is not there prints")
	}
}

func TestControlCalls(t *testing.T) {
	c := serve(t, registeredWorld())
	want(t, c.ok("GET", kktsPath, ""), otherFN, "Data", "0", "FnNumber")
	c.ok("POST", "/_sim/till?serial="+otherSerial+"&fn="+testFN+"&address=Тула&place=Зал", "")
	row := c.ok("GET", kktsPath, "")
	want(t, row, testFN, "Data", "0", "FnNumber")
	want(t, row, "Тула", "Data", "0", "FiscalAddress")
	c.ok("POST", "/_sim/fault", `{"path":"*/kkts","kind":"status","status":502}`)
	if status, _ := c.call("GET", kktsPath, ""); status != 502 {
		t.Errorf("%d", status)
	}
	id := c.app("POST", regPath, edit(reregistration(), object{"KktDetails.ReregistrationReasons": object{"InstallmentPlaceChanged": true}}))["Id"].(string)
	c.signed(id)
	c.ok("POST", "/_sim/reject?application="+id+"&reason=отказ", "")
	want(t, c.poll(id, 3), "отказ", "StatusReason")
	for _, bad := range []string{
		"POST /_sim/advance?d=tomorrow", "POST /_sim/document?serial=404", "POST /_sim/till?serial=404", "POST /_sim/reject",
		"GET /_sim/report?serial=404", "POST /_sim/world", "GET /_sim/", "PUT /_sim/world", "POST /_sim/fault",
	} {
		method, path, _ := strings.Cut(bad, " ")
		if status, v := c.call(method, path, ""); status < 400 || v["error"] == "" {
			t.Errorf("%s: %d %v", bad, status, v)
		}
	}
	world := c.ok("GET", "/_sim/world", "")
	world["tills"] = []any{}
	b, _ := json.Marshal(world)
	c.ok("PUT", "/_sim/world", string(b))
	want(t, c.ok("GET", kktsPath, ""), []any{}, "Data")
	checkLists(t, c)
}

func checkLists(t *testing.T, c *caller) {
	t.Helper()
	for path, n := range map[string]int{"/_sim/ledger": 3, "/_sim/duplicates": 0, "/_sim/calls": 10} {
		_, body, err := c.send("GET", path, "")
		var list []object
		if err != nil || json.Unmarshal(body, &list) != nil || len(list) != n {
			t.Errorf("%s: %d entries in %s, want %d", path, len(list), body, n)
		}
	}
}

func TestConcurrentCalls(t *testing.T) {
	w := &World{}
	for i := range 16 {
		w.Add(SeedTill{INN: testINN, Serial: fmt.Sprint(1000 + i), FN: otherFN})
	}
	w.AddCode("POOL", "Ofd", "Green", 8)
	c := serve(t, w)
	var wg sync.WaitGroup
	for _, till := range c.s.Snapshot().Tills {
		for range 2 { // everyone twice
			wg.Go(func() {
				body := fmt.Sprintf(`{"Inn":%q,"Kpp":%q,"Rnm":%q,"ActivationCode":"POOL","Email":"a@b.example"}`, testINN, testKPP, till.RNM)
				for _, call := range [][3]string{{"POST", payPath, body}, {"GET", kktsPath, ""}, {"GET", "/_sim/world", ""}} {
					if _, _, err := c.send(call[0], call[1]+"?AuthToken="+DefaultAPIKey, call[2]); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	wg.Wait()
	paid := 0
	for _, e := range c.s.Ledger() {
		if e.OK {
			paid++
		}
	}
	if left := *c.s.Snapshot().Codes[0].Count; paid != 8 || left != 0 {
		t.Errorf("%d paid, %d left", paid, left)
	}
}

// largeWorld has n registered tills.
func largeWorld(n int) *World {
	w := &World{}
	for i := range n {
		w.Add(SeedTill{INN: testINN, Serial: fmt.Sprintf("%014d", i+1), RNM: fmt.Sprintf("%016d", i+1), FN: otherFN, Address: "Москва, Ленинская Слобода, 19"})
	}
	return w
}

func list(s *Service) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	s.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, kktsPath+"?AuthToken="+DefaultAPIKey, nil))
	return rec
}

func TestAListEncodesOnlyWhatChanged(t *testing.T) {
	const tills = 5000
	s := New(largeWorld(tills), Options{Now: start})
	list(s)
	if n := testing.AllocsPerRun(3, func() { list(s) }); n > tills/10 {
		t.Errorf("%v allocations for a list that did not change", n)
	}
	s.Mutate(func(w *World) { w.Tills[0].Unregistered = true })
	if n := strings.Count(list(s).Body.String(), `"KktRegId"`); n != tills-1 {
		t.Errorf("%d rows", n)
	}
}

func BenchmarkListOf100000(b *testing.B) {
	s := New(largeWorld(100_000), Options{Now: start})
	list(s)
	for b.Loop() {
		list(s)
	}
}

func TestRNMLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inn := rapid.StringMatching(`\d{10}|\d{12}`).Draw(t, "inn")
		serial := rapid.StringMatching(`\d{1,20}`).Draw(t, "serial")
		rnm := RNM(rapid.IntRange(0, 9_999_999_999).Draw(t, "seq"), inn, serial)
		if !rnmFits(rnm, inn, serial) || !rnmFits(rnm, inn, trimSerial(serial)) {
			t.Fatal(rnm)
		}
	})
}
