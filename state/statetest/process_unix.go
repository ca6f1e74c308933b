//go:build unix

package statetest

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
)

// Order is what a process is told on its standard input.
type Order struct {
	Do     string // lock, append, compact, renew, unlock, go on
	StopAt string // the operation before which the process stops itself
}

// Answer is what it says on its standard output.
type Answer struct {
	Err    string
	Fenced bool
	Lease  *state.Lease
	Serial uint64
}

// TakeOrders does what a process is told until its input ends. The store that
// open gives calls stop before each of its operations, which stops the process
// where it was told to, until it is told to go on. entry gives the entry of
// the n-th order.
func TakeOrders(holder string, entry func(n int) state.Entry, open func(stop func(operation string)) (state.Store, error)) {
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	stopAt := ""
	s, err := open(func(operation string) {
		if operation != stopAt {
			return
		}
		stopAt = ""
		_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
		_ = in.Decode(&Order{}) // the signal may take effect a little later
	})
	if err != nil {
		_ = out.Encode(Answer{Err: err.Error()})
		return
	}
	var lease *state.Lease
	for n := 1; ; n++ {
		var o Order
		if in.Decode(&o) != nil {
			return
		}
		stopAt = o.StopAt
		var a Answer
		if err := obey(s, o.Do, state.LockRequest{Holder: holder, Operation: "apply"}, entry(n), &lease, &a); err != nil {
			a.Err, a.Fenced = err.Error(), errors.Is(err, state.ErrFenced)
		}
		a.Lease = lease
		_ = out.Encode(a)
	}
}

func obey(s state.Store, do string, req state.LockRequest, entry state.Entry, lease **state.Lease, a *Answer) error {
	ctx := context.Background()
	switch do {
	case "lock":
		var err error
		*lease, err = s.Lock(ctx, req)
		return err
	case "append":
		e := []state.Entry{entry}
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

// Process is another process that works on a state.
type Process struct {
	Cmd *exec.Cmd
	In  io.WriteCloser
	Out *bufio.Reader

	t *testing.T
}

// Start starts the test's own program anew. Its TestMain has to find in the
// environment that it is no test this time.
func Start(t *testing.T, environment ...string) *Process {
	t.Helper()
	p := &Process{t: t, Cmd: exec.CommandContext(t.Context(), os.Args[0])}
	p.Cmd.Env = append(append(os.Environ(), "GORACE=atexit_sleep_ms=0"), environment...)
	p.Cmd.Stderr = os.Stderr
	in, err := p.Cmd.StdinPipe()
	p.must(err)
	out, err := p.Cmd.StdoutPipe()
	p.must(err)
	p.must(p.Cmd.Start())
	p.In, p.Out = in, bufio.NewReader(out)
	t.Cleanup(func() {
		if p.Cmd.ProcessState == nil {
			_ = p.Cmd.Process.Kill()
			_ = p.Cmd.Wait()
		}
	})
	return p
}

func (p *Process) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// Tell gives an order without waiting for the answer.
func (p *Process) Tell(o Order) {
	p.t.Helper()
	p.must(json.NewEncoder(p.In).Encode(o))
}

// Answer waits for the answer to an order.
func (p *Process) Answer() Answer {
	p.t.Helper()
	line, err := p.Out.ReadBytes('\n')
	p.must(err)
	var a Answer
	p.must(json.Unmarshal(line, &a))
	return a
}

// Do gives an order that has to succeed.
func (p *Process) Do(what string) Answer {
	p.t.Helper()
	p.Tell(Order{Do: what})
	a := p.Answer()
	if a.Err != "" {
		p.t.Fatalf("%s: %s", what, a.Err)
	}
	return a
}

// Fenced gives an order that has to be refused.
func (p *Process) Fenced(what string) {
	p.t.Helper()
	p.Tell(Order{Do: what})
	if a := p.Answer(); !a.Fenced {
		p.t.Fatalf("%s of a stale holder: %+v", what, a)
	}
}

// Signal sends a signal.
func (p *Process) Signal(s syscall.Signal) {
	p.t.Helper()
	p.must(p.Cmd.Process.Signal(s))
}

// Stopped waits until the process does not run any more.
func (p *Process) Stopped() {
	p.t.Helper()
	var status syscall.WaitStatus
	_, err := syscall.Wait4(p.Cmd.Process.Pid, &status, syscall.WUNTRACED, nil)
	p.must(err)
	if !status.Stopped() {
		p.t.Fatalf("not stopped: %v", status)
	}
}

// Kill ends the process as kill -9 does.
func (p *Process) Kill() {
	p.t.Helper()
	p.Signal(syscall.SIGKILL)
	_ = p.Cmd.Wait() // it was killed
}
