package httpstore_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/httpstore"
	"github.com/kktctl/kktctl/state/httpstore/httpstoretest"
	"github.com/kktctl/kktctl/state/statetest"
)

// turn is a transport made of a function.
type turn func(*http.Request) (*http.Response, error)

func (f turn) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

var errCut = errors.New("connection reset")

func entry() []state.Entry {
	return []state.Entry{{Event: "outcome", Address: "kkts.c7", Resource: statetest.Resource("7", 7)}}
}

// killed is a store whose process dies before it gives any lock back.
func killed(t *testing.T, address string) *httpstore.Store {
	t.Helper()
	return open(t, httpstore.Config{Address: address, Transport: turn(func(r *http.Request) (*http.Response, error) {
		if r.Method == "UNLOCK" {
			return nil, errCut
		}
		return http.DefaultTransport.RoundTrip(r)
	})})
}

// The answer to a write is lost, and while the lock is taken anew somebody
// looks at it: for a moment, or killed in the middle. The holder stays it.
func TestLookedAtWhileTakenAnew(t *testing.T) {
	for _, dies := range []bool{false, true} {
		clock := statetest.NewClock()
		ts := httptest.NewServer(&httpstoretest.Server{Dir: t.TempDir(), Now: clock.Now})
		t.Cleanup(ts.Close)
		var armed, cut, looked bool
		var refused int
		s := open(t, httpstore.Config{Address: ts.URL, Transport: turn(func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPost && cut {
				cut = false
				return nil, errCut
			}
			resp, err := http.DefaultTransport.RoundTrip(r)
			if r.Method == "UNLOCK" && armed && !looked {
				looked = true
				_, _ = killed(t, ts.URL).LockInfo(t.Context())
			}
			if r.Method == "LOCK" && armed && err == nil && resp.StatusCode == http.StatusLocked {
				refused++
				body, _ := io.ReadAll(resp.Body)
				resp.Body.Close()
				resp.Body = io.NopCloser(bytes.NewReader(body))
				if dies {
					clock.Pass(t, 10*time.Second)
				} else {
					unlock(t, ts.URL, string(body))
				}
			}
			return resp, err
		})})
		lease, err := s.Lock(t.Context(), state.LockRequest{Holder: "anna"})
		must(t, err)
		must(t, s.Init(t.Context(), lease, state.NewSnapshot("sever")))
		armed, cut = true, true
		if err := s.Append(t.Context(), lease, entry()); err != nil {
			t.Errorf("dies %v: %v", dies, err)
		}
		if !looked || refused == 0 {
			t.Errorf("dies %v: nobody looked", dies)
		}
		must(t, s.Append(t.Context(), lease, entry()))
		must(t, s.Unlock(t.Context(), lease))
		snap, _, err := open(t, httpstore.Config{Address: ts.URL}).Load(t.Context())
		if err != nil || snap.Serial != 2 {
			t.Errorf("dies %v: %v, %v", dies, snap, err)
		}
	}
}

func unlock(t *testing.T, address, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "UNLOCK", address, strings.NewReader(body))
	must(t, err)
	resp, err := http.DefaultClient.Do(req)
	must(t, err)
	resp.Body.Close()
}

// Who meets the lock of a killed look is told that it is locked, so that it can
// wait; when its term is over it is taken.
func TestKilledLook(t *testing.T) {
	clock := statetest.NewClock()
	ts := httptest.NewServer(&httpstoretest.Server{Dir: t.TempDir(), Now: clock.Now})
	t.Cleanup(ts.Close)
	_, _ = killed(t, ts.URL).LockInfo(t.Context())
	s := open(t, httpstore.Config{Address: ts.URL})
	_, err := s.Lock(t.Context(), state.LockRequest{Holder: "anna"})
	var locked *state.LockedError
	if !errors.As(err, &locked) || locked.Info.Operation != "lock show" || locked.Info.Expires.IsZero() {
		t.Fatalf("not told as locked: %v", err)
	}
	info, err := s.LockInfo(t.Context())
	if err != nil || info == nil || info.ID != locked.Info.ID {
		t.Errorf("lock show: %v, %v", info, err)
	}
	must(t, s.ForceUnlock(t.Context(), locked.Info.ID))
	_, _ = killed(t, ts.URL).LockInfo(t.Context())
	clock.Pass(t, 20*time.Second)
	if info, err := s.LockInfo(t.Context()); err != nil || info != nil {
		t.Errorf("a look that ran out: %v, %v", info, err)
	}
	_, _ = killed(t, ts.URL).LockInfo(t.Context())
	clock.Pass(t, 20*time.Second)
	_, err = s.Lock(t.Context(), state.LockRequest{Holder: "anna"})
	must(t, err)
}

// An answer that does not say whether the lock was given back is not taken for
// given back: it is asked again.
func TestDoubtfulUnlock(t *testing.T) {
	for _, status := range []int{http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusBadGateway} {
		ts := httptest.NewServer(&httpstoretest.Server{Dir: t.TempDir()})
		t.Cleanup(ts.Close)
		var calls, bad int
		s := open(t, httpstore.Config{Address: ts.URL, Transport: turn(func(r *http.Request) (*http.Response, error) {
			if r.Method != "UNLOCK" {
				return http.DefaultTransport.RoundTrip(r)
			}
			if calls++; calls > bad {
				return http.DefaultTransport.RoundTrip(r)
			}
			return &http.Response{StatusCode: status, Body: http.NoBody, Request: r}, nil
		})})
		for _, c := range []struct {
			bad  int
			fine bool
		}{{1, true}, {1000, false}} {
			calls, bad = 0, 0
			lease, err := s.Lock(t.Context(), state.LockRequest{Holder: "anna"})
			must(t, err)
			calls, bad = 0, c.bad
			if err := s.Unlock(t.Context(), lease); (err == nil) != c.fine {
				t.Errorf("%d, %d times: %v", status, c.bad, err)
			}
			bad = 0
			if info, err := open(t, httpstore.Config{Address: ts.URL}).LockInfo(t.Context()); err != nil || (info == nil) != c.fine {
				t.Errorf("%d, %d times: the lock is %v, %v", status, c.bad, info, err)
			}
		}
	}
}
