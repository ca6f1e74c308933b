package main

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// githubJob is a job of a workflow, as far as the recipe uses it.
type githubJob struct {
	If          string
	Env         map[string]string
	Outputs     map[string]string
	Environment string
	Steps       []githubStep
}

type githubStep struct {
	ID, Name, Uses, If, Run string
	Env                     map[string]string
	With                    map[string]any
}

// github runs jobs as GitHub Actions does: expressions, outputs, artifacts and
// conditions of steps, and nothing that the recipe does not use.
type github struct {
	*recipe
	forge     *forge
	jobs      map[string]githubJob         // by "kktctl-plan.yml plan"
	artifacts map[string]map[string]string // by "RUN NAME": files by name
	event     string
	inputs    map[string]string
	needs     map[string]map[string]string // outputs of jobs
}

func newGitHub(t *testing.T, program string) *github {
	t.Helper()
	g := &github{
		recipe: newRecipe(t, program, "", false), forge: newForge(t), jobs: map[string]githubJob{},
		artifacts: map[string]map[string]string{}, needs: map[string]map[string]string{},
	}
	files, err := filepath.Glob(filepath.Join(recipes, "github-actions", "workflows", "*.yml"))
	check(t, err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		check(t, err)
		var doc struct{ Jobs map[string]githubJob }
		check(t, yaml.Unmarshal(data, &doc))
		for name, job := range doc.Jobs {
			g.jobs[filepath.Base(file)+" "+name] = job
			for _, s := range job.Steps {
				if s.Run != "" && !strings.HasPrefix(s.Run, "go install ") {
					g.ours[filepath.Base(file)+" "+name+": "+s.Run] = false
				}
			}
		}
	}
	return g
}

// githubRun is one job that runs.
type githubRun struct {
	*github
	id, dir, name string
	job           githubJob
	steps         map[string]map[string]string // outputs of steps
	failed        bool
	log           strings.Builder
}

// do runs a job in a run of its own, or in that of the jobs before it.
func (g *github) do(id, name string) (ok bool, log, summary string) {
	g.t.Helper()
	job, known := g.jobs[name]
	if !known {
		g.t.Fatalf("the recipe has no job %s", name)
	}
	r := &githubRun{github: g, id: id, name: name, job: job, steps: map[string]map[string]string{}}
	r.dir = g.workspace(".github/kktctl", "github-actions/comment.sh", "github-actions/find-plan.sh")
	for _, s := range job.Steps {
		if !r.wanted(s.If) {
			continue
		}
		if s.Uses != "" {
			r.use(s)
		} else {
			r.shell(s)
		}
	}
	outputs := map[string]string{}
	for key, value := range job.Outputs {
		outputs[key] = r.expand(value)
	}
	g.needs[strings.Fields(name)[1]] = outputs
	text, _ := os.ReadFile(filepath.Join(r.dir, "summary"))
	return !r.failed, r.log.String(), string(text)
}

// shell runs the commands of a step as `shell: bash` does.
func (r *githubRun) shell(s githubStep) {
	r.t.Helper()
	if strings.HasPrefix(s.Run, "go install ") {
		return // not ours: kktctl is there
	}
	env := map[string]string{
		"GITHUB_ACTIONS": "true", "GITHUB_SHA": forgeMerge, "GITHUB_RUN_ID": r.id, "GITHUB_ACTOR": "anna",
		"GITHUB_REPOSITORY": "sever/tills", "GITHUB_API_URL": r.forge.URL,
		"GITHUB_OUTPUT": filepath.Join(r.dir, "output"), "GITHUB_STEP_SUMMARY": filepath.Join(r.dir, "summary"),
	}
	for _, given := range []map[string]string{r.job.Env, s.Env} {
		for key, value := range given {
			env[key] = r.expand(value)
		}
	}
	if strings.Contains(s.Run, "${{") {
		r.t.Errorf("%s: an expression stands among the commands, where its value could be a command: %s", r.name, s.Run)
	}
	check(r.t, os.WriteFile(env["GITHUB_OUTPUT"], nil, 0o600))
	code, out := r.run(r.dir, env, "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", s.Run)
	r.log.WriteString(out)
	r.ours[r.name+": "+s.Run] = true
	r.failed = r.failed || code != 0
	text, err := os.ReadFile(env["GITHUB_OUTPUT"])
	check(r.t, err)
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		if r.steps[s.ID] == nil {
			r.steps[s.ID] = map[string]string{}
		}
		r.steps[s.ID][key] = value
	}
}

