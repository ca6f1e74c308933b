package local_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/local"
	"github.com/kktctl/kktctl/state/statetest"
)

const journalSync = "sync sever.kktstate.journal"

func place(t testing.TB) string { return filepath.Join(t.TempDir(), "sever.kktstate") }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func lock(t testing.TB, s state.Store) *state.Lease {
	t.Helper()
	lease, err := s.Lock(t.Context(), state.LockRequest{Holder: "anna", Operation: "apply"})
	must(t, err)
	return lease
}

func entry(n int) state.Entry {
	a := fmt.Sprintf("kkts.c%d", n)
	return state.Entry{Event: "phase", Address: a, Resource: statetest.Resource(a, n)}
}

// seed makes a state with a compacted part and a journal.
func seed(t testing.TB, path string) *state.Snapshot {
	t.Helper()
	s := local.Open(path)
	lease, snap := lock(t, s), state.NewSnapshot("sever")
	must(t, s.Init(t.Context(), lease, snap))
	must(t, s.Append(t.Context(), lease, []state.Entry{entry(1), entry(2)}))
	must(t, s.Compact(t.Context(), lease, load(t, path)))
	must(t, s.Append(t.Context(), lease, []state.Entry{entry(3)}))
	must(t, s.Append(t.Context(), lease, []state.Entry{entry(4)}))
	must(t, s.Unlock(t.Context(), lease))
	return load(t, path)
}

func load(t testing.TB, path string) *state.Snapshot {
	t.Helper()
	snap, notices, err := local.Open(path).Load(t.Context())
	must(t, err)
	if len(notices) > 0 {
		t.Fatalf("notices: %q", notices)
	}
	return snap
}

// TestOrder holds the order of operations that survives a power loss: content
// is synced before its name appears, names before the next step, and nothing
// is reported before it is synced.
func TestOrder(t *testing.T) {
	path := place(t)
	seed(t, path)
	f := &faultFS{}
	s := local.Open(path, local.WithFS(f))
	lease := lock(t, s)
	replaced := func(name string) []string {
		n := "sever.kktstate" + name
		return []string{"create " + n + ".tmp", "write " + n + ".tmp", "sync " + n + ".tmp", "rename " + n, "syncdir ."}
	}
	check := func(what string, want ...[]string) {
		t.Helper()
		var all []string
		for _, w := range want {
			all = append(all, w...)
		}
		if d := cmp.Diff(all, f.take()); d != "" {
			t.Errorf("%s (-want +got):\n%s", what, d)
		}
	}
	check("lock", replaced(".lock"))
	must(t, s.Append(t.Context(), lease, []state.Entry{entry(5), entry(6)}))
	check("append", []string{"write sever.kktstate.journal", journalSync})
	snap, _, err := s.Load(t.Context())
	must(t, err)
	check("load", []string{journalSync, "syncdir ."})
	must(t, s.Compact(t.Context(), lease, snap))
	check("compact", replaced(".journal.backup")[:4], replaced(".backup"), replaced(""), replaced(".journal"))
	must(t, s.Unlock(t.Context(), lease))
	check("unlock", replaced(".lock"), []string{"remove sever.kktstate.lock.2"})
}

