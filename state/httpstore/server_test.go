package httpstore_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/httpstore"
	"github.com/kktctl/kktctl/state/httpstore/httpstoretest"
)

func open(t *testing.T, c httpstore.Config) *httpstore.Store {
	t.Helper()
	s, err := httpstore.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A server that does not check locks is refused before anything is kept there.
func TestCarelessServers(t *testing.T) {
	for careless, want := range map[string]string{
		"lock":   "gives the lock to two at once",
		"unlock": "from whoever names any id",
		"write":  "from who does not hold the lock",
	} {
		ts := httptest.NewServer(&httpstoretest.Server{Dir: t.TempDir(), Careless: careless})
		t.Cleanup(ts.Close)
		s := open(t, httpstore.Config{Address: ts.URL})
		_, err := s.Lock(t.Context(), state.LockRequest{Holder: "anna"})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "would not be safe") {
			t.Errorf("%s: %v", careless, err)
		}
	}
}

func TestAddressesRefused(t *testing.T) {
	for _, address := range []string{"", "ftp://host/x", "https://", "https://anna:geheim@host/x", "https://host/x?token=geheim", "https://host/x#a", "://"} {
		if _, err := httpstore.Open(httpstore.Config{Address: address}); err == nil || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%q: %v", address, err)
		}
		if address == "" { // the default
			continue
		}
		for _, c := range []httpstore.Config{{LockAddress: address}, {UnlockAddress: address}} {
			c.Address = "https://host/x"
			if _, err := httpstore.Open(c); err == nil || strings.Contains(err.Error(), "geheim") {
				t.Errorf("lock at %q: %v", address, err)
			}
		}
	}
}

// What a server answers instead of a document is an error with a way out, and
// never an empty state.
func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		want   string
		err    error
	}{
		{401, "geheim", "check state.username", nil},
		{403, "geheim", "check state.username", nil},
		{404, `{"message":"404 Project Not Found"}`, "is the address right", nil},
		{302, "", "the server sends elsewhere", nil},
		{500, "geheim", "500 Internal Server Error", nil},
		{200, "", "empty document", state.ErrCorrupt},
		{200, "<html>log in</html>", "answers with HTML", nil},
		{200, `{"version": 4, "serial": 1, "lineage": "x"}`, "no state of kktctl", nil},
		{200, `{"version": 2000, "kktctl": {}}`, "of version 2000", state.ErrNewer},
		{200, `{"version": 1001, "lineage": "x", "kktctl": {}}`, "lacks a part", state.ErrCorrupt},
	} {
		ts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "/login")
			w.WriteHeader(c.status)
			fmt.Fprint(w, c.body)
		}))
		snap, _, err := open(t, httpstore.Config{Address: ts.URL + "/s"}).Load(t.Context())
		ts.Close()
		if snap != nil || err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "geheim") || c.err != nil && !errors.Is(err, c.err) {
			t.Errorf("%d %s: %v", c.status, c.body, err)
		}
	}
}

