// Package metrics tells a drift report as Prometheus text, for the textfile
// collector of node_exporter.
//
// The number of series does not grow with the fleet. Tills are counted: by
// condition, by the days to the end of their ФН and service, by the age of
// their last document. Only what needs somebody has series of its own, the most
// urgent first and not more than MaxEach of a kind; kktctl_series_left_out
// counts the rest.
package metrics

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"github.com/kktctl/kktctl/planner"
)

// MaxEach bounds the series of one kind that name an address.
const MaxEach = 500

// maxLabel bounds the value of a label, in bytes.
const maxLabel = 200

const day = 24 * time.Hour

// The steps in which tills are counted, in days.
func daysAhead() []int  { return []int{0, 7, 14, 30, 60, 90} }
func daysBehind() []int { return []int{1, 3, 7, 14, 30} }

// Text gives the report in Prometheus' text format.
func Text(r *planner.DriftReport) ([]byte, error) {
	e := &export{
		r: r, now: r.Timestamp,
		reg: prometheus.NewRegistry(),
		by:  prometheus.Labels{"fleet": label(r.Fleet)},
	}
	e.report()
	e.ends()
	e.documents()
	e.steps()
	families, err := e.reg.Gather()
	if err != nil {
		return nil, fmt.Errorf("collect the metrics: %w", err)
	}
	var b bytes.Buffer
	enc := expfmt.NewEncoder(&b, expfmt.NewFormat(expfmt.TypeTextPlain))
	for _, f := range families {
		if err := enc.Encode(f); err != nil {
			return nil, fmt.Errorf("encode the metrics: %w", err)
		}
	}
	return b.Bytes(), nil
}

// export is a text while it is made.
type export struct {
	r   *planner.DriftReport
	now time.Time
	reg *prometheus.Registry
	by  prometheus.Labels
	out *prometheus.GaugeVec // kktctl_series_left_out
}

// gauge registers a metric. Names are constants of this package: a clash is a
// defect that every test meets.
func (e *export) gauge(name, help string, labels ...string) *prometheus.GaugeVec {
	v := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "kktctl_" + name, Help: help, ConstLabels: e.by}, labels)
	e.reg.MustRegister(v)
	return v
}

func (e *export) set(name, help string, value float64) {
	e.gauge(name, help).WithLabelValues().Set(value)
}

// report tells what the report comes to.
func (e *export) report() {
	e.set("drift_timestamp_seconds", "When the live state was read; alert when it is old.", float64(e.now.Unix()))
	v := e.gauge("drift_verdict", "1 for what the report comes to: clean, drift or error.", "verdict")
	for _, k := range []planner.Verdict{planner.VerdictClean, planner.VerdictDrift, planner.VerdictError} {
		v.WithLabelValues(string(k)).Set(truth(k == e.r.Verdict))
	}
	e.set("drift_complete", "0 where --target or --exclude left something out: everything here is of what was chosen.", truth(e.r.Complete))
	tills := e.gauge("tills", "Tills by condition, each in one: the worst that is true of it.", "condition")
	for c, n := range e.r.Conditions {
		tills.WithLabelValues(string(c)).Set(float64(n))
	}
	changed, unapplied := e.r.Counts()
	e.set("changed_attributes", "Differences that somebody else made, but for ignored ones.", float64(changed))
	e.set("unapplied_steps", "Steps that are declared and not begun.", float64(unapplied))
	e.set("unmanaged_tills", "Live tills that are not in the fleet file.", float64(len(e.r.Unmanaged)))
	e.out = e.gauge("series_left_out", "Series that were left out because there are too many.", "metric")
}

// ends tells when ФН and services end.
func (e *export) ends() {
	e.end("fn_end", "the ФН", planner.ComingFNEnd, func(m planner.Measure) time.Time { return m.FNEnd })
	e.end("contract_end", "the OFD service", planner.ComingContractEnd, func(m planner.Measure) time.Time { return m.ContractEnd })
}

