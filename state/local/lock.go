package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"github.com/kktctl/kktctl/state"
)

// maxLockFile bounds the lock file.
const maxLockFile = 64 << 10

// lockFile is the content of NAME.kktstate.lock. It outlives the lock, for
// the epoch's sake.
type lockFile struct {
	Epoch uint64          `json:"epoch"` // of the newest lock or forced unlock
	Held  *state.LockInfo `json:"held"`
}

func (s *Store) readLock() (lockFile, error) {
	var lf lockFile
	data, err := s.read(s.lockPath(), maxLockFile, false)
	if err != nil || data == nil {
		return lf, err
	}
	if err := json.Unmarshal(data, &lf); err != nil {
		return lf, fmt.Errorf("%s is damaged: %w\nhint: when no kktctl is running on this state, remove that file", s.lockPath(), err)
	}
	return lf, nil
}

func (s *Store) writeLock(lf lockFile) error {
	data, err := json.MarshalIndent(lf, "", "  ")
	if err != nil {
		return err
	}
	return s.replace(s.lockPath(), append(data, '\n'))
}

// check tells whether the lease is the newest. It is called with the mutex
// held, so that the write after it is under the same lease.
func (s *Store) check(lease *state.Lease) error {
	if lease == nil {
		return errors.New("a write needs a lease")
	}
	lf, err := s.readLock()
	if err != nil {
		return err
	}
	if !holds(lf, lease) {
		return state.ErrFenced
	}
	return nil
}

func holds(lf lockFile, lease *state.Lease) bool {
	return lf.Held != nil && lf.Held.ID == lease.ID && lf.Held.Epoch == lease.Epoch && lf.Epoch == lease.Epoch
}

// Lock takes the lock. A holder that ended without unlocking is replaced and
// named in Previous.
func (s *Store) Lock(ctx context.Context, req state.LockRequest) (*state.Lease, error) {
	var lease *state.Lease
	err := s.exclusive(ctx, func() error {
		lf, err := s.readLock()
		if err != nil {
			return err
		}
		if err := s.refuseHeld(lf.Held); err != nil {
			return err
		}
		lease, err = s.take(lf, req)
		return err
	})
	if err != nil {
		return nil, err
	}
	return lease, nil
}

func (s *Store) refuseHeld(held *state.LockInfo) error {
	if held == nil {
		return nil
	}
	gone, err := s.gone(held)
	if err == nil && !gone {
		err = &state.LockedError{Location: s.path, Info: *held}
	}
	return err
}

// gone tells whether the holder's process has ended.
func (s *Store) gone(held *state.LockInfo) (bool, error) {
	l, err := s.fs.TryLock(s.livePath(held.Epoch))
	if err != nil || l == nil {
		return false, err
	}
	return true, l.Close()
}

func (s *Store) take(lf lockFile, req state.LockRequest) (*state.Lease, error) {
	if lf.Held != nil {
		if err := s.rewrite(); err != nil {
			return nil, err
		}
	}
	epoch, live, err := s.claim(lf.Epoch)
	if err != nil {
		return nil, err
	}
	lease := &state.Lease{Previous: lf.Held, LockInfo: state.LockInfo{
		ID: uuid.NewString(), Holder: req.Holder, Operation: req.Operation,
		Created: time.Now().UTC(), Epoch: epoch,
	}}
	if err := s.writeLock(lockFile{Epoch: epoch, Held: &lease.LockInfo}); err != nil {
		return nil, errors.Join(err, live.Close())
	}
	if lf.Held != nil {
		_ = s.fs.Remove(s.livePath(lf.Held.Epoch)) // nobody asks for it any more
	}
	s.alive[lease.ID] = live
	return lease, nil
}

// rewrite puts the journal of a holder that crashed into a new file. Its last
// sync may have failed just before: the system then takes for written what is
// not, and another sync of the same file would succeed without doing anything.
// Its name becomes durable together with the lock's.
func (s *Store) rewrite() error {
	s.closeWriter()
	return s.copy(s.journalPath(), s.journalPath(), state.MaxJournal)
}

// claim finds the next epoch and locks its file. When the lock file was
// removed by hand, the epoch goes on from the journal, past any process that
// still lives.
func (s *Store) claim(epoch uint64) (uint64, io.Closer, error) {
	if epoch == 0 {
		epoch = s.journalEpoch()
	}
	for range 1000 {
		epoch++
		live, err := s.fs.TryLock(s.livePath(epoch))
		if err != nil {
			return 0, nil, fmt.Errorf("lock %s: %w", s.path, err)
		}
		if live != nil {
			return epoch, live, nil
		}
	}
	return 0, nil, fmt.Errorf("lock %s: no epoch is free", s.path)
}

func (s *Store) journalEpoch() (epoch uint64) {
	data, err := s.read(s.journalPath(), state.MaxJournal, false)
	if err != nil || data == nil {
		return 0 // a damaged journal is Load's to report
	}
	if j, err := s.codec.DecodeJournal(data); err == nil {
		for _, e := range j.Entries {
			epoch = max(epoch, e.Epoch)
		}
	}
	return epoch
}

// Unlock gives the lock back; a lease that is no longer the newest has
// nothing to give.
func (s *Store) Unlock(ctx context.Context, lease *state.Lease) error {
	if lease == nil {
		return nil
	}
	return s.exclusive(ctx, func() error {
		lf, err := s.readLock()
		if err != nil {
			return err
		}
		s.closeWriter()
		if holds(lf, lease) {
			if err := s.writeLock(lockFile{Epoch: lf.Epoch}); err != nil {
				return err
			}
		}
		return s.release(lease)
	})
}

func (s *Store) release(lease *state.Lease) error {
	live := s.alive[lease.ID]
	if live == nil {
		return nil
	}
	delete(s.alive, lease.ID)
	err := live.Close()
	_ = s.fs.Remove(s.livePath(lease.Epoch)) // a leftover is harmless
	return err
}

// ForceUnlock removes the lock with the given id. A holder that still lives
// is refused from now on.
func (s *Store) ForceUnlock(ctx context.Context, id string) error {
	return s.exclusive(ctx, func() error {
		lf, err := s.readLock()
		if err != nil {
			return err
		}
		if lf.Held == nil {
			return fmt.Errorf("the state %s is not locked", s.path)
		}
		if lf.Held.ID != id {
			return fmt.Errorf("lock %q is not the present one: %w", id, &state.LockedError{Location: s.path, Info: *lf.Held})
		}
		if err := s.writeLock(lockFile{Epoch: lf.Epoch + 1}); err != nil {
			return err
		}
		_ = s.fs.Remove(s.livePath(lf.Held.Epoch)) // a leftover is harmless
		return nil
	})
}

// LockInfo tells who holds the lock. Where this process may not write, a
// holder that has ended cannot be told from one that lives.
func (s *Store) LockInfo(ctx context.Context) (*state.LockInfo, error) {
	lf, err := s.readLock()
	if err != nil || lf.Held == nil {
		return nil, err
	}
	gone := false
	locked := s.exclusive(ctx, func() error {
		if lf, err = s.readLock(); err == nil && lf.Held != nil {
			gone, err = s.gone(lf.Held)
		}
		return nil
	})
	switch {
	case ctx.Err() != nil:
		return nil, locked
	case err != nil:
		return nil, err
	case gone:
		return nil, nil
	}
	return lf.Held, nil
}
