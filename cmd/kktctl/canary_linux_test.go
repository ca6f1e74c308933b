package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/kktctl/kktctl/providers/ofd/sim"
)

// canaries are the secrets of the test, by where they come from. Each is given
// through a channel of its own and may turn up nowhere else.
func canaries() map[string]string {
	return map[string]string{
		"api key": "cnry-key/9f+1 a=zQ", "renta login": "cnry-login@x&y", "renta password": "cnry pass?w0rd#7",
		"literal code": "CNRYLIT1", "code from env": "CNRYENV2", "code from file": "CNRYFIL3", "pool code": "CNRYPOO4",
		"partner login": "cnry-partner@x&y", "partner password": "cnry part?w0rd#8", "book code": "CNRYBOO5",
		"link token": "cnry-link-token-55", "key file": "cnry-key-file-66",
	}
}

// cage runs kktctl as a process against a service that repeats what it is sent,
// and keeps everything that comes out.
type cage struct {
	t       *testing.T
	program string
	dir     string
	service *sim.Service
	url     string
	found   map[string]string // canary → where

	mu      sync.Mutex
	echo    string            // the end of the path that is answered with the request itself
	secrets map[string]string // canaries and the tokens given out
}

const canaryFleet = `
kkts:
  lit:
    serial: "00307404867358"
    fn: {number: "9287440300784224", type: fn36}
    activationCode: CNRYLIT1
    renta: galereya
  env:
    serial: "00307404867359"
    fn: {number: "9287440300784225", type: fn36}
    activationCode: env:CODE_ENV
  file:
    serial: "00307404867360"
    fn: {number: "9287440300784226", type: fn36}
    activationCode: file:code.txt
  pool:
    serial: "00307404867361"
    fn: {number: "9287440300784227", type: fn36}
    activationCode: auto
  new:
    serial: "00307404867362"
    fn: {number: "9287440300784228", type: fn36}
    book: true
    activationCode: CNRYBOO5
`

func newCage(t *testing.T, program string) *cage {
	t.Helper()
	c := &cage{t: t, program: program, dir: t.TempDir(), found: map[string]string{}, secrets: canaries()}
	s := c.secrets
	w := (&sim.World{APIKeys: []string{s["api key"]}, Device: sim.Device{AutoReport: true, AutoFirstDocument: true}})
	w.RentaLogins = map[string]sim.RentaLogin{s["renta login"]: {Password: s["renta password"], Centre: sim.DefaultCentreINN}}
	w.BookStatus = "Бронь " + s["book code"] + " " + s["api key"]
	w.PartnerLogins = map[string]string{s["partner login"]: s["partner password"]}
	for i, name := range []string{"00307404867358", "00307404867359", "00307404867360", "00307404867361"} {
		w.Add(sim.SeedTill{INN: "5252012620", Serial: name, FN: fmt.Sprintf("928744030078422%d", 4+i), Model: "АТОЛ 42ФС", Address: "115280, Москва, ул Ленинская Слобода, д 19", Place: "Зал"})
	}
	w.AddCompany("5252012620", "525201001", "1025202124716", "ООО «Север»")
	for _, code := range []string{"literal code", "code from env", "code from file", "pool code", "book code"} {
		w.AddCode(s[code], "Ofd", "Green", 1)
	}
	c.service = sim.New(w, sim.Options{})
	front := httptest.NewServer(http.HandlerFunc(c.serve))
	t.Cleanup(func() { _ = c.service.Close(); front.Close() })
	c.url = front.URL
	c.furnish()
	return c
}

