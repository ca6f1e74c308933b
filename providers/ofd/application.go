package ofd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
	"github.com/kktctl/kktctl/providers/ofd/partner"
	"github.com/kktctl/kktctl/providers/ofd/signer"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/fiscal"
	"github.com/kktctl/kktctl/state"
)

// The phases of an application to the tax service (004 §6.3, table 11). Those
// that begin with report- belong to the second stage of an initial
// registration.
const (
	phaseDraft           = "draft"
	phasePrepare         = "prepare"
	phaseSignature       = "signature"
	phaseTaxService      = "tax-service"
	phaseReport          = "report"
	phaseReportPrepare   = "report-prepare"
	phaseReportSignature = "report-signature"
	phaseReportTax       = "report-tax-service"
)

// application is the workflow of register, reregister and unregister. They
// differ in what they write into the application and in how it ends.
type application struct {
	p *Provider
	// missing tells which papers are to be had before anything is sent.
	missing func(run *apply.Run) string
	// write makes the application; attrs is what is remembered of it.
	write func(run *apply.Run) (req partner.ApplicationRequest, attrs spec.Attributes, err error)
	// result is what its success changes.
	result func(run *apply.Run, app partner.Application) *apply.Result
}

func (a application) advance(ctx context.Context, run *apply.Run) (apply.Transition, error) {
	if tr, ok := a.givenUp(run); ok {
		return tr, nil
	}
	switch run.Workflow.Phase {
	case phaseStart:
		return a.start(run)
	case phaseDraft:
		return a.draft(ctx, run)
	case phasePrepare:
		return a.prepare(ctx, run, phaseSignature)
	case phaseReportPrepare:
		return a.prepare(ctx, run, phaseReportSignature)
	case phaseSignature:
		return a.sign(ctx, run, phaseTaxService)
	case phaseReportSignature:
		return a.sign(ctx, run, phaseReportTax)
	case phaseTaxService, phaseReportTax:
		return a.follow(ctx, run)
	case phaseReport:
		return a.report(ctx, run)
	default:
		return apply.Transition{}, fmt.Errorf("%s: the phase %q is not known to this kktctl: use a newer one", run.Address, run.Workflow.Phase)
	}
}

// givenUp ends an application on a person's word when no call is open: the
// status UnknownError is not followed any further.
func (a application) givenUp(run *apply.Run) (apply.Transition, bool) {
	r := run.Workflow.Resolution
	if r == nil || run.Intent != nil || r.Sent {
		return apply.Transition{}, false
	}
	if d := run.Workflow.Data; registering(run) {
		return person(run, fmt.Sprintf("application %s is not given up: РНМ %s is assigned, and the next plan would begin a second registration", d.ApplicationID, d.RNM), vouchHint(run)), true
	}
	tr := refused(run, fmt.Sprintf("given up by %s on %s; application %s stays at the service as it is", r.Who, r.At.Format(time.DateOnly), run.Workflow.Data.ApplicationID))
	tr.Orphan = run.Workflow.Data.ApplicationID
	return tr, true
}

// registering tells whether a first registration has its РНМ: to give it up
// would be to register the till twice. A simplified one has begun with it.
func registering(run *apply.Run) bool {
	return run.Action == planner.Register && run.Workflow.Data.RNM != "" && !run.Workflow.Data.Simplified
}

func (a application) start(run *apply.Run) (apply.Transition, error) {
	if what := a.missing(run); what != "" {
		tr := wait(phaseStart, run.Workflow.Data, planner.WaitPapers, what)
		tr.Due = run.Workflow.Due
		return tr, nil
	}
	return next(phaseDraft, run.Workflow.Data, ""), nil
}

// draft creates the application (004 §7.1). Nothing lists applications, so
// one whose creation was cut off is lost: it is unsigned and costs nothing,
// and a new one is made.
func (a application) draft(ctx context.Context, run *apply.Run) (apply.Transition, error) {
	if in := run.Intent; in != nil {
		tr := next(phaseDraft, run.Workflow.Data, "what became of a draft is not known; a new one is made, the other one stays unsigned")
		tr.Settled = apply.SettledNotSent
		tr.Orphan = "unknown draft of " + in.At.UTC().Format(time.RFC3339)
		return tr, nil
	}
	req, attrs, err := a.write(run)
	if err != nil {
		return apply.Transition{}, err
	}
	var app partner.Application
	return once(ctx, run, call{
		effect: state.EffectCreate, request: req,
		send: func(ctx context.Context) (err error) {
			app, err = a.p.partner.CreateApplication(ctx, req)
			return err
		},
		sent: func() apply.Transition {
			d := run.Workflow.Data
			d.ApplicationID, d.Desired, d.BodyHash, d.Mock = app.ID, &attrs, requestHash(req), app.Mock()
			d.Agreement = agreementOf(attrs, app, run)
			a.p.seen(app)
			return next(phasePrepare, d, "draft "+app.ID+" made"+mockWarning(app))
		},
		no: func(err error) apply.Transition { return refusedFor(run, sentence(err), hintRefusedApplication(err)) },
	})
}

