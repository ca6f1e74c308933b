package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// looked lets a test look at requests as the transport gets them.
type looked struct {
	http.RoundTripper
	look func(*http.Request)
}

func (l looked) RoundTrip(r *http.Request) (*http.Response, error) {
	l.look(r)
	return l.RoundTripper.RoundTrip(r)
}

// A transport sends a body again by what the request says of it: it must say
// nothing.
func TestMutateLeavesNothingToSendAgain(t *testing.T) {
	server := httptest.NewServer(reply(200, `{"Data":{},"Success":true}`))
	t.Cleanup(server.Close)
	seen := 0
	client, _ := newClient(t, Config{BaseURL: server.URL, Wrap: func(below http.RoundTripper) http.RoundTripper {
		return looked{below, func(r *http.Request) {
			seen++
			_, key := r.Header["Idempotency-Key"]
			_, xkey := r.Header["X-Idempotency-Key"]
			if r.GetBody != nil || r.Body == nil || key || xkey {
				t.Errorf("GetBody %v, Body %v, %v", r.GetBody != nil, r.Body != nil, r.Header)
			}
		}}
	}})
	if err := client.Mutate(t.Context(), Call{Op: "pay", Method: http.MethodPost, Path: "/p", Body: map[string]int{"a": 1}}); err != nil {
		t.Fatal(err)
	}
	if seen != 1 {
		t.Errorf("%d requests", seen)
	}
}

// Whatever an error below quotes, no secret of the call is in what is told.
func TestErrorsBelowTellNoSecrets(t *testing.T) {
	const token, code = "t0ken-of-the-partner", "PSZ7D1Lq"
	quoting := func() error { return fmt.Errorf("the answer says %s and %q", code, url.QueryEscape(token+" ")) }
	client, rec := serve(t, reply(200, `{"Data":{},"Success":true}`))
	call := Call{Op: "pay", Method: http.MethodPost, Path: "/p/" + code, Token: StaticToken("key", token), Secrets: []string{code}, Check: quoting}
	errs := []error{client.Mutate(t.Context(), call), client.Get(t.Context(), call)}
	failing, rec2 := newClient(t, Config{BaseURL: "http://127.0.0.1", Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("cannot reach ?AuthToken=" + token + " with " + code)
	}})
	errs = append(errs, failing.Mutate(t.Context(), call), failing.Get(t.Context(), call))
	texts := slices.Concat(rec.lines, rec2.lines)
	for _, err := range errs {
		texts = append(texts, fmt.Sprintf("%v %s", err, errors.Unwrap(err)))
	}
	for _, text := range texts {
		if strings.Contains(text, token) || strings.Contains(text, code) || !strings.Contains(text, redacted) {
			t.Errorf("%q", text)
		}
	}
}
