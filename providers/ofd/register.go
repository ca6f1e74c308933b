package ofd

import (
	"cmp"
	"context"
	"fmt"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/providers/ofd/partner"
	"github.com/kktctl/kktctl/providers/ofd/signer"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

// register is the workflow of an initial registration: two stages with a
// printed report between them (004 §7.1–7.6).
func (p *Provider) register() application {
	return application{
		p:       p,
		missing: func(*apply.Run) string { return "" },
		write: func(run *apply.Run) (partner.ApplicationRequest, spec.Attributes, error) {
			attrs, err := declared(run)
			if err != nil {
				return partner.ApplicationRequest{}, attrs, err
			}
			attrs.RNM = ""
			req, err := request(run, attrs, partner.PurposeRegistration)
			return req, attrs, err
		},
		result: func(run *apply.Run, app partner.Application) *apply.Result {
			return registeredResult(run, cmp.Or(run.Workflow.Data.RNM, app.RegNumber))
		},
	}
}

// reregister is the workflow of a re-registration, with all its reasons in one
// application (004 §7.7).
func (p *Provider) reregister() application {
	return application{
		p:       p,
		missing: missingPapers,
		write: func(run *apply.Run) (partner.ApplicationRequest, spec.Attributes, error) {
			attrs, err := declared(run)
			if err != nil {
				return partner.ApplicationRequest{}, attrs, err
			}
			attrs.RNM = rnmOf(run)
			req, err := request(run, attrs, partner.PurposeReregistration)
			if err != nil {
				return req, attrs, err
			}
			req.KKTDetails.ReregistrationReasons, err = reasons(run)
			if c := run.Till.FNChange; c.Complete() && req.KKTDetails.ReregistrationReasons.FNChanged {
				req.KKTDetails.ClosedFN, req.KKTDetails.InstalledFN = paper(c.Closed), paper(c.Installed)
			}
			return req, attrs, err
		},
		result: func(run *apply.Run, _ partner.Application) *apply.Result {
			return registeredResult(run, rnmOf(run))
		},
	}
}

// unregister is the workflow of a deregistration (004 §7.8).
func (p *Provider) unregister() application {
	return application{
		p:       p,
		missing: func(*apply.Run) string { return "" },
		write: func(run *apply.Run) (partner.ApplicationRequest, spec.Attributes, error) {
			attrs, err := lastKnown(run)
			if err != nil {
				return partner.ApplicationRequest{}, attrs, err
			}
			attrs.RNM = rnmOf(run)
			req, err := request(run, attrs, partner.PurposeUnregistration)
			if err != nil {
				return req, attrs, err
			}
			req.KKTDetails.UnregistrationReasons, err = unregistrationReasons(run)
			return req, attrs, err
		},
		result: func(*apply.Run, partner.Application) *apply.Result {
			return &apply.Result{Status: state.StatusUnregistered}
		},
	}
}

// registeredResult records what the application was made with: what it echoes
// is never taken for a change of the till (004 §7.8.1 swaps two numbers).
func registeredResult(run *apply.Run, rnm string) *apply.Result {
	r := &apply.Result{Status: state.StatusLive, RNM: rnm}
	if d := run.Workflow.Data.Desired; d != nil {
		a := *d
		a.RNM = rnm
		r.Attributes = &a
	}
	return r
}

// declared is the till as the file says now.
func declared(run *apply.Run) (spec.Attributes, error) {
	if run.Till == nil {
		return spec.Attributes{}, fmt.Errorf("%s: is not in the fleet file any more\nhint: plan again", run.Address)
	}
	return run.Fleet.AttributesOf(*run.Till), nil
}

// lastKnown is the till as it was last registered; a deregistration is about
// that one, whatever the file says by now.
func lastKnown(run *apply.Run) (spec.Attributes, error) {
	switch {
	case run.Workflow.Data.Desired != nil:
		return *run.Workflow.Data.Desired, nil
	case run.Resource.Attributes != nil:
		return *run.Resource.Attributes, nil
	default:
		return declared(run)
	}
}

// missingPapers names the papers that a change of the ФН needs (004 §7.7.1).
func missingPapers(run *apply.Run) string {
	changes := false
	for _, r := range run.Workflow.Data.Reasons {
		changes = changes || r == "FnChanged"
	}
	if !changes || run.Till == nil || run.Till.FNChange.Complete() {
		return ""
	}
	what := "fnChange.closed and fnChange.installed"
	if c := run.Till.FNChange; c != nil && c.Closed != nil {
		what = "fnChange.installed"
	} else if c != nil && c.Installed != nil {
		what = "fnChange.closed"
	}
	return fmt.Sprintf("the change of the ФН needs papers: write %s of %s into the fleet file", what, run.Address)
}

// signatory is who the documents name as the owner of the signature.
func (a application) signatory(run *apply.Run) (partner.Signatory, error) {
	c, err := companyOf(run)
	s := c.Signatory
	return partner.Signatory{LastName: s.LastName, GivenName: s.GivenName, Position: s.Position}, err
}

// signature asks the company's signer.
func (p *Provider) signature(ctx context.Context, run *apply.Run, app partner.Application, doc partner.Document) (string, error) {
	c, err := companyOf(run)
	if err != nil {
		return "", err
	}
	if run.Closed != nil && run.Fleet.Signers[c.Signatory.Signer].Outbox == "" {
		if err := run.Closed(state.EffectSign); err != nil {
			return "", err // a program is not asked for a signature that cannot be sent yet
		}
	}
	s, ok := p.cfg.Signers[c.Signatory.Signer]
	if !ok {
		return "", fmt.Errorf("no signer %q is set up\nhint: declare it under signers in the fleet file", c.Signatory.Signer)
	}
	return s.Sign(ctx, signer.Document{
		Address: run.Address, ApplicationID: app.ID, DocumentID: doc.ID, FileName: doc.FileName, Content: doc.Content,
	})
}

// report is what the printed report of registration says: from a person, from
// the file, or from the sandbox's device.
func (p *Provider) report(ctx context.Context, run *apply.Run) (*spec.FiscalReport, error) {
	if r := run.Workflow.Data.Report; r != nil {
		return r, nil
	}
	if run.Till != nil && run.Till.Report != nil {
		return run.Till.Report, nil
	}
	if p.cfg.Reports == nil {
		return nil, nil
	}
	r, ok, err := p.cfg.Reports.Report(ctx, run.Resource.Identity.Serial)
	if err != nil || !ok {
		return nil, err
	}
	return &r, nil
}
