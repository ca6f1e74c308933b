package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/kktctl/kktctl/state"
)

// rowSQL makes the state's row. A state that lost its row is no new state: its
// epochs would begin again.
const rowSQL = `
INSERT INTO {schema}.states (name, format)
SELECT $1, $2 WHERE NOT EXISTS (SELECT FROM {schema}.snapshots WHERE name = $1)
ON CONFLICT (name) DO NOTHING`

// lockSQL takes the lock. The term begins when the server gets the statement:
// later than the taker counts from.
const lockSQL = `
UPDATE {schema}.states
SET lock_id = $2, holder = $3, operation = $4, created = statement_timestamp(), expires = statement_timestamp() + make_interval(secs => $5),
    epoch = epoch + 1, attempt = attempt + 1
WHERE name = $1 AND format = 1 AND epoch = $6 AND (lock_id IS NULL OR expires <= clock_timestamp())
RETURNING epoch, created, expires, {durable}`

// Lock takes the lock. A lease that ran out is taken over.
func (s *Store) Lock(ctx context.Context, req state.LockRequest) (*state.Lease, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	id, deadline := uuid.NewString(), time.Now().Add(s.opts.patience.read)
	var previous *state.LockInfo
	for {
		r, err := s.row(ctx)
		switch {
		case err != nil:
			return nil, err
		case r.lock != nil && r.lock.ID == id: // the answer was lost
			return &state.Lease{LockInfo: *r.lock, Term: s.opts.lease, Previous: previous}, nil
		case r.lock != nil && !r.expired:
			return nil, &state.LockedError{Location: s.location, Info: *r.lock}
		}
		previous = r.lock
		lease, err := s.take(ctx, id, req, r)
		if lease != nil {
			return lease, nil
		}
		if ctx.Err() != nil {
			s.leave(ctx, id, r.epoch+1)
		}
		if err != nil && (!again(err) || time.Now().After(deadline)) {
			return nil, s.tell(err)
		}
	}
}

// leave gives back a lock that may have been taken while the taker was
// interrupted, if that can be done at once. Otherwise it runs out.
func (s *Store) leave(ctx context.Context, id string, epoch int64) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveTime)
	defer cancel()
	_, _ = s.count(ctx, unlockSQL, s.place.state, id, epoch, 0) // there is nobody to tell
}

// leaveTime is how long an interrupted taker of a lock still waits.
const leaveTime = 2 * time.Second

// row gives the state's row, which is made when there is none yet.
func (s *Store) row(ctx context.Context) (*record, error) {
	r, err := s.look(ctx, s.opts.patience.read)
	if err != nil || r != nil {
		return r, s.tell(err)
	}
	for range 2 { // without tables, and with them
		_, err = s.count(ctx, rowSQL, s.place.state, format)
		if !is(err, undefinedTable, undefinedSchema) {
			break
		}
		if err := s.create(ctx); err != nil {
			return nil, err
		}
	}
	if err != nil && !again(err) {
		return nil, s.tell(err)
	}
	r, err = s.look(ctx, s.opts.patience.read)
	if err == nil && r == nil {
		return nil, s.rowless()
	}
	return r, s.tell(err)
}

// rowless: the snapshots are there and the row is not.
func (s *Store) rowless() error {
	return s.corrupt("its row in states is missing, but its snapshots are there\nhint: restore the row, or name another state with ?state=")
}

// take takes a lock that looked free; nil when another one was faster.
func (s *Store) take(ctx context.Context, id string, req state.LockRequest, r *record) (*state.Lease, error) {
	var lease *state.Lease
	args := []any{s.place.state, id, word(req.Holder), word(req.Operation), s.opts.lease, r.epoch}
	err := s.ask(ctx, lockSQL, args, func(rows pgx.Rows) error {
		l := &state.Lease{Term: s.opts.lease, Previous: r.lock, LockInfo: state.LockInfo{ID: id, Holder: word(req.Holder), Operation: word(req.Operation)}}
		var epoch int64
		var durable string
		if err := rows.Scan(&epoch, &l.Created, &l.Expires, &durable); err != nil {
			return err
		}
		l.Epoch, l.Created, l.Expires = uint64(epoch), l.Created.UTC(), l.Expires.UTC()
		lease = l
		return nil
	})
	if err != nil {
		return nil, err
	}
	return lease, nil
}

// word is text that a database takes.
func word(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "?"), "\x00", "?")
}

const renewSQL = `
UPDATE {schema}.states SET expires = statement_timestamp() + make_interval(secs => $4)
WHERE name = $1 AND lock_id = $2 AND epoch = $3 AND expires > clock_timestamp()
RETURNING {durable}`

// Renew has the lease last for its whole term from now on.
func (s *Store) Renew(ctx context.Context, lease *state.Lease) error {
	if lease == nil {
		return errors.New("a lock that is renewed needs a lease")
	}
	n := 0
	err := s.try(ctx, s.opts.patience.write, again, func(ctx context.Context) (err error) {
		n, err = s.count(ctx, renewSQL, s.place.state, lease.ID, lease.Epoch, s.opts.lease)
		return err
	})
	if n == 1 && err == nil {
		return nil
	}
	if err != nil && !is(err, undefinedTable, undefinedSchema) {
		return s.tell(err)
	}
	r, err := s.look(ctx, s.opts.patience.write)
	if err != nil {
		return s.tell(err)
	}
	if err := r.holds(lease); err != nil {
		return err
	}
	return state.ErrFenced // it ran out between the two
}

const unlockSQL = `
UPDATE {schema}.states SET lock_id = NULL, holder = NULL, operation = NULL, created = NULL, expires = NULL, epoch = epoch + $4
WHERE name = $1 AND lock_id = $2 AND epoch = $3
RETURNING {durable}`

// Unlock gives the lock back.
func (s *Store) Unlock(ctx context.Context, lease *state.Lease) error {
	if lease == nil {
		return nil
	}
	err := s.try(ctx, s.opts.patience.write, again, func(ctx context.Context) error {
		_, err := s.count(ctx, unlockSQL, s.place.state, lease.ID, lease.Epoch, 0)
		return err
	})
	if is(err, undefinedTable, undefinedSchema) {
		return nil
	}
	return s.tell(err)
}

// ForceUnlock removes the lock with the given id.
func (s *Store) ForceUnlock(ctx context.Context, id string) error {
	r, err := s.look(ctx, s.opts.patience.read)
	switch {
	case err != nil:
		return s.tell(err)
	case r == nil || r.lock == nil:
		return fmt.Errorf("the state %s is not locked", s.location)
	case r.lock.ID != id:
		return fmt.Errorf("lock %q is not the present one: %w", id, &state.LockedError{Location: s.location, Info: *r.lock})
	}
	return s.tell(s.try(ctx, s.opts.patience.read, again, func(ctx context.Context) error {
		_, err := s.count(ctx, unlockSQL, s.place.state, id, r.epoch, 1)
		return err
	}))
}

// LockInfo tells who holds the lock, also when the lease has run out.
func (s *Store) LockInfo(ctx context.Context) (*state.LockInfo, error) {
	r, err := s.look(ctx, s.opts.patience.read)
	if err != nil || r == nil {
		return nil, s.tell(err)
	}
	return r.lock, nil
}
