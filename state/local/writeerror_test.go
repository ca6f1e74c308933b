package local_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"

	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/local"
)

// session is all that a process does with a state, the same every time.
func (l *life) session(m *machine, checked func() error) error {
	s := local.Open(stateFile, local.WithFS(m))
	var lease *state.Lease
	take := func() (err error) {
		lease, err = l.lock(s, m)
		if err == nil && lease == nil { // refused: this process ends
			m.stopped = true
		}
		return err
	}
	give := func() error {
		err := l.unlock(s, m, lease)
		m.stopped = m.stopped || len(l.held) > 1 // it still holds the lock, and ends with it
		return err
	}
	write := func() error { return l.append(s, m, lease) }
	look := func() error { return l.load(s, m) }
	turn := func() error { return l.compact(s, m, lease, l.acked.Clone()) }
	make := func() error {
		if l.acked != nil {
			return nil
		}
		return l.init(s, m, lease)
	}
	for i, step := range []func() error{take, look, make, write, write, turn, write, look, turn, write, give, take, look, make, write, give} {
		if l.acked == nil && i > 2 && i != 10 && i != 11 && i != 13 && i != 15 {
			continue // the state could not be made: there is nothing to write to
		}
		if err := step(); err != nil {
			return fmt.Errorf("step %d: %w", i, err)
		}
		if m.stopped {
			return nil
		}
		if err := checked(); err != nil {
			return fmt.Errorf("after step %d: %w", i, err)
		}
	}
	return nil
}

// writeError is one way in which a disk fails.
type writeError struct {
	name  string
	how   failing
	fails func(op string) bool
}

func writeErrors() []writeError {
	changes := func(op string) bool {
		return strings.HasPrefix(op, "create ") || strings.HasPrefix(op, "write ") || strings.HasPrefix(op, "lock ")
	}
	return []writeError{
		{"EIO", failing{err: syscall.EIO}, func(string) bool { return true }},
		{"ENOSPC", failing{err: syscall.ENOSPC}, changes},
		{"short write", failing{short: true}, func(op string) bool { return strings.HasPrefix(op, "write ") }},
	}
}

// run has operation number at fail, and those after it too when it is for
// good. It tells whether any did.
func (e writeError) run(at int, forGood bool) (failed bool, err error) {
	l := newLife(rand.New(rand.NewPCG(1, 1)))
	n := 0
	m := &machine{disk: l.disk, fail: func(op string, _ int) failing {
		if !e.fails(op) {
			return failing{}
		}
		if n++; n != at && (!forGood || n < at) {
			return failing{}
		}
		failed = true
		return e.how
	}}
	durable := func() error { // what was told is there after a power loss
		if !failed {
			return nil
		}
		left := *l
		left.disk = l.disk.powerLoss(lost())
		return left.load(local.Open(stateFile, local.WithFS(&machine{disk: left.disk})), &machine{})
	}
	if err := l.session(m, durable); err != nil {
		return failed, err
	}
	m.stopped = true
	l.disk.killed()
	for _, f := range []fate{lost(), kept()} {
		left := *l
		left.disk = l.disk.powerLoss(f)
		if err := left.after(); err != nil {
			return failed, fmt.Errorf("after all: %w", err)
		}
	}
	return failed, l.after()
}

// TestWriteErrors has every single operation on a file fail, once and for
// good. No write is told to be done that is not durable, and a reload shows
// what is true.
func TestWriteErrors(t *testing.T) {
	for _, e := range writeErrors() {
		for _, forGood := range []bool{false, true} {
			name := e.name + " once"
			if forGood {
				name = e.name + " for good"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				at, failed := 1, true
				for ; failed; at++ {
					var err error
					if failed, err = e.run(at, forGood); err != nil {
						t.Errorf("operation %d: %v", at, err)
					}
				}
				if at < 10 {
					t.Errorf("only %d operations", at)
				}
				t.Logf("%d operations", at-2)
			})
		}
	}
}

// TestKilledAfterFailedSync: a sync fails, the process is killed before it
// takes the write back, and the system shows what is not on the disk. The next
// holder makes true what it is shown.
func TestKilledAfterFailedSync(t *testing.T) {
	l := newLife(rand.New(rand.NewPCG(1, 1)))
	journal, n := stateFile+".journal", 0
	m := &machine{disk: l.disk, soon: 1, fail: func(op string, _ int) failing {
		if op == "sync "+journal {
			if n++; n == 2 { // the first group's sync is done
				return failing{err: syscall.EIO}
			}
		}
		return failing{}
	}}
	s := local.Open(stateFile, local.WithFS(m))
	lease, err := l.lock(s, m)
	must(t, err)
	must(t, l.init(s, m, lease))
	must(t, l.append(s, m, lease))
	must(t, l.append(s, m, lease))
	if !m.stopped || len(l.maybe) != 1 || !l.disk.doubtful() {
		t.Fatalf("stopped %v, under way %d", m.stopped, len(l.maybe))
	}
	l.disk.killed()
	next := &machine{disk: l.disk}
	s = local.Open(stateFile, local.WithFS(next))
	_, err = l.lock(s, next)
	must(t, err)
	must(t, l.load(s, next))
	l.disk = l.disk.powerLoss(lost())
	must(t, l.after())
}
