package objectstore

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/google/uuid"

	"github.com/kktctl/kktctl/state"
)

// errMoved: the head was replaced by somebody else since it was read, and what
// was to replace it has not happened and never will.
var errMoved = errors.New("the state was changed meanwhile")

// read gives the head as it is now.
func (s *Store) read(ctx context.Context) (*version, error) {
	data, etag, err := s.get(ctx, "", maxHead)
	if err != nil {
		return nil, err
	}
	if data == nil {
		return &version{}, nil
	}
	h, err := decodeHead(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.location, err)
	}
	return &version{h, etag}, nil
}

// meet shows the journal's first line to the codec, which refuses a state that
// it could not write to.
func (s *Store) meet(h *head) error {
	if h.Lineage == "" {
		return nil
	}
	if _, err := s.codec.DecodeJournal(h.Header); err != nil {
		return fmt.Errorf("%s: %w", s.location, err)
	}
	return nil
}

// newName gives the name of a part, never used before.
func newName(kind string, epoch uint64) string {
	return fmt.Sprintf("%s-%d-%s", kind, epoch, uuid.NewString())
}

// replace puts next in the place of a head that was read, or fails with
// errMoved. An answer that is lost is settled by reading, and by sending the
// same again on the same condition: of all these at most one has its effect.
func (s *Store) replace(ctx context.Context, from *version, next head) (*version, error) {
	return s.replaceAs(ctx, next.Epoch, from, next)
}

// replaceAs notes the write for another epoch than the head's.
func (s *Store) replaceAs(ctx context.Context, epoch uint64, from *version, next head) (*version, error) {
	id := uuid.NewString()
	next.wrote(epoch, id)
	data, err := next.encode()
	if err != nil {
		return nil, err
	}
	underway := false // a request without an answer may still arrive
	for try := 0; ; try++ {
		etag, sent := s.put(ctx, "", data, condition{absent: from.etag == "", etag: from.etag})
		if sent == nil {
			return &version{next, etag}, nil
		}
		status, _ := answer(sent)
		underway = underway || status == 0 || status >= 500
		now, err := s.read(ctx)
		switch {
		case err != nil:
			err = sent
		case now.Writes[epoch] == id:
			return now, nil
		case now.etag != from.etag:
			return nil, errMoved
		default:
			err = sent
		}
		again := passing(sent) || status == http.StatusPreconditionFailed
		if !again || !s.pause(ctx, try) {
			if underway {
				s.unknown = from
			}
			return nil, s.explain("write", "", err)
		}
	}
}

// change replaces the head under a lease: alter is given a copy of the head as
// it is. It may be called again with another copy.
func (s *Store) change(ctx context.Context, lease *state.Lease, alter func(next *head) error) error {
	if lease == nil {
		return errors.New("a write needs a lease")
	}
	if s.renewed {
		if err := s.settle(ctx); err != nil {
			return err
		}
	}
	if s.unknown != nil {
		return fmt.Errorf("%s: what the last write did is not known: the state has to be loaded first", s.location)
	}
	for {
		from, err := s.held(ctx, lease)
		if err != nil {
			return err
		}
		next := from.clone()
		if err := alter(&next); err != nil {
			return err
		}
		s.at, err = s.replace(ctx, from, next)
		if !errors.Is(err, errMoved) {
			return err
		}
	}
}

// held gives the head when the lease is the newest: the one known here, as
// long as nobody has replaced it, which shows when it is to be replaced.
func (s *Store) held(ctx context.Context, lease *state.Lease) (*version, error) {
	if s.at == nil || !holds(&s.at.head, lease) {
		now, err := s.read(ctx)
		if err != nil {
			return nil, err
		}
		if !holds(&now.head, lease) {
			return nil, state.ErrFenced
		}
		if err := s.meet(&now.head); err != nil {
			return nil, err
		}
		s.at = now
	}
	return s.at, nil
}

func holds(h *head, lease *state.Lease) bool {
	return h.Lock != nil && h.Lock.ID == lease.ID && h.Lock.Epoch == lease.Epoch && h.Epoch == lease.Epoch
}

// nobody is an epoch that no lock has.
const nobody = 0

// settle ends the time in which nothing may be written. A request that got no
// answer may still be on its way: the head is replaced by itself, so that its
// condition cannot hold any more.
func (s *Store) settle(ctx context.Context) error {
	if s.unknown == nil {
		return nil
	}
	for {
		now, err := s.read(ctx)
		if err != nil {
			return err
		}
		if now.etag != s.unknown.etag {
			s.unknown, s.renewed, s.at = nil, false, nil
			return nil
		}
		// Not in the name of the holder, whose own last write stays noted.
		if _, err = s.replaceAs(ctx, nobody, now, now.clone()); err == nil {
			s.unknown, s.renewed, s.at = nil, false, nil
			return nil
		}
		if !errors.Is(err, errMoved) {
			return err
		}
	}
}
