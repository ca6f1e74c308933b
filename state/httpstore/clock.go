package httpstore

import (
	"net/http"
	"sync"
	"time"
)

// clock tells the server's time from the Date of its answers. That has whole
// seconds, and was written at some time between the call and the answer, so
// that only a lower and an upper bound are known. Without any Date both are the
// process's own clock.
type clock struct {
	now func() time.Time // the process's

	mu       sync.Mutex
	date     time.Time     // as last answered; zero: never
	took     time.Duration // from the call to the answer, at most
	received time.Time     // by the process's clock
}

// heard learns from an answer to a call that was sent at a time.
func (c *clock) heard(resp *http.Response, sent time.Time) {
	date, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.received = c.now()
	mono, wall := elapsed(sent, c.received)
	c.date, c.took = date.UTC(), max(mono, wall, 0)
}

// known tells whether a server has told its time.
func (c *clock) known() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.date.IsZero()
}

// latest is a time that the server's clock has not passed yet: terms are
// counted from it. It is whole in milliseconds, as it is written.
func (c *clock) latest() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if c.date.IsZero() {
		return written(now)
	}
	mono, wall := elapsed(c.received, now)
	return written(c.date.Add(time.Second + c.took + max(mono, wall, 0)))
}

// earliest is a time that the server's clock has reached for certain: what has
// run out by it has run out.
func (c *clock) earliest() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if c.date.IsZero() {
		return written(now)
	}
	mono, wall := elapsed(c.received, now)
	return written(c.date.Add(max(min(mono, wall), 0)))
}

// elapsed is the time between two readings: by the monotonic clock, which may
// stand still while the machine is suspended, and by the wall clock, which may
// be set.
func elapsed(from, to time.Time) (mono, wall time.Duration) {
	return to.Sub(from), to.Round(0).Sub(from.Round(0))
}

// written is a time without its monotonic part.
func written(t time.Time) time.Time { return t.UTC().Round(0).Truncate(time.Millisecond) }
