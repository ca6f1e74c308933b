package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// gitlabJob is a job of a pipeline, as far as the recipe uses it.
type gitlabJob struct {
	Script      []string
	AfterScript []string `yaml:"after_script"`
	Rules       []struct{ If, When string }
	Needs       []string
	Artifacts   struct {
		When    string
		Access  string
		Paths   []string
		Reports map[string]any
	}
	Environment   map[string]string
	ResourceGroup string `yaml:"resource_group"`
}

// gitlab runs jobs as GitLab's runners do: one shell for a script, another for
// what comes after it.
type gitlab struct {
	*recipe
	forge     *forge
	jobs      map[string]gitlabJob
	variables map[string]string
	asked     map[string]string            // variables of a pipeline that somebody runs by hand
	artifacts map[string]map[string]string // by job: files by name
}

func newGitLab(t *testing.T, program string) *gitlab {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(recipes, "gitlab-ci", ".gitlab-ci.yml"))
	check(t, err)
	g := &gitlab{recipe: newRecipe(t, program, "", true), forge: newForge(t), artifacts: map[string]map[string]string{}, jobs: map[string]gitlabJob{}}
	var all map[string]yaml.Node
	check(t, yaml.Unmarshal(data, &all))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		node := all[name]
		switch name {
		case "stages", "workflow":
		case "variables":
			check(t, node.Decode(&g.variables))
		case "default": // its commands are not ours: jq, and kktctl itself
			var preset struct {
				BeforeScript []string `yaml:"before_script"`
			}
			check(t, node.Decode(&preset))
			for _, line := range preset.BeforeScript {
				if !strings.HasPrefix(line, "apt-get ") && !strings.HasPrefix(line, "go install ") {
					g.ours[line] = false
				}
			}
		default:
			var job gitlabJob
			check(t, node.Decode(&job))
			g.jobs[name] = job
			for _, line := range slices.Concat(job.Script, job.AfterScript) {
				g.ours[name+": "+line] = false
			}
		}
	}
	return g
}

// do runs a job. request says whether it is of a merge request.
func (g *gitlab) do(name string, request bool) (code int, log string) {
	g.t.Helper()
	job, known := g.jobs[name]
	if !known {
		g.t.Fatalf("the recipe has no job %s", name)
	}
	dir := g.workspace(".gitlab/kktctl", "gitlab-ci/comment.sh")
	for _, need := range job.Needs {
		for file, text := range g.artifacts[need] {
			check(g.t, os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600))
		}
	}
	env := map[string]string{
		"GITLAB_CI": "true", "CI_JOB_TOKEN": "geheim", "CI_COMMIT_SHA": forgeMerge, "CI_PIPELINE_ID": "501", "GITLAB_USER_LOGIN": "anna",
		"CI_API_V4_URL": g.forge.URL, "CI_PROJECT_ID": "1", "KKTCTL_COMMENT_TOKEN": forgeToken,
		"OFD_API_KEY": g.secrets["OFD_API_KEY"], "KKTCTL_NOTIFY_URL": g.secrets["KKTCTL_NOTIFY_URL"],
	}
	if request {
		env["CI_MERGE_REQUEST_IID"] = "7"
	}
	maps.Copy(env, g.asked)
	for key, value := range g.variables {
		env[key] = os.Expand(value, func(name string) string { return env[name] })
	}
	code, log = g.shell(name, dir, env, job.Script)
	if len(job.AfterScript) > 0 {
		after, out := g.shell(name, dir, env, job.AfterScript)
		if log += out; after != 0 {
			g.t.Errorf("%s, after_script: %d\n%s", name, after, out)
		}
	}
	g.keep(name, job, dir, code == 0)
	return code, log
}

func (g *gitlab) shell(name, dir string, env map[string]string, script []string) (code int, log string) {
	g.t.Helper()
	for _, line := range script {
		g.ours[name+": "+line] = true
	}
	return g.run(dir, env, "bash", "-eo", "pipefail", "-c", strings.Join(script, "\n"))
}

// keep takes the artifacts of a job; its reports have to be there when it went
// well.
func (g *gitlab) keep(name string, job gitlabJob, dir string, well bool) {
	g.t.Helper()
	if job.Artifacts.When != "always" || job.Artifacts.Access != "developer" {
		g.t.Errorf("%s: artifacts are kept %q for %q", name, job.Artifacts.When, job.Artifacts.Access)
	}
	kept := map[string]string{}
	for _, pattern := range job.Artifacts.Paths {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		check(g.t, err)
		if well && len(files) == 0 && !strings.Contains(pattern, "emergency") {
			g.t.Errorf("%s: the artifact %s is not there", name, pattern)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			check(g.t, err)
			kept[filepath.Base(file)] = string(data)
		}
	}
	for form, files := range job.Artifacts.Reports {
		list, many := files.([]any)
		if !many {
			list = []any{files}
		}
		for _, file := range list {
			data, err := os.ReadFile(filepath.Join(dir, file.(string)))
			if well && (err != nil || len(data) == 0) {
				g.t.Errorf("%s: the report %s: %v", name, form, err)
			}
			kept[file.(string)] = string(data)
		}
	}
	g.artifacts[name] = kept
}

