package ofd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/providers/ofd/partner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

const (
	hintEmail   = "declare another email for the company, or, if the cabinet is the company's own, give its agreement: kktctl resolve %s --sent --id AGREEMENT"
	hintCabinet = "look for the company in the partner's cabinet at pk.ofd.ru, then say what you saw; --id AGREEMENT gives its OfdAgreementId"
)

// createCabinet makes the client cabinet of a company, once (004 §5.1).
//
// Nothing reads cabinets. A second call would tell: code 1007 means that the
// cabinet exists. But it is a call that makes one when the first did not
// arrive yet, and writes to the client, so that it is not made on hope: what
// became of the first is known from an application of the company, which names
// the agreement, or from a person.
func (p *Provider) createCabinet(ctx context.Context, run *apply.Run) (apply.Transition, error) {
	if run.Workflow.Phase != phaseStart {
		return apply.Transition{}, fmt.Errorf("%s: the phase %q is not known to this kktctl: use a newer one", run.Address, run.Workflow.Phase)
	}
	c, ok := run.Fleet.Companies[spec.NameOf(run.Address)]
	if !ok {
		return apply.Transition{}, fmt.Errorf("%s: is not in the fleet file any more\nhint: put it back until its cabinet is settled", run.Address)
	}
	told := func() apply.Transition {
		said := run.Workflow.Resolution
		tr := cabinetDone(run, c, said.ID, false, "the cabinet was made, as "+said.Who+" says")
		tr.Result.Cabinet.Told = said.ID != ""
		return tr
	}
	if tr, ok := byPerson(run, told); ok {
		return tr, nil
	}
	if run.Cabinet != nil { // an application of the company has named it
		return cabinetDone(run, c, run.Cabinet.Agreement, run.Intent == nil, "the company has a cabinet: an application of its tills names the agreement"), nil
	}
	if run.Intent != nil {
		return person(run, "it is not known whether the cabinet of "+run.Address+" was made, and nothing shows it", hintCabinet), nil
	}
	return p.sendCabinet(ctx, run, c)
}

func (p *Provider) sendCabinet(ctx context.Context, run *apply.Run, c spec.Company) (apply.Transition, error) {
	req := partner.CabinetRequest{
		INN: c.INN, KPP: c.KPP, CompanyName: c.Name, Email: c.Email, Phone: c.Phone,
		Name: strings.TrimSpace(c.Signatory.LastName + " " + c.Signatory.GivenName),
	}
	var made partner.Cabinet
	return once(ctx, run, call{
		effect: state.EffectCabinet, request: req,
		send: func(ctx context.Context) (err error) {
			made, err = p.partner.CreateCabinet(ctx, req)
			return err
		},
		sent: func() apply.Transition {
			return cabinetDone(run, c, made.Agreement, false, "cabinet made; OFD.ru writes to "+c.Email)
		},
		no: func(err error) apply.Transition {
			switch {
			case errors.Is(err, partner.ErrCabinetExists):
				return cabinetDone(run, c, "", true, "the company has a cabinet already; the service does not name its agreement")
			case errors.Is(err, partner.ErrEmailTaken):
				return refusedFor(run, sentence(err), fmt.Sprintf(hintEmail, run.Address))
			}
			return refused(run, sentence(err))
		},
		unknown: func(err error) apply.Transition {
			return person(run, "it is not known whether the cabinet of "+run.Address+" was made ("+sentence(err)+"), and nothing shows it", hintCabinet)
		},
	})
}

func cabinetDone(run *apply.Run, c spec.Company, agreement string, existed bool, message string) apply.Transition {
	return apply.Transition{
		Phase: run.Workflow.Phase, Data: run.Workflow.Data, Status: apply.Done, Message: message,
		Result: &apply.Result{Cabinet: &spec.CabinetRecord{INN: c.INN, KPP: c.KPP, Agreement: agreement, At: run.Now, Existed: existed}},
	}
}

// agreementOf is what an application names of its company: it answers for a
// cabinet whose agreement was forgotten.
func agreementOf(attrs spec.Attributes, app partner.Application, run *apply.Run) *spec.CabinetRecord {
	if partner.CheckName("agreement", app.OFDAgreementID) != nil {
		return run.Workflow.Data.Agreement
	}
	return &spec.CabinetRecord{INN: attrs.INN, KPP: attrs.KPP, Agreement: app.OFDAgreementID, Existed: true}
}
