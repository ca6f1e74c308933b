package httpapi

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestExpiry(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct{ at, want time.Time }{
		"moscow is ahead":    {now.Add(10 * time.Hour), now.Add(7 * time.Hour)},
		"moscow is over":     {now.Add(2 * time.Hour), now.Add(2 * time.Hour)},
		"both over":          {now.Add(-time.Hour), time.Time{}},
		"not given":          {time.Time{}, time.Time{}},
		"moscow is just now": {now.Add(3 * time.Hour), now.Add(3 * time.Hour)},
	} {
		if got := expiry(test.at, now); !got.Equal(test.want) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

// loginServer numbers the tokens it gives.
type loginServer struct {
	logins atomic.Int32
	answer string // format of one number
	calls  func(w http.ResponseWriter, r *http.Request)
}

func (s *loginServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/api/Authorization/CreateAuthToken" {
		_, _ = fmt.Fprintf(w, s.answer, s.logins.Add(1))
		return
	}
	s.calls(w, r)
}

func TestLoginShapes(t *testing.T) {
	for _, answer := range []string{
		`{"AuthToken":"t%d","ExpirationDateUtc":"2017-01-24T14:44:21"}`,
		`{"Data":{"AuthToken":"t%d"},"Success":true}`,
		`{"Data":{"AuthToken":"t%d"},"Status":"Success"}`,
	} {
		server := &loginServer{answer: answer}
		client, _ := serve(t, server.ServeHTTP)
		token, err := LoginToken(client, Credentials{Role: "Renta login"}).Token(t.Context())
		if token != "t1" || err != nil {
			t.Errorf("%s: %q, %v", answer, token, err)
		}
	}
}

func TestLoginBodies(t *testing.T) {
	for form, want := range map[bool]string{
		false: `{"Login":"12345","Password":"56789"}`, true: `Login=12345&Password=56789`,
	} {
		var got string
		client, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			got = r.Method + " " + string(body)
			reply(200, `{"AuthToken":"t"}`)(w, r)
		})
		source := LoginToken(client, Credentials{Role: "Renta login", Login: "12345", Password: "56789", Form: form})
		if _, err := source.Token(t.Context()); err != nil || got != "POST "+want {
			t.Errorf("%s, %v", got, err)
		}
	}
}

func TestLoginIsSharedAndKeptUntilItExpires(t *testing.T) {
	var now atomic.Pointer[time.Time]
	set := func(at time.Time) { now.Store(&at) }
	set(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	server := &loginServer{answer: `{"AuthToken":"t%d","ExpirationDateUtc":"2026-01-01T10:00:00"}`}
	client, _ := serve(t, server.ServeHTTP)
	client.config.Now = func() time.Time { return *now.Load() }
	source := LoginToken(client, Credentials{Role: "Renta login"})
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if token, err := source.Token(t.Context()); token != "t1" || err != nil {
				t.Errorf("%q, %v", token, err)
			}
		})
	}
	group.Wait()
	set(now.Load().Add(6 * time.Hour))
	if token, _ := source.Token(t.Context()); token != "t1" {
		t.Errorf("%s after six hours", token)
	}
	set(now.Load().Add(time.Hour)) // 07:00 UTC is 10:00 in Moscow
	if token, _ := source.Token(t.Context()); token != "t2" {
		t.Errorf("%s after seven hours", token)
	}
}

// A caller that comes late with an old token must not cost the new one.
func TestDropOfAnOldToken(t *testing.T) {
	server := &loginServer{answer: `{"AuthToken":"t%d"}`}
	client, _ := serve(t, server.ServeHTTP)
	source := LoginToken(client, Credentials{Role: "Renta login"})
	for range 2 {
		if _, err := source.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
		source.Drop("t1")
	}
	if token, err := source.Token(t.Context()); token != "t2" || err != nil {
		t.Errorf("%s, %v", token, err)
	}
}

