package apply

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/local"
	"github.com/kktctl/kktctl/state/memory"
)

func record(t *testing.T, s *Session, event string) {
	t.Helper()
	if err := s.Record(t.Context(), state.Entry{Event: event, Address: "kkts.a", Log: true}); err != nil {
		t.Fatal(err)
	}
}

// rests gives the lock back, and takes it when the store was changed.
func rests(t *testing.T, s *Session, change func()) error {
	t.Helper()
	if err := s.release(t.Context()); err != nil {
		t.Fatal(err)
	}
	change()
	return s.retake(t.Context())
}

// A state that was put in the place of the one that this run had is not gone
// on with.
func TestAnotherStateAfterARest(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "sever.kktstate")
	store := local.Open(path)
	defer store.Close()
	s, err := Open(t.Context(), store, "sever", state.LockRequest{Holder: "a"}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	record(t, s, "one")
	if err := rests(t, s, func() {}); err != nil {
		t.Fatal(err)
	}
	older := map[string][]byte{}
	for _, p := range []string{path, path + ".journal"} {
		older[p], _ = os.ReadFile(p)
	}
	record(t, s, "signed and sent")
	before := s.Snapshot()
	err = rests(t, s, func() {
		for p, data := range older {
			_ = os.WriteFile(p, data, 0o600)
		}
	})
	if err == nil || !lasting(err) || !strings.Contains(err.Error(), "older one") {
		t.Errorf("an older one: %v", err)
	}
	names, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, n := range names {
		_ = os.Remove(n)
	}
	if err := s.retake(t.Context()); err == nil || !lasting(err) || !strings.Contains(err.Error(), "is gone") {
		t.Errorf("none: %v", err)
	}
	next, err := Open(t.Context(), store, "sever", state.LockRequest{Holder: "b"}, time.Now)
	if err != nil {
		t.Fatalf("the lock was kept: %v", err)
	}
	for range 5 {
		record(t, next, "another state")
	}
	if err := next.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.retake(t.Context()); !errors.Is(err, state.ErrLineage) || !lasting(err) {
		t.Errorf("another one: %v", err)
	}
	if after := s.Snapshot(); after.Serial != before.Serial || after.Lineage != before.Lineage {
		t.Errorf("the session went on from %s %d", after.Lineage, after.Serial)
	}
}

// Whoever opened the session is asked too: it may have seen a newer one.
func TestTrustIsAskedAfterARest(t *testing.T) {
	s, err := Open(t.Context(), memory.New("test"), "test", state.LockRequest{}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	record(t, s, "one")
	s.Trust = func(context.Context, *state.Snapshot) error { return errors.New("seen newer") }
	if err := rests(t, s, func() {}); err == nil || !lasting(err) || !strings.Contains(err.Error(), "seen newer") {
		t.Errorf("%v", err)
	}
}

// away is a store that is out of reach for some calls.
type away struct {
	*memory.Store
	locks, loads int
}

func (a *away) Lock(ctx context.Context, req state.LockRequest) (*state.Lease, error) {
	if a.locks--; a.locks >= 0 {
		return nil, errors.New("HTTP 503")
	}
	return a.Store.Lock(ctx, req)
}

func (a *away) Load(ctx context.Context) (*state.Snapshot, []string, error) {
	if a.loads--; a.loads >= 0 {
		return nil, nil, errors.New("HTTP 502")
	}
	return a.Store.Load(ctx)
}

// A store that is out of reach for a while does not end a wait; one that is
// until the end of the wait is told.
func TestStoreIsAwayAfterARest(t *testing.T) {
	for _, calls := range []int{3, 1000} {
		synctest.Test(t, func(t *testing.T) {
			store := &away{Store: memory.New("test")}
			s, err := Open(t.Context(), store, "test", state.LockRequest{}, time.Now)
			if err != nil {
				t.Fatal(err)
			}
			record(t, s, "one")
			if err := s.release(t.Context()); err != nil {
				t.Fatal(err)
			}
			store.locks, store.loads = calls, calls
			r := &runner{s: s}
			held, err := r.retake(t.Context(), time.Now().Add(time.Minute))
			if want := calls == 3; held != want || (err == nil) != want {
				t.Errorf("%d failures: held %v, %v", calls, held, err)
			}
			if held {
				record(t, s, "two")
			}
			if err := s.Close(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// hanging is a store whose renewals take long, and may not be cut off.
type hanging struct {
	*memory.Store
	cut bool
}

func (h *hanging) Renew(ctx context.Context, l *state.Lease) error {
	select {
	case <-ctx.Done():
		h.cut = true
		return ctx.Err()
	case <-time.After(5 * time.Second):
		return h.Store.Renew(ctx, l)
	}
}

// The end of a session does not cut off a renewal that is on its way: what
// became of that would not be known, and the store would want to be read anew.
func TestCloseWaitsForTheRenewal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &hanging{Store: memory.New("test", memory.WithTerm(time.Minute))}
		s, err := Open(t.Context(), store, "test", state.LockRequest{}, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		record(t, s, "one")
		time.Sleep(22 * time.Second) // in the renewal
		if err := s.Close(t.Context()); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if store.cut {
			t.Error("the renewal was cut off")
		}
	})
}
