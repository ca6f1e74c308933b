//go:build unix

package local_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/local"
)

// roleVar makes this test binary a process that works on the state at pathVar.
const (
	roleVar = "KKTCTL_TEST_ROLE"
	pathVar = "KKTCTL_TEST_STATE"
	nameVar = "KKTCTL_TEST_NAME"
)

func TestMain(m *testing.M) {
	switch os.Getenv(roleVar) {
	case "orders":
		takeOrders()
	case "herd":
		herd()
	default:
		os.Exit(m.Run())
	}
}

// order is what a process is told on its standard input.
type order struct {
	Do     string // lock, append, compact, renew, unlock, go on
	StopAt string // the operation before which the process stops itself
}

// answer is what it says on its standard output.
type answer struct {
	Err    string
	Fenced bool
	Lease  *state.Lease
	Serial uint64
}

// stopFS stops its process before an operation, until it is told to go on.
type stopFS struct {
	*faultFS
	stop func(op string)
}

func (f stopFS) Lock(ctx context.Context, name string) (io.Closer, error) {
	f.stop("mutex")
	return f.faultFS.Lock(ctx, name)
}

// takeOrders does what it is told until its input ends.
func takeOrders() {
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	stopAt := ""
	stop := func(op string) {
		if op != stopAt {
			return
		}
		stopAt = ""
		_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
		_ = in.Decode(&order{}) // the signal may take effect a little later
	}
	s := local.Open(os.Getenv(pathVar), local.WithFS(stopFS{&faultFS{before: stop}, stop}))
	var lease *state.Lease
	for n := 1; ; n++ {
		var o order
		if in.Decode(&o) != nil {
			return
		}
		stopAt = o.StopAt
		var a answer
		err := obey(s, o.Do, n, &lease, &a)
		if err != nil {
			a.Err, a.Fenced = err.Error(), errors.Is(err, state.ErrFenced)
		}
		a.Lease = lease
		_ = out.Encode(a)
	}
}

func obey(s *local.Store, do string, n int, lease **state.Lease, a *answer) error {
	ctx := context.Background()
	switch do {
	case "lock":
		var err error
		*lease, err = s.Lock(ctx, state.LockRequest{Holder: os.Getenv(nameVar), Operation: "apply"})
		return err
	case "append":
		e := []state.Entry{entry(n)}
		err := s.Append(ctx, *lease, e)
		a.Serial = e[0].Serial
		return err
	case "compact":
		snap, _, err := s.Load(ctx)
		return errors.Join(err, s.Compact(ctx, *lease, snap))
	case "renew":
		return s.Renew(ctx, *lease)
	case "unlock":
		return s.Unlock(ctx, *lease)
	}
	return fmt.Errorf("what is %q?", do)
}

// process is another process that works on a state.
type process struct {
	t   *testing.T
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func start(t *testing.T, role, path, name string, env ...string) *process {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), roleVar+"="+role, pathVar+"="+path, nameVar+"="+name, "GORACE=atexit_sleep_ms=0")
	cmd.Env = append(cmd.Env, env...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	p := &process{t: t, cmd: cmd, in: in, out: bufio.NewReader(out)}
	t.Cleanup(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
	return p
}

// tell gives an order without waiting for the answer.
func (p *process) tell(o order) {
	p.t.Helper()
	must(p.t, json.NewEncoder(p.in).Encode(o))
}

func (p *process) answer() answer {
	p.t.Helper()
	line, err := p.out.ReadBytes('\n')
	must(p.t, err)
	var a answer
	must(p.t, json.Unmarshal(line, &a))
	return a
}

// do gives an order that has to succeed.
func (p *process) do(what string) answer {
	p.t.Helper()
	p.tell(order{Do: what})
	a := p.answer()
	if a.Err != "" {
		p.t.Fatalf("%s: %s", what, a.Err)
	}
	return a
}

// fenced gives an order that has to be refused.
func (p *process) fenced(what string) {
	p.t.Helper()
	p.tell(order{Do: what})
	if a := p.answer(); !a.Fenced {
		p.t.Fatalf("%s of a stale holder: %+v", what, a)
	}
}

func (p *process) signal(s syscall.Signal) {
	p.t.Helper()
	must(p.t, p.cmd.Process.Signal(s))
}

// stopped waits until the process does not run any more.
func (p *process) stopped() {
	p.t.Helper()
	var status syscall.WaitStatus
	_, err := syscall.Wait4(p.cmd.Process.Pid, &status, syscall.WUNTRACED, nil)
	must(p.t, err)
	if !status.Stopped() {
		p.t.Fatalf("not stopped: %v", status)
	}
}

// kill ends the process as kill -9 does.
func (p *process) kill() {
	p.t.Helper()
	p.signal(syscall.SIGKILL)
	_ = p.cmd.Wait() // it was killed
}
