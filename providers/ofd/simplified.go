package ofd

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
	"github.com/kktctl/kktctl/providers/ofd/partner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

// The phases of a simplified registration (004 §7.2), besides start and draft.
const (
	phaseSimplifiedReport = "simplified-report"
	phaseSimplified       = "simplified"
	phaseCard             = "card"
)

// simplified is the workflow of a simplified registration or re-registration:
// nothing is signed, the till itself tells the tax service through its ОФД,
// and the service looks for the card that comes of it. It begins with one call,
// which is paid for: with an application, or with the till's numbers alone
// where they are known (004 table 14).
type simplified struct {
	application
	purpose string
}

func (s simplified) advance(ctx context.Context, run *apply.Run) (apply.Transition, error) {
	if tr, ok := s.givenUp(run); ok {
		return tr, nil
	}
	switch run.Workflow.Phase {
	case phaseStart:
		return s.begin(run)
	case phaseDraft:
		tr, err := s.draft(ctx, run)
		if tr.Phase == phasePrepare {
			tr.Phase = phaseSimplified
		}
		return tr, err
	case phaseSimplifiedReport:
		return s.awaitReport(ctx, run)
	case phaseSimplified:
		return s.launch(ctx, run)
	case phaseCard:
		return s.awaitCard(ctx, run)
	default:
		return apply.Transition{}, fmt.Errorf("%s: the phase %q is not known to this kktctl: use a newer one", run.Address, run.Workflow.Phase)
	}
}

// begin chooses the way. Without an application the service wants the number
// of the report that the till printed: of its registration, or of the new ФН
// when that alone has changed.
func (s simplified) begin(run *apply.Run) (apply.Transition, error) {
	tr, err := s.start(run)
	if err != nil || tr.Phase != phaseDraft {
		return tr, err
	}
	switch {
	case run.Action == planner.Register && s.rnm(run) != "":
		return next(phaseSimplifiedReport, run.Workflow.Data, ""), nil
	case run.Action == planner.Reregister && slices.Equal(run.Workflow.Data.Reasons, []string{"FnChanged"}):
		return next(phaseSimplified, run.Workflow.Data, ""), nil
	}
	return tr, nil
}

// rnm is the РНМ of the till: one that is registered anew has none but the one
// that was declared when the step was planned.
func (s simplified) rnm(run *apply.Run) string {
	if run.Action == planner.Register {
		return run.Workflow.Data.RNM
	}
	return rnmOf(run)
}

// awaitReport waits for the report that the till printed when it was
// registered.
func (s simplified) awaitReport(ctx context.Context, run *apply.Run) (apply.Transition, error) {
	if tr, ok := s.unwanted(run); ok {
		return tr, nil
	}
	r, err := s.p.report(ctx, run)
	if err != nil {
		return apply.Transition{}, err
	}
	d := run.Workflow.Data
	if r == nil {
		return wait(phaseSimplifiedReport, d, planner.WaitReport,
			"the till with РНМ "+s.rnm(run)+" has printed its report of registration: enter what it says"), nil
	}
	d.Report = r
	return next(phaseSimplified, d, "the report of registration is entered"), nil
}

// unwanted gives up what has not been started, when the declaration does not
// want it any more.
func (s simplified) unwanted(run *apply.Run) (apply.Transition, bool) {
	t := run.Till
	if t != nil && t.Unregister == "" && t.Registration == spec.RegistrationSimplified {
		return apply.Transition{}, false
	}
	id := run.Workflow.Data.ApplicationID
	return apply.Transition{
		Phase: run.Workflow.Phase, Data: run.Workflow.Data, Status: apply.Dropped, Orphan: id,
		Message: "a simplified registration is not declared any more; it was not started", Hint: "plan again",
	}, true
}

