package statetest

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/state"
)

func testLockExcludes(t *testing.T, open func() state.Store) {
	s := open()
	lease := lock(t, s)
	if lease.Previous != nil {
		t.Fatalf("a free lock has a previous holder %v", lease.Previous)
	}
	for _, other := range []state.Store{open(), s} {
		_, err := other.Lock(context.Background(), state.LockRequest{Holder: "boris", Operation: "resume"})
		var locked *state.LockedError
		if !errors.As(err, &locked) {
			t.Fatalf("a second lock: got %v, want a LockedError", err)
		}
		if d := cmp.Diff(lease.LockInfo, locked.Info); d != "" || locked.Location != s.Location() {
			t.Fatalf("LockedError at %q (-want +got):\n%s", locked.Location, d)
		}
		for _, part := range []string{request.Holder, request.Operation, lease.ID} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("the message does not name %q: %v", part, err)
			}
		}
	}
	unlock(t, s, lease)
	unlock(t, open(), lock(t, open()))
}

func testLockInfo(t *testing.T, open func() state.Store) {
	s := open()
	info := func() *state.LockInfo {
		t.Helper()
		got, err := open().LockInfo(context.Background())
		if err != nil {
			t.Fatalf("lock info: %v", err)
		}
		return got
	}
	if got := info(); got != nil {
		t.Fatalf("before: %v", got)
	}
	lease := lock(t, s)
	if lease.ID == "" || lease.Epoch == 0 || lease.Created.IsZero() || lease.Holder != request.Holder || lease.Operation != request.Operation {
		t.Fatalf("the lease is not filled: %+v", lease.LockInfo)
	}
	if d := cmp.Diff(&lease.LockInfo, info()); d != "" {
		t.Fatalf("held (-want +got):\n%s", d)
	}
	unlock(t, s, lease)
	if got := info(); got != nil {
		t.Fatalf("after: %v", got)
	}
}

func testUnlockTwice(t *testing.T, open func() state.Store) {
	s := open()
	first := lock(t, s)
	unlock(t, s, first)
	unlock(t, s, first)
	second := lock(t, s)
	unlock(t, s, first)
	if err := s.Renew(context.Background(), second); err != nil {
		t.Fatalf("unlocking an old lease took the new one: %v", err)
	}
}

func testEpochGrows(t *testing.T, open func() state.Store) {
	last := uint64(0)
	for i := range 4 {
		s := open()
		lease := lock(t, s)
		if lease.Epoch <= last {
			t.Fatalf("lock %d: epoch %d after %d", i, lease.Epoch, last)
		}
		last = lease.Epoch
		if i%2 == 0 {
			unlock(t, s, lease)
		} else if err := open().ForceUnlock(context.Background(), lease.ID); err != nil {
			t.Fatalf("force unlock: %v", err)
		}
	}
}

// fenced tells that no write goes through under the lease.
func fenced(t *testing.T, s state.Store, lease *state.Lease, model *state.Snapshot) {
	t.Helper()
	ctx := context.Background()
	e := set("kkts.fenced", 1)
	wantErr(t, "append", s.Append(ctx, lease, []state.Entry{e}), state.ErrFenced)
	wantErr(t, "compact", s.Compact(ctx, lease, model), state.ErrFenced)
	wantErr(t, "init", s.Init(ctx, lease, state.NewSnapshot("other")), state.ErrFenced)
	wantErr(t, "renew", s.Renew(ctx, lease), state.ErrFenced)
	if e.Serial != 0 {
		t.Fatalf("a refused entry was numbered")
	}
}

func testFenced(t *testing.T, open func() state.Store) {
	s := open()
	lease, model := begin(t, s)
	add(t, s, lease, model, set("kkts.a", 1))
	if err := s.Renew(context.Background(), lease); err != nil {
		t.Fatalf("renew: %v", err)
	}
	if err := open().ForceUnlock(context.Background(), lease.ID); err != nil {
		t.Fatalf("force unlock: %v", err)
	}
	fenced(t, s, lease, model)
	other := open()
	next := lock(t, other)
	fenced(t, s, lease, model)
	add(t, other, next, model, set("kkts.b", 2))
	fenced(t, s, lease, model)
	unlock(t, s, lease)
	add(t, other, next, model, set("kkts.b", 3))
	same(t, open(), model)
}

func testStaleLease(t *testing.T, open func() state.Store) {
	s := open()
	lease, model := begin(t, s)
	unlock(t, s, lease)
	fenced(t, s, lease, model)
	next := lock(t, s)
	fenced(t, s, lease, model)
	add(t, s, next, model, set("kkts.a", 1))
	same(t, open(), model)
}

// testForgedLease has the right epoch and not the right id, and the reverse.
func testForgedLease(t *testing.T, open func() state.Store) {
	s := open()
	lease, model := begin(t, s)
	id, epoch := *lease, *lease
	id.ID = "00000000-0000-0000-0000-000000000000"
	epoch.Epoch++
	fenced(t, s, &id, model)
	fenced(t, s, &epoch, model)
	if err := s.Append(context.Background(), nil, []state.Entry{set("kkts.a", 1)}); err == nil {
		t.Fatalf("append without a lease succeeded")
	}
	same(t, open(), model)
}

func testForceUnlockWrong(t *testing.T, open func() state.Store) {
	s := open()
	lease := lock(t, s)
	err := open().ForceUnlock(context.Background(), "not-"+lease.ID)
	if err == nil || !strings.Contains(err.Error(), request.Holder) || !strings.Contains(err.Error(), lease.ID) {
		t.Fatalf("got %v, want an error that names the holder and the lock", err)
	}
	if err := s.Renew(context.Background(), lease); err != nil {
		t.Fatalf("the lock was lost: %v", err)
	}
}

func testForceUnlockFree(t *testing.T, open func() state.Store) {
	if err := open().ForceUnlock(context.Background(), "any"); err == nil {
		t.Fatalf("unlocking what is not locked succeeded")
	}
}