func (g *gitlab) want(code int, name string, request bool) string {
	g.t.Helper()
	got, log := g.do(name, request)
	if got != code {
		g.t.Fatalf("%s: %d, want %d\n%s", name, got, code, log)
	}
	return log
}

// testGitLab is a week of the recipe for GitLab CI.
func testGitLab(t *testing.T, program string) {
	g := newGitLab(t, program)

	// A merge request, and another commit: one comment, and GitLab's summary.
	for range 2 {
		g.want(0, "plan", true)
		if text := g.forge.ours("<!-- kktctl:plan sever -->"); !strings.Contains(text, "1 to register") {
			t.Errorf("the comment:\n%s", text)
		}
		if got := g.artifacts["plan"]["gitlab.json"]; got != `{"create":1,"update":0,"delete":0}`+"\n" {
			t.Errorf("GitLab's report: %q", got)
		}
	}
	if g.forge.writes != 2 || g.signed() != 0 {
		t.Errorf("%d comments written, %d documents signed", g.forge.writes, g.signed())
	}

	// After the merge: planned again, and applied by hand just so.
	g.want(0, "plan", false)
	if g.forge.writes != 2 {
		t.Error("a comment without a merge request")
	}
	if rules := g.jobs["apply"].Rules; len(rules) != 1 || rules[0].When != "manual" || g.jobs["apply"].ResourceGroup == "" {
		t.Errorf("apply runs by %+v", rules)
	}
	g.want(0, "apply", false)
	if g.signed() != 1 {
		t.Fatalf("signed %d", g.signed())
	}
	g.until(func() { g.want(0, "resume", false) })
	signed := g.signed() // the application, and its report
	g.want(0, "drift", false)
	g.verdict(g.artifacts["drift"]["kktctl.prom"], "clean")
	_ = g.heard()

	// A saved plan is applied once; a job that is run again does nothing.
	if log := g.want(1, "apply", false); !strings.Contains(log, "the saved plan is stale") || g.signed() != signed {
		t.Errorf("apply again:\n%s", log)
	}
	_ = g.heard()
	g.behind("00307404867112", "Подвал")
	g.want(2, "drift", false)
	g.verdict(g.artifacts["drift"]["kktctl.prom"], "drift")
	if told := g.heard(); !strings.Contains(told, "kkts.sloboda-3") {
		t.Errorf("told %q", told)
	}

	// Stale: the job plan is run again, and then apply.
	g.want(0, "plan", false)
	g.behind("00307404867112", "Чердак")
	g.want(1, "apply", false)
	g.want(0, "plan", false)
	g.want(0, "apply", false)
	if g.signed() != signed+1 {
		t.Errorf("signed %d", g.signed())
	}

	// A bound is overridden, with the approval that every plan needs.
	g.until(func() { g.want(0, "resume", false) })
	right := g.fleet
	g.fleet = strings.Replace(g.fleet, "\nkkts:\n", "\npolicy: {maxUnregister: 0}\nkkts:\n", 1) + "    unregister: {reason: stolen}\n"
	g.want(1, "plan", false)
	g.asked = map[string]string{"KKTCTL_OVERRIDE": "maxUnregister", "KKTCTL_REASON": "the police $(touch injected) know"}
	if log := g.want(0, "plan", false); !strings.Contains(log, "overridden: the plan unregisters 1 till") {
		t.Errorf("an overridden plan:\n%s", log)
	}
	g.want(0, "apply", false)
	if _, log := g.run(g.workspace(), g.secrets, "kktctl", "state", "history", "--json"); g.signed() != signed+2 || !strings.Contains(log, "the police $(touch injected) know") {
		t.Errorf("signed %d, history:\n%s", g.signed(), log)
	}
	g.asked, g.fleet = nil, right

	// A plan with an error is commented too.
	g.fleet = strings.Replace(g.fleet, "00307404867358", "00307404867359", 1)
	g.want(1, "plan", true)
	if text := g.forge.ours("<!-- kktctl:plan sever -->"); !strings.Contains(text, "the factory number changed") {
		t.Errorf("the comment of a plan with errors:\n%s", text)
	}
	g.complete()
}