// launch makes the call that starts it, once.
func (s simplified) launch(ctx context.Context, run *apply.Run) (apply.Transition, error) {
	if tr, ok := s.byWord(run); ok {
		return tr, nil
	}
	if run.Intent != nil && run.Workflow.Unknown && run.Workflow.Data.ApplicationID == "" {
		return person(run, run.Workflow.Message, hintSimplifiedWord), nil // no reading will tell it
	}
	if run.Intent != nil {
		return s.settle(ctx, run)
	}
	if tr, ok := s.unwanted(run); ok {
		return tr, nil
	}
	if run.Workflow.Data.ApplicationID == "" {
		return s.launchNumbers(ctx, run)
	}
	return s.launchApplication(ctx, run)
}

// launchApplication starts the application of the draft, after it was brought
// up to date. One that is no draft any more was started by somebody else, or
// by a call that was very long under way.
func (s simplified) launchApplication(ctx context.Context, run *apply.Run) (apply.Transition, error) {
	if otherReasons(run) {
		return s.abandon(run), nil
	}
	d, err := s.update(ctx, run, run.Workflow.Data)
	switch {
	case err != nil:
		return apply.Transition{}, again(err)
	case d.BodyHash == "" && run.Workflow.Data.BodyHash != "":
		return next(phaseSimplified, d, "the declaration changed: the draft is brought up to date"), nil
	case d.BodyHash == "":
		return s.abandon(run), nil // it could not be changed: what it holds is not what is declared
	}
	app, err := s.p.application(ctx, d.ApplicationID, s.p.freshEnough(run))
	if err != nil {
		return apply.Transition{}, again(err)
	}
	if app.Status != partner.StatusNew {
		return next(phaseCard, d, "application "+d.ApplicationID+" is "+cmp.Or(app.Status, "without a status")+" already"), nil
	}
	return s.send(ctx, run, d, partner.SimplifiedRequest{ApplicationID: d.ApplicationID})
}

// launchNumbers starts without an application: the answer names one.
func (s simplified) launchNumbers(ctx context.Context, run *apply.Run) (apply.Transition, error) {
	attrs, err := declared(run)
	if err != nil {
		return apply.Transition{}, err
	}
	d := run.Workflow.Data
	attrs.RNM = s.rnm(run)
	req := partner.SimplifiedRequest{RegNumber: attrs.RNM, FN: attrs.FN, INN: attrs.INN, Purpose: s.purpose}
	switch c := run.Till.FNChange; {
	case run.Action == planner.Reregister && !c.Complete():
		return wait(phaseSimplified, d, planner.WaitPapers, s.missing(run)), nil
	case run.Action == planner.Reregister:
		req.Document = c.Installed.Document
	case d.Report == nil:
		return next(phaseSimplifiedReport, d, ""), nil
	default:
		req.Document = d.Report.Document
	}
	d.Desired, d.RNM = &attrs, attrs.RNM
	return s.send(ctx, run, d, req)
}

func (s simplified) send(ctx context.Context, run *apply.Run, d state.WorkflowData, req partner.SimplifiedRequest) (apply.Transition, error) {
	var app partner.Application
	return once(ctx, run, call{
		effect: state.EffectSimple, request: req,
		send: func(ctx context.Context) (err error) {
			app, err = s.p.partner.StartSimplified(ctx, req)
			return err
		},
		sent: func() apply.Transition {
			d.ApplicationID, d.Mock = app.ID, app.Mock()
			if d.Desired != nil {
				d.Agreement = agreementOf(*d.Desired, app, run)
			}
			s.p.seen(app)
			return next(phaseCard, d, "started as application "+app.ID+mockWarning(app))
		},
		open: func(err error) (apply.Transition, bool) { return startedAlready(run, err) },
		no:   func(err error) apply.Transition { return s.afterRefusal(ctx, run, d, err) },
	})
}

