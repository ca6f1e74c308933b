package httpstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
)

// probe tries, before anything is kept at an address, what everything rests
// on: a second lock is refused, a lock is not given back by another id, and a
// write under another lock's id is refused.
func (s *Store) probe(ctx context.Context, w wireLock) error {
	now := s.clock.latest()
	other := s.wire(uuid.NewString(), now.Add(peekTerm), peekAttempt, peekHolder, "probe", now)
	held, err := s.lockCall(ctx, other)
	if err != nil {
		return err
	}
	if held == nil {
		return s.unfit("gives the lock to two at once")
	}
	switch err := s.unlockCall(ctx, other.ID, nil); {
	case err == nil:
		return s.unfit("takes the lock back from whoever names any id")
	case !errors.Is(err, errRefused):
		return err
	}
	// Any error refuses; what is there is read after this.
	if s.post(ctx, other.ID, &document{Version: documentVersion}) == nil {
		return s.unfit("takes a document from who does not hold the lock")
	}
	return nil
}

func (s *Store) unfit(why string) error {
	return fmt.Errorf("%s: this server %s: a state would not be safe there\nhint: keep it where locks are checked: GitLab, s3://, postgres:// or a file", s.c.Address, why)
}
