package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/kktctl/kktctl/state"
)

// loaded is what one reading of the files gave.
type loaded struct {
	snap    *state.Snapshot
	notices []string
	err     error
	again   bool // it may look so only because another process is writing
}

// Load reads the state. It takes no lock unless what it finds could be the
// work of a process that is writing at the moment.
func (s *Store) Load(ctx context.Context) (*state.Snapshot, []string, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	if err := s.recover(ctx); err != nil {
		return nil, nil, err
	}
	got := s.readAll()
	if got.again {
		again := got
		err := s.exclusive(ctx, func() error {
			again = s.readAll()
			return nil
		})
		// Where this process may not write, the first reading has to do.
		if err == nil {
			got = again
		} else if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
			return nil, nil, err
		}
	}
	if got.err != nil {
		return nil, nil, got.err
	}
	return got.snap, got.notices, nil
}

// recover ends the time in which nothing may be written.
func (s *Store) recover(ctx context.Context) error {
	s.mu.Lock()
	failed := s.failed != nil
	s.mu.Unlock()
	if !failed {
		return nil
	}
	return s.exclusive(ctx, func() error {
		if err := s.repair(); err != nil {
			return err
		}
		s.failed = nil
		return nil
	})
}

// readAll reads snapshot and journal and makes their names durable: a process
// may have been killed between renaming and syncing, and what is shown to a
// caller must not be gone after a power loss.
func (s *Store) readAll() loaded {
	got := s.readFiles()
	if got.err != nil || got.snap == nil {
		return got
	}
	// Where this process may not read the folder, it may not sync it either.
	if err := s.fs.SyncDir(filepath.Dir(s.path)); err != nil && !errors.Is(err, fs.ErrPermission) {
		return loaded{err: fmt.Errorf("read %s: %w", s.path, err)}
	}
	return got
}

// readFiles reads snapshot and journal. A snapshot that was replaced between
// the two is noticed: the journal that goes with the new one follows a later
// serial.
func (s *Store) readFiles() loaded {
	data, err := s.read(s.path, state.MaxSnapshot, false)
	if err != nil {
		return loaded{err: err}
	}
	journal, err := s.read(s.journalPath(), state.MaxJournal, true)
	if err != nil {
		return loaded{err: err, again: true}
	}
	if data == nil {
		return s.missing(journal)
	}
	snap, err := s.codec.Decode(data)
	if err != nil {
		return loaded{err: fmt.Errorf("%s: %w", s.path, err)}
	}
	if journal == nil {
		return loaded{snap: snap}
	}
	j, err := s.decode(journal, snap.Lineage, snap.Serial)
	if err != nil {
		return loaded{err: err, again: true}
	}
	if err := snap.Replay(j.Entries); err != nil {
		return loaded{err: fmt.Errorf("%s: %w", s.journalPath(), err)}
	}
	if j.Torn == 0 {
		return loaded{snap: snap}
	}
	notice := fmt.Sprintf("%s: the last write was cut short; %d bytes after entry %d are left out", s.journalPath(), j.Torn, j.Last())
	return loaded{snap: snap, notices: []string{notice}, again: true}
}

func (s *Store) missing(journal []byte) loaded {
	if journal == nil {
		return loaded{}
	}
	return loaded{again: true, err: fmt.Errorf("%w: %s is missing, but its journal is there\nhint: restore %s",
		state.ErrCorrupt, s.path, s.path)}
}

// History gives the entries of the journal and of the one before it.
func (s *Store) History(ctx context.Context) ([]state.Entry, error) {
	var all []state.Entry
	err := s.exclusive(ctx, func() error {
		for _, name := range []string{s.journalPath() + ".backup", s.journalPath()} {
			data, err := s.read(name, state.MaxJournal, false)
			if err != nil || data == nil {
				if err != nil {
					return err
				}
				continue
			}
			j, err := s.codec.DecodeJournal(data)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			all = appendLater(all, j.Entries)
		}
		return nil
	})
	return all, err
}

// appendLater leaves out what an interrupted compaction left in both journals.
func appendLater(all, more []state.Entry) []state.Entry {
	last := uint64(0)
	if n := len(all); n > 0 {
		last = all[n-1].Serial
	}
	for _, e := range more {
		if e.Serial > last {
			all = append(all, e)
		}
	}
	return all
}
