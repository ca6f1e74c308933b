package main

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/memory"
)

// flaky is a store whose renewals fail at times, and are counted.
type flaky struct {
	*memory.Store
	down    atomic.Bool
	renewed atomic.Int64
}

func (f *flaky) Renew(ctx context.Context, l *state.Lease) error {
	f.renewed.Add(1)
	if f.down.Load() {
		return errors.New("the network is down")
	}
	return f.Store.Renew(ctx, l)
}

func lockFlaky(t *testing.T, f *flaky) *held {
	t.Helper()
	h, err := testApp(t).lockStore(t.Context(), &globals{}, f, state.LockRequest{Holder: "test", Operation: "state migrate"}, 0)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// Work that outlasts the term of a lock keeps it, also over an outage that is
// shorter than the term, and nobody else gets it meanwhile.
func TestLockStoreIsRenewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &flaky{Store: memory.New("a", memory.WithTerm(time.Minute))}
		h := lockFlaky(t, f)
		time.Sleep(10 * time.Minute)
		f.down.Store(true)
		time.Sleep(30 * time.Second)
		f.down.Store(false)
		time.Sleep(10 * time.Minute)
		var locked *state.LockedError
		if _, err := f.Lock(t.Context(), state.LockRequest{Holder: "other"}); !errors.As(err, &locked) {
			t.Errorf("another one got the lock: %v", err)
		}
		if err := f.Init(t.Context(), h.lease, state.NewSnapshot("sever")); err != nil {
			t.Errorf("after 20 minutes: %v", err)
		}
		if err := h.unlock(t.Context()); err != nil {
			t.Error(err)
		}
		before := f.renewed.Load()
		time.Sleep(10 * time.Minute)
		if n := f.renewed.Load(); n != before {
			t.Errorf("renewed %d times after it was given back", n-before)
		}
	})
}

// A lock that somebody took is not asked for again and again, and is not
// written under.
func TestLockStoreLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &flaky{Store: memory.New("a", memory.WithTerm(time.Minute))}
		h := lockFlaky(t, f)
		if err := f.ForceUnlock(t.Context(), h.lease.ID); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Minute)
		if n := f.renewed.Load(); n != 1 {
			t.Errorf("asked %d times for a lock that is lost", n)
		}
		if err := f.Init(t.Context(), h.lease, state.NewSnapshot("sever")); !errors.Is(err, state.ErrFenced) {
			t.Errorf("written under a lost lock: %v", err)
		}
		if err := h.unlock(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
