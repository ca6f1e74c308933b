package main

import (
	"fmt"
	"time"

	"github.com/kktctl/kktctl/spec"
)

// The default period of a list of receipts, and the first year that it can be
// of: there were no online tills before.
const (
	receiptDays      = 7
	firstReceiptYear = 2016
)

// receiptPeriod reads --from and --to: by the tills' clocks, which stand in
// UTC here. The end is outside.
func receiptPeriod(fromText, toText string, now time.Time) (from, to time.Time, err error) {
	to = dayAfter(now.In(easternmost()))
	if toText != "" {
		if to, err = receiptTime("--to", toText, true); err != nil {
			return from, to, err
		}
	}
	from = to.AddDate(0, 0, -receiptDays)
	if fromText != "" {
		if from, err = receiptTime("--from", fromText, false); err != nil {
			return from, to, err
		}
	}
	if !from.Before(to) {
		if toText == "" {
			return from, to, fmt.Errorf("--from %s lies ahead\nhint: receipts are listed up to today; name a day that has begun", fromText)
		}
		return from, to, fmt.Errorf("--from %s is not before --to %s\nhint: a day in --to is meant whole, a time in --to is outside", from.Format(spec.LocalTimeLayout), toText)
	}
	return from, to, nil
}

// easternmost is where a day begins first in Russia: by its clocks nothing has
// been printed later.
func easternmost() *time.Location { return time.FixedZone("PETT", 12*60*60) }

// dayAfter is the midnight that ends a day, by its own clock.
func dayAfter(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, time.UTC)
}

// receiptTime reads a day or a time.
func receiptTime(flag, text string, end bool) (time.Time, error) {
	at, err := time.Parse(time.DateOnly, text)
	switch {
	case err == nil && end:
		at = dayAfter(at)
	case err == nil:
	default:
		at, err = clockTime(text)
	}
	if err != nil {
		return at, fmt.Errorf("%s is %q, which is neither a day nor a time\nhint: write it as 2026-11-20 or 2026-11-20T10:15:00", flag, text)
	}
	if at.Year() < firstReceiptYear {
		return at, fmt.Errorf("%s %s is before %d: there were no online tills\nhint: write a day from %[3]d-01-01 on", flag, text, firstReceiptYear)
	}
	return at, nil
}

// clockTime reads a time of the tills' clocks. One with a zone becomes Moscow
// time: which zone a till stands in is not known.
func clockTime(text string) (time.Time, error) {
	for _, layout := range []string{spec.LocalTimeLayout, "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, err
	}
	const moscow = 3 * time.Hour
	return at.UTC().Add(moscow), nil
}
