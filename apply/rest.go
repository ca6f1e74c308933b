package apply

import (
	"context"
	"errors"
	"reflect"
	"time"

	"github.com/kktctl/kktctl/state"
)

// restFrom is how long a wait has to be for the lock to be given back
// meanwhile.
const restFrom = 2 * time.Second

// lockRetry is how often a lock that somebody else has is asked for again.
const lockRetry = time.Second

// rest waits until the time, without the lock when that is worth it: what is
// waited for may be a person's answer, which needs the lock to be written. It
// tells whether to go on.
func (r *runner) rest(ctx context.Context, until, deadline time.Time) (bool, error) {
	if r.o.KeepLock || until.Sub(r.s.now()) < restFrom {
		return r.sleep(ctx, until), nil
	}
	before := r.s.Snapshot()
	if err := r.s.release(ctx); err != nil {
		return false, err
	}
	if !r.sleep(ctx, until) {
		return false, nil
	}
	held, err := r.retake(ctx, deadline)
	if !held || err != nil {
		return false, err
	}
	if after := r.s.Snapshot(); after.Serial != before.Serial && !onlyGiven(before, after) {
		r.stale = true
	}
	return true, nil
}

// retake asks for the lock until it is had or the run is over. Somebody who
// holds it for so long goes on with what waits.
func (r *runner) retake(ctx context.Context, deadline time.Time) (bool, error) {
	for {
		err := r.s.retake(ctx)
		var locked *state.LockedError
		switch {
		case err == nil:
			return true, nil
		case !errors.As(err, &locked):
			return false, err
		}
		if next := r.s.now().Add(lockRetry); next.After(deadline) || !r.sleep(ctx, next) {
			return false, nil
		}
	}
}

// release gives the lock back, with the journal folded in. Until it is retaken
// nothing can be written.
func (s *Session) release(ctx context.Context) error {
	err := s.Close(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away, s.dirty = true, false
	return err
}

// retake takes the lock again and loads what others have written meanwhile.
func (s *Session) retake(ctx context.Context) error {
	asked := s.now()
	lease, err := s.store.Lock(ctx, s.request)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.lease, s.away = lease, false
	fleet := s.snap.Fleet
	err = s.load(ctx, fleet)
	s.mu.Unlock()
	if err != nil {
		s.fail(err)
		return err
	}
	s.keepLease(ctx, asked)
	return nil
}

// onlyGiven tells whether two states differ in nothing but what people gave:
// signatures, reports, their word on an outcome.
func onlyGiven(a, b *state.Snapshot) bool {
	return a.Lineage == b.Lineage && reflect.DeepEqual(a.Intents, b.Intents) && reflect.DeepEqual(withoutGiven(a), withoutGiven(b))
}

// withoutGiven takes out of a copy what people give. The copy is changed.
func withoutGiven(s *state.Snapshot) map[string]state.Resource {
	for _, r := range s.Resources {
		for _, w := range r.Workflows {
			w.Data.Signature, w.Data.Report, w.Resolution = "", nil, nil
			w.Unknown, w.WaitingFor, w.Message = false, "", ""
		}
	}
	return s.Resources
}
