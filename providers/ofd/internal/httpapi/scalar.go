package httpapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// String reads a JSON string, number or boolean as text; null, an object and
// an array are empty.
type String string

// UnmarshalJSON implements json.Unmarshaler.
func (s *String) UnmarshalJSON(data []byte) error {
	text, _ := scalarText(data)
	*s = String(text)
	return nil
}

// RNM reads an РНМ as text. A service that sends it as a number has dropped the
// leading zeros of its 16 digits: they are put back, because tills, payments
// and applications are compared by it. Text comes through as it is.
type RNM string

// UnmarshalJSON implements json.Unmarshaler.
func (r *RNM) UnmarshalJSON(data []byte) error {
	const length = 16
	text, _ := scalarText(data)
	if data = bytes.TrimSpace(data); len(data) > 0 && data[0] >= '0' && data[0] <= '9' && len(text) < length {
		text = strings.Repeat("0", length-len(text)) + text
	}
	*r = RNM(text)
	return nil
}

// Int reads a whole number, also in quotes; null and an empty text are zero.
type Int int64

// UnmarshalJSON implements json.Unmarshaler. Text that is no number is an
// error: counts decide about money.
func (i *Int) UnmarshalJSON(data []byte) error {
	text, ok := scalarText(data)
	if text = strings.TrimSpace(text); ok && text == "" {
		*i = 0
		return nil
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		*i = Int(n)
		return nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return fmt.Errorf("%s is not a whole number", strconv.Quote(clean(string(data), 40)))
	}
	*i = Int(f)
	return nil
}

// Bool reads true and false, also in quotes and as 1 and 0; null and an empty
// text are false.
type Bool bool

// UnmarshalJSON implements json.Unmarshaler.
func (b *Bool) UnmarshalJSON(data []byte) error {
	text, ok := scalarText(data)
	switch text = strings.ToLower(strings.TrimSpace(text)); {
	case ok && (text == "" || text == "false" || text == "0"):
		*b = false
	case text == "true" || text == "1":
		*b = true
	default:
		return fmt.Errorf("%s is neither true nor false", strconv.Quote(clean(string(data), 40)))
	}
	return nil
}

// scalarText gives the text of a scalar; not ok means an object or an array.
func scalarText(data []byte) (text string, ok bool) {
	data = bytes.TrimSpace(data)
	if len(data) == 0 || bytes.Equal(data, []byte("null")) {
		return "", true
	}
	switch data[0] {
	case '"':
		err := json.Unmarshal(data, &text)
		return text, err == nil
	case '{', '[':
		return "", false
	default:
		return string(data), true
	}
}

// Time reads the dates of the documents: ISO without a zone is UTC, with or
// without a fraction or a zone, or dd.mm.yyyy HH:MM:SS. The year 1 means
// unset. What cannot be read is the zero time, not an error.
type Time struct {
	time.Time
}

// UnmarshalJSON implements json.Unmarshaler.
func (t *Time) UnmarshalJSON(data []byte) error {
	text, _ := scalarText(data)
	t.Time = ParseTime(text)
	return nil
}

// ParseTime reads the text of a Time.
func ParseTime(text string) time.Time {
	layouts := [...]string{
		"2006-01-02T15:04:05", time.RFC3339, "2006-01-02 15:04:05", "2006-01-02T15:04",
		"2006-01-02", "02.01.2006 15:04:05", "02.01.2006 15:04", "02.01.2006",
	}
	text = strings.TrimSpace(text)
	for _, layout := range layouts {
		t, err := time.Parse(layout, text)
		if err != nil {
			continue
		}
		if t.Year() <= 1 {
			return time.Time{}
		}
		return t.UTC()
	}
	return time.Time{}
}

// List reads an array, a single object as a list of one, and null as empty.
type List[T any] []T

// UnmarshalJSON implements json.Unmarshaler.
func (l *List[T]) UnmarshalJSON(data []byte) error {
	data = bytes.TrimSpace(data)
	switch {
	case bytes.Equal(data, []byte("null")):
		*l = nil
		return nil
	case len(data) > 0 && data[0] == '[':
		var items []T
		if err := json.Unmarshal(data, &items); err != nil {
			return err
		}
		*l = items
		return nil
	}
	var item T
	if err := json.Unmarshal(data, &item); err != nil {
		return err
	}
	*l = List[T]{item}
	return nil
}

// isList marks lists for the envelope.
func (l *List[T]) isList() {}

// Convert makes public rows of those of an answer. A list that was not there
// stays nil.
func Convert[W, P any](rows List[W], public func(W) P) []P {
	if rows == nil {
		return nil
	}
	out := make([]P, 0, len(rows))
	for _, row := range rows {
		out = append(out, public(row))
	}
	return out
}
