package local

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/kktctl/kktctl/state"
)

// request is one Append that waits to be committed.
type request struct {
	lease   *state.Lease
	entries []state.Entry
	done    chan error
}

// Append numbers the entries and makes them durable. Calls that come while
// another is being synced are committed together by the next sync. Once it
// has begun it is not cut short by ctx: its outcome would not be known.
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
		group := s.queue
		s.queue = nil
		s.draining = len(group) > 0
		s.queueMu.Unlock()
		if len(group) == 0 {
			return
		}
		s.commit(group)
	}
}

func (s *Store) commit(group []*request) {
	var admitted []*request
	err := s.exclusive(context.Background(), func() error {
		lf, err := s.readLock()
		if err != nil {
			return err
		}
		for _, r := range group {
			if holds(lf, r.lease) {
				admitted = append(admitted, r)
			}
		}
		if len(admitted) == 0 {
			return nil
		}
		return s.write(admitted)
	})
	for _, r := range group {
		switch {
		case err != nil:
			r.done <- err
		case !slices.Contains(admitted, r):
			r.done <- state.ErrFenced
		default:
			r.done <- nil
		}
	}
}

// write makes one group durable and numbers the callers' entries.
func (s *Store) write(group []*request) error {
	w, err := s.open()
	if err != nil {
		return err
	}
	var entries []state.Entry
	for _, r := range group {
		for _, e := range r.entries {
			e.Serial, e.Epoch = w.last+uint64(len(entries))+1, r.lease.Epoch
			entries = append(entries, e)
		}
	}
	data, err := s.codec.EncodeGroup(entries)
	if err != nil {
		return err
	}
	if w.size+int64(len(data)) > state.MaxJournal {
		return fmt.Errorf("%s is full: the state has to be compacted", s.journalPath())
	}
	if err := w.append(data); err != nil {
		return s.fail(w, group[0].lease, err)
	}
	w.last += uint64(len(entries))
	number(group, entries)
	return nil
}

func number(group []*request, entries []state.Entry) {
	for _, r := range group {
		for i := range r.entries {
			r.entries[i].Serial, r.entries[i].Epoch = entries[i].Serial, entries[i].Epoch
		}
		entries = entries[len(r.entries):]
	}
}
