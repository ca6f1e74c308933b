package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kktctl/kktctl/providers/ofd/sim"
)

var update = flag.Bool("update", false, "rewrite the goldens of the scripts and the output in README.md")

// TestMain makes this test binary kktctl itself, and the program that signs
// in scripts.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"kktctl": main,
		"sign":   signForSandbox,

		"onterminal": onTerminal,
	})
}

// signForSandbox signs what is on stdin, as the simulated service expects it.
func signForSandbox() {
	content, err := io.ReadAll(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Print(sim.SandboxSignature(string(content)))
}

// TestScripts runs what users do, one file each. The commands of the scripts
// are described in testdata/script/README.md.
func TestScripts(t *testing.T) {
	base, err := os.ReadFile(filepath.Join("testdata", "base.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	page, err := filepath.Abs(filepath.Join("..", "..", "docs", "signing.md"))
	if err != nil {
		t.Fatal(err)
	}
	schemas, err := filepath.Abs(schemaFolder)
	if err != nil {
		t.Fatal(err)
	}
	ferma, err := os.ReadFile(filepath.Join("testdata", "ferma.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	servers := &databases{}
	t.Cleanup(func() { servers.stop(t) }) // after the last script
	calls := &scriptCalls{made: map[string][]sim.Call{}}
	t.Cleanup(func() { calls.check(t) }) // after the last script
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Condition:           scriptCondition,
		Setup: func(e *testscript.Env) error {
			e.Setenv("KKTCTL_POLL_INTERVAL", "1ms")
			e.Setenv("KKTCTL_QUIET_PERIOD", "1ms")
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("NOW", time.Now().UTC().Format("2006-01-02T15:04:05")) // as a till prints it
			e.Setenv("CI", "")
			e.Setenv("CLOSED", closedDay(time.Now())) // a day of the week that is not near
			e.Setenv("SCHEMAS", schemas)
			e.Setenv("GORACE", "atexit_sleep_ms=0") // or each kktctl takes a second to end under -race
			e.Values[baseKey{}] = base
			e.Values[fermaKey{}] = string(ferma)
			e.Values[simKey{}] = &simulated{calls: calls}
			e.Values[pageKey{}] = page
			e.Values[peopleKey{}] = &peopleBox{}
			e.Values[stateServerKey{}] = &stateServer{}
			e.Values[databasesKey{}] = servers
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"declare":    cmdDeclare,
			"sim":        cmdSim,
			"simctl":     cmdSimctl,
			"ledger":     cmdLedger,
			"calls":      cmdCalls,
			"forget":     cmdForget,
			"codeis":     cmdCodeIs,
			"inside":     cmdInside,
			"until":      cmdUntil,
			"signoutbox": cmdSignOutbox,
			"waitfor":    cmdWaitFor,
			"lockid":     cmdLockID,
			"breakstate": cmdBreakState,
			"mendstate":  cmdMendState,

			"stateserver": cmdStateServer,
			"statedown":   cmdStateDown,
			"stateup":     cmdStateUp,

			"keptfile": cmdKeptFile,
			"orderid":  cmdOrderID,

			"database":         cmdDatabase,
			"sql":              cmdSQL,
			"gostkey":          cmdGOSTKey,
			"verifysignatures": cmdVerifySignatures,
			"snippet":          cmdSnippet,
			"applicationid":    cmdApplicationID,
			"overwrite":        cmdOverwrite,
			"kept":             cmdKept,
			"private":          cmdPrivate,
			"workbook":         cmdWorkbook,
			"recode":           cmdRecode,
			"tail":             cmdTail,
			"timeof":           cmdTimeOf,
			"sametime":         cmdSameTime,
			"valid":            cmdValid,
			"people":           cmdPeople,
			"told":             cmdTold,
			"s3":               cmdS3,
		},
	})
}

type (
	baseKey  struct{}
	fermaKey struct{}
	simKey   struct{}
)

// simulated is the service of one script.
type simulated struct {
	service *sim.Service
	address string
	seen    int           // calls that were forgotten
	changed chan struct{} // has one when the world changed since it was last taken
	calls   *scriptCalls  // of all scripts
	verify  func(content string, signature []byte) error
	// onChange is called before the call that changed the world is answered.
	onChange atomic.Pointer[func(*sim.World)]
}

func serviceOf(ts *testscript.TestScript) *simulated {
	s := ts.Value(simKey{}).(*simulated)
	if s.service == nil {
		ts.Fatalf("no service runs: use sim first")
	}
	return s
}

// declare [--ferma] FILE [TO] makes a fleet file of the common beginning and
// FILE; with --ferma its provider has Ferma, with the certificates of sim --tls.
func cmdDeclare(ts *testscript.TestScript, neg bool, args []string) {
	ferma := len(args) > 0 && args[0] == "--ferma"
	if ferma {
		args = args[1:]
	}
	if neg || len(args) < 1 {
		ts.Fatalf("usage: declare [--ferma] FILE [TO]")
	}
	to := "fleet.yaml"
	if len(args) > 1 {
		to = args[1]
	}
	text := string(ts.Value(baseKey{}).([]byte)) + ts.ReadFile(args[0])
	if ferma {
		const provider = "\nprovider:\n"
		text = strings.Replace(text, provider, provider+ts.Value(fermaKey{}).(string), 1)
	}
	text = strings.ReplaceAll(text, "$CLOSED", ts.Getenv("CLOSED"))
	ts.Check(os.WriteFile(ts.MkAbs(to), []byte(text), 0o600))
}

// closedDay is the day of the week three days from now.
func closedDay(now time.Time) string {
	return strings.ToLower(now.UTC().AddDate(0, 0, 3).Weekday().String()[:3])
}

// sim [--tls] [WORLD] starts a service and points kktctl at it. With --tls its
// certificates lie in the folder certs, and kktctl trusts them.
func cmdSim(ts *testscript.TestScript, neg bool, args []string) {
	s := ts.Value(simKey{}).(*simulated)
	secure := len(args) > 0 && args[0] == "--tls"
	if secure {
		args = args[1:]
	}
	if neg || s.service != nil || len(args) > 1 {
		ts.Fatalf("usage: sim [--tls] [WORLD], once")
	}
	world := &sim.World{}
	if len(args) > 0 {
		var err error
		world, err = sim.ParseWorld([]byte(ts.ReadFile(args[0])))
		ts.Check(err)
	}
	s.changed = make(chan struct{}, 1)
	s.service = sim.New(world, sim.Options{VerifySignature: s.verify, OnChange: func(w *sim.World) {
		if f := s.onChange.Load(); f != nil {
			(*f)(w)
		}
		select {
		case s.changed <- struct{}{}:
		default:
		}
	}})
	address, err := s.service.Start("127.0.0.1:0") // for the script itself
	ts.Check(err)
	ts.Defer(func() {
		_ = s.service.Close()
		s.calls.add(ts.Name(), s.service.Calls())
	})
	s.address = address
	if secure {
		authority, err := sim.OpenAuthority(ts.MkAbs("certs"))
		ts.Check(err)
		address, err = s.service.StartTLS("127.0.0.1:0", authority)
		ts.Check(err)
		ts.Setenv("SSL_CERT_FILE", ts.MkAbs("certs/"+sim.FileCA))
	}
	ts.Setenv("KKTCTL_ENDPOINT", address)
	ts.Setenv("OFD_API_KEY", sim.DefaultAPIKey)
	ts.Setenv("OFD_LOGIN", sim.DefaultPartnerLogin)
	ts.Setenv("OFD_PASSWORD", sim.DefaultPartnerPassword)
	ts.Setenv("RENTA_LOGIN", sim.DefaultRentaLogin)
	ts.Setenv("RENTA_PASSWORD", sim.DefaultRentaPassword)
}

// simctl METHOD PATH [FILE] talks to the service's control; its answer is
// the stdout of the script.
func cmdSimctl(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: simctl METHOD PATH [FILE]")
	}
	s := serviceOf(ts)
	var body io.Reader
	if len(args) > 2 {
		body = strings.NewReader(ts.ReadFile(args[2]))
	}
	req, err := http.NewRequest(args[0], s.address+"/_sim/"+strings.TrimPrefix(args[1], "/"), body)
	ts.Check(err)
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	ts.Check(err)
	if resp.StatusCode >= 300 {
		ts.Fatalf("%s: %s", resp.Status, answer)
	}
	_, err = ts.Stdout().Write(append(bytes.TrimSpace(answer), '\n'))
	ts.Check(err)
}

// ledger [KIND] prints what happened at the service, one effect a line, and
// fails when anything was tried twice.
func cmdLedger(ts *testscript.TestScript, neg bool, args []string) {
	s := serviceOf(ts)
	if twice := s.service.Duplicates(); len(twice) > 0 {
		ts.Fatalf("tried though it had happened: %+v", twice)
	}
	lines := 0
	for _, e := range s.service.Ledger() {
		if e.Kind == sim.EffectLogin || len(args) > 0 && e.Kind != args[0] {
			continue
		}
		result := "done"
		if !e.OK {
			result = "refused"
		}
		lines++
		fmt.Fprintln(ts.Stdout(), e.Kind, e.Serial, result)
	}
	if neg && lines > 0 {
		ts.Fatalf("%d effects, none expected", lines)
	}
}

// forget leaves the calls made so far out of calls.
func cmdForget(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: forget")
	}
	s := serviceOf(ts)
	s.seen = len(s.service.Calls())
}

// calls PATTERN prints the calls whose method and path match.
func cmdCalls(ts *testscript.TestScript, neg bool, args []string) {
	pattern := regexp.MustCompile(strings.Join(args, " "))
	found := 0
	s := serviceOf(ts)
	for _, c := range s.service.Calls()[s.seen:] {
		if line := c.Method + " " + c.Path; pattern.MatchString(line) {
			found++
			fmt.Fprintln(ts.Stdout(), line)
		}
	}
	if neg == (found > 0) {
		ts.Fatalf("%d calls match", found)
	}
}

// codeis CODE ARG... runs kktctl and wants just this exit code; its output is
// the script's.
func cmdCodeIs(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: codeis CODE ARG...")
	}
	err := ts.Exec("kktctl", args[1:]...)
	got := "0"
	if err != nil {
		got = regexp.MustCompile(`\d+`).FindString(err.Error())
	}
	if got != args[0] {
		ts.Fatalf("exit code %s, want %s", got, args[0])
	}
}