func TestReadLogsInOnceMore(t *testing.T) {
	for name, test := range map[string]struct {
		good   string // the token that is taken
		logins int32
	}{
		"second token is good": {"t2", 2},
		"no token is good":     {"none", 2},
	} {
		t.Run(name, func(t *testing.T) {
			server := &loginServer{answer: `{"AuthToken":"t%d"}`}
			server.calls = func(w http.ResponseWriter, r *http.Request) {
				if r.FormValue("AuthToken") != test.good {
					reply(403, `{}`)(w, r)
					return
				}
				reply(200, `{"Data":[],"Success":true}`)(w, r)
			}
			client, _ := serve(t, server.ServeHTTP)
			source := LoginToken(client, Credentials{Role: "Renta login"})
			err := client.Get(t.Context(), Call{Op: "list", Path: "/l", Token: source})
			if (err == nil) != (test.good == "t2") || server.logins.Load() != test.logins {
				t.Errorf("%d logins, %v", server.logins.Load(), err)
			}
		})
	}
}

func TestRefusedLogin(t *testing.T) {
	var calls atomic.Int32
	client, recorder := serve(t, func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		reply(403, `{}`)(w, r)
	})
	source := LoginToken(client, Credentials{Role: "Renta login", Login: "me@x", Password: "hunter2"})
	err := client.Mutate(t.Context(), Call{Op: "add", Method: http.MethodPost, Path: "/a", Token: source})
	if OutcomeOf(err) != OutcomeNotSent || !strings.Contains(err.Error(), "the Renta login was refused") {
		t.Errorf("%v: %v", OutcomeOf(err), err)
	}
	if _, again := source.Token(t.Context()); again == nil || calls.Load() != 1 {
		t.Errorf("%d calls, %v", calls.Load(), again)
	}
	later := time.Now().Add(refusalPause)
	client.config.Now = func() time.Time { return later }
	if _, again := source.Token(t.Context()); again == nil || calls.Load() != 2 {
		t.Errorf("%d calls after the pause, %v", calls.Load(), again)
	}
	all := fmt.Sprintf("%v %+v %#v %s %v %#v", err, err, source, recorder.lines, source.credentials, source.credentials)
	if strings.Contains(all, "hunter2") || strings.Contains(all, "me@x") {
		t.Errorf("a secret is told: %s", all)
	}
}

func TestStaticTokenIsNotTriedAgain(t *testing.T) {
	var calls atomic.Int32
	client, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		reply(401, `{"errors":["key s3cret is blocked"]}`)(w, r)
	})
	source := StaticToken("partner API key", "s3cret")
	err := client.Get(t.Context(), Call{Op: "list", Path: "/l", Token: source})
	var e *Error
	if !errors.As(err, &e) || !strings.Contains(e.Hint, "partner API key") || e.Outcome != OutcomeRefused || calls.Load() != 1 {
		t.Errorf("%d calls, %#v", calls.Load(), err)
	}
	if strings.Contains(fmt.Sprintf("%v %#v %#v", err, *e, source), "s3cret") {
		t.Errorf("the key is told: %#v", *e)
	}
	err = client.Get(t.Context(), Call{Op: "list", Path: "/l", Token: StaticToken("partner API key", "")})
	if OutcomeOf(err) != OutcomeNotSent || calls.Load() != 1 {
		t.Errorf("an empty key was used: %v", err)
	}
}

// A service that takes no JSON is given a form, once and from then on; one
// that refuses the password is not.
func TestLoginFallsBackToAForm(t *testing.T) {
	for status, want := range map[int][]string{
		400: {"application/json", "application/x-www-form-urlencoded", "application/x-www-form-urlencoded"},
		415: {"application/json", "application/x-www-form-urlencoded", "application/x-www-form-urlencoded"},
		403: {"application/json"},
	} {
		var kinds []string
		client, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
			kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
			kinds = append(kinds, kind)
			if kind == "application/json" {
				reply(status, `{}`)(w, r)
				return
			}
			reply(200, `{"AuthToken":"t`+r.FormValue("Password")+`"}`)(w, r)
		})
		source := LoginToken(client, Credentials{Role: "partner login", Login: "12345", Password: "56789"})
		for range 2 {
			token, err := source.Token(t.Context())
			if (err == nil) != (status != 403) || err == nil && token != "t56789" {
				t.Errorf("%d: %q, %v", status, token, err)
			}
			source.Drop(token)
		}
		if !slices.Equal(kinds, want) {
			t.Errorf("%d: %v, want %v", status, kinds, want)
		}
	}
}