// use does what an action of GitHub does.
func (r *githubRun) use(s githubStep) {
	r.t.Helper()
	action, _, _ := strings.Cut(s.Uses, "@")
	with := map[string]string{}
	for key, value := range s.With {
		if text, ok := value.(string); ok {
			with[key] = r.expand(text)
		}
	}
	switch action {
	case "actions/checkout", "actions/setup-go": // not ours
	case "actions/upload-artifact":
		kept := map[string]string{}
		for _, pattern := range strings.Fields(with["path"]) {
			files, err := filepath.Glob(filepath.Join(r.dir, pattern))
			check(r.t, err)
			for _, file := range files {
				data, err := os.ReadFile(file)
				check(r.t, err)
				kept[filepath.Base(file)] = string(data)
			}
		}
		if len(kept) == 0 && with["if-no-files-found"] == "error" {
			r.failed = true
		}
		r.artifacts[r.id+" "+with["name"]] = kept
	case "actions/download-artifact":
		from := with["run-id"]
		if from == "" {
			from = r.id
		}
		for name, text := range r.artifacts[from+" "+with["name"]] {
			check(r.t, os.WriteFile(filepath.Join(r.dir, name), []byte(text), 0o600))
		}
	default:
		r.t.Fatalf("%s: the action %s is not known here", r.name, s.Uses)
	}
}

var (
	expression = regexp.MustCompile(`\$\{\{ *(.*?) *\}\}`)
	hasFile    = regexp.MustCompile(`^!cancelled\(\) && hashFiles\('([^']+)'\) != ''$`)
	compared   = regexp.MustCompile(`^([a-z0-9_.-]+) (==|!=) '([^']*)'$`)
)

func (r *githubRun) expand(text string) string {
	return expression.ReplaceAllStringFunc(text, func(e string) string { return r.value(expression.FindStringSubmatch(e)[1]) })
}

// value is what an expression has for value; one that nothing gives fails the
// test, but for secrets that are not set.
func (r *githubRun) value(e string) string {
	r.t.Helper()
	parts := strings.Split(e, ".")
	switch {
	case e == "github.token":
		return forgeToken
	case e == "github.event_name":
		return r.event
	case e == "github.job":
		return strings.Fields(r.name)[1]
	case e == "github.event.pull_request.number":
		return "7"
	case parts[0] == "secrets" && len(parts) == 2:
		return r.secrets[parts[1]]
	case parts[0] == "vars":
		return ""
	case parts[0] == "inputs" && len(parts) == 2:
		return r.inputs[parts[1]]
	case parts[0] == "steps" && len(parts) == 4 && parts[2] == "outputs":
		if !slices.ContainsFunc(r.job.Steps, func(s githubStep) bool { return s.ID == parts[1] }) {
			r.t.Fatalf("%s: no step has the id %s", r.name, parts[1])
		}
		return r.steps[parts[1]][parts[3]]
	case parts[0] == "needs" && len(parts) == 4 && parts[2] == "outputs":
		value, known := r.needs[parts[1]][parts[3]]
		if !known {
			r.t.Fatalf("%s: nothing gives %s", r.name, e)
		}
		return value
	}
	r.t.Fatalf("%s: the expression %s is not known here", r.name, e)
	return ""
}

// wanted decides the condition of a step or job.
func (r *githubRun) wanted(condition string) bool {
	r.t.Helper()
	if m := expression.FindStringSubmatch(condition); m != nil {
		condition = m[1]
	}
	switch condition {
	case "":
		return !r.failed
	case "always()", "!cancelled()":
		return true
	}
	if m := hasFile.FindStringSubmatch(condition); m != nil {
		_, err := os.Stat(filepath.Join(r.dir, m[1]))
		return err == nil
	}
	m := compared.FindStringSubmatch(condition)
	if m == nil {
		r.t.Fatalf("%s: the condition %s is not known here", r.name, condition)
	}
	return !r.failed && (r.value(m[1]) == m[3]) == (m[2] == "==")
}

