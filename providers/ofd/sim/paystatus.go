package sim

import (
	"net/http"
	"strings"
	"time"
)

type payRow struct {
	DateUtc           string
	Inn               string
	Rnm               string
	ActivationCode    string
	Status            string
	ActivationDateUtc string // zeroDate until it is activated
}

// payStatus is 004 §4.2. Both dates are needed.
func (c *core) payStatus(q request) reply {
	from, ok1 := wireMoment(q.query.Get("DateFromUtc"), 0)
	to, ok2 := wireMoment(q.query.Get("DateToUtc"), 24*time.Hour)
	if !ok1 || !ok2 {
		return failed(http.StatusBadRequest, "необходимо указать DateFromUtc и DateToUtc")
	}
	rows := []payRow{}
	for _, p := range c.w.PayStatuses {
		if p.At.Before(from) || p.At.After(to) {
			continue
		}
		row := payRow{p.At.String(), p.INN, p.RNM, p.Code, p.Status, zeroDate}
		if !p.Activated.IsZero() {
			row.ActivationDateUtc = p.Activated.String()
		}
		rows = append(rows, row)
	}
	c.polled()
	return data(rows)
}

// wireMoment reads a date with or without a time; a date alone may stand for
// its end.
func wireMoment(s string, day time.Duration) (time.Time, bool) {
	s = strings.TrimSuffix(s, "Z")
	if t, err := time.Parse(wireTime, s); err == nil {
		return t, true
	}
	t, err := time.Parse(wireDate, s)
	return t.Add(day), err == nil
}
