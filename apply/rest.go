package apply

import (
	"context"
	"errors"
	"fmt"
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
// holds it for so long goes on with what waits. A store that cannot be reached
// for a while is asked again, too; one that has another state is not.
func (r *runner) retake(ctx context.Context, deadline time.Time) (bool, error) {
	for {
		err := r.s.retake(ctx)
		if err == nil {
			return true, nil
		}
		if interrupted(ctx) {
			return false, nil
		}
		if lasting(err) {
			r.s.fail(err)
			return false, err
		}
		if _, locked := errors.AsType[*state.LockedError](err); locked {
			err = nil
		}
		next := r.s.now().Add(lockRetry)
		if next.After(deadline) {
			return false, err
		}
		if !r.sleep(ctx, next) {
			return false, nil
		}
	}
}

func interrupted(ctx context.Context) bool { return ctx.Err() != nil }

// errOther tells that the state is not the one that the session had.
var errOther = errors.New("nothing was written")

// lasting tells errors of a state that asking again does not mend.
func lasting(err error) bool {
	for _, e := range []error{errOther, state.ErrLineage, state.ErrSerial, state.ErrCorrupt, state.ErrMoved, state.ErrSealed, state.ErrNewer} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
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
// After an error the session is as it was, without the lock.
func (s *Session) retake(ctx context.Context) error {
	asked := s.now()
	lease, err := s.store.Lock(ctx, s.request)
	if err != nil {
		return err
	}
	snap, err := s.reload(ctx)
	if err != nil {
		return errors.Join(err, s.store.Unlock(context.WithoutCancel(ctx), lease))
	}
	s.mu.Lock()
	s.lease, s.away = lease, false
	if snap != nil {
		s.snap, s.known, s.exists = snap, nil, true
	}
	s.mu.Unlock()
	s.keepLease(ctx, asked)
	return nil
}

// reload gives the state as it is now, which goes on from the one that the
// session had: what it sent is in there. It is nil where there was none and is
// none.
func (s *Session) reload(ctx context.Context) (*state.Snapshot, error) {
	snap, notices, err := s.store.Load(ctx)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	had, exists := s.snap, s.exists
	s.mu.Unlock()
	where := s.store.Location()
	switch {
	case snap == nil && exists:
		return nil, fmt.Errorf("the state %s is gone: this run had it with serial %d, and gave the lock back while it waited; %w\nhint: put it back, then resume", where, had.Serial, errOther)
	case snap == nil:
		return nil, nil
	case exists && snap.Lineage != had.Lineage:
		return nil, fmt.Errorf("the state %s was replaced while this run waited: %w: it had %s, there is %s; %w", where, state.ErrLineage, had.Lineage, snap.Lineage, errOther)
	case exists && snap.Serial < had.Serial:
		return nil, fmt.Errorf("the state %s was replaced by an older one while this run waited: it had serial %d, there is %d, and what was done since could be done again; %w\nhint: put the newer one back, then resume", where, had.Serial, snap.Serial, errOther)
	}
	if err := errors.Join(s.usable(snap, had.Fleet), s.trusted(ctx, snap)); err != nil {
		return nil, fmt.Errorf("%w; %w", err, errOther)
	}
	s.Notices = append(s.Notices, notices...)
	return snap, nil
}

// trusted asks whoever opened the session about a state that was loaded again.
func (s *Session) trusted(ctx context.Context, snap *state.Snapshot) error {
	if s.Trust == nil {
		return nil
	}
	return s.Trust(ctx, snap)
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
