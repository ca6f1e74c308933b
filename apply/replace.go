package apply

import (
	"context"
	"fmt"

	"github.com/kktctl/kktctl/state"
)

// Exists tells whether the state is in the store.
func (s *Session) Exists() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.exists
}

// Rewrite writes the whole state anew, and once more, so that the generation
// which the store keeps of before is in the same form: after keys have
// changed nothing shall stay behind in the old one.
func (s *Session) Rewrite(ctx context.Context) error {
	snap := s.Snapshot()
	for range 2 {
		if err := s.Replace(ctx, snap); err != nil {
			return err
		}
	}
	return nil
}

// Replace puts another snapshot in the place of the whole state, or makes it
// the first one.
func (s *Session) Replace(ctx context.Context, snap *state.Snapshot) error {
	if err := s.brokenBy(); err != nil {
		return fmt.Errorf("the state could not be written before: %w", err)
	}
	ctx = context.WithoutCancel(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	write := s.store.Compact
	if !s.exists {
		write = s.store.Init
	}
	if err := write(ctx, s.lease, snap.Clone()); err != nil {
		err = fmt.Errorf("the state %s could not be written: %w", s.store.Location(), err)
		s.broken = err
		return err
	}
	s.snap, s.known, s.exists, s.dirty = snap.Clone(), nil, true, false
	return nil
}
