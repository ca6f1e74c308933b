package httpapi

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// slowToken is a login that takes an hour.
type slowToken struct{ staticToken }

func (s slowToken) Token(context.Context) (string, error) {
	time.Sleep(time.Hour)
	return s.key, nil
}

// answering is a service behind a pipe.
func answering(t *testing.T) net.Conn {
	ours, theirs := net.Pipe()
	t.Cleanup(func() { _ = theirs.Close() })
	go func() {
		_, _ = theirs.Read(make([]byte, 4096))
		_, _ = io.WriteString(theirs, "HTTP/1.1 200 OK\r\nContent-Length: 29\r\n\r\n{\"Status\":\"Success\",\"Data\":1}")
	}()
	return ours
}

// The token and the turn are had before a call is announced, and nothing
// that takes time comes between that and the call.
func TestNothingIsBetweenTheAnnouncementAndTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var announced, dialled time.Time
		client, _ := newClient(t, Config{
			BaseURL: "http://till.invalid", RequestsPerSecond: 0.01,
			Dial: func(context.Context, string, string) (net.Conn, error) {
				dialled = time.Now()
				return answering(t), nil
			},
		})
		if err := client.config.Pacer.Wait(t.Context()); err != nil { // the next turn is far away
			t.Fatal(err)
		}
		ctx := WithLast(t.Context(), func(context.Context) (time.Duration, error) {
			announced = time.Now()
			return time.Second, nil
		})
		begin := time.Now()
		var out Int
		err := client.Mutate(ctx, Call{Op: "pay", Method: http.MethodPost, Path: "/pay", Token: slowToken{staticToken{"key", "k"}}, Out: &out})
		if err != nil {
			t.Error(err)
		}
		if announced.Sub(begin) < time.Hour || !dialled.Equal(announced) {
			t.Errorf("announced after %s, called %s later", announced.Sub(begin), dialled.Sub(announced))
		}
	})
	synctest.Test(t, func(t *testing.T) { // a turn alone
		var announced, dialled time.Time
		client, _ := newClient(t, Config{
			BaseURL: "http://till.invalid", RequestsPerSecond: 0.01,
			Dial: func(context.Context, string, string) (net.Conn, error) {
				dialled = time.Now()
				return answering(t), nil
			},
		})
		begin := time.Now()
		_ = client.config.Pacer.Wait(t.Context())
		ctx := WithLast(t.Context(), func(context.Context) (time.Duration, error) {
			announced = time.Now()
			return time.Second, nil
		})
		_ = client.Mutate(ctx, Call{Op: "pay", Method: http.MethodPost, Path: "/pay"})
		if announced.Sub(begin) < 100*time.Second || !dialled.Equal(announced) {
			t.Errorf("announced after %s, called %s later", announced.Sub(begin), dialled.Sub(announced))
		}
	})
}

// What cannot be announced, or does not begin in time, is not sent, and that is
// known.
func TestWhatIsTooLateIsNotSent(t *testing.T) {
	errFenced := errors.New("fenced")
	for name, c := range map[string]struct {
		within time.Duration
		err    error
		took   time.Duration
		dials  int64
	}{
		"refused":       {time.Hour, errFenced, 0, 0},
		"too late":      {0, nil, 0, 0},
		"no connection": {10 * time.Second, nil, 10 * time.Second, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			var dials atomic.Int64
			client, _ := newClient(t, Config{
				BaseURL: "http://till.invalid",
				Dial: func(context.Context, string, string) (net.Conn, error) {
					dials.Add(1)
					time.Sleep(time.Minute) // a connection is made for nobody, too
					return nil, errors.New("no route")
				},
			})
			ctx := WithLast(t.Context(), func(context.Context) (time.Duration, error) { return c.within, c.err })
			begin := time.Now()
			err := client.Mutate(ctx, Call{Op: "pay", Method: http.MethodPost, Path: "/pay"})
			if err == nil || OutcomeOf(err) != OutcomeNotSent || errors.Is(err, context.Canceled) {
				t.Errorf("%s: %s: %v", name, OutcomeOf(err), err)
			}
			if time.Since(begin) != c.took || dials.Load() != c.dials {
				t.Errorf("%s: %d connections in %s", name, dials.Load(), time.Since(begin))
			}
			time.Sleep(time.Hour)
		})
	}
}
