package main

import (
	"testing"
	"time"

	"github.com/kktctl/kktctl/spec"
)

func TestReceiptPeriod(t *testing.T) {
	now := time.Date(2026, 11, 20, 13, 0, 0, 0, time.UTC) // the 21st has begun in Kamchatka
	for _, c := range []struct{ from, to, wantFrom, wantTo string }{
		{"", "", "2026-11-15T00:00:00", "2026-11-22T00:00:00"},
		{"2026-11-01", "", "2026-11-01T00:00:00", "2026-11-22T00:00:00"},
		{"", "2026-11-10", "2026-11-04T00:00:00", "2026-11-11T00:00:00"},
		{"2026-11-10", "2026-11-10", "2026-11-10T00:00:00", "2026-11-11T00:00:00"},
		{"2026-11-10T10:15", "2026-11-10 10:15:01", "2026-11-10T10:15:00", "2026-11-10T10:15:01"},
		{"2026-11-10T22:00:00Z", "2026-11-11T01:00:00.5+03:00", "2026-11-11T01:00:00", "2026-11-11T01:00:00"},
		{"2026-02-29", "", "", ""},
		{"2026-11-10T10:15:00", "2026-11-10T10:15:00", "", ""},
		{"2026-11-22", "", "", ""},
		{"10.11.2026", "", "", ""},
		{"", "0000-01-01", "", ""},
	} {
		from, to, err := receiptPeriod(c.from, c.to, now)
		if c.wantFrom == "" {
			if err == nil {
				t.Errorf("%s to %s was read", c.from, c.to)
			}
			continue
		}
		if err != nil || from.Format(spec.LocalTimeLayout) != c.wantFrom || to.Format(spec.LocalTimeLayout) != c.wantTo {
			t.Errorf("%s to %s: %s to %s, %v", c.from, c.to, from, to, err)
		}
	}
}