// TestStop stops at every operation of every kind of write. What is found
// afterwards is the state before or after it, and can be worked on.
func TestStop(t *testing.T) {
	type writes func(s *local.Store, lease *state.Lease, snap *state.Snapshot) error
	background := context.Background()
	for name, c := range map[string]struct {
		fresh bool
		write writes
	}{
		"init": {true, func(s *local.Store, lease *state.Lease, snap *state.Snapshot) error {
			return s.Init(background, lease, snap)
		}},
		"append": {false, func(s *local.Store, lease *state.Lease, _ *state.Snapshot) error {
			return s.Append(background, lease, []state.Entry{entry(5), entry(6)})
		}},
		"compact": {false, func(s *local.Store, lease *state.Lease, snap *state.Snapshot) error {
			return s.Compact(background, lease, snap)
		}},
	} {
		for stop, done := 1, false; !done; stop++ {
			path := place(t)
			snap := state.NewSnapshot("sever")
			if !c.fresh {
				snap = seed(t, path)
			}
			before := reload(t, path)
			f := &faultFS{}
			s := local.Open(path, local.WithFS(f))
			lease := lock(t, s)
			f.take()
			f.stopAt = stop
			err := c.write(s, lease, snap)
			done = err == nil
			must(t, s.Close())
			after := reload(t, path)
			if !cmp.Equal(before, after) && !isAfter(name, before, after, snap) {
				t.Errorf("%s stopped at %d (%v): neither before nor after:\n%s", name, stop, f.take(), cmp.Diff(before, after))
			}
			if done && name != "compact" && cmp.Equal(before, after) {
				t.Errorf("%s succeeded and changed nothing", name)
			}
			if stop < 3 && done {
				t.Errorf("%s took %d operations only", name, stop)
			}
			goOn(t, path, after)
		}
	}
}

// reload gives the state, or nil, letting a torn tail be.
func reload(t *testing.T, path string) *state.Snapshot {
	t.Helper()
	snap, _, err := local.Open(path).Load(t.Context())
	must(t, err)
	return snap
}

func isAfter(name string, before, after, snap *state.Snapshot) bool {
	switch name {
	case "init":
		return cmp.Equal(snap, after)
	case "append":
		want := before.Clone()
		for i, e := range []state.Entry{entry(5), entry(6)} {
			e.Serial = before.Serial + uint64(i) + 1
			want.Apply(e)
		}
		return cmp.Equal(want, after)
	}
	return false
}

// goOn takes over from the stopped one and works.
func goOn(t *testing.T, path string, want *state.Snapshot) {
	t.Helper()
	s := local.Open(path)
	lease := lock(t, s)
	if lease.Previous == nil || lease.Previous.Holder != "anna" {
		t.Errorf("the stopped holder is not named: %+v", lease)
	}
	if want == nil {
		want = state.NewSnapshot("sever")
		must(t, s.Init(t.Context(), lease, want))
	}
	e := []state.Entry{entry(9)}
	must(t, s.Append(t.Context(), lease, e))
	want.Apply(e[0])
	must(t, s.Compact(t.Context(), lease, want))
	if d := cmp.Diff(want, load(t, path)); d != "" {
		t.Errorf("after going on (-want +got):\n%s", d)
	}
}

// TestFailedWrite has writing and syncing fail, and taking back too.
func TestFailedWrite(t *testing.T) {
	for name, failing := range map[string][]string{
		"write":              {"write sever.kktstate.journal"},
		"sync":               {journalSync},
		"write, taking back": {"write sever.kktstate.journal", "truncate sever.kktstate.journal"},
		"sync, taking back":  {journalSync, "truncate sever.kktstate.journal"},
	} {
		path := place(t)
		before := seed(t, path)
		f := &faultFS{}
		s := local.Open(path, local.WithFS(f))
		lease := lock(t, s)
		f.fail = func(op string, _ int) error {
			for _, bad := range failing {
				if op == bad {
					return syscall.ENOSPC
				}
			}
			return nil
		}
		e := []state.Entry{entry(5)}
		if err := s.Append(t.Context(), lease, e); !errors.Is(err, syscall.ENOSPC) || e[0].Serial != 0 {
			t.Fatalf("%s: %v, serial %d", name, err, e[0].Serial)
		}
		f.fail = nil
		if err := s.Append(t.Context(), lease, e); err == nil {
			t.Errorf("%s: an append before a load succeeded", name)
		}
		if err := s.Compact(t.Context(), lease, before); err == nil {
			t.Errorf("%s: a compaction before a load succeeded", name)
		}
		got, notices, err := s.Load(t.Context())
		must(t, err)
		if d := cmp.Diff(before, got); d != "" || len(notices) > 0 {
			t.Errorf("%s: notices %q (-want +got):\n%s", name, notices, d)
		}
		must(t, s.Append(t.Context(), lease, e))
		before.Apply(e[0])
		if d := cmp.Diff(before, load(t, path)); d != "" {
			t.Errorf("%s: after the load (-want +got):\n%s", name, d)
		}
	}
}

