package main

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/state/httpstore/httpstoretest"
)

// recipes are where the recipes for pipelines and schedules lie.
var recipes = filepath.Join("..", "..", "examples")

// recipeWorld is what the service knows when a recipe begins.
const recipeWorld = `{
  "companies": [{"inn": "5252012620", "kpp": "525201001", "ogrn": "1025202124716"}],
  "tills": [{"inn": "5252012620", "serial": "00307404867112", "rnm": "0000002951006193", "fn": "9287440300784226",
    "place": "Зал", "address": "115280, Москва, ул Ленинская Слобода, д 19"}],
  "tax": {"polls": 4}
}`

// recipeFleet stands behind the common beginning: a till to register, and one
// that is live.
const recipeFleet = `
kkts:
  sloboda-1:
    serial: "00307404867358"
    fn: {number: "9287440300784224", type: fn36}
    report: {at: 2026-11-20T10:15:00, document: "1", sign: "1234567890"}
  sloboda-3:
    serial: "00307404867112"
    fn: {number: "9287440300784226", type: fn36}
`

// recipe is the surroundings in which the commands of one recipe are run: the
// service, a server with the state, and people who are told.
type recipe struct {
	t       *testing.T
	service *sim.Service
	control string // address of the simulated service
	states  *httpstoretest.Server
	downAt  atomic.Int64 // signed applications with which the state's server goes away; 0: never
	dir     string       // of everything that outlives a job
	fleet   string       // text of the fleet file
	// env is what each command sees: what a machine has, not what a job is given.
	env map[string]string
	// secrets are what the platform keeps for the jobs.
	secrets map[string]string
	// ours are the commands that have to be run, and whether they were.
	ours map[string]bool

	mu   sync.Mutex
	told []string
}

// newRecipe begins with a state at a server of the HTTP protocol, or one like
// GitLab's; with a place it is that file instead.
func newRecipe(t *testing.T, program, place string, gitlab bool) *recipe {
	t.Helper()
	world, err := sim.ParseWorld([]byte(recipeWorld))
	check(t, err)
	r := &recipe{t: t, dir: t.TempDir(), ours: map[string]bool{}}
	r.service = sim.New(world, sim.Options{OnChange: r.outage})
	r.control, err = r.service.Start("127.0.0.1:0")
	check(t, err)
	t.Cleanup(func() { _ = r.service.Close() })
	people := httptest.NewServer(http.HandlerFunc(r.hear))
	t.Cleanup(people.Close)
	path, user := "/state/sever", "anna"
	if gitlab {
		path, user = "/api/v4/projects/1/terraform/state/sever", "gitlab-ci-token"
	}
	r.states = &httpstoretest.Server{Dir: t.TempDir(), GitLab: gitlab, Username: user, Password: "geheim"}
	states := httptest.NewServer(r.states)
	t.Cleanup(states.Close)
	where := "state: {url: " + states.URL + path + ", username: env:STATE_USER, password: env:STATE_PASSWORD}"
	if place != "" {
		where = "state: {url: " + filepath.Join(r.dir, place) + "}"
	}
	base, err := os.ReadFile(filepath.Join("testdata", "base.yaml"))
	check(t, err)
	const renta = "  renta: {login: env:RENTA_LOGIN, password: env:RENTA_PASSWORD}\n"
	r.fleet = strings.Replace(string(base), renta, "", 1) + where + recipeFleet
	r.env = map[string]string{
		"PATH": filepath.Dir(program) + string(os.PathListSeparator) + os.Getenv("PATH"), "HOME": r.dir, "CI": "true",
		"KKTCTL_ENDPOINT": r.control, "KKTCTL_POLL_INTERVAL": "1ms", "KKTCTL_QUIET_PERIOD": "1ms", "GORACE": "atexit_sleep_ms=0",
	}
	r.secrets = map[string]string{
		"OFD_API_KEY": sim.DefaultAPIKey, "STATE_USER": user, "STATE_PASSWORD": "geheim", "KKTCTL_NOTIFY_URL": people.URL + "/in?template=json&messagekey=text",
	}
	return r
}