// furnish writes the fleet, the secrets' files and a signer that tells what it
// was given.
func (c *cage) furnish() {
	base, err := os.ReadFile(filepath.Join("testdata", "base.yaml"))
	check(c.t, err)
	text := strings.NewReplacer("password: env:RENTA_PASSWORD", "password: file:renta.txt", "exec: [sign]", "exec: [./signer.sh, --key, key.pem]").Replace(string(base)) + canaryFleet
	self, err := os.Executable()
	check(c.t, err)
	check(c.t, os.Symlink(self, filepath.Join(c.dir, "sign")))
	script := "#!/bin/sh\n{ echo \"$0 $*\"; env; } >>signer.out\nexec ./sign\n"
	for name, text := range map[string]string{
		"fleet.yaml": text, "login.yaml": strings.NewReplacer("name: sever\n", "name: login\n", "    renta: galereya\n", "", "apiKey: env:OFD_API_KEY", "login: env:OFD_LOGIN, password: env:OFD_PASSWORD").Replace(text),
		"renta.txt": c.secrets["renta password"] + "\n", "code.txt": c.secrets["code from file"] + "\n",
		"key.pem": c.secrets["key file"], "signer.sh": script,
	} {
		check(c.t, os.WriteFile(filepath.Join(c.dir, name), []byte(text), 0o700))
	}
}

// serve puts tokens into links, remembers those that are given out, and
// repeats requests in errors.
func (c *cage) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // of a test's own client
	c.mu.Lock()
	echo := c.echo != "" && strings.HasSuffix(strings.ToLower(strings.TrimRight(r.URL.Path, "/")), c.echo)
	c.mu.Unlock()
	if echo {
		said := r.URL.String() + " " + r.URL.RawQuery + " " + fmt.Sprint(r.URL.Query()) + " " + string(body) +
			" " + base64.StdEncoding.EncodeToString(body) + " " + hex.EncodeToString(body)
		message, _ := json.Marshal(said) // a string
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"Status":"Failed","Error":{"Code":400,"Message":%s}}`, message)
		return
	}
	var sent struct{ Signature string }
	if strings.HasSuffix(r.URL.Path, "/sign") && json.Unmarshal(body, &sent) == nil {
		c.mu.Lock()
		c.secrets["signature"] = sent.Signature
		c.mu.Unlock()
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if strings.Contains(r.URL.Path, "/_sim/") || !json.Valid(body) && len(body) > 0 {
		c.service.ServeHTTP(w, r)
		return
	}
	rec := newRecorder(w)
	c.service.ServeHTTP(rec, r)
	if !rec.taken {
		c.rewrite(rec)
	}
}

// recorder lets a fault take the connection over.
type recorder struct {
	*httptest.ResponseRecorder
	w     http.ResponseWriter
	taken bool
}

func newRecorder(w http.ResponseWriter) *recorder {
	return &recorder{ResponseRecorder: httptest.NewRecorder(), w: w}
}

// Hijack gives the connection away.
func (r *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	r.taken = true
	return http.NewResponseController(r.w).Hijack()
}

func (c *cage) rewrite(rec *recorder) {
	text := rec.Body.Bytes()
	var token struct{ AuthToken string }
	if json.Unmarshal(text, &token) == nil && token.AuthToken != "" {
		c.mu.Lock()
		c.secrets["token of a login"] = token.AuthToken
		c.mu.Unlock()
	}
	var doc any
	if json.Unmarshal(text, &doc) == nil {
		if doc, n := replaced(doc, "DownloadUri"); n > 0 {
			text, _ = json.Marshal(doc) // it was JSON before
			text = bytes.ReplaceAll(text, []byte(mark), []byte("https://ofd.ru/d?AuthToken="+c.secret("link token")))
		}
	}
	rec.w.WriteHeader(rec.Code)
	_, _ = rec.w.Write(text)
}

// secret is one of the secrets: some are learnt from calls while a command runs.
func (c *cage) secret(name string) string { return c.known()[name] }

// known is a copy of what is secret so far.
func (c *cage) known() map[string]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.secrets)
}

func (c *cage) command(args ...string) *exec.Cmd {
	cmd := exec.Command(c.program, args...)
	cmd.Dir = c.dir
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + c.dir, "KKTCTL_ENDPOINT=" + c.url, "KKTCTL_POLL_INTERVAL=1ms", "KKTCTL_QUIET_PERIOD=1ms",
		"OFD_API_KEY=" + c.secret("api key"), "RENTA_LOGIN=" + c.secret("renta login"), "CODE_ENV=" + c.secret("code from env"),
		"OFD_LOGIN=" + c.secret("partner login"), "OFD_PASSWORD=" + c.secret("partner password"),
		"GORACE=atexit_sleep_ms=0", "GOTRACEBACK=all",
	}
	return cmd
}

// run runs a command and looks through what it prints.
func (c *cage) run(args ...string) string {
	out, _ := c.command(args...).CombinedOutput() // failures are part of it
	c.look("the output of "+strings.Join(args, " "), out)
	if os.Getenv("KKTCTL_CANARY_LOG") != "" {
		c.t.Logf("%v\n%s", args, out)
	}
	return string(out)
}

// look searches for the canaries in every form.
func (c *cage) look(where string, text []byte) {
	known := c.known()
	c.mu.Lock()
	defer c.mu.Unlock()
	for name, secret := range known {
		for form, needle := range forms(secret) {
			if bytes.Contains(text, []byte(needle)) {
				c.found[name] = form + " in " + where
			}
		}
	}
}

// forms are those in which a secret may come back.
func forms(secret string) map[string]string {
	raw := []byte(secret)
	quoted, _ := json.Marshal(secret) // a string
	out := map[string]string{
		"raw": secret, "hex": hex.EncodeToString(raw), "HEX": strings.ToUpper(hex.EncodeToString(raw)),
		"query": url.QueryEscape(secret), "path": url.PathEscape(secret), "json": strings.Trim(string(quoted), `"`),
	}
	for shift := range 3 { // base64 of a text that the secret stands in
		text := base64.StdEncoding.EncodeToString(append(make([]byte, shift), raw...))
		own := text[(shift*8+5)/6 : (shift+len(raw))*8/6]
		out[fmt.Sprintf("base64+%d", shift)] = own
		out[fmt.Sprintf("base64url+%d", shift)] = strings.NewReplacer("+", "-", "/", "_").Replace(own)
	}
	return out
}