// afterRefusal looks at the status first: an application is also refused when
// it was started before, by a call that was very long under way. To end it then
// would be to pay for a second one.
func (s simplified) afterRefusal(ctx context.Context, run *apply.Run, d state.WorkflowData, refusal error) apply.Transition {
	if d.ApplicationID != "" {
		if status, err := s.p.partner.SimplifiedStatus(ctx, d.ApplicationID); err == nil {
			return next(phaseCard, d, "it had been started before, and is "+httpapi.Clean(status))
		}
		if runsAlready(refusal) {
			return next(phaseCard, d, "it had been started before: "+sentence(refusal))
		}
	}
	tr := refusedFor(run, sentence(refusal), hintRefusedSimplified(refusal))
	tr.Orphan = d.ApplicationID
	return tr
}

// startedAlready is for a refusal that says that the till's simplified
// registration runs already. By numbers nothing shows its application: a
// person looks, and until then nothing is sent again.
func startedAlready(run *apply.Run, refusal error) (apply.Transition, bool) {
	if run.Workflow.Data.ApplicationID != "" || !runsAlready(refusal) {
		return apply.Transition{}, false
	}
	return person(run, "the simplified registration runs already ("+sentence(refusal)+"), and nothing lists applications", hintSimplifiedWord), true
}

// runsAlready finds the words of a refusal that says that what was asked for
// is under way: the service has no code for it.
func runsAlready(refusal error) bool {
	m := refusal.Error()
	return words(m, "уже", "запущен") || words(m, "уже", "выполняется") || words(m, "already", "started")
}

// hintRefusedSimplified is for a call that the service does not take.
func hintRefusedSimplified(err error) string {
	if words(err.Error(), "оплатить") {
		return "top up the partner's balance, then run kktctl apply"
	}
	return hintRefusedApplication(err)
}

// settle tells from the status whether the call arrived. Without an
// application there is nothing to read: nothing lists them.
func (s simplified) settle(ctx context.Context, run *apply.Run) (apply.Transition, error) {
	d := run.Workflow.Data
	sent := func() apply.Transition { return next(phaseCard, d, "started as application "+d.ApplicationID) }
	if d.ApplicationID == "" {
		return settleByReading(run, unclear, sent,
			"it cannot be told whether the simplified registration was started: nothing lists applications", hintSimplifiedWord), nil
	}
	r, err := s.reading(ctx, run)
	if err != nil {
		return apply.Transition{}, again(err)
	}
	return settleByReading(run, r, sent,
		"it cannot be told whether the simplified registration of application "+d.ApplicationID+" was started", hintSimplifiedWord), nil
}

const hintSimplifiedWord = "look for the till's application in the partner's cabinet: --sent --id APPLICATION goes on following it, --not-sent has the next apply start it once more, which is paid for again"

// reading looks for a trace of the call: a status, or an application that is
// no draft any more.
func (s simplified) reading(ctx context.Context, run *apply.Run) (reading, error) {
	id := run.Workflow.Data.ApplicationID
	_, err := s.p.partner.SimplifiedStatus(ctx, id)
	switch {
	case err == nil:
		return happened, nil
	case httpapi.OutcomeOf(err) != httpapi.OutcomeRefused:
		return unclear, err
	}
	app, err := s.p.application(ctx, id, run.Now)
	switch {
	case err != nil:
		return unclear, err
	case app.Status == partner.StatusNew:
		return absent, nil
	case app.Status == "" || app.Status == partner.StatusUnknownError:
		return unclear, nil
	}
	return happened, nil
}

// byWord applies a person's word, who may know the application that a call
// without one has made.
func (s simplified) byWord(run *apply.Run) (apply.Transition, bool) {
	r, d := run.Workflow.Resolution, run.Workflow.Data
	if r != nil && r.Sent && d.ApplicationID == "" {
		if r.ID != "" && partner.CheckApplicationID(r.ID) != nil {
			return person(run, "the id that was given is not an application's, which looks like 1b21cac3-2b85-404a-b147-7f3bbd6827a5", hintSimplifiedWord), true
		}
		d.ApplicationID = r.ID
		if attrs, err := declared(run); err == nil {
			attrs.RNM = s.rnm(run)
			d.Desired = &attrs
		}
	}
	return byPerson(run, func() apply.Transition { return next(phaseCard, d, "started, as a person has seen") })
}
