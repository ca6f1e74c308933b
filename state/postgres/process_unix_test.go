//go:build unix

package postgres_test

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
	"time"

	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/postgres"
)

// roleVar makes this test binary a process that works on the state at urlVar.
const (
	roleVar = "KKTCTL_TEST_ROLE"
	urlVar  = "KKTCTL_TEST_STATE"
)

// order is what a process is told on its standard input.
type order struct {
	Do string // lock, append, compact, renew, unlock
	// Stop has the process stop itself before its next call of the server.
	Stop bool
}

// answer is what it says on its standard output.
type answer struct {
	Err    string
	Fenced bool
	Lease  *state.Lease
	Serial uint64
}

// takeOrders does what it is told until its input ends.
func takeOrders() {
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	stop := false
	s, err := postgres.Open(os.Getenv(urlVar), postgres.WithLease(term), postgres.WithPatience(time.Minute, time.Minute),
		postgres.WithCalls(func(ctx context.Context, send func(context.Context) error) error {
			if stop {
				stop = false
				_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
				_ = in.Decode(&order{}) // the signal may take effect a little later
			}
			return send(ctx)
		}))
	if err != nil {
		_ = out.Encode(answer{Err: err.Error()})
		return
	}
	var lease *state.Lease
	for n := 1; ; n++ {
		var o order
		if in.Decode(&o) != nil {
			return
		}
		stop = o.Stop
		var a answer
		if err := obey(s, o.Do, n, &lease, &a); err != nil {
			a.Err, a.Fenced = err.Error(), errors.Is(err, state.ErrFenced)
		}
		a.Lease = lease
		_ = out.Encode(a)
	}
}

func obey(s *postgres.Store, do string, n int, lease **state.Lease, a *answer) error {
	ctx := context.Background()
	switch do {
	case "lock":
		var err error
		*lease, err = s.Lock(ctx, state.LockRequest{Holder: "boris@till pid 7", Operation: "apply"})
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

func start(t *testing.T, url string) *process {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), roleVar+"=orders", urlVar+"="+url, "GORACE=atexit_sleep_ms=0")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
	return &process{t: t, cmd: cmd, in: in, out: bufio.NewReader(out)}
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

// TestStoppedHolder stops a holder, idle or on its way to write, until its
// lease has run out and another one has taken over. All that it still writes
// is refused.
func TestStoppedHolder(t *testing.T) {
	for _, pooled := range []bool{false, true} {
		for _, writing := range []bool{false, true} {
			t.Run(fmt.Sprintf("pooled=%v writing=%v", pooled, writing), func(t *testing.T) {
				testStoppedHolder(t, at(database(t, pooled), "held"), writing)
			})
		}
	}
}

func testStoppedHolder(t *testing.T, url string, writing bool) {
	s := open(t, url, postgres.WithLease(term))
	first := lock(t, s)
	must(t, s.Init(t.Context(), first, state.NewSnapshot("sever")))
	must(t, s.Unlock(t.Context(), first))
	p := start(t, url)
	lease := p.do("lock").Lease
	p.do("append")
	if writing {
		p.tell(order{Do: "append", Stop: true})
	} else {
		must(t, p.cmd.Process.Signal(syscall.SIGSTOP))
	}
	p.stopped()
	var locked *state.LockedError
	if _, err := s.Lock(t.Context(), state.LockRequest{Holder: "vera"}); !errors.As(err, &locked) {
		t.Fatalf("a second holder: %v", err)
	}
	pass(t, url, term+time.Second)
	next := lock(t, s)
	if next.Previous == nil || next.Previous.Holder != "boris@till pid 7" || next.Epoch <= lease.Epoch {
		t.Errorf("taken over: %+v from %+v", next.LockInfo, next.Previous)
	}
	must(t, s.Append(t.Context(), next, []state.Entry{entry(100)}))
	must(t, p.cmd.Process.Signal(syscall.SIGCONT))
	if writing {
		p.tell(order{Do: "go on"})
		if a := p.answer(); !a.Fenced || a.Serial != 0 {
			t.Errorf("the write under way: %+v", a)
		}
	}
	for _, what := range []string{"append", "compact", "renew"} {
		p.tell(order{Do: what})
		if a := p.answer(); !a.Fenced {
			t.Errorf("%s of a stale holder: %+v", what, a)
		}
	}
	p.do("unlock") // takes nothing from the new holder
	must(t, s.Append(t.Context(), next, []state.Entry{entry(101)}))
	if snap := load(t, s); snap.Serial != 3 || len(snap.Resources) != 3 {
		t.Errorf("serial %d, %d resources", snap.Serial, len(snap.Resources))
	}
}
