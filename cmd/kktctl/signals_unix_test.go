//go:build unix

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kktctl/kktctl/providers/ofd/sim"
)

// process is kktctl in a folder with a fleet of one till, as a process of its
// own.
func process(t *testing.T, dir, endpoint string, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, "kktctl", args...) // TestMain puts it on the path
	cmd.Dir = dir
	cmd.Env = append(os.Environ(),
		"KKTCTL_ENDPOINT="+endpoint, "KKTCTL_POLL_INTERVAL=1ms", "KKTCTL_QUIET_PERIOD=1ms", "OFD_API_KEY="+sim.DefaultAPIKey,
		"RENTA_LOGIN="+sim.DefaultRentaLogin, "RENTA_PASSWORD="+sim.DefaultRentaPassword, "CI=1", "GORACE=atexit_sleep_ms=0")
	return cmd
}

// holding is a service that holds the first signature, before or after its
// effect, until its caller goes or release is closed.
type holding struct {
	*sim.Service
	after   bool
	once    sync.Once
	arrived chan struct{} // closed when the signature has come in
	release chan struct{}
}

// ServeHTTP implements http.Handler.
func (h *holding) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	first := false
	if strings.HasSuffix(r.URL.Path, "/sign") {
		h.once.Do(func() { first = true })
	}
	if !first {
		h.Service.ServeHTTP(w, r)
		return
	}
	answer := httptest.NewRecorder()
	if h.after {
		h.Service.ServeHTTP(answer, r)
	} else if _, err := io.Copy(io.Discard, r.Body); err != nil { // or the end of the caller is not seen
		return
	}
	close(h.arrived)
	select {
	case <-r.Context().Done():
		panic(http.ErrAbortHandler)
	case <-h.release:
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	}
}

// hold starts such a service and declares a till in dir.
func hold(t *testing.T, dir string, after bool) (*holding, string) {
	t.Helper()
	base, err := os.ReadFile(filepath.Join("testdata", "base.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	const till = `
kkts:
  sloboda-1:
    serial: "00307404867358"
    fn: {number: "9287440300784224", type: fn36}
    report: {at: 2026-11-20T10:15:00, document: "1", sign: "1234567890"}
`
	if err := os.WriteFile(filepath.Join(dir, "fleet.yaml"), append(base, till...), 0o600); err != nil {
		t.Fatal(err)
	}
	h := &holding{Service: sim.New(nil, sim.Options{}), after: after, arrived: make(chan struct{}), release: make(chan struct{})}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return h, server.URL
}

// interrupted starts apply, waits until its signature is on the way, and sends
// the first Ctrl-C. It returns when kktctl has said that it saw it.
func interrupted(t *testing.T, h *holding, cmd *exec.Cmd) {
	t.Helper()
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stderr)
	select {
	case <-h.arrived:
	case <-time.After(time.Minute):
		t.Fatal("no signature was sent")
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "Interrupted: ") {
			go func() { _, _ = io.Copy(io.Discard, stderr) }()
			return
		}
	}
	t.Fatal("kktctl ended without a word")
}

// wantInterrupted waits for the end of a process that was interrupted.
func wantInterrupted(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != exitInterrupted {
		t.Fatalf("it ended with %v, want the exit code %d", err, exitInterrupted)
	}
}

// run runs kktctl and gives its stdout.
func run(t *testing.T, dir, endpoint string, args ...string) string {
	t.Helper()
	out, err := process(t, dir, endpoint, args...).Output()
	if err != nil {
		t.Fatalf("kktctl %v: %v", args, err)
	}
	return string(out)
}

// wantSignedOnce wants both documents of the one registration signed, once.
func wantSignedOnce(t *testing.T, h *holding) {
	t.Helper()
	signed := 0
	for _, e := range h.Ledger() {
		if e.Kind == sim.EffectSign && e.OK {
			signed++
		}
	}
	if twice := h.Duplicates(); signed != 2 || len(twice) > 0 {
		t.Errorf("%d signatures, twice: %+v", signed, twice)
	}
}

// The first Ctrl-C lets the call that was sent end, and records what it gave.
func TestFirstCtrlCFinishesWhatWasSent(t *testing.T) {
	dir := t.TempDir()
	h, url := hold(t, dir, true)
	cmd := process(t, dir, url, "apply", "--auto-approve", "--wait", "10m")
	interrupted(t, h, cmd)
	close(h.release)
	wantInterrupted(t, cmd)
	if got := run(t, dir, url, "plan", "--refresh=false"); !strings.Contains(got, "with the tax service") {
		t.Errorf("the state does not know of the signature:\n%s", got)
	}
	if got := run(t, dir, url, "resume", "--wait", "1m"); !strings.Contains(got, "1 done") {
		t.Errorf("resume: %s", got)
	}
	wantSignedOnce(t, h)
}

// The second Ctrl-C ends at once, with a call on the way; the state is enough
// to go on from, whether the call had its effect or not.
func TestSecondCtrlCEndsAtOnce(t *testing.T) {
	for _, after := range []bool{false, true} {
		t.Run(fmt.Sprintf("after the effect: %v", after), func(t *testing.T) {
			dir := t.TempDir()
			h, url := hold(t, dir, after)
			cmd := process(t, dir, url, "apply", "--auto-approve", "--wait", "10m")
			interrupted(t, h, cmd)
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
			wantInterrupted(t, cmd)
			if got := run(t, dir, url, "resume", "--wait", "1m"); !strings.Contains(got, "1 done") {
				t.Errorf("resume: %s", got)
			}
			wantSignedOnce(t, h)
		})
	}
}
