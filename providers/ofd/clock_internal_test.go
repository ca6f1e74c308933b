package ofd

import (
	"testing"
	"time"
)

// People are told times in the zone of plans, not as the wire has them.
func TestClock(t *testing.T) {
	if got, want := clock(time.Date(2026, 11, 22, 3, 46, 57, 0, time.UTC)), "22 Nov 2026 06:46:57 MSK"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
