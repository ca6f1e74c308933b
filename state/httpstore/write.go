package httpstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/kktctl/kktctl/state"
)

// holds gives the lock that a lease stands for. A lease of another store of
// the same process or of one that ended is found by its id.
func (s *Store) holds(ctx context.Context, lease *state.Lease) (*holding, error) {
	if lease == nil {
		return nil, errors.New("a write needs a lease")
	}
	if h := s.held; h != nil && h.lease.ID == lease.ID {
		if h.lost || h.lease.Epoch != lease.Epoch {
			return nil, state.ErrFenced
		}
		return h, nil
	}
	held, err := s.peek(ctx)
	if err != nil {
		return nil, err
	}
	if held == nil {
		return nil, state.ErrFenced
	}
	if id, _, ours := parseID(held.ID); !ours || id != lease.ID {
		return nil, state.ErrFenced
	}
	doc, err := s.get(ctx)
	if err != nil {
		return nil, err
	}
	if doc == nil || doc.Content.Lock == nil || doc.Content.Lock.ID != lease.ID || doc.Content.Epoch != lease.Epoch {
		return nil, state.ErrFenced
	}
	s.held = &holding{lease: lease, wire: held.wireLock, attempt: attemptOf(held.ID), doc: doc}
	return s.held, nil
}

// writable is holds for a write.
func (s *Store) writable(ctx context.Context, lease *state.Lease) (*holding, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	h, err := s.holds(ctx, lease)
	if err != nil {
		return nil, err
	}
	if h.failed != nil {
		return nil, fmt.Errorf("%s: nothing more is written after a write that has no answer: %w", s.c.Address, firstLine(h.failed))
	}
	if !h.read { // what cannot be read is not gone on from, and an encrypted state brings its key
		if _, _, err := s.decode(h.doc); err != nil {
			return nil, err
		}
		h.read = true
	}
	return h, nil
}

// Init writes the first snapshot.
func (s *Store) Init(ctx context.Context, lease *state.Lease, snap *state.Snapshot) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	h, err := s.writable(ctx, lease)
	if err != nil {
		return err
	}
	if h.doc.Content.Snapshot != nil {
		return fmt.Errorf("there is a state already: %s", s.c.Address)
	}
	next := *h.doc
	if err := s.generation(&next, snap); err != nil {
		return err
	}
	return s.put(ctx, h, &next)
}

// generation puts a snapshot and an empty journal into a document.
func (s *Store) generation(d *document, snap *state.Snapshot) error {
	data, err := s.codec.Encode(snap)
	if err != nil {
		return err
	}
	b, err := pack(data)
	if err != nil {
		return err
	}
	header, err := s.codec.EncodeHeader(snap.Lineage, snap.Serial)
	if err != nil {
		return err
	}
	d.Lineage = snap.Lineage
	d.Content.Snapshot, d.Content.Packed, d.Content.Journal, d.Content.Last = b, nil, []string{string(header)}, snap.Serial
	return nil
}

// Compact replaces snapshot and journal; the journal before stays in the
// document, for the history. A snapshot with a later serial than the last entry's is accepted
// too: that is how a state from elsewhere is put in place of an older one.
func (s *Store) Compact(ctx context.Context, lease *state.Lease, snap *state.Snapshot) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	h, err := s.writable(ctx, lease)
	if err != nil {
		return err
	}
	c := h.doc.Content
	switch {
	case c.Snapshot == nil:
		return fmt.Errorf("there is no state %s yet", s.c.Address)
	case snap.Lineage != h.doc.Lineage:
		return fmt.Errorf("%s: %w: stored %s, given %s", s.c.Address, state.ErrLineage, h.doc.Lineage, snap.Lineage)
	case snap.Serial < c.Last:
		return fmt.Errorf("%s: %w: stored %d, given %d", s.c.Address, state.ErrSerial, c.Last, snap.Serial)
	}
	end, err := pack([]byte(strings.Join(c.Journal, "")))
	if err != nil {
		return err
	}
	next := *h.doc
	if err := s.generation(&next, snap); err != nil {
		return err
	}
	next.Content.Before = append(slices.Clip(c.Packed), end)
	return s.put(ctx, h, &next)
}

// Renew begins the lock's term anew.
func (s *Store) Renew(ctx context.Context, lease *state.Lease) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	h, err := s.writable(ctx, lease)
	if err != nil {
		return err
	}
	next := *h.doc
	return s.put(ctx, h, &next)
}

// Append numbers the entries and makes them durable. Calls that come while
// another write is under way are committed together by the next.
func (s *Store) Append(ctx context.Context, lease *state.Lease, entries []state.Entry) error {
	return s.appends.Add(ctx, lease, entries)
}

// commit makes one group durable and numbers the callers' entries.
func (s *Store) commit(lease *state.Lease, calls [][]state.Entry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	ctx := context.Background()
	h, err := s.writable(ctx, lease)
	if err != nil {
		return err
	}
	if h.doc.Content.Snapshot == nil {
		return fmt.Errorf("there is no state %s yet", s.c.Address)
	}
	entries := state.Numbered(calls, h.doc.Content.Last, lease.Epoch)
	if len(entries) == 0 {
		return nil
	}
	data, err := s.codec.EncodeGroup(entries)
	if err != nil {
		return err
	}
	if !utf8.Valid(data) {
		return errors.New("a group of the journal is not text")
	}
	next := *h.doc
	if err := next.Content.appendGroup(string(data)); err != nil {
		return err
	}
	next.Content.Last += uint64(len(entries))
	if err := s.put(ctx, h, &next); err != nil {
		return err
	}
	state.Number(calls, entries)
	return nil
}

// put makes next the document, in the place of h.doc.
func (s *Store) put(ctx context.Context, h *holding, next *document) error {
	next.Serial++
	next.Content.Write = uuid.NewString()
	if l := next.Content.Lock; l != nil && next.Content.Epoch == h.doc.Content.Epoch { // each write renews
		renewed := *l
		renewed.Expires = s.clock.latest().Add(s.c.Term)
		next.Content.Lock = &renewed
	}
	err := s.post(ctx, h.wire.ID, next)
	if errors.Is(err, errLost) {
		return s.settle(context.WithoutCancel(ctx), h, next, err)
	}
	if errors.Is(err, errRefused) {
		h.lost = true
		return state.ErrFenced
	}
	if err == nil {
		h.doc = next
	}
	return err
}
