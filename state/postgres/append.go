package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/kktctl/kktctl/state"
)

// maxGroup bounds what is committed by one statement, in entries: one beyond
// it is committed alone.
const maxGroup = 4096

// request is one Append that waits to be committed.
type request struct {
	lease   *state.Lease
	entries []state.Entry
	done    chan error
}

// Append numbers the entries and makes them durable. Calls that come while
// another is being committed are committed together by the next statement.
// Once it has begun it is not cut short by ctx: its outcome would not be known.
func (s *Store) Append(ctx context.Context, lease *state.Lease, entries []state.Entry) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if lease == nil {
		return errors.New("a write needs a lease")
	}
	for i := range entries {
		if err := state.CheckEntry(&entries[i]); err != nil {
			return err
		}
	}
	r := &request{lease: lease, entries: entries, done: make(chan error, 1)}
	s.enqueue(r)
	return <-r.done
}

func (s *Store) enqueue(r *request) {
	s.queueMu.Lock()
	defer s.queueMu.Unlock()
	s.queue = append(s.queue, r)
	if !s.draining {
		s.draining = true
		go s.drain()
	}
}

// drain commits what is queued, group by group, until nothing is.
func (s *Store) drain() {
	for {
		s.queueMu.Lock()
		group := s.next()
		s.draining = len(group) > 0
		s.queueMu.Unlock()
		if len(group) == 0 {
			return
		}
		err := s.commit(context.Background(), group)
		for _, r := range group {
			r.done <- err
		}
	}
}

// next takes from the queue what one statement commits: requests under the
// same lease.
func (s *Store) next() []*request {
	n, entries := 0, 0
	for n < len(s.queue) && (n == 0 || (same(s.queue[0].lease, s.queue[n].lease) && entries+len(s.queue[n].entries) <= maxGroup)) {
		entries += len(s.queue[n].entries)
		n++
	}
	group := s.queue[:n:n]
	if s.queue = s.queue[n:]; len(s.queue) == 0 {
		s.queue = nil
	}
	return group
}

func same(a, b *state.Lease) bool { return a.ID == b.ID && a.Epoch == b.Epoch }

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
func (s *Store) commit(ctx context.Context, group []*request) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.write(ctx, group[0].lease)
	for {
		at, err := w.begin()
		if err != nil {
			return err
		}
		if at.generation == 0 {
			return s.stateless()
		}
		entries := numbered(group, at.last, w.lease.Epoch)
		if len(entries) == 0 {
			return w.check()
		}
		next, err := w.append(at, entries)
		if err != nil {
			return err
		}
		if next != nil {
			w.moved(*next)
			number(group, entries)
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

// numbered gives the entries of a group with their serials.
func numbered(group []*request, last int64, epoch uint64) []state.Entry {
	var entries []state.Entry
	for _, r := range group {
		for _, e := range r.entries {
			last++
			e.Serial, e.Epoch = uint64(last), epoch
			entries = append(entries, e)
		}
	}
	return entries
}

func number(group []*request, entries []state.Entry) {
	for _, r := range group {
		for i := range r.entries {
			r.entries[i].Serial, r.entries[i].Epoch = entries[i].Serial, entries[i].Epoch
		}
		entries = entries[len(r.entries):]
	}
}

// appendedSQL finds the row of a group.
const appendedSQL = `SELECT 1 FROM {schema}.journal WHERE name = $1 AND generation = $2 AND first = $3 + 1 AND write_id = $4`