// files looks through all files but those that the secrets were put into.
func (c *cage) files() {
	check(c.t, filepath.WalkDir(c.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || slices.Contains([]string{"fleet.yaml", "login.yaml", "renta.txt", "code.txt", "key.pem"}, d.Name()) {
			return err
		}
		text, err := os.ReadFile(path)
		c.look("the file "+d.Name(), text)
		return err
	}))
}

// live is the whole life of a fleet: plans in every form, an apply that is
// killed while a payment is under way, and one that goes to the end.
func (c *cage) live() {
	c.run("validate", "-v")
	// The first failing reading ends the others: Renta's list is repeated alone
	// as well, so that the token of its login surely comes back.
	for _, path := range []string{"/kkts", "/renta/v1/kkts", "/code/list", "/createauthtoken", "/paystatus"} {
		c.repeat(path, "plan", "-v")
		c.repeat(path, "plan", "--json")
	}
	c.loginOnly()
	c.run("plan", "-v")
	c.run("plan", "--json")
	c.run("plan", "--format", "markdown", "-v")
	c.run("plan", "--out", "saved.plan", "--json-into", "plan.json", "--markdown-into", "plan.md")
	c.run("show", "saved.plan", "-v")
	c.repeat("/kkt/book", "apply", "--auto-approve", "-v", "--target", "new")
	c.killed()
	for _, path := range []string{"/kkt/pay", "/addkkt", "/registration"} {
		c.repeat(path, "apply", "--auto-approve", "-v", "--parallelism", "1", "--json-into", "events.json", "--markdown-into", "apply.md")
		c.run("plan", "-v")
	}
	c.run("apply", "--auto-approve", "--json", "-v", "--wait", "500ms")
	c.run("resume", "-v", "--wait", "500ms")
	c.run("apply", "saved.plan", "--auto-approve", "--markdown-into", "apply.md") // stale: what it would be now is shown
	c.run("drift", "-v", "--json-into", "drift.json", "--markdown-into", "drift.md")
	c.run("tasks", "--json")
	const receipt = "3a6e3b83-a0b0-4587-bfb3-1b7539b05cf3"
	c.repeat("t00:00:00", "receipt", "list", "--company", "sever", "--to", "2026-11-20", "-v") // as the path of a period ends
	c.repeat("/receipt/"+receipt, "receipt", "show", receipt, "-v")
	c.run("receipt", "list", "--json", "-v")
	c.run("state", "list")
	for _, till := range []string{"lit", "env", "file", "pool", "new"} {
		c.run("state", "show", till)
	}
	c.files()
}