func mockWarning(app partner.Application) string {
	if !app.Mock() {
		return ""
	}
	return "; warning: its gateway is SuccessMock, nothing reaches the tax service"
}

// prepare has the documents made (004 §7.3), after the draft was brought up to
// date (§7.9). It can be repeated: a second one is refused, and a reading
// shows where the application stands.
func (a application) prepare(ctx context.Context, run *apply.Run, then string) (apply.Transition, error) {
	d := run.Workflow.Data
	if then == phaseSignature {
		if otherReasons(run) {
			return a.abandon(run), nil
		}
		var err error
		d, err = a.update(ctx, run, d)
		switch {
		case err != nil:
			return apply.Transition{}, again(err)
		case d.BodyHash == "" && run.Workflow.Data.BodyHash != "":
			return next(run.Workflow.Phase, d, "the declaration changed: the draft is brought up to date"), nil
		}
	}
	who, err := a.signatory(run)
	if err != nil {
		return apply.Transition{}, err
	}
	app, err := a.p.partner.PrepareDocuments(ctx, d.ApplicationID, who)
	if err != nil {
		return a.afterPrepare(ctx, run, d, then, err)
	}
	a.p.seen(app)
	return next(then, d, "documents are being prepared"), nil
}

// notThere tells the service's word that there is no such application.
func notThere(err error) bool {
	e, ok := errors.AsType[*httpapi.Error](err)
	return ok && e.Status == http.StatusNotFound && e.Outcome == httpapi.OutcomeRefused
}

func (a application) afterPrepare(ctx context.Context, run *apply.Run, d state.WorkflowData, then string, cause error) (apply.Transition, error) {
	app, err := a.p.application(ctx, d.ApplicationID, run.Now)
	switch {
	case then == phaseSignature && notThere(cause) && notThere(err):
		tr := refused(run, fmt.Sprintf("the service does not know the draft %s that it answered with", d.ApplicationID))
		tr.Orphan = d.ApplicationID
		return tr, nil
	case err != nil:
		return apply.Transition{}, again(errors.Join(cause, err))
	case app.Status != partner.StatusNew, then == phaseSignature && app.Stage == partner.StageFinalization:
		return next(then, d, "documents are prepared"), nil
	case httpapi.OutcomeOf(cause) == httpapi.OutcomeRefused && then == phaseReportSignature:
		return a.reportAgain(run, "the documents of the report cannot be prepared: "+sentence(cause)), nil
	case httpapi.OutcomeOf(cause) == httpapi.OutcomeRefused:
		tr := refusedFor(run, "the documents cannot be prepared: "+sentence(cause), hintRefusedApplication(cause))
		tr.Orphan = d.ApplicationID
		return tr, nil
	default:
		return apply.Transition{}, again(cause)
	}
}

// sign has the document signed and sends the signature, once ever (004 §7.4).
func (a application) sign(ctx context.Context, run *apply.Run, then string) (apply.Transition, error) {
	d := run.Workflow.Data
	sent := func() apply.Transition {
		d := d
		d.Signature, d.DocumentID = "", ""
		return next(then, d, "signed; the tax service is awaited")
	}
	if tr, ok := byPerson(run, sent); ok {
		return tr, nil
	}
	app, err := a.p.application(ctx, d.ApplicationID, a.p.freshEnough(run))
	if err != nil {
		return apply.Transition{}, again(err)
	}
	if run.Intent != nil {
		return a.settleSign(run, app, sent), nil
	}
	doc, ready := app.UnsignedDocument()
	switch {
	case run.Workflow.Phase == phaseSignature && app.Stage == partner.StageFinalization:
		return next(then, d, "signed elsewhere; the tax service has answered"), nil
	case run.Workflow.Unknown && app.Status == partner.StatusAwaitingSignature:
		return person(run, run.Workflow.Message, vouchHint(run)), nil // refused before: never sent again
	case run.Workflow.Resolution != nil:
		return sent(), nil
	case app.Status == partner.StatusAwaitingSignature && a.outdated(run):
		return a.abandon(run), nil
	case app.Status == partner.StatusAwaitingSignature && ready:
		return a.signDocument(ctx, run, app, *doc, sent)
	case app.Status == partner.StatusAwaitingDocuments, app.Status == partner.StatusAwaitingSignature, app.Status == partner.StatusNew:
		return ageing(run, d, planner.WaitService, "the service prepares the documents of application "+d.ApplicationID), nil
	default: // somebody signed it elsewhere, or it was refused meanwhile
		return next(then, d, "the document is not to be signed any more: the application is "+app.Status), nil
	}
}

