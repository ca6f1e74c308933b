package httpapi

import (
	"net/http"
	"net/http/httptest"
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
