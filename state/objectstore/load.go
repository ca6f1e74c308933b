package objectstore

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/kktctl/kktctl/state"
)

// errGone: an object of the generation that was being read is not there any
// more; two generations were begun meanwhile.
var errGone = errors.New("the state was changed while it was read")

// partName is what newName gives.
var partName = regexp.MustCompile(`^(snapshot|journal|probe)-\d+-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// isPart gives the name of a part under the prefix of the state's objects.
func isPart(key, prefix string) (string, bool) {
	name, ok := strings.CutPrefix(key, prefix)
	return name, ok && partName.MatchString(name)
}

// Load reads the state. It takes no lock: all that the head names was written
// before it, and is not changed.
func (s *Store) Load(ctx context.Context) (*state.Snapshot, []string, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	s.mu.Lock()
	err := s.settle(ctx)
	s.mu.Unlock()
	if err != nil {
		return nil, nil, err
	}
	for try := 0; ; try++ {
		snap, err := s.load(ctx)
		if !errors.Is(err, errGone) {
			return snap, nil, err
		}
		if !s.pause(ctx, try) {
			return nil, nil, fmt.Errorf("%s: %w", s.location, err)
		}
	}
}

func (s *Store) load(ctx context.Context) (*state.Snapshot, error) {
	now, err := s.read(ctx)
	if err != nil {
		return nil, err
	}
	if now.Lineage == "" {
		return nil, s.empty(ctx, now)
	}
	data, err := s.fetch(ctx, *now.Snapshot)
	if err != nil {
		return nil, err
	}
	if data == nil {
		return nil, s.missing(ctx, now, *now.Snapshot)
	}
	snap, err := s.codec.Decode(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.location, err)
	}
	j, err := s.journal(ctx, now, now.Header, now.Parts, now.Tail)
	if err != nil {
		return nil, err
	}
	switch {
	case j.Header.Lineage != snap.Lineage || j.Header.Base != snap.Serial || snap.Lineage != now.Lineage:
		return nil, fmt.Errorf("%s: %w: the journal is not that of the snapshot", s.location, state.ErrCorrupt)
	case j.Last() != now.Serial:
		return nil, fmt.Errorf("%s: %w: the journal ends with entry %d, not %d", s.location, state.ErrCorrupt, j.Last(), now.Serial)
	}
	if err := snap.Replay(j.Entries); err != nil {
		return nil, fmt.Errorf("%s: %w", s.location, err)
	}
	return snap, nil
}

// empty tells a place where nothing was written yet from one whose head is
// gone.
func (s *Store) empty(ctx context.Context, now *version) error {
	if now.etag != "" {
		return nil
	}
	names, err := s.list(ctx)
	if err != nil {
		return err // what cannot be listed may be there
	}
	for _, name := range names {
		if !strings.HasPrefix(name, "probe-") {
			return fmt.Errorf("%s: %w: it is missing, but %s is there\nhint: restore %s", s.location, state.ErrCorrupt, s.name(name), s.key)
		}
	}
	return nil
}

// missing tells an object that was removed by the holder, since the head was
// read, from one that is lost.
func (s *Store) missing(ctx context.Context, then *version, p part) error {
	now, err := s.read(ctx)
	switch {
	case err != nil:
		return err
	case now.etag != then.etag:
		return errGone
	}
	return s.absent(p)
}

// journal reads a journal from its parts. Nothing of it can be torn: each part
// was whole before the head named it.
func (s *Store) journal(ctx context.Context, now *version, header []byte, parts []part, tail []byte) (*state.Journal, error) {
	data := append([]byte(nil), header...)
	for _, p := range parts {
		more, err := s.fetch(ctx, p)
		if err != nil {
			return nil, err
		}
		if more == nil {
			return nil, s.missing(ctx, now, p)
		}
		data = append(data, more...)
	}
	data = append(data, tail...)
	j, err := s.codec.DecodeJournal(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.location, err)
	}
	if j.Torn > 0 {
		return nil, fmt.Errorf("%s: %w: the journal ends in the middle of an entry", s.location, state.ErrCorrupt)
	}
	return j, nil
}

// History gives the entries of the journal and of the one before it.
func (s *Store) History(ctx context.Context) ([]state.Entry, error) {
	now, err := s.read(ctx)
	if err != nil || now.Lineage == "" {
		return nil, err
	}
	var all []state.Entry
	if b := now.Before; b != nil {
		j, err := s.journal(ctx, now, b.Header, b.Parts, nil)
		if err != nil {
			return nil, err
		}
		all = j.Entries
	}
	j, err := s.journal(ctx, now, now.Header, now.Parts, now.Tail)
	if err != nil {
		return nil, err
	}
	return append(all, j.Entries...), nil
}
