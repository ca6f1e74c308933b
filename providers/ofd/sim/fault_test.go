package sim

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func (c *caller) fault(f Fault) {
	c.t.Helper()
	if err := c.s.Fault(f); err != nil {
		c.t.Fatal(err)
	}
}

// created counts the applications that were made.
func (c *caller) created() int { return len(c.s.Snapshot().Applications) }

const createURL = regPath + "?AuthToken=" + DefaultAPIKey

func TestFaultsBeforeAndAfterTheEffect(t *testing.T) {
	broken := func(t *testing.T, status int, body []byte, err error) {
		if err == nil {
			t.Errorf("an answer: %d %s", status, body)
		}
	}
	answer := func(want int, text string) func(*testing.T, int, []byte, error) {
		return func(t *testing.T, status int, body []byte, err error) {
			if err != nil || status != want || !strings.Contains(string(body), text) || text == "" && len(body) != 0 {
				t.Errorf("%d %q %v", status, body, err)
			}
		}
	}
	for _, tc := range []struct {
		fault Fault
		check func(*testing.T, int, []byte, error)
	}{
		{Fault{Kind: FaultReset}, func(t *testing.T, _ int, _ []byte, err error) {
			if !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("%v, want a reset", err)
			}
		}},
		{Fault{Kind: FaultEOF}, func(t *testing.T, _ int, _ []byte, err error) {
			if !errors.Is(err, io.EOF) {
				t.Errorf("%v, want EOF", err)
			}
		}},
		{Fault{Kind: FaultGarbage}, func(t *testing.T, status int, body []byte, err error) {
			if err != nil || status != 200 || json.Valid(body) {
				t.Errorf("%d %q %v", status, body, err)
			}
		}},
		{Fault{Kind: FaultHTML200}, answer(200, "<html>")},
		{Fault{Kind: FaultEmpty200}, answer(200, "")},
		{Fault{Kind: FaultStatus, Status: 503, RetryAfter: 7}, answer(503, `"Status":"Failed"`)},
		{Fault{Kind: FaultStatus}, answer(500, `"Status":"Failed"`)},
		{Fault{Kind: FaultRedirect}, answer(307, "")},
	} {
		for when, effect := range map[string]int{"": 0, Before: 0, After: 1} {
			t.Run(tc.fault.Kind+" "+when, func(t *testing.T) {
				c := serve(t, nil)
				f := tc.fault
				f.When, f.Method, f.Path = when, "post", "*/KKT/registration/"
				c.fault(f)
				status, body, err := c.send("POST", createURL, registration())
				tc.check(t, status, body, err)
				if c.created() != effect {
					t.Errorf("%d effects, want %d", c.created(), effect)
				}
				c.ok("POST", regPath, registration()) // the fault is used up
			})
		}
	}
	t.Run("refused connection", func(t *testing.T) {
		c := serve(t, nil)
		c.fault(Fault{Kind: FaultRefuse, When: After})
		status, body, err := c.send("POST", createURL, registration())
		broken(t, status, body, err)
		if c.created() != 0 {
			t.Error("a refused connection had an effect")
		}
	})
	t.Run("truncated", func(t *testing.T) {
		c := serve(t, nil)
		c.fault(Fault{Kind: FaultTruncate})
		status, body, err := c.send("POST", createURL, registration())
		if !errors.Is(err, io.ErrUnexpectedEOF) || status != 200 || c.created() != 1 {
			t.Errorf("%d %q %v, %d effects", status, body, err, c.created())
		}
	})
}

// What spoils an answer can come before the effect too: the answer is then
// the one that there would have been.
func TestSpoiltAnswersBeforeTheEffect(t *testing.T) {
	for _, kind := range []string{FaultTruncate, FaultWrongID} {
		c := serve(t, nil)
		c.fault(Fault{Kind: kind, When: Before})
		_, early, _ := c.send("POST", createURL, registration())
		if c.created() != 0 || len(c.s.Ledger()) != 0 {
			t.Errorf("%s: an effect", kind)
		}
		c.fault(Fault{Kind: kind, When: After})
		_, late, _ := c.send("POST", createURL, registration())
		if c.created() != 1 || len(early) == 0 || len(early) != len(late) {
			t.Errorf("%s: %d effects, answers %q and %q", kind, c.created(), early, late)
		}
	}
}

