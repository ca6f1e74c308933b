package httpapi

import (
	"bufio"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// hijack takes the connection over, for answers that no server would give.
func hijack(t *testing.T, answer string, reset bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.WriteString(conn, answer)
		if reset {
			_ = conn.(*net.TCPConn).SetLinger(0)
		}
		_ = conn.Close()
	}
}

func TestMutateOutcomes(t *testing.T) {
	const failed = `{"Status":"Failed","Error":{"Code":7,"Message":"нет"}}`
	refusing := []int{200, 400, 401, 403, 404, 405, 409, 415, 422}
	unsure := []int{201, 408, 410, 429, 500, 502, 503, 504}
	type row struct {
		name    string
		handler http.HandlerFunc
		want    Outcome
	}
	rows := []row{
		{"empty object with 403", reply(403, `{}`), OutcomeRefused},
		{"success false", reply(200, `{"Data":null,"Success":false,"Errors":[{"Code":"1","Message":"x"}]}`), OutcomeRefused},
		{"nothing but a status", reply(200, `{"Data":{"Id":"a"},"Status":"Failed"}`), OutcomeRefused},
		{"texts", reply(400, `{"Errors":["x"],"Status":"Failed"}`), OutcomeRefused},
		{"lower case texts", reply(400, `{"errors":["x"]}`), OutcomeRefused},
		{"errors and success", reply(200, `{"Data":{},"Success":true,"Errors":["x"]}`), OutcomeUnknown},
		{"empty object with 400", reply(400, `{}`), OutcomeUnknown},
		{"success with 400", reply(400, `{"Data":{},"Success":true}`), OutcomeUnknown},
		{"html", reply(200, `<html>ok</html>`), OutcomeUnknown},
		{"html refusal", reply(403, `<html>no</html>`), OutcomeUnknown},
		{"empty", reply(200, ``), OutcomeUnknown},
		{"no content", reply(204, ``), OutcomeUnknown},
		{"truncated json", reply(200, `{"Data":{"Id":"1"`), OutcomeUnknown},
		{"wrong shape", reply(200, `[1]`), OutcomeUnknown},
		{"check fails", reply(200, `{"Data":{},"Success":true}`), OutcomeUnknown},
		{"broken body", hijack(t, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", false), OutcomeUnknown},
		{"eof after headers", hijack(t, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", false), OutcomeUnknown},
		{"eof", hijack(t, "", false), OutcomeUnknown},
		{"reset", hijack(t, "", true), OutcomeUnknown},
		{"not http", hijack(t, "hello\r\n\r\n", false), OutcomeUnknown},
		{"redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}, OutcomeUnknown},
	}
	for _, status := range refusing {
		rows = append(rows, row{"failed " + http.StatusText(status), reply(status, failed), OutcomeRefused})
	}
	for _, status := range unsure {
		rows = append(rows, row{"failed " + http.StatusText(status), reply(status, failed), OutcomeUnknown})
	}
	for _, test := range rows {
		t.Run(test.name, func(t *testing.T) {
			var calls atomic.Int32
			client, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				test.handler(w, r)
			})
			var out struct{ ID String }
			err := client.Mutate(t.Context(), Call{
				Op: "pay", Method: http.MethodPost, Path: "/pay", Body: map[string]string{"a": "b"}, Out: &out,
				Check: func() error {
					if out.ID == "" {
						return errors.New("no id")
					}
					return nil
				},
			})
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("error is %v", err)
			}
			if e.Outcome != test.want || OutcomeOf(err) != test.want {
				t.Errorf("outcome is %v, want %v: %v", e.Outcome, test.want, err)
			}
			if n := calls.Load(); n != 1 {
				t.Errorf("%d requests were made, want 1", n)
			}
		})
	}
}

func TestMutateSucceeds(t *testing.T) {
	for name, body := range map[string]string{
		"data and success": `{"Data":{"Id":"a"},"Success":true}`,
		"data and status":  `{"Data":{"Id":"a"},"Status":"Success"}`,
		"bare":             `{"id":"a"}`,
		"no errors":        `{"Data":{"Id":"a"},"Success":true,"Errors":[],"Error":null}`,
		"error of code 0":  `{"Data":{"Id":"a"},"Success":true,"Error":{"Code":0,"Message":null}}`,
		"byte order mark":  "\xef\xbb\xbf" + `{"Data":{"Id":"a"},"Success":true}`,
		"quoted success":   `{"Data":{"Id":"a"},"Success":"true"}`,
	} {
		t.Run(name, func(t *testing.T) {
			client, _ := serve(t, reply(200, body))
			var out struct{ ID String }
			if err := client.Mutate(t.Context(), Call{Op: "o", Method: http.MethodPost, Path: "/", Out: &out}); err != nil {
				t.Fatal(err)
			}
			if out.ID != "a" {
				t.Errorf("id is %q", out.ID)
			}
		})
	}
}

func TestMutateNotSent(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + listener.Addr().String()
	_ = listener.Close()
	secure := httptest.NewTLSServer(reply(200, `{}`))
	t.Cleanup(secure.Close)
	secure.Config.ErrorLog = nil
	for name, config := range map[string]Config{
		"refused connection": {BaseURL: closed},
		"unknown authority":  {BaseURL: secure.URL, RootCAs: x509.NewCertPool()},
		"no such host": {BaseURL: "http://till.invalid", Dial: func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.DNSError{IsNotFound: true}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			client, _ := newClient(t, config)
			err := client.Mutate(t.Context(), Call{Op: "pay", Method: http.MethodPost, Path: "/pay"})
			if err == nil || OutcomeOf(err) != OutcomeNotSent {
				t.Errorf("outcome is %v: %v", OutcomeOf(err), err)
			}
		})
	}
	t.Run("ended context", func(t *testing.T) {
		client, _ := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("it was sent") })
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := client.Mutate(ctx, Call{Op: "pay", Method: http.MethodPost, Path: "/pay"})
		if OutcomeOf(err) != OutcomeNotSent || !errors.Is(err, context.Canceled) {
			t.Errorf("outcome is %v: %v", OutcomeOf(err), err)
		}
	})
}