// TestFailedRepairLeftToNext: who could not take a write back and was fenced
// meanwhile leaves the journal to the new holder.
func TestFailedRepairLeftToNext(t *testing.T) {
	path := place(t)
	seed(t, path)
	f := &faultFS{}
	s := local.Open(path, local.WithFS(f))
	lease := lock(t, s)
	f.fail = func(op string, _ int) error {
		if strings.HasSuffix(op, ".journal") {
			return syscall.EIO
		}
		return nil
	}
	if err := s.Append(t.Context(), lease, []state.Entry{entry(5)}); err == nil {
		t.Fatal("a failed append is reported as done")
	}
	other := local.Open(path)
	must(t, other.ForceUnlock(t.Context(), lease.ID))
	must(t, other.Append(t.Context(), lock(t, other), []state.Entry{entry(6)}))
	want := load(t, path)
	f.fail = nil
	got, _, err := s.Load(t.Context())
	must(t, err)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("the fenced one changed the journal (-want +got):\n%s", d)
	}
}

// TestTornTail cuts the journal at every byte of its last entry, and goes on
// from some of them.
func TestTornTail(t *testing.T) {
	path := place(t)
	seed(t, path)
	journal, err := os.ReadFile(path + ".journal")
	must(t, err)
	whole := strings.LastIndexByte(strings.TrimSuffix(string(journal), "\n"), '\n') + 1
	must(t, os.WriteFile(path+".journal", journal[:whole], 0o600))
	want := load(t, path)
	for cut := whole + 1; cut < len(journal); cut++ {
		must(t, os.WriteFile(path+".journal", journal[:cut], 0o600))
		s := local.Open(path)
		got, notices, err := s.Load(t.Context())
		must(t, err)
		if d := cmp.Diff(want, got); d != "" || len(notices) != 1 || !strings.Contains(notices[0], fmt.Sprint(cut-whole)+" bytes") {
			t.Fatalf("cut at %d: notices %q (-want +got):\n%s", cut, notices, d)
		}
		if cut%32 != 0 {
			continue
		}
		e := []state.Entry{{Event: "short", Address: "kkts.c1", Delete: true}}
		lease := lock(t, s)
		must(t, s.Append(t.Context(), lease, e))
		must(t, s.Unlock(t.Context(), lease))
		next := want.Clone()
		next.Apply(e[0])
		if d := cmp.Diff(next, load(t, path)); d != "" {
			t.Fatalf("cut at %d and appended (-want +got):\n%s", cut, d)
		}
	}
}

// TestGroupCommit holds the first sync until 63 others wait: one more sync
// has to do for all of them.
func TestGroupCommit(t *testing.T) {
	path := place(t)
	seed(t, path)
	synctest.Test(t, func(t *testing.T) {
		gate, once := make(chan struct{}), sync.Once{}
		f := &faultFS{}
		s := local.Open(path, local.WithFS(f))
		lease := lock(t, s)
		f.take()
		f.before = func(op string) {
			if op == journalSync {
				once.Do(func() { <-gate })
			}
		}
		errs := make(chan error, 64)
		appendOne := func(n int) { errs <- s.Append(t.Context(), lease, []state.Entry{entry(n)}) }
		go appendOne(100)
		synctest.Wait()
		for n := range 63 {
			go appendOne(101 + n)
		}
		synctest.Wait()
		if len(errs) > 0 {
			t.Fatal("an append returned before its sync")
		}
		close(gate)
		for range 64 {
			must(t, <-errs)
		}
		syncs := 0
		for _, op := range f.take() {
			if op == journalSync {
				syncs++
			}
		}
		if syncs != 2 {
			t.Errorf("%d syncs for 64 appends, want 2", syncs)
		}
	})
	if got := load(t, path); len(got.Resources) != 4+64 {
		t.Errorf("%d resources", len(got.Resources))
	}
}
