package ofd

import (
	"context"
	"fmt"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/providers/ofd/renta"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

// The phases of addKkt and removeKkt (001).
const (
	phaseSend   = "send"
	phaseVerify = "verify"
)

// moscow is the zone of the dates that Renta takes.
var moscow = time.FixedZone("MSK", 3*60*60)

// addKKT makes a till a member of a shopping centre. The answer's errors do
// not name a till: one till goes in a call, and the list is read afterwards.
func (p *Provider) addKKT(ctx context.Context, run *apply.Run) (apply.Transition, error) {
	if p.renta == nil {
		return apply.Transition{}, errNoRenta
	}
	verify := func() apply.Transition {
		d := run.Workflow.Data
		d.AcceptedAt, d.Desired = run.Now, joining(run)
		return next(phaseVerify, d, "accepted; the list is read")
	}
	if tr, ok := byPerson(run, verify); ok {
		return tr, nil
	}
	if run.Intent != nil || run.Workflow.Phase == phaseVerify {
		return p.verifyMember(ctx, run, verify)
	}
	req, err := addRequest(run)
	if err != nil {
		return apply.Transition{}, err
	}
	var problems error
	tr, err := once(ctx, run, call{
		effect: state.EffectAddKKT, request: req, preRead: map[string]string{"fn": req.KKT.FN, "rnm": req.KKT.RNM},
		send: func(ctx context.Context) error {
			res, err := p.renta.AddKKT(ctx, req)
			problems = res.Err()
			return err
		},
		sent: verify,
	})
	if err == nil && problems != nil {
		tr = refused(run, p.explain(ctx, req, problems))
		tr.Settled = apply.SettledRefused
	}
	return tr, err
}

func addRequest(run *apply.Run) (renta.AddRequest, error) {
	c, err := companyOf(run)
	if err != nil {
		return renta.AddRequest{}, err
	}
	if run.Till == nil {
		return renta.AddRequest{}, fmt.Errorf("%s: is not in the fleet file any more\nhint: plan again", run.Address)
	}
	k := *run.Till
	return renta.AddRequest{
		INN: c.INN, KPP: c.KPP, OGRN: c.OGRN, Email: c.Email,
		KKT: renta.AddKKT{
			Serial: k.Serial, FN: k.FN.Number, RNM: rnmOf(run), Address: k.Address.Text(), Place: k.Place, CurrentOFDINN: k.OFD.INN,
		},
	}, nil
}

// explain adds to a refusal what the list of legal entities says about the
// tenant (001): a КПП that differs is the usual cause.
func (p *Provider) explain(ctx context.Context, req renta.AddRequest, problems error) string {
	entities, err := p.renta.LegalEntities(ctx)
	if err != nil {
		return problems.Error()
	}
	for _, e := range entities {
		if e.INN == req.INN {
			return fmt.Sprintf("%s; the centre knows ИНН %s with КПП %s", problems, e.INN, e.KPP)
		}
	}
	return fmt.Sprintf("%s; the centre does not know ИНН %s yet", problems, req.INN)
}

// verifyMember reads the list for a till that was or may have been added.
func (p *Provider) verifyMember(ctx context.Context, run *apply.Run, verify func() apply.Transition) (apply.Transition, error) {
	list, err := p.readMembers(ctx, p.freshSince(run))
	if err != nil {
		return apply.Transition{}, again(err)
	}
	sent := joining(run)
	m, member := list.find(run.Resource.Identity.Serial, sent.RNM)
	member = member && same(m.FN, sent.FN) && same(m.RNM, sent.RNM)
	if run.Intent != nil {
		return p.settleMember(run, member, verify), nil
	}
	if !member {
		return wait(phaseVerify, run.Workflow.Data, planner.WaitService, "accepted by the centre, which does not list it yet"), nil
	}
	centre := run.Workflow.Data.Centre
	return apply.Transition{Phase: phaseVerify, Data: run.Workflow.Data, Status: apply.Done, Message: "member of " + centre, Result: &apply.Result{Renta: &centre}}, nil
}

// joining is what the call said of the till, whatever the file says by now.
func joining(run *apply.Run) *spec.Attributes {
	d := run.Workflow.Data.Desired
	switch {
	case run.Intent != nil && run.Intent.PreRead["rnm"] != "":
		return &spec.Attributes{Serial: run.Resource.Identity.Serial, FN: run.Intent.PreRead["fn"], RNM: run.Intent.PreRead["rnm"]}
	case d != nil:
		return d
	}
	a := &spec.Attributes{Serial: run.Resource.Identity.Serial, RNM: rnmOf(run)}
	if run.Till != nil {
		a.FN = run.Till.FN.Number
	}
	return a
}

// same compares what a list shows, which may leave it out.
func same(listed, sent string) bool { return listed == "" || sent == "" || listed == sent }

func (p *Provider) settleMember(run *apply.Run, happenedNow bool, sent func() apply.Transition) apply.Transition {
	r := absent
	if happenedNow {
		r = happened
	}
	return settleByReading(run, r, sent, "", "")
}

// freshSince is how old the list may be: not from before the call.
func (p *Provider) freshSince(run *apply.Run) time.Time {
	if run.Intent != nil {
		return run.Now
	}
	if t := run.Workflow.Data.AcceptedAt; t.After(p.roundStart()) {
		return t
	}
	return p.roundStart()
}

// removeKKT ends a membership, from today on in Moscow.
func (p *Provider) removeKKT(ctx context.Context, run *apply.Run) (apply.Transition, error) {
	if p.renta == nil {
		return apply.Transition{}, errNoRenta
	}
	verify := func() apply.Transition {
		d := run.Workflow.Data
		d.AcceptedAt = run.Now
		return next(phaseVerify, d, "accepted; the list is read")
	}
	if tr, ok := byPerson(run, verify); ok {
		return tr, nil
	}
	if run.Workflow.Phase == phaseStart {
		return p.startRemoval(run)
	}
	if run.Intent != nil || run.Workflow.Phase == phaseVerify {
		return p.verifyRemoved(ctx, run, verify)
	}
	d := run.Workflow.Data
	date, err := time.ParseInLocation(time.DateOnly, d.Date, moscow)
	if err != nil {
		return apply.Transition{}, fmt.Errorf("%s: the state holds a wrong date: %w", run.Address, err)
	}
	if today := run.Now.In(moscow).Format(time.DateOnly); d.Date < today { // nothing is sent yet, or it did not arrive
		d.Date = today
		return next(phaseSend, d, "the day has changed: the membership ends on "+today), nil
	}
	return once(ctx, run, call{
		effect: state.EffectRemoveKKT, request: []string{d.CentreINN, d.RNM, d.Date},
		send: func(ctx context.Context) error {
			return p.renta.RemoveKKT(ctx, d.CentreINN, d.RNM, date)
		},
		sent: verify,
	})
}

// startRemoval fixes what the call will say, so that every later process says
// the same.
func (p *Provider) startRemoval(run *apply.Run) (apply.Transition, error) {
	d := run.Workflow.Data
	centre, ok := run.Fleet.Centres[d.Centre]
	if !ok {
		return apply.Transition{}, fmt.Errorf("%s: the centre %q is not in the fleet file any more\nhint: leave the centre in the file until the till has left it", run.Address, d.Centre)
	}
	d.CentreINN, d.Date = centre.INN, run.Now.In(moscow).Format(time.DateOnly)
	if d.RNM == "" {
		d.RNM = rnmOf(run)
	}
	return next(phaseSend, d, ""), nil
}

func (p *Provider) verifyRemoved(ctx context.Context, run *apply.Run, verify func() apply.Transition) (apply.Transition, error) {
	list, err := p.readMembers(ctx, p.freshSince(run))
	if err != nil {
		return apply.Transition{}, again(err)
	}
	_, member := list.find(run.Resource.Identity.Serial, rnmOf(run))
	if run.Intent != nil {
		return p.settleMember(run, !member, verify), nil
	}
	if member {
		return wait(phaseVerify, run.Workflow.Data, planner.WaitService, "accepted by the centre, which lists it still"), nil
	}
	none := ""
	return apply.Transition{Phase: phaseVerify, Data: run.Workflow.Data, Status: apply.Done, Message: "left " + run.Workflow.Data.Centre, Result: &apply.Result{Renta: &none}}, nil
}
