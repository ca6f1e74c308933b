package spec

import (
	"errors"
	"math"
	"regexp"
	"strconv"
	"time"

	"gopkg.in/yaml.v3"
)

// The years that a printed document can be of: there were no online tills
// before the first, and the last is beyond any ФН.
const (
	firstYear = 2016
	lastYear  = 2099
)

// dateText reads a date or time as it stands in the file: YAML takes one
// without quotes for a timestamp, and with quotes for text. ok is false when
// it reported.
func (r *reader) dateText(n *yaml.Node, layout, example, hint string) (s string, ok bool) {
	n = deref(n)
	s = n.Value
	if n.Kind != yaml.ScalarNode || n.Tag != "!!timestamp" {
		if s, ok = r.needText(n); !ok {
			return "", false
		}
	}
	t, err := time.Parse(layout, s)
	if err != nil || t.Format(layout) != s {
		r.errorAt(n, hint, "%s is not a date and time of the form %s", quote(s), example)
		return "", false
	}
	if t.Year() < firstYear || t.Year() > lastYear {
		r.errorAt(n, "copy the year from the printout again", "%s is not of the years %d to %d", quote(s), firstYear, lastYear)
		return "", false
	}
	return s, true
}

// localTime reads the time of a printed document.
func (r *reader) localTime(n *yaml.Node) string {
	r.mayText(TextLocalTime)
	s, _ := r.dateText(n, LocalTimeLayout, "YYYY-MM-DDTHH:MM:SS",
		"copy it from the printout without a zone; write 00 for seconds that are not printed: 2026-11-20T10:15:00")
	return s
}

// date reads a calendar date.
func (r *reader) date(n *yaml.Node) string {
	r.mayText(TextDate)
	n = deref(n)
	s := n.Value
	if n.Kind != yaml.ScalarNode || n.Tag != "!!timestamp" {
		var ok bool
		if s, ok = r.needText(n); !ok {
			return ""
		}
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		r.errorAt(n, "write it as 2026-01-15", "%s is not a date of the form YYYY-MM-DD", quote(s))
		return ""
	}
	if t.Year() < firstYear || t.Year() > lastYear {
		r.errorAt(n, "look at the year again", "%s is not of the years %d to %d", quote(s), firstYear, lastYear)
		return ""
	}
	return s
}

var spanForm = regexp.MustCompile(`^(\d{1,5})([hdw])$`)

// parseDays reads a duration of hours, days or weeks: 12h, 30d, 4w.
func parseDays(s string) (time.Duration, error) {
	m := spanForm.FindStringSubmatch(s)
	if m == nil {
		return 0, errors.New("is not a number of days")
	}
	count, err := strconv.Atoi(m[1])
	if err != nil {
		return 0, err
	}
	unit := map[string]time.Duration{"h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}[m[2]]
	if count > int(math.MaxInt64/int64(unit)) { // 292 years
		return 0, errors.New("is too long")
	}
	return time.Duration(count) * unit, nil
}

// duration reads a number of days, such as 30d; ok as with whole.
func (r *reader) duration(n *yaml.Node) (d time.Duration, ok bool) {
	r.mayText(TextSpan)
	n = deref(n)
	if isNull(n) {
		return 0, false
	}
	if n.Kind == yaml.ScalarNode && number(n) {
		r.errorAt(n, "say of what: "+shorten(n.Value)+"d for days", "%s is a number without a unit", shorten(n.Value))
		return 0, false
	}
	s, ok := r.needText(n)
	r.may(func(p *Place) { p.Filled = false }) // null is let through above
	if !ok {
		return 0, false
	}
	if d, err := parseDays(s); err == nil {
		return d, true
	}
	r.errorAt(n, "write it as 30d (12h and 4w are known too)", "%s is not a number of days", quote(s))
	return 0, false
}
