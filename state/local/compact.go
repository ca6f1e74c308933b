package local

import (
	"context"
	"fmt"

	"github.com/kktctl/kktctl/state"
)

// Compact replaces snapshot and journal. The order makes a crash harmless:
// the previous generation is copied, then the snapshot is replaced (the
// journal's entries are part of it now, and are skipped), then the journal is
// begun anew.
//
// A snapshot with a later serial than the last entry's is accepted too: that
// is how a state from elsewhere is put in place of an older one.
func (s *Store) Compact(ctx context.Context, lease *state.Lease, snap *state.Snapshot) error {
	data, err := s.codec.Encode(snap)
	if err != nil {
		return err
	}
	return s.exclusive(ctx, func() error {
		if err := s.check(lease); err != nil {
			return err
		}
		w, err := s.open()
		if err != nil {
			return err
		}
		if err := s.fits(snap, w.last); err != nil {
			return err
		}
		s.closeWriter()
		if err := s.turn(snap, data); err != nil {
			s.failed = &failure{cause: err, undone: true, lease: lease}
			return err
		}
		return nil
	})
}

func (s *Store) fits(snap *state.Snapshot, last uint64) error {
	h, err := s.header()
	if err != nil {
		return err
	}
	if snap.Lineage != h.Lineage {
		return fmt.Errorf("%s: %w: stored %s, given %s", s.path, state.ErrLineage, h.Lineage, snap.Lineage)
	}
	if last = max(last, h.Serial); snap.Serial < last {
		return fmt.Errorf("%s: %w: stored %d, given %d", s.path, state.ErrSerial, last, snap.Serial)
	}
	return nil
}

// turn begins the next generation.
func (s *Store) turn(snap *state.Snapshot, data []byte) error {
	if err := s.copy(s.journalPath(), s.journalPath()+".backup", state.MaxJournal); err != nil {
		return err
	}
	if err := s.copy(s.path, s.backupPath(), state.MaxSnapshot); err != nil {
		return err
	}
	if err := s.syncDir(); err != nil {
		return err
	}
	if err := s.replace(s.path, data); err != nil {
		return err
	}
	_, err := s.begin(snap.Lineage, snap.Serial)
	return err
}

// copy puts a file's content into another; the name is durable after syncDir.
func (s *Store) copy(from, to string, limit int64) error {
	data, err := s.read(from, limit, false)
	if err != nil || data == nil {
		return err
	}
	return s.put(to, data)
}