// loginOnly does what a partner without a key can do.
func (c *cage) loginOnly() {
	for _, path := range []string{"/createauthtoken", "/kkts", "/paystatus"} {
		c.repeat(path, "-f", "login.yaml", "plan", "-v")
	}
	c.repeat("/kkt/pay", "-f", "login.yaml", "apply", "--auto-approve", "-v", "--exclude", "new", "--exclude", "pool")
	c.run("-f", "login.yaml", "plan", "--json")
}

// repeat runs a command while the calls of a path are answered with
// themselves.
func (c *cage) repeat(path string, args ...string) {
	c.mu.Lock()
	c.echo = path
	c.mu.Unlock()
	c.run(args...)
	c.files()
	c.mu.Lock()
	c.echo = ""
	c.mu.Unlock()
}

// killed ends a process in the middle of a call, with the dump that a panic
// would print, and looks at what it leaves.
func (c *cage) killed() {
	check(c.t, c.service.Fault(sim.Fault{Path: "*/kkt/pay", Method: http.MethodPost, Kind: sim.FaultTimeout, When: sim.Before}))
	cmd := c.command("apply", "--auto-approve", "-v", "--parallelism", "1")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	check(c.t, cmd.Start())
	held := time.After(time.Minute)
	for began := false; !began; {
		select {
		case <-held:
			c.t.Error("no payment was begun")
			began = true
		case <-time.After(10 * time.Millisecond):
			journal, _ := os.ReadFile(filepath.Join(c.dir, "sever.kktstate.journal")) // it may not be there yet
			began = bytes.Contains(journal, []byte("intend pay"))
		}
	}
	check(c.t, cmd.Process.Signal(syscall.SIGQUIT))
	_ = cmd.Wait() // it died of the signal
	if !bytes.Contains(out.Bytes(), []byte("goroutine ")) {
		c.t.Errorf("no dump:\n%s", out.String())
	}
	c.look("the dump of a process", out.Bytes())
	c.files()
}

// No secret comes out of kktctl, whatever the service repeats of it and
// however a process ends. Without redaction they are found: the test can fail.
func TestCanaries(t *testing.T) {
	c := newCage(t, built(t, nil))
	c.live()
	for _, name := range sortedKeys(c.found) {
		t.Errorf("the %s: %s", name, c.found[name])
	}
	signed, err := os.ReadFile(filepath.Join(c.dir, "signer.out"))
	if err != nil || !bytes.Contains(signed, []byte("--key key.pem")) {
		t.Errorf("the signer was not run: %v", err)
	}
	paid := 0
	for _, e := range c.service.Ledger() {
		if e.Kind == sim.EffectPay && e.OK {
			paid++
		}
	}
	if c.secret("token of a login") == "" || c.secret("signature") == "" || paid == 0 {
		t.Errorf("not everything was reached: %d payments", paid)
	}
	t.Logf("%d secrets, each in %d forms", len(c.known()), len(forms("x")))
}

func TestCanariesAreFoundWithoutRedaction(t *testing.T) {
	const file, begin = "../../providers/ofd/internal/httpapi/redact.go", "func Redact(s string, secrets ...string) string {\n"
	text, err := os.ReadFile(file)
	check(t, err)
	if !strings.Contains(string(text), begin) {
		t.Fatal("the redaction is another function now: switch that one off")
	}
	c := newCage(t, built(t, map[string]string{file: strings.Replace(string(text), begin, begin+"\treturn s\n", 1)}))
	c.live()
	for _, name := range []string{"api key", "renta login", "renta password", "partner login", "partner password", "literal code", "book code", "token of a login"} {
		if c.found[name] == "" {
			t.Errorf("the %s was not found, though nothing hides it", name)
		}
	}
	t.Logf("found: %v", c.found)
}
