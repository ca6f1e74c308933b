package httpstore

import (
	"net/http"
	"testing"
	"time"
)

// However long an answer took, and whenever within that time its Date was
// written, the server's clock is between the bounds.
func TestSlowAnswer(t *testing.T) {
	start := time.Date(2026, 11, 22, 7, 0, 0, 900_000_000, time.UTC)
	for _, took := range []time.Duration{0, time.Second, 50 * time.Second} {
		for _, dated := range []time.Duration{0, took / 2, took} {
			now := start.Add(took)
			c := &clock{now: func() time.Time { return now }}
			if c.known() {
				t.Error("known before any answer")
			}
			date := start.Add(dated).Format(http.TimeFormat)
			c.heard(&http.Response{Header: http.Header{"Date": {date}}}, start)
			for _, later := range []time.Duration{0, time.Minute, -time.Hour} { // the last: the clock was set
				now = start.Add(took + later)
				truth := start.Add(took + max(later, 0))
				if e, l := c.earliest(), c.latest(); e.After(truth) || l.Before(truth) {
					t.Errorf("an answer of %s, dated after %s, %s later: %s is not between %s and %s", took, dated, later, truth, e, l)
				}
			}
		}
	}
}

// A clock without any Date is the process's.
func TestNoDate(t *testing.T) {
	now := time.Date(2026, 11, 22, 7, 0, 0, 0, time.UTC)
	c := &clock{now: func() time.Time { return now }}
	c.heard(&http.Response{Header: http.Header{"Date": {"yesterday"}}}, now.Add(-time.Minute))
	if c.known() || !c.earliest().Equal(now) || !c.latest().Equal(now) {
		t.Errorf("%v %s %s", c.known(), c.earliest(), c.latest())
	}
}