// outage takes the state's server away when so many applications are signed.
func (r *recipe) outage(w *sim.World) {
	if at := r.downAt.Load(); at > 0 && applications(w) >= at {
		r.states.SetDown(true)
	}
}

// applications counts those that are signed.
func applications(w *sim.World) int64 {
	signed := int64(0)
	for _, a := range w.Applications {
		if a.Signed {
			signed++
		}
	}
	return signed
}

// encrypt declares that the state is encrypted.
func (r *recipe) encrypt() {
	r.t.Helper()
	id, err := age.GenerateX25519Identity()
	check(r.t, err)
	r.secrets["KKTCTL_AGE_IDENTITY"] = id.String()
	encryption := ", encryption: {recipients: [" + id.Recipient().String() + "], identity: env:KKTCTL_AGE_IDENTITY}}\nkkts:\n"
	r.fleet = strings.Replace(r.fleet, "}\nkkts:\n", encryption, 1)
}

// hear takes a message for people.
func (r *recipe) hear(_ http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.told = append(r.told, string(body))
}

// heard gives what people were told since it was last asked.
func (r *recipe) heard() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	text := strings.Join(r.told, "\n")
	r.told = nil
	return text
}

// workspace is a fresh copy of the repository that the fleet lies in: its
// fleet file, and the recipe's scripts in a folder.
func (r *recipe) workspace(scripts ...string) string {
	r.t.Helper()
	dir := r.t.TempDir()
	check(r.t, os.WriteFile(filepath.Join(dir, "fleet.yaml"), []byte(r.fleet), 0o600))
	if len(scripts) == 0 {
		return dir
	}
	check(r.t, os.MkdirAll(filepath.Join(dir, scripts[0]), 0o755))
	for _, script := range scripts[1:] {
		text, err := os.ReadFile(filepath.Join(recipes, script))
		check(r.t, err)
		check(r.t, os.WriteFile(filepath.Join(dir, scripts[0], filepath.Base(script)), text, 0o755))
	}
	return dir
}