// want runs a job and checks how it ended.
func (g *github) want(ok bool, id, name string) (log, summary string) {
	g.t.Helper()
	did, log, summary := g.do(id, name)
	if did != ok {
		g.t.Fatalf("%s: ended well: %v\n%s", name, did, log)
	}
	return log, summary
}

// begins tells whether a job's own condition holds after the jobs before it.
func (g *github) begins(name string) bool {
	g.t.Helper()
	r := &githubRun{github: g, name: name, job: g.jobs[name]}
	return r.wanted(r.job.If)
}

// testGitHub is a week of the recipe for GitHub Actions.
func testGitHub(t *testing.T, program string) {
	g := newGitHub(t, program)
	g.encrypt()

	// A request, and another commit: one comment, which is brought up to date.
	log, summary := g.want(true, "501", "kktctl-plan.yml plan")
	if text := g.forge.ours("<!-- kktctl:plan sever -->"); !strings.Contains(text, "1 to register") || text != summary {
		t.Errorf("the comment:\n%s\n%s", text, log)
	}
	g.want(true, "502", "kktctl-plan.yml plan")
	g.forge.ours("<!-- kktctl:plan sever -->")
	if g.forge.writes != 2 || g.signed() != 0 {
		t.Errorf("%d comments written, %d documents signed", g.forge.writes, g.signed())
	}

	if plan := g.artifacts["502 kktctl-plan"]["plan.json"]; !strings.Contains(plan, `"sealed"`) || strings.Contains(plan, "sloboda") {
		t.Errorf("the artifact is not encrypted:\n%s", plan)
	}

	// The merge applies what was saved, and says so where it was reviewed.
	g.forge.merged, g.forge.run, g.event = true, 502, "push"
	log, _ = g.want(true, "600", "kktctl-apply.yml apply")
	if g.signed() != 1 || g.begins("kktctl-apply.yml plan-again") {
		t.Fatalf("signed %d, plan again: %v\n%s", g.signed(), g.needs, log)
	}
	g.forge.ours("<!-- kktctl:apply sever -->")
	g.until(func() { g.want(true, "601", "kktctl-resume.yml resume") })
	g.want(true, "700", "kktctl-drift.yml drift")
	g.verdict(g.artifacts["700 kktctl-drift"]["kktctl.prom"], "clean")
	_ = g.heard()

	// Somebody changes a till: red, told, and the reports are there.
	g.behind("00307404867112", "Подвал")
	_, summary = g.want(false, "701", "kktctl-drift.yml drift")
	g.verdict(g.artifacts["701 kktctl-drift"]["kktctl.prom"], "drift")
	if told := g.heard(); !strings.Contains(told, "kkts.sloboda-3") || !strings.Contains(summary, "sloboda-3") {
		t.Errorf("told %q, summary %q", told, summary)
	}
	testGitHubStale(t, g)
	testGitHubWrong(t, g)
	testGitHubOutage(t, g)
	g.complete()
}