// outdated tells whether the declaration has changed since the documents were
// prepared, which cannot be put into them any more (004 §7.9). Once an РНМ is
// assigned the registration is brought to its end; the change is planned for
// afterwards.
func (a application) outdated(run *apply.Run) bool {
	if run.Workflow.Phase != phaseSignature || run.Till == nil || a.missing(run) != "" {
		return false
	}
	if gone := run.Till.Unregister != ""; gone != (run.Action == planner.Unregister) {
		return true
	}
	req, _, err := a.write(run)
	return err == nil && requestHash(req) != run.Workflow.Data.BodyHash
}

// abandon gives up an application that nobody has signed: it costs nothing and
// reaches nobody. What would be signed is not what is declared.
func (a application) abandon(run *apply.Run) apply.Transition {
	id := run.Workflow.Data.ApplicationID
	return apply.Transition{
		Phase: run.Workflow.Phase, Data: run.Workflow.Data, Status: apply.Dropped, Orphan: id,
		Message: "the declaration changed before the documents were signed; application " + id + " stays unsigned",
		Hint:    "plan again",
	}
}

// freshEnough is how old a reading may be that a signature or a payment
// depends on: not from before a call whose outcome is open, nor from before the
// last round of polls, nor from before a plan that somebody took long to
// confirm.
func (p *Provider) freshEnough(run *apply.Run) time.Time {
	if run.Intent != nil {
		return run.Now
	}
	if limit := run.Now.Add(-time.Minute); limit.After(p.roundStart()) {
		return limit
	}
	return p.roundStart()
}

// vouchHint is what a person can say of an application that goes no further.
func vouchHint(run *apply.Run) string {
	if registering(run) {
		return "finish it in the partner's cabinet; --sent goes on following it; if OFD.ru says that it is dead, kktctl state rm --force " + run.Address + " forgets it, and the next plan registers the till anew"
	}
	return "look at the application in the partner's cabinet; --sent goes on following it, --not-sent gives it up, so that the next plan makes a new one"
}

func (a application) signDocument(ctx context.Context, run *apply.Run, app partner.Application, doc partner.Document, sent func() apply.Transition) (apply.Transition, error) {
	d := run.Workflow.Data
	signature := d.Signature
	if signature == "" || d.DocumentID != doc.ID && d.DocumentID != "" {
		var err error
		signature, err = a.p.signature(ctx, run, app, doc)
		var pending *signer.Pending
		if errors.As(err, &pending) {
			d.DocumentID, d.FileName = doc.ID, doc.FileName
			return wait(run.Workflow.Phase, d, planner.WaitSignature, fmt.Sprintf("sign %s and put the signature at %s", pending.Path, pending.Want)), nil
		}
		if err != nil {
			return apply.Transition{}, fmt.Errorf("%s: %w", run.Address, err)
		}
	}
	return once(ctx, run, call{
		effect: state.EffectSign, request: []string{d.ApplicationID, doc.ID, signature},
		preRead: map[string]string{"status": app.Status, "document": doc.ID},
		send: func(ctx context.Context) error {
			after, err := a.p.partner.Sign(ctx, d.ApplicationID, doc.ID, signature)
			if err == nil {
				a.p.seen(after)
			}
			return err
		},
		sent: sent,
		no:   func(err error) apply.Transition { return a.afterRefusal(ctx, run, doc.ID, sent, err) },
	})
}

// signRefused ends the application: a document is sent to be signed once, ever,
// and the next plan makes a new one. With an РНМ assigned that would be another
// registration, so that a person decides.
func signRefused(run *apply.Run, err error) apply.Transition {
	d := run.Workflow.Data
	message := "the signature was refused: " + sentence(err)
	if run.Workflow.Phase == phaseReportSignature {
		return person(run, fmt.Sprintf("%s; РНМ %s is assigned, sign the document in the partner's cabinet", message, d.RNM), vouchHint(run))
	}
	tr := refusedFor(run, message, hintSigner)
	tr.Orphan = d.ApplicationID
	return tr
}

// settleSign tells from the application whether a signature arrived
// (wire.md: any status past AwaitingSignature, or the document marked Signed).
func (a application) settleSign(run *apply.Run, app partner.Application, sent func() apply.Transition) apply.Transition {
	r := happened
	switch app.Status {
	case partner.StatusAwaitingSignature:
		r = absent
	case partner.StatusNew, partner.StatusAwaitingDocuments, partner.StatusUnknownError, "":
		r = unclear
	}
	nextStage := run.Workflow.Phase == phaseSignature && app.Stage == partner.StageFinalization
	if nextStage || app.Signed(run.Intent.PreRead["document"]) {
		r = happened
	}
	return settleByReading(run, r, sent,
		fmt.Sprintf("it cannot be told whether the signature of application %s arrived: its status is %q", run.Workflow.Data.ApplicationID, cmp.Or(app.Status, "absent")),
		"look at the application in the partner's cabinet, then say what you saw")
}

