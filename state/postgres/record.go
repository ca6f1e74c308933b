package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kktctl/kktctl/state"
)

// record is a state's row in states.
type record struct {
	end
	epoch   int64
	lock    *state.LockInfo // nil: free
	expired bool            // the lease ran out, by the server's clock
}

// end is where a state ends.
type end struct {
	generation int64 // of the snapshot; 0: there is no state yet
	last       int64 // serial of the last entry
	size       int64 // bytes of the journal
	attempt    int64 // counted up when a statement is given up
}

const recordSQL = `
SELECT format, generation, last, size, attempt, epoch, lock_id, holder, operation, created, expires, expires <= clock_timestamp()
FROM {schema}.states WHERE name = $1`

// look reads the state's row; nil when there is none, or no tables.
func (s *Store) look(ctx context.Context, patience time.Duration) (*record, error) {
	var r *record
	err := s.try(ctx, patience, again, func(ctx context.Context) error {
		r = nil
		return s.ask(ctx, recordSQL, []any{s.place.state}, func(rows pgx.Rows) error {
			var err error
			r, err = s.scan(rows)
			return err
		})
	})
	if is(err, undefinedTable, undefinedSchema) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}

// scan reads a row, which somebody may have edited.
func (s *Store) scan(rows pgx.Rows) (*record, error) {
	var r record
	var form int64
	var id, holder, operation *string
	var created, expires *time.Time
	var expired *bool
	if err := rows.Scan(&form, &r.generation, &r.last, &r.size, &r.attempt, &r.epoch, &id, &holder, &operation, &created, &expires, &expired); err != nil {
		return nil, s.corrupt("its row in states: %s", clean(err.Error()))
	}
	switch {
	case form > format:
		return nil, fmt.Errorf("%w: its rows in the database are of format %d, this build reads up to %d", state.ErrNewer, form, format)
	case form < format || r.generation < 0 || r.last < 0 || r.size < 0 || r.epoch < 0:
		return nil, s.corrupt("its row in states has impossible numbers")
	case id == nil:
		return &r, nil
	case *id == "" || holder == nil || operation == nil || created == nil || expires == nil:
		return nil, s.corrupt("its row in states has half a lock\nhint: set lock_id to NULL there when nobody works with the state")
	}
	r.lock = &state.LockInfo{
		ID: *id, Holder: *holder, Operation: *operation, Epoch: uint64(r.epoch), Created: created.UTC(), Expires: expires.UTC(),
	}
	r.expired = *expired
	return &r, nil
}

// corrupt makes an ErrCorrupt with its place.
func (s *Store) corrupt(text string, args ...any) error {
	return fmt.Errorf("%s: %w: "+text, append([]any{s.location, state.ErrCorrupt}, args...)...)
}

// holds tells whether a lease is the newest one, and why it is not.
func (r *record) holds(lease *state.Lease) error {
	switch {
	case r == nil || r.lock == nil || r.lock.ID != lease.ID || r.lock.Epoch != lease.Epoch:
		return state.ErrFenced
	case r.expired:
		return fmt.Errorf("%w: the lease ran out at %s without being renewed", state.ErrFenced, r.lock.Expires.Format(time.RFC3339))
	}
	return nil
}
