package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/spec"
)

// TestSandboxServesUntilInterrupted starts the service, calls it, changes it,
// and looks that the change was kept.
func TestSandboxServesUntilInterrupted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "world.json")
	if err := os.WriteFile(path, []byte(`{"apiKeys": ["k"], "tills": [{"inn": "5252012620", "serial": "00307404867358", "rnm": "0000002950038403"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	app, signals := interruptible(t)
	read, write := io.Pipe()
	app.Out = write
	code := make(chan int)
	go func() { code <- app.Main([]string{"sandbox", "--world", path}) }()

	lines := bufio.NewReader(read)
	first, err := lines.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	go io.Copy(io.Discard, lines) //nolint:errcheck // the rest is for people
	address := strings.TrimSpace(strings.TrimPrefix(first, "Listening on "))
	resp, err := http.Post(address+"/_sim/till?serial=00307404867358&place=Cellar", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusNoContent {
		t.Fatalf("the service says %s", resp.Status)
	}
	for _, args := range [][]string{{"sandbox", "--world", path}, {"sandbox", "till", "00307404867358", "--document", "--world", path}} {
		second, _ := interruptible(t)
		var errs bytes.Buffer
		second.Err = &errs
		if got := second.Main(args); got != exitError || !strings.Contains(errs.String(), "is served by another kktctl sandbox") {
			t.Errorf("%v beside it: exit code %d\n%s", args, got, errs.String())
		}
	}
	signals <- os.Interrupt
	if got := <-code; got != 0 {
		t.Errorf("exit code %d", got)
	}
	world, err := sim.LoadWorld(path)
	if err != nil || world.Tills[0].Place != "Cellar" {
		t.Errorf("kept: %+v, %v", world, err)
	}
}

// TestExample applies the example to the end.
func TestExample(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"fleet.yaml", "fleet.world.json"} {
		data, err := os.ReadFile(filepath.Join("..", "..", "examples", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func(want string, args ...string) {
		t.Helper()
		app := testApp(t)
		var out, errs bytes.Buffer
		app.Out, app.Err = &out, &errs
		code := app.Main(append([]string{"-f", filepath.Join(dir, "fleet.yaml")}, args...))
		if code != 0 || !strings.Contains(out.String(), want) {
			t.Fatalf("%v: exit %d\n%s\n%s", args, code, out.String(), errs.String())
		}
		if strings.Contains(errs.String(), "warning") {
			t.Errorf("%v warns:\n%s", args, errs.String())
		}
	}
	run("10 tills", "validate")
	run("Plan: 3 to register, 2 to re-register, 1 to unregister, 4 to pay, 3 to add to Renta, 1 to remove, 6 to adopt.", "plan", "--sandbox")
	run("Applied: 20 done, 0 waiting, 0 failed, 0 skipped, 0 unknown.", "apply", "--sandbox", "--auto-approve", "--wait", "1m")
	run("No changes. The fleet matches the declaration.", "plan", "--sandbox")
}

// TestSandboxWorldKeepsNoSecret looks that a code that is kept elsewhere does
// not end in the file of the simulated service.
func TestSandboxWorldKeepsNoSecret(t *testing.T) {
	fleet := &spec.Fleet{
		Companies: map[string]spec.Company{"c": {INN: "5252012620"}},
		KKTs: map[string]spec.KKT{
			"a": {Name: "a", Company: "c", Serial: "1", ActivationCode: spec.Code{Ref: spec.Secret{Kind: spec.SecretEnv, Name: "CODE"}}},
			"b": {Name: "b", Company: "c", Serial: "2", ActivationCode: spec.Code{Ref: spec.Secret{Kind: spec.SecretEnv, Name: "CODE"}}},
			"d": {Name: "d", Company: "c", Serial: "3", ActivationCode: spec.Code{Auto: true}, Tariff: "red"},
		},
	}
	world := worldOf(fleet, testApp(t).now())
	if len(world.Codes) != 2 {
		t.Fatalf("codes: %+v", world.Codes)
	}
	for i, want := range []sim.Code{{Code: "POOL-RED", Tariff: "red"}, {Code: sandboxCode(spec.Secret{Kind: spec.SecretEnv, Name: "CODE"}), Tariff: "green"}} {
		if got := world.Codes[i]; got.Code != want.Code || got.Tariff != want.Tariff {
			t.Errorf("code %d: %+v, want %+v", i, got, want)
		}
	}
	if *world.Codes[1].Count != 2 {
		t.Errorf("a code of two tills can be used %d times", *world.Codes[1].Count)
	}
}

// TestSandboxServesTLS looks at the certificates that it leaves and at how it
// tells of them.
func TestSandboxServesTLS(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "certs")
	app, signals := interruptible(t)
	read, write := io.Pipe()
	app.Out = write
	code := make(chan int)
	go func() { code <- app.Main([]string{"sandbox", "--tls", "--certs", dir}) }()
	lines := bufio.NewReader(read)
	var said strings.Builder
	for !strings.Contains(said.String(), "Ctrl-C") {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		said.WriteString(line)
	}
	address, _, _ := strings.Cut(strings.TrimPrefix(said.String(), "Listening on "), "\n")
	for _, want := range []string{"https://127.0.0.1:", "file:" + filepath.Join(dir, "client.pem"), "export KKTCTL_ENDPOINT=https://"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, said.String())
		}
	}
	pem, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: pool}}}
	resp, err := client.Get(address + "/_sim/ledger")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	signals <- os.Interrupt
	if got := <-code; got != 0 {
		t.Errorf("exit code %d", got)
	}
}
