package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/kktctl/kktctl/state"
)

// held is a lock that is renewed for as long as it is held.
type held struct {
	store state.Store
	lease *state.Lease
	stop  func() // ends the renewal, and returns when it has ended
}

// lockStore takes a lock without a session, waiting for it up to timeout.
func (a *App) lockStore(ctx context.Context, g *globals, store state.Store, req state.LockRequest, timeout time.Duration) (*held, error) {
	h := &held{store: store}
	err := a.whenFree(ctx, g, timeout, func() (err error) {
		h.lease, err = store.Lock(ctx, req)
		return err
	})
	if err != nil {
		return nil, err
	}
	h.stop = keepLease(ctx, store, h.lease)
	return h, nil
}

// unlock gives the lock back. No renewal comes after it.
func (h *held) unlock(ctx context.Context) error {
	h.stop()
	return h.store.Unlock(ctx, h.lease)
}

// keepLease renews a lease at a third of its term, and sooner again when that
// fails, until it is stopped or the lock is lost. What is written under a lost
// lock the store refuses itself. An interrupt ends the work, not the renewal:
// what was begun is written to its end under the lock.
func keepLease(ctx context.Context, store state.Store, lease *state.Lease) (stop func()) {
	if lease.Term == 0 {
		return func() {} // it ends with the process
	}
	ctx = context.WithoutCancel(ctx)
	stopped, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for wait := lease.Term / 3; ; {
			select {
			case <-stopped:
				return
			case <-time.After(wait):
			}
			switch err := renewOnce(ctx, store, lease); {
			case errors.Is(err, state.ErrFenced):
				return
			case err != nil:
				wait = lease.Term / 12
			default:
				wait = lease.Term / 3
			}
		}
	}()
	return sync.OnceFunc(func() {
		close(stopped)
		<-ended
	})
}

// renewOnce does not wait for an answer that would come after the term.
func renewOnce(ctx context.Context, store state.Store, lease *state.Lease) error {
	ctx, cancel := context.WithTimeout(ctx, lease.Term)
	defer cancel()
	return store.Renew(ctx, lease)
}
