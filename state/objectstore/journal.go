package objectstore

import (
	"context"
	"fmt"
	"slices"

	"github.com/minio/minio-go/v7"

	"github.com/kktctl/kktctl/state"
)

// begin puts a snapshot with an empty journal into the head; the generation
// that stood there is kept as the one before.
func (s *Store) begin(ctx context.Context, next *head, snap *state.Snapshot, data []byte) error {
	header, err := s.codec.EncodeHeader(snap.Lineage, snap.Serial)
	if err != nil {
		return err
	}
	if next.Lineage != "" {
		if err := s.fold(ctx, next); err != nil {
			return err
		}
		next.Before = &generation{next.Snapshot, next.Header, next.Parts}
	}
	p, err := s.store(ctx, "snapshot", next.Epoch, data)
	if err != nil {
		return err
	}
	next.Lineage, next.Fleet, next.Serial = snap.Lineage, snap.Fleet, snap.Serial
	next.Snapshot, next.Header, next.Parts, next.Tail = &p, header, nil, nil
	return nil
}

// commit makes one group durable: it stands in the head itself, until the end
// of the journal is long enough for an object of its own.
func (s *Store) commit(lease *state.Lease, calls [][]state.Entry) error {
	ctx := context.Background()
	s.mu.Lock()
	defer s.mu.Unlock()
	var numbered []state.Entry
	err := s.change(ctx, lease, func(next *head) error {
		if next.Lineage == "" {
			return fmt.Errorf("there is no state at %s yet", s.location)
		}
		numbered = state.Numbered(calls, next.Serial, lease.Epoch)
		data, err := s.codec.EncodeGroup(numbered)
		if err != nil {
			return err
		}
		if next.size()+int64(len(data)) > state.MaxJournal {
			return fmt.Errorf("the journal at %s is full: the state has to be compacted", s.location)
		}
		next.Tail = slices.Concat(next.Tail, data)
		next.Serial += uint64(len(numbered))
		if len(next.Tail) > maxTail {
			return s.fold(ctx, next)
		}
		return nil
	})
	if err == nil {
		state.Number(calls, numbered)
	}
	return err
}

// fold puts the end of the journal into an object, merged with those before it
// that are not larger: their number grows with the logarithm of the journal.
func (s *Store) fold(ctx context.Context, next *head) error {
	if len(next.Tail) == 0 {
		return nil
	}
	data, parts := next.Tail, next.Parts
	for n := len(parts) - 1; n >= 0 && parts[n].Size <= int64(len(data)) && parts[n].Size+int64(len(data)) <= maxPart; n-- {
		before, err := s.fetch(ctx, parts[n])
		if err != nil {
			return err
		}
		if before == nil {
			return s.absent(parts[n])
		}
		data, parts = slices.Concat(before, data), parts[:n]
	}
	p, err := s.store(ctx, "journal", next.Epoch, data)
	if err != nil {
		return err
	}
	next.Parts, next.Tail = append(slices.Clone(parts), p), nil
	return nil
}

func (s *Store) absent(p part) error {
	return fmt.Errorf("%s: %w: the object %s is missing", s.location, state.ErrCorrupt, s.name(p.Name))
}

// Compact replaces snapshot and journal. A snapshot with a later serial than
// the last entry's is accepted too: that is how a state from elsewhere is put
// in place of an older one.
func (s *Store) Compact(ctx context.Context, lease *state.Lease, snap *state.Snapshot) error {
	data, err := s.codec.Encode(snap)
	if err != nil {
		return err
	}
	return s.exclusive(ctx, func() error {
		old, _ := s.list(ctx) // what cannot be listed stays
		err := s.change(ctx, lease, func(next *head) error {
			switch {
			case next.Lineage == "":
				return fmt.Errorf("there is no state at %s yet", s.location)
			case snap.Lineage != next.Lineage:
				return fmt.Errorf("%s: %w: stored %s, given %s", s.location, state.ErrLineage, next.Lineage, snap.Lineage)
			case snap.Serial < next.Serial:
				return fmt.Errorf("%s: %w: stored %d, given %d", s.location, state.ErrSerial, next.Serial, snap.Serial)
			}
			return s.begin(ctx, next, snap, data)
		})
		if err == nil {
			s.sweep(ctx, old)
		}
		return err
	})
}

// list gives the names of the parts that lie there.
func (s *Store) list(ctx context.Context) ([]string, error) {
	ctx, cancel := withTime(ctx, 0)
	defer cancel()
	var names []string
	prefix := s.key + "."
	for o := range s.core.Client.ListObjects(ctx, s.bucket, minio.ListObjectsOptions{Prefix: prefix}) {
		if o.Err != nil {
			return names, s.explain("list the parts of", "", o.Err)
		}
		if name, ok := isPart(o.Key, prefix); ok {
			names = append(names, name)
		}
	}
	return names, nil
}

// sweep removes what belongs to no generation. It was there before the head
// was replaced, so that whoever wrote it cannot put it into a head any more.
func (s *Store) sweep(ctx context.Context, old []string) {
	names := s.at.names()
	for _, name := range old {
		if !names[name] {
			s.remove(ctx, name)
		}
	}
}