// run runs one command of a recipe, in which people would wait for minutes and
// a test does not.
func (r *recipe) run(dir string, env map[string]string, args ...string) (code int, output string) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	for i, arg := range args {
		args[i] = strings.ReplaceAll(arg, "--wait 2m", "--wait 1ms")
		if i > 0 && args[i-1] == "--wait" && arg == "2m" {
			args[i] = "1ms"
		}
	}
	all := maps.Clone(r.env)
	maps.Copy(all, env)
	name := args[0]
	if name == "kktctl" { // the lookup goes by the test's own PATH otherwise
		name = filepath.Join(strings.SplitN(r.env["PATH"], string(os.PathListSeparator), 2)[0], "kktctl")
	}
	cmd := exec.CommandContext(ctx, name, args[1:]...)
	cmd.Dir = dir
	for _, key := range slices.Sorted(maps.Keys(all)) {
		cmd.Env = append(cmd.Env, key+"="+all[key])
	}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		r.t.Fatalf("%v: %v", args, err)
	}
	for name, secret := range r.secrets {
		if name != "STATE_USER" && strings.Contains(string(out), secret) {
			r.t.Errorf("%v prints the secret %s:\n%s", args, name, out)
		}
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

// behind changes the place of a till and tells nobody.
func (r *recipe) behind(serial, place string) {
	r.t.Helper()
	to := r.control + "/_sim/till?" + url.Values{"serial": {serial}, "place": {place}}.Encode()
	resp, err := http.Post(to, "", nil)
	check(r.t, err)
	check(r.t, resp.Body.Close())
	if resp.StatusCode >= 300 {
		r.t.Fatal(resp.Status)
	}
}

// signed counts the documents that were signed in, and wants each once.
func (r *recipe) signed() int {
	r.t.Helper()
	if twice := r.service.Duplicates(); len(twice) > 0 {
		r.t.Fatalf("tried though it had happened: %+v", twice)
	}
	n := 0
	for _, e := range r.service.Ledger() {
		if e.Kind == "sign" && e.OK {
			n++
		}
	}
	return n
}

// settled tells whether a plan has no changes and nothing runs.
func (r *recipe) settled() bool {
	r.t.Helper()
	code, out := r.run(r.workspace(), r.secrets, "kktctl", "plan", "--detailed-exitcode")
	if code != 0 && code != 2 {
		r.t.Fatalf("plan: %d\n%s", code, out)
	}
	return code == 0 && strings.Contains(out, "No changes.")
}

// until does something again and again until the fleet is as declared.
func (r *recipe) until(do func()) {
	r.t.Helper()
	for range 20 {
		if do(); r.settled() {
			return
		}
	}
	r.t.Fatal("the fleet never became as declared")
}

// verdict checks what the metrics say of drift.
func (r *recipe) verdict(metrics, want string) {
	r.t.Helper()
	if line := `kktctl_drift_verdict{fleet="sever",verdict="` + want + `"} 1` + "\n"; !strings.Contains(metrics, line) {
		r.t.Errorf("the metrics lack %s", line)
	}
}

// complete wants every command of the recipe to have been run.
func (r *recipe) complete() {
	r.t.Helper()
	if len(r.ours) == 0 {
		r.t.Error("the recipe has no command")
	}
	for _, command := range slices.Sorted(maps.Keys(r.ours)) {
		if !r.ours[command] {
			r.t.Errorf("no test runs %s", command)
		}
	}
}

// place gives text with the paths of a machine below the recipe's own folder.
func (r *recipe) place(text string) string {
	for path, folder := range map[string]string{
		"/etc/kktctl": "etc", "/var/lib/kktctl": "lib", "/var/lib/prometheus/node-exporter": "metrics", "/reports": "metrics",
	} {
		text = strings.ReplaceAll(text, path, filepath.Join(r.dir, folder))
	}
	return text
}

// machine makes those folders, with the fleet file and the secrets in them.
func (r *recipe) machine() {
	r.t.Helper()
	for _, folder := range []string{"etc", "lib", "metrics"} {
		check(r.t, os.Mkdir(filepath.Join(r.dir, folder), 0o700))
	}
	check(r.t, os.WriteFile(filepath.Join(r.dir, "etc", "fleet.yaml"), []byte(r.fleet), 0o600))
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(r.secrets)) {
		text.WriteString(name + "='" + r.secrets[name] + "'\n")
	}
	check(r.t, os.WriteFile(filepath.Join(r.dir, "etc", "environment"), []byte(text.String()), 0o600))
}

// metrics reads the file of the drift job, which others may read.
func (r *recipe) metrics() string {
	r.t.Helper()
	path := filepath.Join(r.dir, "metrics", "kktctl.prom")
	data, err := os.ReadFile(path)
	check(r.t, err)
	info, err := os.Stat(path)
	check(r.t, err)
	if info.Mode().Perm() != 0o644 {
		r.t.Errorf("the metrics have the mode %v", info.Mode())
	}
	return string(data)
}

// schedule is a life of a fleet whose resume and drift are run by a schedule:
// somebody applies, resume ends it, drift is clean, then a till is changed.
func (r *recipe) schedule(resume, drift func() (int, string), drifted int) {
	r.t.Helper()
	code, out := r.run(r.workspace(), r.secrets, "kktctl", "apply", "--auto-approve")
	if code != 0 || r.signed() != 1 {
		r.t.Fatalf("apply: %d\n%s", code, out)
	}
	r.until(func() {
		if code, out := resume(); code != 0 {
			r.t.Fatalf("resume: %d\n%s", code, out)
		}
	})
	signed := r.signed() // the application, and its report
	if code, out := drift(); code != 0 {
		r.t.Fatalf("drift: %d\n%s", code, out)
	}
	r.verdict(r.metrics(), "clean")
	_ = r.heard()
	r.behind("00307404867112", "Подвал")
	if code, out := drift(); code != drifted {
		r.t.Errorf("drift: %d, want %d\n%s", code, drifted, out)
	}
	r.verdict(r.metrics(), "drift")
	if told := r.heard(); !strings.Contains(told, "kkts.sloboda-3") {
		r.t.Errorf("told %q", told)
	}
	if code, out := resume(); code != 0 {
		r.t.Errorf("resume: %d\n%s", code, out)
	}
	if r.signed() != signed {
		r.t.Error("drift or resume began something")
	}
}