// until PATTERN ARG... runs kktctl again and again until its output matches.
func cmdUntil(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: until PATTERN ARG...")
	}
	pattern := regexp.MustCompile(args[0])
	for range 50 {
		err := ts.Exec("kktctl", args[1:]...)
		if pattern.MatchString(ts.ReadFile("stdout")) {
			return
		}
		ts.Check(err)
	}
	ts.Fatalf("the output never matched %s", args[0])
}

// inside FILE KEY... checks that a JSON file has the keys at its top.
func cmdInside(ts *testscript.TestScript, neg bool, args []string) {
	var doc map[string]json.RawMessage
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &doc))
	for _, key := range args[1:] {
		if _, ok := doc[key]; ok == neg {
			ts.Fatalf("key %s: present %v", key, ok)
		}
	}
}

// signoutbox DIR [FILE] signs what is unsigned in an outbox, as people do:
// beside each document, or the one document into FILE.
func cmdSignOutbox(ts *testscript.TestScript, neg bool, args []string) {
	docs, err := filepath.Glob(filepath.Join(ts.MkAbs(args[0]), "*.b64"))
	ts.Check(err)
	signed := 0
	for _, doc := range docs {
		if _, err := os.Stat(doc + ".sig"); err == nil {
			continue
		}
		content, err := os.ReadFile(doc)
		ts.Check(err)
		to := doc + ".sig"
		if len(args) > 1 {
			to = ts.MkAbs(args[1])
		}
		ts.Check(os.WriteFile(to, []byte(sim.SandboxSignature(string(content))), 0o600))
		signed++
	}
	if neg || signed != 1 {
		ts.Fatalf("%d unsigned documents in %s, want one", signed, args[0])
	}
}

// waitfor KIND [N] waits until the ledger has N effects of the kind, or one.
func cmdWaitFor(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: waitfor KIND [N]")
	}
	s, want := serviceOf(ts), 1
	if len(args) > 1 {
		var err error
		want, err = strconv.Atoi(args[1])
		ts.Check(err)
	}
	timeout := time.After(time.Minute)
	for {
		found := 0
		for _, e := range s.service.Ledger() {
			if e.Kind == args[0] && e.OK {
				found++
			}
		}
		if found >= want {
			return
		}
		select {
		case <-s.changed:
		case <-timeout:
			ts.Fatalf("%d of %d %s happened", found, want, args[0])
		}
	}
}

// lockid sets LOCK to the lock's id that the last message named.
func cmdLockID(ts *testscript.TestScript, neg bool, args []string) {
	m := regexp.MustCompile(`kktctl unlock ([0-9A-Za-z-]+)`).FindStringSubmatch(ts.ReadFile("stderr"))
	if m == nil {
		ts.Fatalf("the last message names no lock")
	}
	ts.Setenv("LOCK", m[1])
}
