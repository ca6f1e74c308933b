package pgtest

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"syscall"
)

// child is a program that runs until it is ended.
type child struct {
	process *os.Process
	ended   chan struct{}
}

// start starts a program. The thread that starts it stays: on Linux the
// program ends with that thread.
func start(cmd *exec.Cmd) (*child, error) {
	as(cmd)
	c := &child{ended: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if err := cmd.Start(); err != nil {
			started <- err
			return
		}
		c.process = cmd.Process
		started <- nil
		_ = cmd.Wait() // it is ended by a signal
		close(c.ended)
	}()
	return c, <-started
}

// stop sends a signal and waits for the end.
func (c *child) stop(s os.Signal) error {
	if c == nil {
		return nil
	}
	err := c.process.Signal(s)
	if err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	<-c.ended
	return nil
}

var (
	fast = os.Signal(syscall.SIGINT)
	hard = os.Signal(syscall.SIGKILL)
)
