package main

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/state"
)

func TestProvenance(t *testing.T) {
	sha := strings.Repeat("0a", 20)
	for name, tt := range map[string]struct {
		env  map[string]string
		want state.Provenance
	}{
		"none":   {nil, state.Provenance{}},
		"github": {map[string]string{"GITHUB_SHA": sha, "GITHUB_ACTOR": "anna", "GITHUB_RUN_ID": "77", "GITLAB_USER_LOGIN": "no"}, state.Provenance{Actor: "anna", Commit: sha, Pipeline: "77"}},
		"gitlab": {map[string]string{"CI_COMMIT_SHA": sha, "GITLAB_USER_LOGIN": "boris", "CI_PIPELINE_ID": "5"}, state.Provenance{Actor: "boris", Commit: sha, Pipeline: "5"}},
		"hostile": {
			map[string]string{"CI_COMMIT_SHA": "sk-secret", "GITLAB_USER_LOGIN": "a\x1b[2J\n\xffb", "CI_PIPELINE_ID": strings.Repeat("ы", 1000)},
			state.Provenance{Actor: "ab", Pipeline: strings.Repeat("ы", maxCredit)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := &App{Env: func(k string) string { return tt.env[k] }}
			got := a.provenance()
			if name == "hostile" {
				if strings.ContainsAny(got.Actor, "\x1b\n") || !utf8.ValidString(got.Actor) {
					t.Errorf("actor %q", got.Actor)
				}
				got.Actor = tt.want.Actor
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestPlanIDNamesWhatIsDone(t *testing.T) {
	p := planner.Plan{Fleet: "sever", Serial: 7, Steps: []planner.Step{{ID: "pay:kkts.a"}}}
	later := p
	later.Timestamp = time.Unix(1, 0)
	other := p
	other.Steps = []planner.Step{{ID: "pay:kkts.b"}}
	if planID(&p) != planID(&later) || planID(&p) == planID(&other) || len(planID(&p)) != 12 {
		t.Errorf("%s, later %s, other %s", planID(&p), planID(&later), planID(&other))
	}
}
