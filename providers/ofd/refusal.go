package ofd

import (
	"context"
	"fmt"
	"slices"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/providers/ofd/partner"
)

// afterRefusal looks at the application first: it is refused a signature also
// when it has one, from somebody else or from a call that was very long under
// way. To end it then would be to begin a second one.
func (a application) afterRefusal(ctx context.Context, run *apply.Run, document string, sent func() apply.Transition, refusal error) apply.Transition {
	app, err := a.p.application(ctx, run.Workflow.Data.ApplicationID, a.p.cfg.Now())
	waits := slices.Contains([]string{partner.StatusAwaitingSignature, partner.StatusAwaitingDocuments, partner.StatusNew}, app.Status)
	switch {
	case err != nil:
		return person(run, "the signature was refused, and the application cannot be read: "+sentence(refusal), vouchHint(run))
	case app.Signed(document), nextStage(run, app), !waits && app.Status != "":
		tr := sent()
		tr.Message = "the document had been signed before; the tax service is awaited"
		return tr
	}
	return signRefused(run, refusal)
}

// taxRefused ends an application that the tax service refused: by a reason,
// or by a paper that says why.
func taxRefused(run *apply.Run, app partner.Application, reason string) apply.Transition {
	if app.StatusReason != "" {
		return refusedFor(run, "the tax service refused it: "+reason, hintCorrect)
	}
	return refusedFor(run, "the tax service refused application "+app.ID+" and gives its reason in a paper: "+reason, fmt.Sprintf(hintPaper, run.Address))
}

// nextStage tells whether an application has gone past its first signature.
func nextStage(run *apply.Run, app partner.Application) bool {
	return run.Workflow.Phase == phaseSignature && app.Stage == partner.StageFinalization
}
