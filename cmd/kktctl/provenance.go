package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"

	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/state"
)

// maxCredit bounds what is kept of a pipeline's variable, in characters.
const maxCredit = 100

// provenance is what the history names for what a command does. Only these
// variables are looked at: others may hold secrets.
func (a *App) provenance() state.Provenance {
	if a.Env("GITHUB_SHA") != "" || a.Env("GITHUB_RUN_ID") != "" {
		return state.Provenance{Actor: a.credit("GITHUB_ACTOR"), Commit: a.commit("GITHUB_SHA"), Pipeline: a.credit("GITHUB_RUN_ID")}
	}
	return state.Provenance{Actor: a.credit("GITLAB_USER_LOGIN"), Commit: a.commit("CI_COMMIT_SHA"), Pipeline: a.credit("CI_PIPELINE_ID")}
}

// credit is a variable as one bounded line of text.
func (a *App) credit(name string) string {
	r := []rune(view.Clean(a.Env(name)))
	return string(r[:min(len(r), maxCredit)])
}

// commit is a variable that holds the hash of a commit; empty when it does not.
func (a *App) commit(name string) string {
	v := a.Env(name)
	if !regexp.MustCompile(`^[0-9A-Fa-f]{7,64}$`).MatchString(v) {
		return ""
	}
	return v
}

// planID names a plan by what it does: a saved plan and its copy have the same,
// whenever it is shown or applied.
func planID(p *planner.Plan) string {
	h := sha256.New()
	err := json.NewEncoder(h).Encode(struct {
		Fleet, FleetHash, Lineage string
		Serial                    uint64
		Steps                     []planner.Step
	}{p.Fleet, p.FleetHash, p.Lineage, p.Serial, p.Published().Steps})
	if err != nil { // a plan that cannot be encoded cannot be saved either
		return ""
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}
