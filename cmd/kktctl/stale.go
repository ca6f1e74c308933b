package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec/diag"
)

// checkStale tells whether a saved plan is still what a plan made now says:
// the same state, the same declaration, the same steps. The difference is
// told.
func checkStale(saved, now *planner.Plan) error {
	var why []string
	if saved.Fleet != now.Fleet {
		why = append(why, fmt.Sprintf("it is of the fleet %q, this one is %q", saved.Fleet, now.Fleet))
	}
	// A plan made before there was a state knows no lineage yet.
	if saved.Lineage != "" && saved.Lineage != now.Lineage {
		why = append(why, "it was made from another state (lineage)")
	}
	if saved.Serial != now.Serial {
		why = append(why, fmt.Sprintf("the state has moved on since: it was at serial %d and is at %d (a plan is applied once)", saved.Serial, now.Serial))
	}
	if saved.FleetHash != now.FleetHash {
		why = append(why, "the fleet file was changed since")
	}
	why = append(why, stepDifferences(saved, now)...)
	if len(why) == 0 {
		return nil
	}
	return diag.Diagnostic{
		Summary: "the saved plan is stale: nothing was done",
		Detail:  "- " + strings.Join(why, "\n- "),
		Hint:    "plan again, look at the new plan, and apply that",
	}
}

// stepDifferences names the steps that came, went or changed.
func stepDifferences(saved, now *planner.Plan) []string {
	firm := saved.Lineage != ""
	before, after := stepTexts(saved, firm), stepTexts(now, firm)
	var out []string
	for _, id := range sortedKeys(before) {
		switch text, still := after[id]; {
		case !still:
			out = append(out, "no longer to do: "+id)
		case text != before[id]:
			out = append(out, "changed: "+id)
		}
	}
	for _, id := range sortedKeys(after) {
		if _, known := before[id]; !known {
			out = append(out, "new: "+id)
		}
	}
	if len(out) == 0 && !slices.Equal(stepOrder(saved), stepOrder(now)) {
		out = append(out, "the order of the steps changed")
	}
	return out
}

// stepTexts gives each step's bytes without what only tells the time. The
// fingerprint of a code is keyed by the lineage: it is left out as well when
// the saved plan could not know it.
func stepTexts(p *planner.Plan, firm bool) map[string]string {
	texts := make(map[string]string, len(p.Steps))
	for _, s := range p.Steps {
		s.Due, s.Since, s.Message = time.Time{}, time.Time{}, ""
		if s.Code != nil && !firm {
			code := *s.Code
			code.Fingerprint = ""
			s.Code = &code
		}
		data, err := json.Marshal(s)
		if err != nil {
			data = []byte(err.Error()) // a step is plain data: it can be encoded
		}
		texts[s.ID] = string(data)
	}
	return texts
}

func stepOrder(p *planner.Plan) []string {
	ids := make([]string, 0, len(p.Steps))
	for _, s := range p.Steps {
		ids = append(ids, s.ID)
	}
	return ids
}