// A state behind TLS with an authority of its own, and headers as credentials.
func TestHeadersAndTLS(t *testing.T) {
	server := &httpstoretest.Server{Dir: t.TempDir()}
	ts := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Private-Token") != "geheim" || r.UserAgent() != "kktctl/test" {
			http.Error(w, "401", http.StatusUnauthorized)
			return
		}
		server.ServeHTTP(w, r)
	}))
	t.Cleanup(ts.Close)
	c := httpstore.Config{Address: ts.URL + "/s", UserAgent: "kktctl/test", Headers: http.Header{"Private-Token": {"geheim"}}}
	if _, _, err := open(t, c).Load(t.Context()); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("an unknown authority: %v", err)
	}
	c.Transport = ts.Client().Transport
	s := open(t, c)
	lease, err := s.Lock(t.Context(), state.LockRequest{Holder: "anna"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Init(t.Context(), lease, state.NewSnapshot("sever")); err != nil {
		t.Fatal(err)
	}
	if err := s.Unlock(t.Context(), lease); err != nil {
		t.Fatal(err)
	}
	if s.Location() != ts.URL+"/s" {
		t.Errorf("location %s", s.Location())
	}
}

// A clock of this machine that is wrong by hours takes no lock from anybody:
// the server's counts.
func TestWrongClock(t *testing.T) {
	ts := httptest.NewServer(&httpstoretest.Server{Dir: t.TempDir()})
	t.Cleanup(ts.Close)
	holder := open(t, httpstore.Config{Address: ts.URL, Term: time.Minute})
	lease, err := holder.Lock(t.Context(), state.LockRequest{Holder: "anna"})
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []time.Duration{-5 * time.Hour, 5 * time.Hour} {
		other := open(t, httpstore.Config{Address: ts.URL, Term: time.Minute, Now: func() time.Time { return time.Now().Add(wrong) }})
		var locked *state.LockedError
		if _, err := other.Lock(t.Context(), state.LockRequest{Holder: "boris"}); !errors.As(err, &locked) || locked.Info.ID != lease.ID {
			t.Errorf("wrong by %s: %v", wrong, err)
		}
	}
	if err := holder.Unlock(t.Context(), lease); err != nil {
		t.Fatal(err)
	}
	late := open(t, httpstore.Config{Address: ts.URL, Term: time.Minute, Now: func() time.Time { return time.Now().Add(-5 * time.Hour) }})
	lease, err = late.Lock(t.Context(), state.LockRequest{Holder: "vera"})
	if err != nil || time.Until(lease.Expires) < 50*time.Second || time.Until(lease.Expires) > 70*time.Second {
		t.Errorf("a lock taken with a late clock runs out at %v, %v", lease, err)
	}
}

// A lock that Terraform or a person took is told of, never taken over, and
// removed by its id.
func TestForeignLock(t *testing.T) {
	ts := httptest.NewServer(&httpstoretest.Server{Dir: t.TempDir()})
	t.Cleanup(ts.Close)
	req, err := http.NewRequestWithContext(t.Context(), "LOCK", ts.URL, strings.NewReader(`{"ID":"terraform-1","Who":"anna@host","Operation":"OperationTypeApply","Created":"2020-01-01T00:00:00Z"}`))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	s := open(t, httpstore.Config{Address: ts.URL})
	var locked *state.LockedError
	if _, err := s.Lock(t.Context(), state.LockRequest{Holder: "boris"}); !errors.As(err, &locked) || locked.Info.ID != "terraform-1" || locked.Info.Holder != "anna@host" || !locked.Info.Expires.IsZero() {
		t.Fatalf("locked: %v", err)
	}
	if err := s.ForceUnlock(t.Context(), "terraform-1"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Lock(t.Context(), state.LockRequest{Holder: "boris"}); err != nil {
		t.Fatal(err)
	}
}

// A server that answers a write with 412 or 5xx may have carried it out: it is
// neither taken for success nor made twice.
func TestDoubtfulAnswers(t *testing.T) {
	for _, status := range []int{412, 422, 429, 500, 502, 503} {
		for _, done := range []bool{false, true} {
			server := &httpstoretest.Server{Dir: t.TempDir()}
			var armed atomic.Bool
			ts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodPost || !armed.CompareAndSwap(true, false) {
					server.ServeHTTP(w, r)
					return
				}
				if done {
					server.ServeHTTP(httptest.NewRecorder(), r)
				}
				w.WriteHeader(status)
			}))
			s := open(t, httpstore.Config{Address: ts.URL})
			lease, err := s.Lock(t.Context(), state.LockRequest{Holder: "anna"})
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Init(t.Context(), lease, state.NewSnapshot("sever")); err != nil {
				t.Fatal(err)
			}
			armed.Store(true)
			entries := []state.Entry{{Event: "x", Address: "kkts.a", Resource: &state.Resource{}}}
			if err := s.Append(t.Context(), lease, entries); err != nil {
				t.Errorf("%d, done %v: %v", status, done, err)
			}
			snap, _, err := open(t, httpstore.Config{Address: ts.URL}).Load(t.Context())
			if err != nil || snap.Serial != 1 || len(snap.Resources) != 1 {
				t.Errorf("%d, done %v: %v, %v", status, done, snap, err)
			}
			if err := s.Unlock(t.Context(), lease); err != nil {
				t.Error(err)
			}
			ts.Close()
		}
	}
}