func TestMutateCancelledWhileWaiting(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	client, _ := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		cancel()
		<-r.Context().Done()
	})
	err := client.Mutate(ctx, Call{Op: "pay", Method: http.MethodPost, Path: "/pay", Body: "x"})
	if OutcomeOf(err) != OutcomeUnknown || !errors.Is(err, context.Canceled) {
		t.Errorf("outcome is %v: %v", OutcomeOf(err), err)
	}
}

func TestMutateTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		client, _ := newClient(t, Config{
			BaseURL: "http://till.invalid",
			Dial:    func(context.Context, string, string) (net.Conn, error) { return ours, nil },
		})
		go func() { _, _ = http.ReadRequest(bufio.NewReader(theirs)) }()
		begin := time.Now()
		err := client.Mutate(t.Context(), Call{Op: "pay", Method: http.MethodPost, Path: "/pay"})
		if OutcomeOf(err) != OutcomeUnknown || err == nil {
			t.Errorf("outcome is %v: %v", OutcomeOf(err), err)
		}
		if waited := time.Since(begin); waited != DefaultTimeout {
			t.Errorf("gave up after %v, want %v", waited, DefaultTimeout)
		}
		_ = theirs.Close()
		synctest.Wait()
	})
}

// A mutation must not go over a connection that a read left behind: the
// transport resends there.
func TestMutateUsesNewConnections(t *testing.T) {
	mu := make(chan map[string][]string, 1)
	mu <- map[string][]string{}
	client, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		seen := <-mu
		seen[r.Method] = append(seen[r.Method], r.RemoteAddr)
		mu <- seen
		if r.Header.Get("Idempotency-Key") != "" || r.Header.Get("X-Idempotency-Key") != "" || r.ProtoMajor != 1 {
			t.Errorf("%s %v", r.Proto, r.Header)
		}
		reply(200, `{"Data":{},"Success":true}`)(w, r)
	})
	for range 2 {
		if err := client.Get(t.Context(), Call{Op: "read", Path: "/r"}); err != nil {
			t.Fatal(err)
		}
		if err := client.Mutate(t.Context(), Call{Op: "pay", Method: http.MethodPost, Path: "/p", Body: 1}); err != nil {
			t.Fatal(err)
		}
	}
	seen := <-mu
	if got := seen["GET"]; got[0] != got[1] {
		t.Errorf("reads did not share a connection: %v", got)
	}
	if got := seen["POST"]; got[0] == got[1] || got[0] == seen["GET"][0] {
		t.Errorf("a mutation shared a connection: %v", seen)
	}
}

func TestMutateDropsTheTokenAndDoesNotResend(t *testing.T) {
	var pays, logins atomic.Int32
	client, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "CreateAuthToken") {
			logins.Add(1)
			reply(200, `{"AuthToken":"t"}`)(w, r)
			return
		}
		pays.Add(1)
		reply(401, `{"errors":["expired"]}`)(w, r)
	})
	source := LoginToken(client, Credentials{Role: "Renta login", Login: "l", Password: "p"})
	call := Call{Op: "pay", Method: http.MethodPost, Path: "/pay", Token: source}
	for range 2 {
		if err := client.Mutate(t.Context(), call); OutcomeOf(err) != OutcomeRefused {
			t.Fatalf("outcome is %v: %v", OutcomeOf(err), err)
		}
	}
	if diff := cmp.Diff([]int32{2, 2}, []int32{pays.Load(), logins.Load()}); diff != "" {
		t.Errorf("pays and logins: %s", diff)
	}
}

// Whatever comes back, there was one request, and only 2xx is a success.
func TestMutateLaw(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		status := rapid.SampledFrom([]int{200, 201, 204, 301, 307, 400, 403, 408, 409, 429, 500, 503}).Draw(rt, "status")
		body := rapid.SampledFrom([]string{
			"", "{", "{}", "null", "[]", `{"Success":false}`, `{"Success":true}`, `{"errors":["x"]}`, `{"Status":"Failed"}`,
			`{"Error":{"Code":"1"}}`, `{"Data":{},"Success":true}`, "<html>",
		}).Draw(rt, "body")
		declared := rapid.IntRange(len(body), len(body)+1).Draw(rt, "length")
		var calls atomic.Int32
		answer := fmt.Sprintf("HTTP/1.1 %d X\r\nLocation: /y\r\nContent-Length: %d\r\n\r\n%s", status, declared, body)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			calls.Add(1)
			hijack(t, answer, false)(w, r)
		}))
		defer server.Close()
		client, err := New(Config{BaseURL: server.URL})
		if err != nil {
			rt.Fatal(err)
		}
		err = client.Mutate(t.Context(), Call{Op: "pay", Method: http.MethodPost, Path: "/pay", Body: 1})
		if calls.Load() != 1 {
			rt.Fatalf("%d requests", calls.Load())
		}
		whole := declared == len(body) || status == http.StatusNoContent
		switch {
		case err == nil && (status > 299 || !whole):
			rt.Fatalf("%s is a success", answer)
		case err != nil && OutcomeOf(err) == OutcomeNotSent:
			rt.Fatalf("%s: not sent", answer)
		case OutcomeOf(err) == OutcomeRefused && (!whole || !provesRefusal(status)):
			rt.Fatalf("%s: refused", answer)
		}
	})
}
