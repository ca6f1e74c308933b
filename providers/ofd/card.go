package ofd

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
	"github.com/kktctl/kktctl/providers/ofd/partner"
	"github.com/kktctl/kktctl/spec/fiscal"
)

// cardTerm is how long a card may be looked for: five working days, as the tax
// service has them for an answer. Until then REJECTED may only be early.
const cardTerm = 7 * 24 * time.Hour

// awaitCard follows the status until the card is there (004 table 15).
func (s simplified) awaitCard(ctx context.Context, run *apply.Run) (apply.Transition, error) {
	d := run.Workflow.Data
	if d.ApplicationID == "" {
		return s.awaitListed(ctx, run)
	}
	status, err := s.p.partner.SimplifiedStatus(ctx, d.ApplicationID)
	if err != nil && !notThere(err) {
		return apply.Transition{}, again(err)
	}
	status = strings.ToUpper(status)
	after := s.p.roundStart()
	if slices.Contains([]string{partner.SimplifiedSuccess, partner.SimplifiedRejected, partner.SimplifiedError}, status) {
		after = run.Now // the application says why, and knows the РНМ
	}
	app, err := s.p.application(ctx, d.ApplicationID, after)
	if err != nil {
		return apply.Transition{}, again(err)
	}
	reason, no := app.Refused()
	switch {
	case status == partner.SimplifiedSuccess, app.Finished():
		return s.found(ctx, run, app)
	case no:
		return taxRefused(run, app, reason), nil
	case status == partner.SimplifiedRejected:
		return s.early(run), nil
	case status == "":
		return ageing(run, d, planner.WaitService, "the service does not show how the simplified registration stands; the application is "+cmp.Or(app.Status, "without a status")), nil
	case status != partner.SimplifiedError:
		return ageing(run, d, planner.WaitTaxService, "the simplified registration is "+httpapi.Clean(status)), nil
	}
	return s.failed(run, app), nil
}

// early waits on while the card is not found, and gives up after its term.
func (s simplified) early(run *apply.Run) apply.Transition {
	since := cmpTime(run.Workflow.Since, run.Now)
	due := since.Add(cardTerm)
	if !run.Now.Before(due) {
		return refusedFor(run, "the tax service has found no card of application "+run.Workflow.Data.ApplicationID+" since "+since.Format(time.DateOnly),
			"look whether the till printed its report and sends its documents through its ОФД, then run kktctl apply: it starts anew, which is paid for again")
	}
	tr := wait(phaseCard, run.Workflow.Data, planner.WaitTaxService,
		"the tax service has not found the card yet (REJECTED), which may only be early: it is looked for until "+due.Format(time.DateOnly))
	tr.Due, tr.Hint = due, "the card is made of the report that the till sends through its ОФД: see that the till is on and connected"
	return tr
}

// failed asks a person about an ERROR: another start is paid for again.
func (s simplified) failed(run *apply.Run, app partner.Application) apply.Transition {
	d := run.Workflow.Data
	if r := run.Workflow.Resolution; r != nil && r.Sent {
		return ageing(run, d, planner.WaitService, "the simplified registration is in ERROR; it is followed on, as a person said")
	}
	return person(run, fmt.Sprintf("the simplified registration of application %s ended in ERROR: %s", d.ApplicationID, cmp.Or(app.StatusReason, "no reason is given")),
		"ask OFD.ru about it; --sent goes on following it, --not-sent gives it up, so that the next plan starts another one, which is paid for again")
}

// found ends it: the card is there. The РНМ is the application's, or that of
// the list of tills.
func (s simplified) found(ctx context.Context, run *apply.Run, app partner.Application) (apply.Transition, error) {
	d := run.Workflow.Data
	rnm := cmp.Or(s.rnm(run), formed(app.RegNumber))
	if rnm == "" {
		tills, err := s.p.readTills(ctx, s.p.roundStart())
		if err != nil {
			return apply.Transition{}, again(err)
		}
		row, _ := tills.bySerial(run.Resource.Identity.Serial)
		rnm = formed(row.RNM)
	}
	if rnm == "" {
		return ageing(run, d, planner.WaitService, "the card is found; the РНМ is not shown yet"), nil
	}
	return s.done(run, rnm), nil
}

// formed gives what has the form of an РНМ, else nothing.
func formed(rnm string) string {
	if fiscal.RNMForm(rnm) != nil {
		return ""
	}
	return rnm
}

func (s simplified) done(run *apply.Run, rnm string) apply.Transition {
	d := run.Workflow.Data
	warning := ""
	if d.Mock {
		warning = mockWarning(partner.Application{Gateway: "SuccessMock"})
	}
	return apply.Transition{
		Phase: phaseCard, Data: d, Status: apply.Done, Result: registeredResult(run, rnm),
		Message: "the tax service's card is found" + warning,
	}
}

// awaitListed follows one whose application nobody knows: it has come to its
// end when the till is in the list as it was asked for. After a card's term a
// person is asked once more, who may know the application by then.
func (s simplified) awaitListed(ctx context.Context, run *apply.Run) (apply.Transition, error) {
	d, r := run.Workflow.Data, run.Workflow.Resolution
	if r != nil && r.Sent && r.ID != "" && partner.CheckApplicationID(r.ID) == nil {
		d.ApplicationID = r.ID
		return next(phaseCard, d, "application "+r.ID+" is followed, as "+r.Who+" said"), nil
	}
	tills, err := s.p.readTills(ctx, s.p.roundStart())
	if err != nil {
		return apply.Transition{}, again(err)
	}
	row, ok := tills.find(s.rnm(run))
	if ok && (d.Desired == nil || row.FN == d.Desired.FN) {
		return s.done(run, row.RNM), nil
	}
	if since := run.Workflow.Since; r == nil && !since.IsZero() && !run.Now.Before(since.Add(cardTerm)) {
		return person(run, "the till is not in the list of tills since "+since.Format(time.DateOnly)+", and its application is not known", hintSimplifiedWord), nil
	}
	return ageing(run, d, planner.WaitTaxService, "the application is not known; the till is awaited in the list of tills"), nil
}