func TestFloodsAndTrickles(t *testing.T) {
	for _, kind := range []string{FaultGzipBomb, FaultEndless} {
		c := serve(t, nil)
		c.fault(Fault{Kind: kind, When: After})
		res, err := http.Post(c.url+createURL, "application/json", strings.NewReader(registration()))
		if err != nil {
			t.Fatal(err)
		}
		const much = 20 << 20
		n, err := io.Copy(io.Discard, io.LimitReader(res.Body, much))
		res.Body.Close()
		if n != much || err != nil || c.created() != 1 {
			t.Errorf("%s: %d bytes, %v, %d effects", kind, n, err, c.created())
		}
	}
	for when, effect := range map[string]int{Before: 0, After: 1} {
		c := serve(t, nil)
		c.fault(Fault{Kind: FaultSlowHead, When: when})
		client := &http.Client{Timeout: 100 * time.Millisecond}
		if res, err := client.Post(c.url+createURL, "application/json", strings.NewReader(registration())); err == nil {
			res.Body.Close()
			t.Error("a slow header ended")
		}
		if c.created() != effect {
			t.Errorf("%s: %d effects", when, c.created())
		}
	}
}

func TestWrongRNM(t *testing.T) {
	got := string(wrongID([]byte(`{"UserInn":"1","KktRegNumber":"0000002950038403"}`)))
	if got != `{"UserInn":"1","KktRegNumber":"0000000000000001"}` {
		t.Error(got)
	}
}

func TestRetryAfterAndLocation(t *testing.T) {
	c := serve(t, nil)
	c.fault(Fault{Kind: FaultStatus, Status: 429, RetryAfter: 7})
	c.fault(Fault{Kind: FaultRedirect, Status: 302, Location: "http://evil.example/"})
	get := func() *http.Response {
		res, err := http.DefaultTransport.RoundTrip(must(http.NewRequest("GET", c.url+kktsPath, nil)))
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res
	}
	if res := get(); res.StatusCode != 429 || res.Header.Get("Retry-After") != "7" {
		t.Errorf("%d %v", res.StatusCode, res.Header)
	}
	if res := get(); res.StatusCode != 302 || res.Header.Get("Location") != "http://evil.example/" {
		t.Errorf("%d %v", res.StatusCode, res.Header)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestTimeoutHoldsUntilTheClientGoes(t *testing.T) {
	for when, effect := range map[string]int{Before: 0, After: 1} {
		c := serve(t, nil)
		c.fault(Fault{Kind: FaultTimeout, When: when})
		client := &http.Client{Timeout: 50 * time.Millisecond}
		res, err := client.Post(c.url+createURL, "application/json", strings.NewReader(registration()))
		if err == nil {
			res.Body.Close()
			t.Error("an answer")
		}
		if c.created() != effect {
			t.Errorf("%s: %d effects", when, c.created())
		}
	}
}

func TestCloseLetsGoOfHeldCalls(t *testing.T) {
	s := New(nil, Options{Now: start})
	url, err := s.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Fault(Fault{Kind: FaultTimeout, Times: -1}); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() {
		res, err := http.Get(url + kktsPath)
		if err == nil {
			res.Body.Close()
		}
		done <- err
	}()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := <-done; err == nil {
		t.Error("a held call was answered")
	}
}

func TestWrongIDAndStaleRead(t *testing.T) {
	c := serve(t, nil)
	a := c.app("POST", regPath, registration())
	id := a["Id"].(string)
	c.fault(Fault{Kind: FaultWrongID, Method: "GET"})
	wrong := c.poll(id, 1)
	if wrong["Id"] == id || wrong["Status"] != "New" {
		t.Errorf("%v", wrong["Id"])
	}
	c.app("POST", regPath+"/"+id+"/prepareDocuments", signatory)
	c.fault(Fault{Kind: FaultStaleRead, Path: "*/registration/*", Times: 2})
	c.signed2Stale(id)
	want(t, c.poll(id, 1), "AwaitingSignature", "Status")
	want(t, c.poll(id, 1), "ReadyToBeSentToFns", "Status")
}

// signed2Stale signs after reading the application once.
func (c *caller) signed2Stale(id string) {
	c.t.Helper()
	c.signed2(regPath + "/" + id)
}

func TestFaultsAreCountedAndMatched(t *testing.T) {
	c := serve(t, registeredWorld())
	c.fault(Fault{Kind: FaultStatus, Status: 500, Path: `^/api/.*/kkts$`, Skip: 1, Times: 2})
	var got []int
	for range 4 {
		status, _ := c.call("GET", kktsPath+"/", "")
		got = append(got, status)
		if other, _ := c.call("GET", codePath, ""); other != 200 {
			t.Errorf("another path: %d", other)
		}
	}
	if d := cmp.Diff([]int{200, 500, 500, 200}, got); d != "" {
		t.Error(d)
	}
	c.fault(Fault{Kind: FaultStatus, Times: -1})
	for range 3 {
		if status, _ := c.call("GET", kktsPath, ""); status != 500 {
			t.Errorf("a fault that is always there: %d", status)
		}
	}
	c.s.ClearFaults()
	c.ok("GET", kktsPath, "")
	for _, bad := range []Fault{{Kind: "nonsense"}, {Kind: FaultEOF, When: "between"}, {Kind: FaultEOF, Path: "^("}} {
		if c.s.Fault(bad) == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}
