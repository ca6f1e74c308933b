package crash

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kktctl/kktctl/providers/ofd/sim"
)

// bin is the folder of kktctl with crash points, and of the program that signs.
type bin string

// programs are made once for all tests, and so are the certificates of Ferma,
// in the folder certs.
var (
	programs  bin
	certs     string
	authority *sim.Authority
)

// TestMain makes the programs, without the race detector: they start often.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "kktctl-crash-bin-")
	if err != nil {
		panic(err)
	}
	cmd := exec.Command("go", "build", "-tags", "crashpoints", "-o", dir+string(filepath.Separator),
		"github.com/kktctl/kktctl/cmd/kktctl", "github.com/kktctl/kktctl/cmd/kktctl/internal/crash/sign")
	if out, err := cmd.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		os.Exit(1)
	}
	programs, certs = bin(dir), filepath.Join(dir, "certs")
	if authority, err = sim.OpenAuthority(certs); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// limit is what one process may take: a hundred times of what it needs.
const limit = 2 * time.Minute

// ended is how a process ended.
type ended struct {
	killed bool // by itself, at a crash point
	code   int
	out    string
	points []string // that it passed
}

// last is the point at which it died.
func (e ended) last() string {
	if len(e.points) == 0 {
		return "nowhere"
	}
	return e.points[len(e.points)-1]
}

// run runs one kktctl in a folder. It dies at point at, counted from 1.
func (b bin) run(t testing.TB, j *judge, dir string, at int, quiet time.Duration, args ...string) ended {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(string(b), "kktctl"), args...)
	log := filepath.Join(dir, "points.log")
	cmd.Dir = dir
	cmd.Env = []string{
		"PATH=" + string(b), "HOME=" + dir, "USER=crash", "TMPDIR=" + os.TempDir(),
		"KKTCTL_ENDPOINT=" + j.endpoint, "OFD_API_KEY=" + sim.DefaultAPIKey,
		"RENTA_LOGIN=" + sim.DefaultRentaLogin, "RENTA_PASSWORD=" + sim.DefaultRentaPassword,
		"KKTCTL_POLL_INTERVAL=1ms", "KKTCTL_QUIET_PERIOD=" + cmp.Or(quiet, time.Millisecond).String(),
		"KKTCTL_CRASH_LOG=" + log, "KKTCTL_CRASH_AT=" + strconv.Itoa(at),
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := j.start(cmd)
	if err == nil {
		err = cmd.Wait()
	}
	if ctx.Err() != nil {
		t.Fatalf("kktctl %s did not end:\n%s", strings.Join(args, " "), out.String())
	}
	e := ended{out: out.String(), points: points(t, log)}
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		e.code = exit.ExitCode()
		status, ok := exit.Sys().(syscall.WaitStatus)
		e.killed = ok && status.Signaled() && status.Signal() == syscall.SIGKILL
	case err != nil:
		t.Fatal(err)
	}
	return e
}

// start starts a process that the judge may kill.
func (j *judge) start(cmd *exec.Cmd) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	err := cmd.Start()
	j.process = cmd.Process
	return err
}

// points reads what was passed, and removes the list.
func points(t testing.TB, log string) []string {
	t.Helper()
	data, err := os.ReadFile(log)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = os.Remove(log)
	}
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		_, name, _ := strings.Cut(line, " ")
		out = append(out, name)
	}
	return out
}

// place makes a folder for a process: the fleet file, and the state of the
// process before it, copied as another machine would have it.
func place(t testing.TB, root string, s *scenario, j *judge, n int) string {
	t.Helper()
	dir := filepath.Join(root, fmt.Sprintf("machine-%d", n))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	fleet, err := os.ReadFile(s.fleetFile())
	if err == nil { // as it would have found the service
		text := strings.NewReplacer("http://service.invalid", j.url, "https://ferma.invalid", j.ferma, "file:certs", "file:"+certs).Replace(string(fleet))
		err = os.WriteFile(filepath.Join(dir, "fleet.yaml"), []byte(text), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if n == 0 {
		return dir
	}
	files, err := filepath.Glob(filepath.Join(root, fmt.Sprintf("machine-%d", n-1), s.name+".kktstate*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		copyFile(t, f, filepath.Join(dir, filepath.Base(f)))
	}
	return dir
}

func copyFile(t testing.TB, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestReleaseHasNoCrashPoints: what users get is built without the tag, and
// has none of this.
func TestReleaseHasNoCrashPoints(t *testing.T) {
	for tags, want := range map[string]bool{"": false, "crashpoints": true} {
		out, err := exec.Command("go", "list", "-tags", tags, "-f", "{{.GoFiles}}", "github.com/kktctl/kktctl/cmd/kktctl").CombinedOutput()
		if err != nil {
			t.Fatalf("go list: %v\n%s", err, out)
		}
		if got := strings.Contains(string(out), "crashpoints.go"); got != want {
			t.Errorf("with the tags %q crash points are built in: %v", tags, got)
		}
	}
}
