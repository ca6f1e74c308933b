//go:build unix

package local_test

import (
	"context"
	"errors"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/local"
	"github.com/kktctl/kktctl/state/statetest"
)

// taken has a process that holds the lock of a state with one entry.
func taken(t *testing.T) (path string, p *statetest.Process, lease *state.Lease) {
	t.Helper()
	path = place(t)
	s := local.Open(path)
	first := lock(t, s)
	must(t, s.Init(t.Context(), first, state.NewSnapshot("sever")))
	must(t, s.Unlock(t.Context(), first))
	p = start(t, "orders", path, "boris@till pid 7")
	lease = p.Do("lock").Lease
	p.Do("append")
	return path, p, lease
}

// refusesWithoutID tries to take the lock, and to remove it without its id.
func refusesWithoutID(t *testing.T, s *local.Store, lease *state.Lease) {
	t.Helper()
	_, err := s.Lock(t.Context(), state.LockRequest{Holder: "vera"})
	var locked *state.LockedError
	if !errors.As(err, &locked) || locked.Info.Holder != "boris@till pid 7" {
		t.Fatalf("a second holder: %v", err)
	}
	for _, id := range []string{"", "boris@till pid 7", lease.ID[:8], strings.ToUpper(lease.ID)} {
		if err := s.ForceUnlock(t.Context(), id); err == nil {
			t.Fatalf("the lock was removed with %q", id)
		}
	}
	if info, err := s.LockInfo(t.Context()); err != nil || info == nil || info.ID != lease.ID {
		t.Fatalf("the lock is gone: %+v, %v", info, err)
	}
}

// TestStoppedHolder stops a holder, gives its lock to another one, and lets it
// go on: all that it still writes is refused.
func TestStoppedHolder(t *testing.T) {
	for name, before := range map[string]statetest.Order{"idle": {}, "on its way to write": {Do: "append", StopAt: "mutex"}} {
		path, p, lease := taken(t)
		if before.Do == "" {
			p.Signal(syscall.SIGSTOP)
		} else {
			p.Tell(before)
		}
		p.Stopped()
		s := local.Open(path)
		refusesWithoutID(t, s, lease)
		must(t, s.ForceUnlock(t.Context(), lease.ID))
		next := lock(t, s)
		if next.Epoch <= lease.Epoch {
			t.Errorf("%s: epoch %d after %d", name, next.Epoch, lease.Epoch)
		}
		must(t, s.Append(t.Context(), next, []state.Entry{entry(100)}))
		p.Signal(syscall.SIGCONT)
		if before.Do != "" {
			p.Tell(statetest.Order{Do: "go on"})
			if a := p.Answer(); !a.Fenced || a.Serial != 0 {
				t.Errorf("%s: the write under way: %+v", name, a)
			}
		}
		for _, what := range []string{"append", "compact", "renew"} {
			p.Fenced(what)
		}
		p.Do("unlock") // takes nothing from the new holder
		must(t, s.Append(t.Context(), next, []state.Entry{entry(101)}))
		if got := load(t, path); got.Serial != 3 || len(got.Resources) != 3 {
			t.Errorf("%s: serial %d, %d resources", name, got.Serial, len(got.Resources))
		}
	}
}

// TestStoppedInAWrite stops a holder in the midst of a write. Nobody else can
// write then, not even remove its lock; it ends its write, and is told so.
func TestStoppedInAWrite(t *testing.T) {
	for _, op := range []string{"write sever.kktstate.journal", journalSync} {
		path, p, lease := taken(t)
		p.Tell(statetest.Order{Do: "append", StopAt: op})
		p.Stopped()
		s := local.Open(path)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		if err := s.ForceUnlock(ctx, lease.ID); err == nil || !strings.Contains(err.Error(), "another process keeps writing") {
			t.Errorf("%s: unlocked in the midst of a write: %v", op, err)
		}
		cancel()
		p.Signal(syscall.SIGCONT)
		p.Tell(statetest.Order{Do: "go on"})
		if a := p.Answer(); a.Err != "" || a.Serial != 2 {
			t.Errorf("%s: %+v", op, a)
		}
		must(t, s.ForceUnlock(t.Context(), lease.ID))
		p.Fenced("append")
		if got := load(t, path); got.Serial != 2 {
			t.Errorf("%s: serial %d", op, got.Serial)
		}
	}
}

// TestKilledHolder kills a holder, idle or in the midst of a write: the next
// one is told its name and since when it held the lock, and goes on from what
// was acknowledged, or from what was being written.
func TestKilledHolder(t *testing.T) {
	for op, may := range map[string][]uint64{"": {1}, "mutex": {1}, "write sever.kktstate.journal": {1}, journalSync: {1, 2}} {
		path, p, lease := taken(t)
		if op != "" {
			p.Tell(statetest.Order{Do: "append", StopAt: op})
			p.Stopped()
		}
		p.Kill()
		s := local.Open(path)
		next := lock(t, s)
		if next.Previous == nil || *next.Previous != lease.LockInfo || next.Epoch <= lease.Epoch {
			t.Errorf("%q: told of %+v, want %+v", op, next.Previous, lease.LockInfo)
		}
		got := load(t, path)
		if got.Serial != may[0] && got.Serial != may[len(may)-1] {
			t.Errorf("%q: serial %d", op, got.Serial)
		}
		e := []state.Entry{entry(100)}
		must(t, s.Append(t.Context(), next, e))
		if e[0].Serial != got.Serial+1 {
			t.Errorf("%q: serial %d after %d", op, e[0].Serial, got.Serial)
		}
	}
}
