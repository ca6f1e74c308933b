package view

import (
	"io"
	"strings"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec/diag"
)

// PlanJUnit writes a plan as JUnit XML: a case for each step, which passes, or
// is skipped while it is under way, and a failed one for each error.
func PlanJUnit(w io.Writer, p *planner.Plan, o Options) error {
	s := newJUnit("plan", p.Fleet, p.Timestamp, 0)
	s.Cases[0].say(summaryLine(p))
	s.diagnostics(p.Diagnostics)
	for i := range p.Steps {
		s.step(&p.Steps[i], o)
	}
	return s.write(w)
}

// step adds the case of a step that is planned.
func (s *junitSuite) step(st *planner.Step, o Options) {
	c := s.add(stepCase(*st))
	if underWay(*st) {
		c.skip(waitText(apply.Event{WaitingFor: st.WaitingFor}, st.Message))
	}
	c.say(strings.Join(append([]string{o.commands(st.Reason)}, stakes(st, o)...), "\n"))
}

// stepCase names the case of a step; a step that goes on has the name that it
// began with.
func stepCase(s planner.Step) string {
	if s.Action == planner.Continue && s.Continues != "" {
		return verb(s.Continues) + " " + s.Address
	}
	return verb(s.Action) + " " + s.Address
}

func underWay(s planner.Step) bool { return s.Action == planner.Continue && !s.Unbegun }

// diagnostics adds a failed case for each error; the command itself tells the
// rest.
func (s *junitSuite) diagnostics(list diag.List) {
	cases := map[string]*junitCase{}
	for _, d := range list {
		if d.Severity != diag.Error {
			s.Cases[0].say(d.Severity.String() + ": " + d.Error())
			continue
		}
		name := d.Address
		if name == "" {
			name = d.Pos.File
		}
		if name == "" {
			s.Cases[0].fail("error", d.Error())
			continue
		}
		if cases[name] == nil {
			cases[name] = s.add(name)
		}
		cases[name].fail("error", d.Error())
	}
}

// DiagnosticsJUnit writes what was found in a fleet file as JUnit XML. The
// suite has no fleet in its name: a file with errors may not tell it.
func DiagnosticsJUnit(w io.Writer, operation string, list diag.List, at time.Time) error {
	s := newJUnit(operation, "", at, 0)
	s.diagnostics(list)
	return s.write(w)
}

// DriftJUnit writes a drift report as JUnit XML: a case for each till, and for
// whatever else differs. Changed, or declared and not begun, is a failure; what
// could not be compared, or nobody knows, an error; under way is skipped.
func DriftJUnit(w io.Writer, r *planner.DriftReport, o Options) error {
	s := newJUnit("drift", r.Fleet, r.Timestamp, 0)
	s.Cases[0].say(r.Line())
	cases := make(map[string]*junitCase, len(r.Tills))
	of := func(address string) *junitCase {
		if address == "" {
			return s.Cases[0]
		}
		if cases[address] == nil {
			cases[address] = s.add(address)
		}
		return cases[address]
	}
	for _, t := range r.Tills {
		of(t.Address)
	}
	for _, d := range r.Diagnostics {
		if d.Severity == diag.Error {
			of(d.Address).doubt("error", d.Error())
		} else {
			of(d.Address).say(d.Severity.String() + ": " + d.Error())
		}
	}
	for _, d := range r.Changed {
		text := d.Path + " was changed outside kktctl: " + quoted(d.Applied) + " → " + quoted(d.Live)
		if d.Ignored {
			of(d.Address).say(text + " (ignored)")
		} else {
			of(d.Address).fail("changed", text)
		}
	}
	for i := range r.Unapplied {
		st := &r.Unapplied[i]
		of(st.Address).fail("unapplied", after("declared and not applied: "+verb(stepAction(*st)), ": ", o.commands(st.Reason)))
	}
	for i := range r.UnderWay {
		st := &r.UnderWay[i]
		text := waitText(apply.Event{WaitingFor: st.WaitingFor}, st.Message)
		if st.WaitingFor.OfOutcome() {
			of(st.Address).doubt("unknown", text)
		} else {
			of(st.Address).skip(verb(stepAction(*st)) + ": " + text)
		}
	}
	for _, c := range r.Coming {
		of(c.Address).say(after(c.What, "\n", c.Detail))
	}
	return s.write(w)
}

func quoted(s string) string {
	if s == "" {
		return "nothing"
	}
	return "\"" + s + "\""
}

func stepAction(s planner.Step) planner.Action {
	if s.Action == planner.Continue && s.Continues != "" {
		return s.Continues
	}
	return s.Action
}

// StepTimes is an apply.Listener that takes down how long steps take.
type StepTimes struct {
	first, last map[string]time.Time
}

// NewStepTimes makes an empty one.
func NewStepTimes() *StepTimes {
	return &StepTimes{first: map[string]time.Time{}, last: map[string]time.Time{}}
}

// Event implements apply.Listener.
func (t *StepTimes) Event(e apply.Event) {
	if e.ID == "" {
		return
	}
	if _, begun := t.first[e.ID]; !begun {
		t.first[e.ID] = e.Time
	}
	t.last[e.ID] = e.Time
}

// of is how long a step took in this run.
func (t *StepTimes) of(id string) time.Duration {
	if t == nil {
		return 0
	}
	return t.last[id].Sub(t.first[id])
}

// ReportJUnit writes how a command that applies ended as JUnit XML: a case for
// each step. What failed is a failure, what nobody knows an error; what waits,
// was skipped or not finished is skipped.
func ReportJUnit(w io.Writer, e Ended, times *StepTimes, at time.Time, took time.Duration, o Options) error {
	s := newJUnit(e.Operation, e.Fleet, at, took)
	switch {
	case e.Report == nil:
		s.Cases[0].say("Nothing was done.")
	case len(e.Report.Steps) == 0:
		s.Cases[0].say("There was nothing to do.")
	default:
		s.Cases[0].say(reportSentence(e.Report.Summary))
	}
	s.diagnostics(e.Errors)
	if e.Report != nil {
		for _, st := range e.Report.Steps {
			s.result(st, times, o)
		}
	}
	return s.write(w)
}

// result adds the case of a step that was applied.
func (s *junitSuite) result(st apply.StepResult, times *StepTimes, o Options) {
	c := s.add(verb(st.Action) + " " + st.Address)
	c.Time = seconds(times.of(st.ID))
	switch st.State {
	case apply.StepFailed:
		c.fail("failed", after(reason(st), "\nhint: ", o.commands(st.Hint)))
	case apply.StepUnknown:
		resolve := o.program() + " resolve " + shellQuote(st.Address)
		c.doubt("unknown", after(reason(st), "\nhint: ", o.commands(st.Hint))+
			"\n"+ifSent+" "+resolve+" --sent"+st.Gives+"\n"+ifNotSent+" "+resolve+" --not-sent")
	case apply.StepWaiting:
		c.skip(waitText(apply.Event{WaitingFor: st.WaitingFor}, st.Message))
	case apply.StepSkipped:
		c.skip(skippedText(st))
	case apply.StepInterrupted:
		c.skip(after("not finished", ": ", st.Message))
	default:
		c.say(st.Message)
	}
}