func (e *export) end(name, what string, kind planner.ComingKind, of func(planner.Measure) time.Time) {
	var times []time.Time
	for _, m := range e.r.Tills {
		if t := of(m); !t.IsZero() {
			times = append(times, t)
		}
	}
	within := e.gauge(name+"_tills", "Tills of which "+what+" ends within so many days; 0: it has ended.", "within_days")
	for _, d := range daysAhead() {
		until := e.now.Add(time.Duration(d) * day)
		n := 0
		for _, t := range times {
			if !t.After(until) {
				n++
			}
		}
		within.WithLabelValues(strconv.Itoa(d)).Set(float64(n))
	}
	if len(times) > 0 {
		first := slices.MinFunc(times, time.Time.Compare)
		e.set(name+"_days_min", "Days until the first end of "+what+"; negative when it has ended.", days(first.Sub(e.now)))
	}
	soon := e.gauge(name+"_days", "Days until "+what+" ends, of tills where that is within policy.renewBefore.", "address")
	n := 0
	for _, c := range e.r.Coming { // the soonest first
		if c.Kind != kind {
			continue
		}
		if n++; n <= MaxEach {
			soon.WithLabelValues(label(c.Address)).Set(days(c.At.Sub(e.now)))
		}
	}
	e.leftOut(name+"_days", n)
}

// documents tells how old the last documents are.
func (e *export) documents() {
	ages := make(map[string]time.Duration, len(e.r.Tills))
	oldest := time.Duration(-1)
	for _, m := range e.r.Tills {
		if !m.LastDocument.IsZero() {
			age := max(0, e.now.Sub(m.LastDocument))
			ages[m.Address], oldest = age, max(oldest, age)
		}
	}
	older := e.gauge("last_document_tills", "Tills whose last document is older than so many days.", "older_than_days")
	for _, d := range daysBehind() {
		n := 0
		for _, age := range ages {
			if age > time.Duration(d)*day {
				n++
			}
		}
		older.WithLabelValues(strconv.Itoa(d)).Set(float64(n))
	}
	if oldest >= 0 {
		e.set("last_document_age_seconds_max", "Age of the oldest last document of a till.", oldest.Seconds())
	}
	silent := e.gauge("last_document_age_seconds", "Age of the last document, of tills that are silent for longer than declared.", "address")
	n := 0
	for _, c := range e.r.Coming {
		age, known := ages[c.Address]
		if c.Kind != planner.ComingSilent || !known {
			continue
		}
		if n++; n <= MaxEach {
			silent.WithLabelValues(label(c.Address)).Set(age.Seconds())
		}
	}
	e.leftOut("last_document_age_seconds", n)
}

// steps tells what waits and for how long.
func (e *export) steps() {
	count := e.gauge("waiting_steps", "Steps under way, by what they wait for.", "waiting_for")
	oldest := e.gauge("waiting_step_age_seconds_max", "How long the step waits that waits longest, by what it waits for.", "waiting_for")
	n, longest := map[string]int{}, map[string]time.Duration{}
	list := make([]planner.Step, 0, len(e.r.UnderWay))
	for _, s := range e.r.UnderWay {
		n[waits(s)]++
		longest[waits(s)] = max(longest[waits(s)], e.age(s))
		if !s.Since.IsZero() {
			list = append(list, s)
		}
	}
	for w := range n {
		count.WithLabelValues(w).Set(float64(n[w]))
		oldest.WithLabelValues(w).Set(longest[w].Seconds())
	}
	slices.SortStableFunc(list, func(a, b planner.Step) int { return a.Since.Compare(b.Since) })
	each := e.gauge("waiting_step_age_seconds", "How long a step is in its phase, those that wait longest.", "address", "action", "waiting_for")
	for _, s := range list[:min(len(list), MaxEach)] {
		each.WithLabelValues(label(s.Address), label(string(s.Continues)), waits(s)).Set(e.age(s).Seconds())
	}
	e.leftOut("waiting_step_age_seconds", len(list))
	overdue := 0
	for _, c := range e.r.Coming {
		if c.Kind == planner.ComingOverdue {
			overdue++
		}
	}
	e.set("overdue_steps", "Steps that wait past their due date.", float64(overdue))
}

func (e *export) age(s planner.Step) time.Duration {
	if s.Since.IsZero() {
		return 0
	}
	return max(0, e.now.Sub(s.Since))
}

// leftOut counts what is beyond the bound of a metric.
func (e *export) leftOut(metric string, n int) {
	e.out.WithLabelValues("kktctl_" + metric).Set(float64(max(0, n-MaxEach)))
}

func waits(s planner.Step) string {
	if s.WaitingFor == "" {
		return "nothing"
	}
	return label(string(s.WaitingFor))
}

func days(d time.Duration) float64 { return d.Hours() / 24 }

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// label makes a bounded label value of any text.
func label(s string) string {
	if len(s) > maxLabel {
		s = s[:maxLabel]
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
