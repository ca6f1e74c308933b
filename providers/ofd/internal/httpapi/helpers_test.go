package httpapi

import (
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// recorder keeps what a client did besides calling.
type recorder struct {
	mu     sync.Mutex
	sleeps []time.Duration
	lines  []string
}

func (r *recorder) sleep(ctx context.Context, d time.Duration) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sleeps = append(r.sleeps, d)
	return ctx.Err()
}

func (r *recorder) log(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, line)
}

func serve(t *testing.T, handler http.HandlerFunc) (*Client, *recorder) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return newClient(t, Config{BaseURL: server.URL})
}

// newClientOf is serve with a timeout.
func newClientOf(t *testing.T, timeout time.Duration, handler http.HandlerFunc) (*Client, *recorder) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return newClient(t, Config{BaseURL: server.URL, Timeout: timeout})
}

func newClient(t *testing.T, config Config) (*Client, *recorder) {
	t.Helper()
	r := &recorder{}
	config.Logger = r.log
	if config.Sleep == nil {
		config.Sleep = r.sleep
	}
	client, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdle)
	return client, r
}

// reply answers every request with the same status and body.
func reply(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// discardLog takes what servers say of clients that they sent away.
func discardLog() *log.Logger { return log.New(io.Discard, "", 0) }

func readAll(t *testing.T, r *http.Request) string {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Error(err)
	}
	return string(body)
}
