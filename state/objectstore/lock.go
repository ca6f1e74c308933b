package objectstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/kktctl/kktctl/state"
)

// maxContest bounds how often a lock is tried for while others replace the
// head.
const maxContest = 50

// Lock takes the lock. One that has run out, by the store's clock, is taken
// over, and its holder named in Previous.
func (s *Store) Lock(ctx context.Context, req state.LockRequest) (*state.Lease, error) {
	var lease *state.Lease
	err := s.exclusive(ctx, func() (err error) {
		if err := s.settle(ctx); err != nil {
			return err
		}
		for range maxContest {
			if lease, err = s.take(ctx, req); !errors.Is(err, errMoved) {
				return err
			}
		}
		return fmt.Errorf("%s: others keep changing it", s.location)
	})
	if err != nil {
		return nil, err
	}
	return lease, nil
}

func (s *Store) take(ctx context.Context, req state.LockRequest) (*state.Lease, error) {
	from, err := s.read(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.empty(ctx, from); err != nil {
		return nil, err
	}
	if l := from.Lock; l != nil && s.clock.earliest().Before(l.Expires) {
		return nil, &state.LockedError{Location: s.location, Info: *l}
	}
	if err := s.meet(&from.head); err != nil {
		return nil, err
	}
	next := from.clone()
	if next.Probed != s.endpoint {
		if err := s.probe(ctx); err != nil {
			return nil, err
		}
		next.Probed = s.endpoint
	}
	now := s.clock.latest()
	next.Epoch++
	next.Lock = &state.LockInfo{
		ID: uuid.NewString(), Holder: req.Holder, Operation: req.Operation,
		Created: now, Expires: now.Add(s.term), Epoch: next.Epoch,
	}
	lease := &state.Lease{LockInfo: *next.Lock, Term: s.term, Previous: from.Lock}
	at, err := s.replace(ctx, from, next)
	if err != nil {
		return nil, err
	}
	s.at = at
	return lease, nil
}

// Renew begins the term anew.
func (s *Store) Renew(ctx context.Context, lease *state.Lease) error {
	return s.exclusive(ctx, func() error {
		before := s.unknown
		err := s.change(ctx, lease, func(next *head) error {
			next.Lock.Expires = s.clock.latest().Add(s.term)
			return nil
		})
		if before == nil && s.unknown != nil {
			s.renewed = true
		}
		return err
	})
}

// Unlock gives the lock back; a lease that is no longer the newest has nothing
// to give.
func (s *Store) Unlock(ctx context.Context, lease *state.Lease) error {
	if lease == nil {
		return nil
	}
	return s.exclusive(ctx, func() error {
		if err := s.settle(ctx); err != nil {
			return err
		}
		err := s.change(ctx, lease, func(next *head) error {
			next.Lock = nil
			return nil
		})
		if errors.Is(err, state.ErrFenced) {
			return nil
		}
		return err
	})
}

// ForceUnlock removes the lock with the given id.
func (s *Store) ForceUnlock(ctx context.Context, id string) error {
	return s.exclusive(ctx, func() error {
		for range maxContest {
			from, err := s.read(ctx)
			switch {
			case err != nil:
				return err
			case from.Lock == nil:
				return fmt.Errorf("the state %s is not locked", s.location)
			case from.Lock.ID != id:
				return fmt.Errorf("lock %q is not the present one: %w", id, &state.LockedError{Location: s.location, Info: *from.Lock})
			}
			next := from.clone()
			next.Lock = nil
			next.Epoch++
			if _, err = s.replace(ctx, from, next); !errors.Is(err, errMoved) {
				return err
			}
		}
		return fmt.Errorf("%s: others keep changing it", s.location)
	})
}

// LockInfo tells who holds the lock.
func (s *Store) LockInfo(ctx context.Context) (*state.LockInfo, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	now, err := s.read(ctx)
	if err != nil {
		return nil, err
	}
	return now.Lock, nil
}
