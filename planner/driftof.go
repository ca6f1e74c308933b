package planner

import (
	"slices"
	"strings"

	"github.com/kktctl/kktctl/spec/diag"
)

// DriftOf compares the fleet from the same input as a plan. It is pure, as New
// is.
func DriftOf(in Input) *DriftReport {
	p := newPlanning(&in)
	p.reporting = true
	plan := p.run()
	r := &DriftReport{
		FormatVersion: DriftFormatVersion, Fleet: plan.Fleet, FleetHash: plan.FleetHash, Lineage: plan.Lineage,
		Serial: plan.Serial, Timestamp: plan.Timestamp, Unmanaged: plan.Unmanaged, Diagnostics: plan.Diagnostics,
		Changed: plan.Drift, Unapplied: []Step{}, UnderWay: []Step{}, Unobservable: []Unseen{}, Coming: []Coming{},
		Conditions: map[Condition]int{}, Complete: len(in.Targets)+len(in.Exclude) == 0,
	}
	c := &comparison{planning: p, report: r, groups: map[string]*Unseen{}}
	c.run()
	r.sort()
	c.measure()
	r.Verdict = r.verdict()
	return r
}

// comparison is a drift report while it is made.
type comparison struct {
	*planning
	report *DriftReport
	groups map[string]*Unseen
}

func (c *comparison) run() {
	if !c.in.Live.TillsRead {
		return // said by the plan
	}
	listed := map[string]bool{} // tills whose status has drifted
	for i := range c.report.Changed {
		listed[c.report.Changed[i].Address] = true
	}
	for _, t := range c.chosen() {
		c.lostMember(t)
		c.unseen(t, listed[t.addr])
		c.coming(t)
	}
	for _, s := range c.subjects() {
		if !s.left {
			c.pending(s)
			c.overdue(s)
		}
	}
	for _, t := range c.chosen() {
		c.unplanned(t)
	}
	c.cabinetsUnseen()
	for _, g := range c.groups {
		c.report.Unobservable = append(c.report.Unobservable, *g)
	}
}

// pending sorts the steps of a subject: what has begun, what is declared and
// not begun. A step that only sets right what somebody else changed is neither.
func (c *comparison) pending(s *subject) {
	for i := range s.steps {
		st := s.steps[i]
		if st.Action == Continue && !st.Unbegun {
			if !st.Obsolete {
				c.report.UnderWay = append(c.report.UnderWay, st)
			}
			continue
		}
		if st, ok := c.declared(s, st); ok {
			c.report.Unapplied = append(c.report.Unapplied, st)
		}
	}
}

// declared leaves of a step what the declaration brought about.
func (c *comparison) declared(s *subject, st Step) (Step, bool) {
	t := c.tillAt(s.addr)
	if t == nil || t.prior == nil {
		return st, true
	}
	switch st.kind() {
	case Reregister:
		return t.declaredOnly(st)
	case Adopt: // of a known till: catches up with what somebody else did
		return st, !t.registered() && !t.unregistered()
	case AddKKT:
		return st, !c.lost(t) || !c.sameCentre(t.prior.Renta, st.Centre)
	}
	return st, true
}

// declaredOnly leaves of a re-registration the attributes in which the
// declaration differs from what was last applied.
func (t *till) declaredOnly(st Step) (Step, bool) {
	if !t.registered() || t.prior.Attributes == nil {
		return st, true
	}
	was := t.prior.Attributes
	f := compare(was, &t.want) &^ t.ignored()
	if t.live != nil {
		is, _ := t.observed()
		f &= compare(is, &t.want)
	}
	st.Changes = changes(was, &t.want, f)
	st.Reason = strings.Join(f.names(), ", ") + ": declared otherwise than last applied"
	return st, f != 0
}

// unplanned lists what is declared otherwise than applied of a till that is not
// in the list: no step is planned for it.
func (c *comparison) unplanned(t *till) {
	if t.live != nil || !t.wanted() || !t.registered() || t.prior.Attributes == nil || t.step(Reregister) != "" || t.application() != nil {
		return
	}
	st := Step{Address: t.addr, Action: Reregister, ID: StepID(Reregister, t.addr), Requires: []string{}, Waits: []Wait{}}
	if st, ok := t.declaredOnly(st); ok {
		st.Reason += "; the till is not in the list of tills, and nothing is planned"
		c.report.Unapplied = append(c.report.Unapplied, st)
	}
}

// lost tells whether a recorded membership is not live any more.
func (c *comparison) lost(t *till) bool {
	return c.in.Live.RentaRead && t.registered() && t.prior.Renta != "" && len(t.members) == 0 && !t.runs(AddKKT, RemoveKKT, Unregister)
}

// lostMember reports a membership that somebody else ended.
func (c *comparison) lostMember(t *till) {
	if c.lost(t) {
		c.report.Changed = append(c.report.Changed, Drift{
			Address: t.addr, Path: "renta", Applied: t.prior.Renta, Corrected: t.step(AddKKT) != "",
		})
	}
}

// tillAt finds a till by its address; nil for what is none.
func (p *planning) tillAt(addr string) *till {
	i, ok := slices.BinarySearchFunc(p.tills, addr, func(t *till, a string) int { return strings.Compare(t.addr, a) })
	if !ok {
		return nil
	}
	return p.tills[i]
}

// measure gives each till its condition.
func (c *comparison) measure() {
	worst := map[string]int{}
	note := func(addr string, is Condition) {
		n := slices.Index(Conditions(), is)
		if old, ok := worst[addr]; !ok || n < old {
			worst[addr] = n
		}
	}
	c.noteAll(note)
	for _, co := range Conditions() {
		c.report.Conditions[co] = 0
	}
	tills := c.chosen()
	c.report.Tills = make([]Measure, 0, len(tills))
	for _, t := range tills {
		if t.live == nil && !t.wanted() && len(t.steps) == 0 {
			continue // gone, and so it should be
		}
		m := Measure{Address: t.addr, Condition: ConditionOK}
		if t.live != nil {
			m.FNEnd, m.ContractEnd, m.LastDocument = t.live.FNEnd, t.live.ContractEnd, lastDocument(t.live)
		} else {
			note(t.addr, ConditionUnseen)
		}
		if n, ok := worst[t.addr]; ok {
			m.Condition = Conditions()[n]
		}
		c.report.Conditions[m.Condition]++
		c.report.Tills = append(c.report.Tills, m)
	}
}

// noteAll tells of every condition that is true of an address.
func (c *comparison) noteAll(note func(addr string, is Condition)) {
	for i := range c.report.Changed {
		if d := &c.report.Changed[i]; !d.Ignored {
			note(d.Address, ConditionChanged)
		}
	}
	for i := range c.report.Unapplied {
		note(c.report.Unapplied[i].Address, ConditionUnapplied)
	}
	for i := range c.report.UnderWay {
		is := ConditionWaiting
		if c.report.UnderWay[i].WaitingFor == WaitPerson {
			is = ConditionUnknown
		}
		note(c.report.UnderWay[i].Address, is)
	}
	kinds := map[ComingKind]Condition{
		ComingFNEnd: ConditionEnding, ComingContractEnd: ConditionEnding, ComingSilent: ConditionSilent, ComingOverdue: ConditionOverdue,
	}
	for i := range c.report.Coming {
		note(c.report.Coming[i].Address, kinds[c.report.Coming[i].Kind])
	}
	for i := range c.report.Diagnostics {
		if d := &c.report.Diagnostics[i]; d.Severity == diag.Error && d.Address != "" {
			note(d.Address, ConditionError)
		}
	}
}
