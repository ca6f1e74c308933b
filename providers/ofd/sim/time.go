package sim

import (
	"fmt"
	"time"
)

// wireTime is the form of times on the wire: ISO without a zone.
const wireTime = "2006-01-02T15:04:05"

const wireDate = "2006-01-02"

// Time is a moment in UTC. In a world it is written without a zone, or as a
// date alone.
type Time struct{ time.Time }

// At makes a Time of t, without fractions of a second.
func At(t time.Time) Time { return Time{t.UTC().Truncate(time.Second)} }

// String gives the time as it stands on the wire.
func (t Time) String() string { return t.UTC().Format(wireTime) }

// MarshalText writes the time as on the wire; the zero Time is empty.
func (t Time) MarshalText() ([]byte, error) {
	if t.IsZero() {
		return nil, nil
	}
	return []byte(t.String()), nil
}

// MarshalJSON is there because the embedded time has one of its own.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte(`""`), nil
	}
	return []byte(`"` + t.String() + `"`), nil
}

// UnmarshalText reads what MarshalText writes, a date, or RFC 3339.
func (t *Time) UnmarshalText(b []byte) error {
	*t = Time{}
	if len(b) == 0 {
		return nil
	}
	for _, layout := range []string{wireTime, wireDate, time.RFC3339} {
		if v, err := time.Parse(layout, string(b)); err == nil {
			*t = Time{v.UTC()}
			return nil
		}
	}
	return fmt.Errorf("%q is not a time like %s", string(b), wireTime)
}

// UnmarshalJSON reads a JSON string as UnmarshalText does.
func (t *Time) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*t = Time{}
		return nil
	}
	if len(b) < 2 || b[0] != '"' {
		return fmt.Errorf("a time is a string, not %s", clip(string(b)))
	}
	return t.UnmarshalText(b[1 : len(b)-1])
}

// Duration is written as 24h0m0s.
type Duration time.Duration

// IsZero tells whether the duration is 0.
func (d Duration) IsZero() bool { return d == 0 }

// MarshalText writes the duration as Go does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads a duration as Go does.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil {
		return err
	}
	*d = Duration(v)
	return nil
}

// clip shortens hostile text for an error.
func clip(s string) string {
	const most = 40
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
