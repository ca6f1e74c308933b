package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/kktctl/kktctl/state"
)

// maxSnapshot is how much one statement carries, with room to spare: a
// database takes a gigabyte.
const maxSnapshot = 900 << 20

// turnSQL begins the next generation and removes the one before the previous.
const turnSQL = `
WITH held AS (
  UPDATE {schema}.states SET generation = generation + 1, last = $6, size = 0
  WHERE name = $1 AND format = 1 AND lock_id = $2 AND epoch = $3 AND expires > clock_timestamp()
    AND generation = $4 AND last = $5 AND attempt = $7
  RETURNING name, generation
), content AS (
  INSERT INTO {schema}.parts (name, generation, part, data)
  SELECT name, generation, i, substring($8 FROM i * $9::integer + 1 FOR $9::integer)
  FROM held, generate_series(0, (octet_length($8) - 1) / $9::integer) AS i
), old_journal AS (
  DELETE FROM {schema}.journal j USING held WHERE j.name = held.name AND j.generation < held.generation - 1
), old_content AS (
  DELETE FROM {schema}.parts p USING held WHERE p.name = held.name AND p.generation < held.generation - 1
), old_snapshots AS (
  DELETE FROM {schema}.snapshots s USING held WHERE s.name = held.name AND s.generation < held.generation - 1
)
INSERT INTO {schema}.snapshots (name, generation, write_id, lineage, serial, size, head, written)
SELECT name, generation, $10, $11, $6, octet_length($8), $12, clock_timestamp() FROM held
RETURNING {durable}`

// turnedSQL finds a snapshot.
const turnedSQL = `SELECT 1 FROM {schema}.snapshots WHERE name = $1 AND generation = $2 + 1 AND write_id = $3`

// Init writes the first snapshot.
func (s *Store) Init(ctx context.Context, lease *state.Lease, snap *state.Snapshot) error {
	return s.turn(ctx, lease, snap, func(_ context.Context, at end) error {
		if at.generation > 0 {
			return fmt.Errorf("there is a state already: %s", s.location)
		}
		return nil
	})
}

// Compact replaces snapshot and journal. The previous ones are kept in the
// database until the next Compact.
//
// A snapshot with a later serial than the last entry's is accepted too: that
// is how a state from elsewhere is put in place of an older one.
func (s *Store) Compact(ctx context.Context, lease *state.Lease, snap *state.Snapshot) error {
	return s.turn(ctx, lease, snap, func(ctx context.Context, at end) error {
		if at.generation == 0 {
			return s.stateless()
		}
		lineage, err := s.lineage(ctx, at.generation)
		switch {
		case err != nil:
			return s.tell(err)
		case snap.Lineage != lineage:
			return fmt.Errorf("%s: %w: stored %s, given %s", s.location, state.ErrLineage, lineage, snap.Lineage)
		case snap.Serial < uint64(at.last):
			return fmt.Errorf("%s: %w: stored %d, given %d", s.location, state.ErrSerial, at.last, snap.Serial)
		}
		return nil
	})
}

// lineage gives that of the present snapshot.
func (s *Store) lineage(ctx context.Context, generation int64) (lineage string, err error) {
	const sql = `SELECT lineage FROM {schema}.snapshots WHERE name = $1 AND generation = $2`
	n := 0
	err = s.try(ctx, s.opts.patience.write, again, func(ctx context.Context) error {
		return s.ask(ctx, sql, []any{s.place.state, generation}, func(rows pgx.Rows) error {
			n++
			return rows.Scan(&lineage)
		})
	})
	if err == nil && n == 0 {
		err = s.corrupt("its snapshot of generation %d is missing", generation)
	}
	return lineage, err
}

// turn puts a snapshot and an empty journal in place of the present ones.
func (s *Store) turn(ctx context.Context, lease *state.Lease, snap *state.Snapshot, fits func(context.Context, end) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if lease == nil {
		return errors.New("a write needs a lease")
	}
	data, head, err := s.encode(snap)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.write(ctx, lease)
	for {
		at, err := w.begin()
		if err == nil {
			err = w.check()
		}
		if err == nil {
			err = fits(w.ctx, at)
		}
		if err != nil {
			return err
		}
		id := uuid.NewString()
		there := func(ctx context.Context) (bool, error) {
			n, err := s.count(ctx, turnedSQL, s.place.state, at.generation, id)
			return n > 0, err
		}
		done, err := w.try(at, there, turnSQL, s.place.state, lease.ID, lease.Epoch, at.generation, at.last, snap.Serial, at.attempt,
			data, partSize, id, snap.Lineage, head)
		if err != nil {
			return err
		}
		if done {
			w.moved(end{generation: at.generation + 1, last: int64(snap.Serial), attempt: at.attempt})
			return nil
		}
	}
}

// encode gives a snapshot and the head of the journal that follows it.
func (s *Store) encode(snap *state.Snapshot) (data, head []byte, err error) {
	if data, err = s.codec.Encode(snap); err != nil {
		return nil, nil, err
	}
	if len(data) > maxSnapshot {
		return nil, nil, fmt.Errorf("%s: a state of %d bytes is too large for a database", s.location, len(data))
	}
	head, err = s.codec.EncodeHeader(snap.Lineage, snap.Serial)
	return data, head, err
}
