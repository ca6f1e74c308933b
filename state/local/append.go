package local

import (
	"context"
	"fmt"

	"github.com/kktctl/kktctl/state"
)

// Append numbers the entries and makes them durable. Calls that come while
// another is being synced are committed together by the next sync.
func (s *Store) Append(ctx context.Context, lease *state.Lease, entries []state.Entry) error {
	return s.appends.Add(ctx, lease, entries)
}

// commit makes one group durable and numbers the callers' entries.
func (s *Store) commit(lease *state.Lease, calls [][]state.Entry) error {
	return s.exclusive(context.Background(), func() error {
		if err := s.check(lease); err != nil {
			return err
		}
		w, err := s.open()
		if err != nil {
			return err
		}
		entries := state.Numbered(calls, w.last, lease.Epoch)
		data, err := s.codec.EncodeGroup(entries)
		if err != nil {
			return err
		}
		if w.size+int64(len(data)) > state.MaxJournal {
			return fmt.Errorf("%s is full: the state has to be compacted", s.journalPath())
		}
		if err := w.append(data); err != nil {
			return s.fail(w, lease, err)
		}
		w.last += uint64(len(entries))
		state.Number(calls, entries)
		return nil
	})
}
