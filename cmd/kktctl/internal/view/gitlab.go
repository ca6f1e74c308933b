package view

import (
	"encoding/json"
	"io"

	"github.com/kktctl/kktctl/planner"
)

// gitLabReport is what GitLab reads of an artifact under reports: terraform,
// and shows in a merge request.
type gitLabReport struct {
	Create int `json:"create"`
	Update int `json:"update"`
	Delete int `json:"delete"`
}

// GitLabReport writes the plan's counts for GitLab's merge request. What makes
// something new is created, what ends something is deleted, everything else
// that calls the service is an update. What changes the state only, and what
// goes on from an earlier apply, is not counted.
func GitLabReport(w io.Writer, p *planner.Plan) error {
	var r gitLabReport
	for _, s := range p.Steps {
		action := stepAction(s)
		switch {
		case underWay(s) || s.Obsolete || action.StateOnly():
		case action == planner.Register || action == planner.AddKKT || action == planner.CreateCabinet || action == planner.Order:
			r.Create++
		case action == planner.Unregister || action == planner.RemoveKKT:
			r.Delete++
		default:
			r.Update++
		}
	}
	return json.NewEncoder(w).Encode(r)
}
