package ofd

import (
	"context"
	"slices"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
	"github.com/kktctl/kktctl/providers/ofd/partner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

// update changes a draft when the declaration changed after it was made. A
// refusal leaves it as it is: the difference is planned for afterwards.
// Before the call the state forgets what the draft holds: if it is cut off, no
// later process takes the draft for what it was.
func (a application) update(ctx context.Context, run *apply.Run, d state.WorkflowData) (state.WorkflowData, error) {
	if run.Till == nil || a.missing(run) != "" {
		return d, nil
	}
	req, attrs, err := a.write(run)
	if err != nil {
		return d, nil //nolint:nilerr // the draft stays as it was made; the plan says what is wrong with the declaration
	}
	hash := requestHash(req) // before merging, which writes into it
	if hash == d.BodyHash {
		return d, nil
	}
	if d.BodyHash != "" {
		d.BodyHash = ""
		return d, nil
	}
	put := merging(req, attrs)
	app, err := a.p.partner.PutApplication(ctx, d.ApplicationID, put)
	switch {
	case err == nil:
		a.p.seen(app)
		d.Desired, d.BodyHash = &attrs, hash
		return d, nil
	case httpapi.OutcomeOf(err) == httpapi.OutcomeRefused:
		return d, nil
	default:
		return d, err
	}
}

// otherReasons tells whether a draft of a re-registration cannot be brought up
// to date: what is declared now has reasons that were not planned, or none at
// all any more. The draft is given up, which costs nothing, and the next plan
// says anew what is to be told to the tax service.
func otherReasons(run *apply.Run) bool {
	d := run.Workflow.Data
	if run.Action != planner.Reregister || run.Till == nil || d.Desired == nil {
		return false
	}
	want := run.Fleet.AttributesOf(*run.Till)
	since := planner.ReasonsOf(d.Desired, &want)
	for _, r := range since {
		if !slices.Contains(d.Reasons, r) {
			return true
		}
	}
	return len(since) > 0 && run.Resource.Attributes != nil && len(planner.ReasonsOf(run.Resource.Attributes, &want)) == 0
}

// merging makes the PUT that turns a draft, whatever it holds, into one of
// attrs. The service merges: what is not there has to be said, and the purpose
// cannot change.
func merging(req partner.ApplicationRequest, attrs spec.Attributes) partner.ApplicationRequest {
	req.Purpose = ""
	if len(attrs.Devices) == 0 {
		req.AutomaticDevices = []partner.AutomaticDevice{}
	}
	if req.CompanyDetails.Signatory == nil { // nor a power of attorney
		req.CompanyDetails.Signatory = &partner.CompanySignatory{Representative: &partner.RepresentativeDetails{}}
	}
	if len(attrs.Agents) == 0 {
		req.KKTDetails.AgentSettings = &partner.AgentSettings{None: true}
	}
	return req
}
