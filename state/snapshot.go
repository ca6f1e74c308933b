package state

import (
	"fmt"

	"github.com/google/uuid"
)

// NewSnapshot makes the first snapshot of a fleet, with a lineage of its own.
func NewSnapshot(fleet string) *Snapshot {
	return &Snapshot{
		Version:   Version,
		Lineage:   uuid.NewString(),
		Fleet:     fleet,
		Resources: map[string]Resource{},
		Intents:   map[string]Intent{},
	}
}

// Replay applies the entries that the snapshot does not hold yet. Entries up
// to its serial are skipped, so that a journal left over by an interrupted
// compaction changes nothing; a gap in the numbers is ErrCorrupt.
func (s *Snapshot) Replay(entries []Entry) error {
	for _, e := range entries {
		if e.Serial <= s.Serial {
			continue
		}
		if e.Serial != s.Serial+1 {
			return fmt.Errorf("%w: entry %d follows entry %d", ErrCorrupt, e.Serial, s.Serial)
		}
		s.Apply(e)
	}
	return nil
}