// testGitHubStale merges a plan that is not what it would be now.
func testGitHubStale(t *testing.T, g *github) {
	t.Helper()
	g.want(true, "503", "kktctl-plan.yml plan")
	g.behind("00307404867112", "Чердак")
	g.forge.run = 503
	before := g.signed()
	log, _ := g.want(true, "610", "kktctl-apply.yml apply")
	if g.signed() != before || !strings.Contains(log, "the saved plan is stale") || !g.begins("kktctl-apply.yml plan-again") {
		t.Fatalf("a stale plan: %v\n%s", g.needs, log)
	}
	if text := g.forge.ours("<!-- kktctl:apply sever -->"); !strings.Contains(text, "Nothing was done") {
		t.Errorf("the result:\n%s", text)
	}
	g.want(true, "610", "kktctl-apply.yml plan-again")
	if text := g.forge.ours("<!-- kktctl:plan sever -->"); !strings.Contains(text, "Чердак") || g.signed() != before {
		t.Errorf("the new plan:\n%s", text)
	}
	again := g.jobs["kktctl-apply.yml apply-again"]
	if !g.begins("kktctl-apply.yml apply-again") || again.Environment != "kktctl-again" {
		t.Fatalf("%v waits at %q", g.needs, again.Environment)
	}
	g.want(true, "610", "kktctl-apply.yml apply-again")
	if g.signed() != before+1 {
		t.Errorf("signed %d, then %d", before, g.signed())
	}
	g.until(func() { g.want(true, "611", "kktctl-resume.yml resume") })

	// The plan is kept for 30 days. Later, without one, by hand and with an
	// override: planned anew, and there is nothing to do.
	delete(g.artifacts, "503 kktctl-plan")
	g.want(true, "611", "kktctl-apply.yml apply")
	if !g.begins("kktctl-apply.yml plan-again") {
		t.Error("a plan that is gone is not made again")
	}
	g.event, g.inputs = "workflow_dispatch", map[string]string{"override": "maxUnregister", "reason": "$(touch injected)"}
	g.want(true, "612", "kktctl-apply.yml apply")
	g.want(true, "612", "kktctl-apply.yml plan-again")
	if g.begins("kktctl-apply.yml apply-again") {
		t.Error("a plan without changes waits for approval")
	}
}

// testGitHubWrong has a plan with an error, and a token that is refused.
func testGitHubWrong(t *testing.T, g *github) {
	t.Helper()
	right, secrets := g.fleet, maps.Clone(g.secrets)
	g.fleet = strings.Replace(g.fleet, "00307404867358", "00307404867359", 1)
	g.want(false, "504", "kktctl-plan.yml plan")
	if text := g.forge.ours("<!-- kktctl:plan sever -->"); !strings.Contains(text, "the factory number changed") {
		t.Errorf("the comment of a plan with errors:\n%s", text)
	}
	if _, there := g.artifacts["504 kktctl-plan"]; there {
		t.Error("a plan with errors was kept")
	}
	g.fleet = right

	// Nothing can be read: red, and nothing is planned again in its name.
	g.secrets["OFD_API_KEY"] = "wrong-key-of-nobody"
	g.event = "push"
	g.want(true, "613", "kktctl-apply.yml apply")
	g.want(false, "613", "kktctl-apply.yml plan-again")
	g.want(false, "614", "kktctl-resume.yml resume")
	g.secrets = secrets
}

// testGitHubOutage loses the state's server behind a signature: what is known
// outlives the runner, and goes back.
func testGitHubOutage(t *testing.T, g *github) {
	t.Helper()
	g.behind("00307404867112", "Чулан")
	g.want(true, "505", "kktctl-plan.yml plan")
	g.forge.run = 505
	g.env["KKTCTL_STATE_LEASE"] = "2s"
	g.downAt.Store(applications(g.service.Snapshot()) + 1)
	before := g.signed()
	log, _ := g.want(false, "620", "kktctl-apply.yml apply")
	kept := g.artifacts["620 kktctl-emergency-apply"]
	if len(kept) != 1 || g.needs["apply"]["again"] != "" {
		t.Fatalf("kept %v, outputs %v\n%s", kept, g.needs["apply"], log)
	}
	g.downAt.Store(0)
	g.states.SetDown(false)
	dir := g.workspace()
	for name, text := range kept {
		if strings.Contains(text, "sloboda") {
			t.Errorf("the emergency copy is not encrypted:\n%s", text)
		}
		check(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
		if code, out := g.run(dir, g.secrets, "kktctl", "state", "recover", name, "--lock-timeout", "1m"); code != 0 {
			t.Fatalf("state recover: %d\n%s", code, out)
		}
	}
	g.until(func() { g.want(true, "621", "kktctl-resume.yml resume") })
	if g.signed() != before+1 {
		t.Errorf("signed %d, then %d", before, g.signed())
	}
}