// follow waits for the tax service (004 §7.5).
func (a application) follow(ctx context.Context, run *apply.Run) (apply.Transition, error) {
	d := run.Workflow.Data
	app, err := a.p.application(ctx, d.ApplicationID, a.p.roundStart())
	if err != nil {
		return apply.Transition{}, again(err)
	}
	if reason, no := app.Refused(); no {
		return taxRefused(run, app, reason), nil
	}
	first := run.Action == planner.Register && run.Workflow.Phase == phaseTaxService
	switch {
	case first && app.AwaitsReport():
		return a.registered(run, app), nil
	case app.Finished(): // also in the first stage, when somebody took it to its end elsewhere
		return apply.Transition{Phase: run.Workflow.Phase, Data: d, Status: apply.Done, Message: "the tax service accepted it" + mockWarning(app), Result: a.result(run, app)}, nil
	case app.Status == partner.StatusUnknownError && !vouched(run, app):
		return person(run, fmt.Sprintf("application %s ended in UnknownError: %s", d.ApplicationID, cmp.Or(app.StatusReason, "no reason is given")),
			"ask OFD.ru about it; "+vouchHint(run)), nil
	case app.Status == partner.StatusAwaitingSignature && run.Now.Sub(run.Workflow.Since) > signatureLost && !vouched(run, app):
		return person(run, fmt.Sprintf("application %s still awaits the signature that was taken as sent", d.ApplicationID), vouchHint(run)), nil
	default:
		tr := ageing(run, d, planner.WaitTaxService, "the application is "+cmp.Or(app.Status, "without a status"))
		tr.Due = run.Workflow.Due
		return tr, nil
	}
}

// signatureLost is how long after a signature was taken as sent a person is
// asked about an application that still awaits it.
const signatureLost = 24 * time.Hour

// vouched tells whether a person said to go on following the application since
// its status changed.
func vouched(run *apply.Run, app partner.Application) bool {
	r := run.Workflow.Resolution
	return r != nil && !app.StatusChanged.After(r.At)
}

// registered is the end of the first stage: the РНМ is assigned and the till
// has to print its report of registration, by the end of the next working day
// (54-ФЗ article 4.2).
func (a application) registered(run *apply.Run, app partner.Application) apply.Transition {
	d := run.Workflow.Data
	d.RNM = app.RegNumber
	tr := next(phaseReport, d, "РНМ "+d.RNM+" assigned")
	since := app.StatusChanged
	if since.IsZero() {
		since = run.Now
	}
	tr.Due = fiscal.Calendar{}.EndOfNextWorkingDay(since)
	return tr
}

// report enters what the printed report of registration says (004 §7.6.1).
// PUT merges, so that it can be repeated.
func (a application) report(ctx context.Context, run *apply.Run) (apply.Transition, error) {
	d := run.Workflow.Data
	r, err := a.p.report(ctx, run)
	if err != nil {
		return apply.Transition{}, err
	}
	if r == nil {
		tr := wait(phaseReport, d, planner.WaitReport, "РНМ "+d.RNM+" is assigned: print the report of registration and enter what it says")
		tr.Due = run.Workflow.Due
		return tr, nil
	}
	app, err := a.p.partner.PutApplication(ctx, d.ApplicationID, reportRequest(*r))
	switch {
	case err == nil:
		a.p.seen(app)
		d.Report = r
		tr := next(phaseReportPrepare, d, "the report of registration is entered")
		tr.Due = run.Workflow.Due
		return tr, nil
	case httpapi.OutcomeOf(err) != httpapi.OutcomeRefused:
		return apply.Transition{}, again(err)
	default:
		return a.reportRefused(ctx, run, err)
	}
}

// reportRefused looks whether the application has gone past the report (an
// earlier process got further than it could record); otherwise a person has to
// correct what was entered.
func (a application) reportRefused(ctx context.Context, run *apply.Run, cause error) (apply.Transition, error) {
	d := run.Workflow.Data
	app, err := a.p.application(ctx, d.ApplicationID, run.Now)
	if err != nil {
		return apply.Transition{}, again(errors.Join(cause, err))
	}
	if app.Status != partner.StatusNew {
		return next(phaseReportSignature, d, "the report was entered before"), nil
	}
	return a.reportAgain(run, "the report was refused: "+sentence(cause)), nil
}

// reportAgain asks for the report once more.
func (a application) reportAgain(run *apply.Run, why string) apply.Transition {
	d := run.Workflow.Data
	d.Report = nil
	tr := wait(phaseReport, d, planner.WaitReport, why+"; enter it again")
	tr.Due = run.Workflow.Due
	return tr
}
