//go:build unix

package exec_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/kktctl/kktctl/providers/ofd/signer"
	signexec "github.com/kktctl/kktctl/providers/ofd/signer/exec"
)

// TestCancelKillsGroup cancels when the program's own child runs. The program
// would hang for ever, and its child for a minute with stdout open.
func TestCancelKillsGroup(t *testing.T) {
	pidFile := filepath.Join(t.TempDir(), "pid")
	if err := syscall.Mkfifo(pidFile, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		s := signexec.New([]string{os.Args[0], "helper", "hang", pidFile}, signexec.Options{})
		_, err := s.Sign(ctx, signer.Document{Content: text})
		done <- err
	}()
	text, err := os.ReadFile(pidFile) // waits for the program to write it
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(string(text))
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if !ended(pid) {
		t.Errorf("the child %d of the program still lives", pid)
	}
}
