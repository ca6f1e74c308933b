package planner

import (
	"strings"

	"github.com/kktctl/kktctl/spec/diag"
)

// endings lists the ФН and the service of a till that end within
// policy.renewBefore.
func (p *planning) endings(t *till) []Coming {
	soon := p.in.Fleet.Policy.RenewBefore
	if !t.wanted() || t.live == nil || soon <= 0 {
		return nil
	}
	var out []Coming
	horizon := p.in.Now.Add(soon)
	if end := t.live.FNEnd; !end.IsZero() && !end.After(horizon) && t.live.FN == t.want.FN {
		verb := "ends on "
		if !end.After(p.in.Now) {
			verb = "ended on "
		}
		out = append(out, Coming{
			Kind: ComingFNEnd, Address: t.addr, At: end, What: "the ФН " + plain(t.live.FN) + " " + verb + date(end),
			Hint: "replace it in time, and declare the new one under fn and fnChange",
		})
	}
	if end := t.live.ContractEnd; t.live.ServiceActive(p.in.Now) && !end.IsZero() && !end.After(horizon) && !p.freshCode(t) {
		out = append(out, Coming{
			Kind: ComingContractEnd, Address: t.addr, At: end, What: "the service ends on " + date(end) + " and no unused activation code is declared",
			Hint: "declare activationCode: a code, or auto",
		})
	}
	return out
}

// checkEnds warns of a ФН and of a service that end soon.
func (p *planning) checkEnds(t *till) {
	for _, c := range p.endings(t) {
		p.say(diag.Warning, t, c.What).Hint = c.Hint
	}
}

// coming lists what will need somebody soon for a till.
func (c *comparison) coming(t *till) {
	list := c.endings(t)
	if e, ok := c.covered(t); ok {
		list = append(list, e)
	}
	if s, ok := c.silence(t); ok {
		list = append(list, Coming{Kind: ComingSilent, Address: t.addr, At: s.Blocks, What: s.What(), Detail: s.Why(), Hint: s.Hint()})
	}
	c.report.Coming = append(c.report.Coming, list...)
}

// covered is a service that ends soon though a code is declared, which is used
// when it has ended, or that has ended without one.
func (c *comparison) covered(t *till) (Coming, bool) {
	soon := c.in.Fleet.Policy.RenewBefore
	if !t.wanted() || t.live == nil || soon <= 0 || t.live.ContractEnd.IsZero() || t.step(Pay) != "" || t.runs(Pay) {
		return Coming{}, false
	}
	end := t.live.ContractEnd
	e := Coming{Kind: ComingContractEnd, Address: t.addr, At: end}
	switch {
	case !t.live.ContractStart.IsZero() && !end.After(c.in.Now):
		e.What, e.Hint = "the service ended on "+date(end), "declare activationCode: a code, or auto"
	case t.live.ServiceActive(c.in.Now) && !end.After(c.in.Now.Add(soon)) && c.freshCode(t):
		e.What = "the service ends on " + date(end) + "; the declared activation code is used when it has ended"
	default:
		return Coming{}, false
	}
	return e, true
}

// overdue lists the steps of a subject that wait past their due date.
func (c *comparison) overdue(s *subject) {
	for i := range s.steps {
		st := &s.steps[i]
		if st.Action != Continue || st.Obsolete || st.Due.IsZero() || st.Due.After(c.in.Now) {
			continue
		}
		what := string(st.Continues) + " was due by " + date(st.Due)
		if st.WaitingFor != "" {
			what += " and waits for " + strings.ReplaceAll(string(st.WaitingFor), "-", " ")
		}
		c.report.Coming = append(c.report.Coming, Coming{
			Kind: ComingOverdue, Address: st.Address, Action: st.Continues, At: st.Due, What: what, Detail: plain(st.Message),
			Hint: "kktctl tasks lists what people owe, kktctl resume goes on with the rest",
		})
	}
}
