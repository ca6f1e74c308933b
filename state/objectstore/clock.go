package objectstore

import (
	"net/http"
	"sync"
	"time"
)

// serverClock tells the store's time from the Date of its answers, which has
// whole seconds and is some way old: between a lower and an upper bound.
type serverClock struct {
	fixed func() time.Time // for tests; nil: the store's

	mu       sync.Mutex
	date     time.Time // as last answered; zero: never
	sent     time.Time // when that was asked for, by the process's clock
	received time.Time
}

// watch has the clock read the answers of a transport.
func (c *serverClock) watch(rt http.RoundTripper) http.RoundTripper { return watched{c, rt} }

type watched struct {
	clock *serverClock
	rt    http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (w watched) RoundTrip(req *http.Request) (*http.Response, error) {
	sent := time.Now()
	resp, err := w.rt.RoundTrip(req)
	if err != nil {
		return resp, err
	}
	if date, bad := http.ParseTime(resp.Header.Get("Date")); bad == nil {
		w.clock.mu.Lock()
		w.clock.date, w.clock.sent, w.clock.received = date.UTC(), sent, time.Now()
		w.clock.mu.Unlock()
	}
	return resp, err
}

// latest is a time that the store's clock does not show yet, or shows just
// now: what is to last from now on is counted from it.
func (c *serverClock) latest() time.Time {
	return c.at(func(now time.Time) time.Time { return c.date.Add(time.Second + longer(since(c.sent, now))) })
}

// earliest is a time that the store's clock has reached for certain: what has
// run out by it has run out.
func (c *serverClock) earliest() time.Time {
	return c.at(func(now time.Time) time.Time { return c.date.Add(shorter(since(c.received, now))) })
}

// since gives what has passed by each of the machine's clocks: one of them
// stands still while it sleeps, the other one may be set.
func since(then, now time.Time) (monotonic, wall time.Duration) {
	return now.Sub(then), now.Round(0).Sub(then.Round(0))
}

func longer(a, b time.Duration) time.Duration  { return max(a, b) }
func shorter(a, b time.Duration) time.Duration { return min(a, b) }

func (c *serverClock) at(bound func(now time.Time) time.Time) time.Time {
	if c.fixed != nil {
		return c.fixed().UTC()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.date.IsZero() {
		return time.Now().UTC()
	}
	return bound(time.Now()).UTC()
}
