package postgres

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/kktctl/kktctl/state"
)

// Append numbers the entries and makes them durable. Calls that come while
// another is being committed are committed together by the next statement.
func (s *Store) Append(ctx context.Context, lease *state.Lease, entries []state.Entry) error {
	return s.appends.Add(ctx, lease, entries)
}

const appendSQL = `
WITH held AS (
  UPDATE {schema}.states SET last = $6, size = size + $7
  WHERE name = $1 AND format = 1 AND lock_id = $2 AND epoch = $3 AND expires > clock_timestamp()
    AND generation = $4 AND last = $5 AND attempt = $8
  RETURNING name, generation
)
INSERT INTO {schema}.journal (name, generation, first, last, epoch, write_id, data)
SELECT name, generation, $5 + 1, $6, $3, $9, $10 FROM held
RETURNING {durable}`

// commit makes one group durable and numbers the callers' entries.
func (s *Store) commit(lease *state.Lease, calls [][]state.Entry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.write(context.Background(), lease)
	for {
		at, err := w.begin()
		if err != nil {
			return err
		}
		if at.generation == 0 {
			return s.stateless()
		}
		entries := state.Numbered(calls, uint64(at.last), lease.Epoch)
		if len(entries) == 0 {
			return w.check()
		}
		next, err := w.append(at, entries)
		if err != nil {
			return err
		}
		if next != nil {
			w.moved(*next)
			state.Number(calls, entries)
			return nil
		}
	}
}

// append tries once; it gives the state's new end, or nil when that may be
// tried again.
func (w *writing) append(at end, entries []state.Entry) (*end, error) {
	s := w.s
	data, err := s.codec.EncodeGroup(entries)
	if err != nil {
		return nil, err
	}
	size := int64(len(data))
	if at.size+size > state.MaxJournal {
		return nil, fmt.Errorf("%s: the journal is full: the state has to be compacted", s.location)
	}
	id, last := uuid.NewString(), at.last+int64(len(entries))
	there := func(ctx context.Context) (bool, error) {
		n, err := s.count(ctx, appendedSQL, s.place.state, at.generation, at.last, id)
		return n > 0, err
	}
	done, err := w.try(at, there, appendSQL,
		s.place.state, w.lease.ID, w.lease.Epoch, at.generation, at.last, last, size, at.attempt, id, data)
	if !done || err != nil {
		return nil, err
	}
	return &end{generation: at.generation, last: last, size: at.size + size, attempt: at.attempt}, nil
}

func (s *Store) stateless() error { return fmt.Errorf("there is no state %s yet", s.location) }

// appendedSQL finds the row of a group.
const appendedSQL = `SELECT 1 FROM {schema}.journal WHERE name = $1 AND generation = $2 AND first = $3 + 1 AND write_id = $4`
