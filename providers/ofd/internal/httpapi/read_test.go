package httpapi

import (
	"compress/gzip"
	"context"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestGetRepeats(t *testing.T) {
	for _, status := range []int{408, 429, 502, 503, 504} {
		var calls atomic.Int32
		client, recorder := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if calls.Add(1) <= 3 {
				reply(status, "busy")(w, r)
				return
			}
			reply(200, `{"Data":[],"Success":true}`)(w, r)
		})
		var out List[String]
		if err := client.Get(t.Context(), Call{Op: "list", Path: "/l", Out: &out}); err != nil {
			t.Errorf("%d: %v", status, err)
		}
		if len(recorder.sleeps) != 3 || recorder.sleeps[0] < firstBackoff || recorder.sleeps[2] < 4*firstBackoff {
			t.Errorf("%d: waited %v", status, recorder.sleeps)
		}
	}
}

func TestGetGivesUp(t *testing.T) {
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		calls   int32
	}{
		"for ever busy": {reply(503, "busy"), 4},
		"reset":         {hijack(t, "", true), 4},
		"500":           {reply(500, `{"Status":"Failed","Error":{"Code":1}}`), 1},
		"404":           {reply(404, `{"errors":["x"]}`), 1},
		"html":          {reply(200, `<html>`), 1},
		"redirect":      {reply(302, ``), 1},
		"long wait": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "3600")
			reply(503, "busy")(w, r)
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			var calls atomic.Int32
			client, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				test.handler(w, r)
			})
			err := client.Get(t.Context(), Call{Op: "read", Path: "/r"})
			if err == nil || calls.Load() != test.calls {
				t.Errorf("%d calls, want %d: %v", calls.Load(), test.calls, err)
			}
			if e, ok := err.(*Error); name == "long wait" && (!ok || e.RetryAfter != time.Hour) {
				t.Errorf("%#v", err)
			}
		})
	}
}

func TestGetHonoursRetryAfter(t *testing.T) {
	var calls atomic.Int32
	client, recorder := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) == 1 {
			w.Header().Set("Retry-After", "17")
			reply(429, "")(w, r)
			return
		}
		reply(200, `{"Data":{},"Success":true}`)(w, r)
	})
	if err := client.Get(t.Context(), Call{Op: "read", Path: "/r"}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]time.Duration{17 * time.Second}, recorder.sleeps); diff != "" {
		t.Error(diff)
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"": 0, "5": 5 * time.Second, "-5": 0, "soon": 0,
		strconv.Itoa(math.MaxInt):       24 * time.Hour,
		"Fri, 02 Jan 2026 03:04:15 GMT": 10 * time.Second,
		"Fri, 02 Jan 2026 03:03:15 GMT": 0,
	} {
		if got := retryAfter(header, now); got != want {
			t.Errorf("%q: %v, want %v", header, got, want)
		}
	}
}

func TestBodiesAreBounded(t *testing.T) {
	// zeros tells whether all its 64 MiB were taken.
	zeros := func(w io.Writer) bool {
		chunk := []byte(strings.Repeat(" ", 1<<16))
		for range 1 << 10 {
			if _, err := w.Write(chunk); err != nil {
				return false
			}
		}
		return true
	}
	for name, handler := range map[string]http.HandlerFunc{
		"endless": func(w http.ResponseWriter, _ *http.Request) {
			if zeros(w) {
				t.Error("all of it was read")
			}
		},
		"gzip bomb": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			zeros(z)
			_ = z.Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			client, recorder := serve(t, handler)
			err := client.Get(t.Context(), Call{Op: "read", Path: "/r", Limit: 1 << 20})
			if err == nil || !strings.Contains(err.Error(), "over the limit of 1048576 bytes") || len(recorder.sleeps) > 0 {
				t.Errorf("%v after %v", err, recorder.sleeps)
			}
		})
	}
	t.Run("headers", func(t *testing.T) {
		client, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Long", strings.Repeat("x", 2*maxHeaderBytes))
			reply(200, `{"Data":{},"Success":true}`)(w, r)
		})
		if err := client.Get(t.Context(), Call{Op: "read", Path: "/r"}); err == nil {
			t.Error("headers are not bounded")
		}
	})
	t.Run("nesting", func(t *testing.T) {
		client, _ := serve(t, reply(200, `{"Data":`+strings.Repeat("[", 100)+strings.Repeat("]", 100)+`,"Success":true}`))
		if err := client.Get(t.Context(), Call{Op: "read", Path: "/r"}); err == nil || !strings.Contains(err.Error(), "nests deeper") {
			t.Errorf("%v", err)
		}
	})
}

// A list must be there: an empty object is not a fleet without tills.
func TestListsMustBeThere(t *testing.T) {
	for body, want := range map[string]int{
		`{}`:                           -1,
		`{"Success":true}`:             -1,
		`{"Data":null}`:                -1,
		`{"Data":"x","Success":true}`:  1,
		`{"Data":null,"Success":true}`: 0,
		`{"Data":[],"Success":true}`:   0,
		`{"Data":["a","b"]}`:           2,
	} {
		client, _ := serve(t, reply(200, body))
		var out List[String]
		err := client.Get(t.Context(), Call{Op: "list", Path: "/l", Out: &out})
		if got := len(out); err == nil && got != want || err != nil && want >= 0 {
			t.Errorf("%s: %d rows, %v", body, got, err)
		}
	}
}

func TestQueryAndPath(t *testing.T) {
	client, recorder := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.EscapedPath() != "/a%2Fb/c" || r.URL.RawQuery != "AuthToken=k%26y&From=1" {
			t.Errorf("%s ? %s", r.URL.EscapedPath(), r.URL.RawQuery)
		}
		reply(200, `{"Data":{},"Success":true}`)(w, r)
	})
	call := Call{
		Op: "read", Path: "/" + Segment("a/b") + "/c", Query: url.Values{"From": {"1"}},
		Token: StaticToken("key", "k&y"),
	}
	if err := client.Get(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	if _, ok := call.Query["AuthToken"]; ok {
		t.Error("the caller's query was changed")
	}
	if line := recorder.lines[0]; strings.Contains(line, "k&y") || strings.Contains(line, "From") {
		t.Errorf("logged %s", line)
	}
	for _, path := range []string{"", "a", "/a/../b", "/a?b=c", "/a#b", `/a\b`} {
		call.Path = path
		if err := client.Get(t.Context(), call); err == nil {
			t.Errorf("%q was accepted", path)
		}
	}
}

func TestPacerSpacesCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pacer, err := NewPacer(2)
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		for range 5 {
			if err := pacer.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if got := time.Since(begin); got != 2*time.Second {
			t.Errorf("five calls took %v, want 2s", got)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if pacer.Wait(ctx) == nil {
			t.Error("an ended context may go on")
		}
	})
	for _, bad := range []float64{-1, math.NaN(), math.Inf(1)} {
		if _, err := NewPacer(bad); err == nil {
			t.Errorf("%v was accepted", bad)
		}
	}
}

func TestBaseURL(t *testing.T) {
	for text, ok := range map[string]bool{
		"https://ofd.ru": true, "http://127.0.0.1:80/x/": true, "": false, "ofd.ru": false,
		"ftp://ofd.ru": false, "https://": false, "https://u:secret@ofd.ru": false,
		"https://ofd.ru?AuthToken=secret": false, "https://ofd.ru#x": false, "https://a b:secret": false,
	} {
		_, err := New(Config{BaseURL: text})
		if (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: the error tells the secret: %v", text, err)
		}
	}
}
