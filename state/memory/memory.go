// Package memory keeps a state in memory: for tests, and as the second
// implementation of a Store that keeps the first one honest. It holds the
// encoded forms, so that what is loaded never shares anything with what was
// written.
package memory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/kktctl/kktctl/state"
)

// Store is a state in memory. The zero Store is not usable: see New.
type Store struct {
	name  string
	codec state.Codec
	now   func() time.Time
	term  time.Duration // of a lock; 0: it ends with Crash or Unlock

	mu       sync.Mutex
	snapshot []byte // nil: no state yet
	lineage  string
	base     uint64 // serial of snapshot
	journal  []state.Entry
	epoch    uint64
	held     *state.LockInfo
	crashed  bool // the holder ended without unlocking
}

var (
	_ state.Store     = (*Store)(nil)
	_ state.Historian = (*Store)(nil)
)

// Option changes how a Store works.
type Option func(*Store)

// WithCodec has the snapshots written and read by c. The journal is kept as
// it is.
func WithCodec(c state.Codec) Option { return func(s *Store) { s.codec = c } }

// WithTerm has locks run out unless they are renewed.
func WithTerm(d time.Duration) Option { return func(s *Store) { s.term = d } }

// WithClock gives the clock that decides when a lock has run out.
func WithClock(now func() time.Time) Option { return func(s *Store) { s.now = now } }

// New makes an empty store; name is for messages.
func New(name string, opts ...Option) *Store {
	s := &Store{name: name, now: time.Now}
	for _, opt := range opts {
		opt(s)
	}
	return s
}

// Location gives the name.
func (s *Store) Location() string { return "memory:" + s.name }

// Load returns the state as last written.
func (s *Store) Load(ctx context.Context) (*state.Snapshot, []string, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	s.mu.Lock()
	data, journal := s.snapshot, cloneEntries(s.journal)
	s.mu.Unlock()
	if data == nil {
		return nil, nil, nil
	}
	snap, err := s.codec.Decode(data)
	if err != nil {
		return nil, nil, err
	}
	return snap, nil, snap.Replay(journal)
}

// History gives the entries since the last compaction.
func (s *Store) History(context.Context) ([]state.Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return cloneEntries(s.journal), nil
}

// Init writes the first snapshot.
func (s *Store) Init(ctx context.Context, lease *state.Lease, snap *state.Snapshot) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.writable(ctx, lease); err != nil {
		return err
	}
	if s.snapshot != nil {
		return fmt.Errorf("the state %s exists already", s.Location())
	}
	return s.replace(snap)
}

// Append numbers the entries and keeps them.
func (s *Store) Append(ctx context.Context, lease *state.Lease, entries []state.Entry) error {
	for i := range entries {
		if err := state.CheckEntry(&entries[i]); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.writable(ctx, lease); err != nil {
		return err
	}
	if s.snapshot == nil {
		return fmt.Errorf("there is no state %s yet", s.Location())
	}
	last := s.last()
	for i := range entries {
		entries[i].Serial = last + uint64(i) + 1
		entries[i].Epoch = lease.Epoch
	}
	s.journal = append(s.journal, cloneEntries(entries)...)
	return nil
}

// Compact replaces snapshot and journal.
func (s *Store) Compact(ctx context.Context, lease *state.Lease, snap *state.Snapshot) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.writable(ctx, lease); err != nil {
		return err
	}
	switch {
	case s.snapshot == nil:
		return fmt.Errorf("there is no state %s yet", s.Location())
	case snap.Lineage != s.lineage:
		return fmt.Errorf("%w: stored %s, given %s", state.ErrLineage, s.lineage, snap.Lineage)
	case snap.Serial < s.last():
		return fmt.Errorf("%w: stored %d, given %d", state.ErrSerial, s.last(), snap.Serial)
	}
	return s.replace(snap)
}

func (s *Store) replace(snap *state.Snapshot) error {
	data, err := s.codec.Encode(snap)
	if err != nil {
		return err
	}
	s.snapshot, s.lineage, s.base, s.journal = data, snap.Lineage, snap.Serial, nil
	return nil
}

func (s *Store) last() uint64 {
	if n := len(s.journal); n > 0 {
		return s.journal[n-1].Serial
	}
	return s.base
}

// Lock takes the lock.
func (s *Store) Lock(ctx context.Context, req state.LockRequest) (*state.Lease, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held != nil && !s.crashed && !s.outlived() {
		return nil, &state.LockedError{Location: s.Location(), Info: *s.held}
	}
	lease := &state.Lease{Previous: s.held, Term: s.term}
	s.epoch++
	lease.LockInfo = state.LockInfo{
		ID: uuid.NewString(), Holder: req.Holder, Operation: req.Operation,
		Created: s.now().UTC(), Expires: s.expires(), Epoch: s.epoch,
	}
	info := lease.LockInfo
	s.held, s.crashed = &info, false
	return lease, nil
}

// expires is when a lock taken or renewed now runs out.
func (s *Store) expires() time.Time {
	if s.term == 0 {
		return time.Time{}
	}
	return s.now().UTC().Add(s.term)
}

func (s *Store) outlived() bool { return s.term > 0 && !s.now().Before(s.held.Expires) }

// Crash acts as if the holder had died: the next Lock takes over, and until
// then nothing changes.
func (s *Store) Crash() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.crashed = s.held != nil
}

// Renew begins the term anew.
func (s *Store) Renew(ctx context.Context, lease *state.Lease) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.writable(ctx, lease); err != nil {
		return err
	}
	s.held.Expires = s.expires()
	return nil
}

// Unlock gives the lock back.
func (s *Store) Unlock(_ context.Context, lease *state.Lease) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.newest(lease) {
		s.held = nil
	}
	return nil
}

// ForceUnlock removes the lock with the given id.
func (s *Store) ForceUnlock(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held == nil {
		return fmt.Errorf("the state %s is not locked", s.Location())
	}
	if s.held.ID != id {
		return fmt.Errorf("lock %q is not the present one: %w", id, &state.LockedError{Location: s.Location(), Info: *s.held})
	}
	s.held = nil
	s.epoch++
	return nil
}

// LockInfo tells who holds the lock.
func (s *Store) LockInfo(context.Context) (*state.LockInfo, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held == nil {
		return nil, nil
	}
	info := *s.held
	return &info, nil
}

func (s *Store) writable(ctx context.Context, lease *state.Lease) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if lease == nil {
		return errors.New("a write needs a lease")
	}
	if !s.newest(lease) {
		return state.ErrFenced
	}
	return nil
}

func (s *Store) newest(lease *state.Lease) bool {
	return lease != nil && s.held != nil && s.held.ID == lease.ID && s.held.Epoch == lease.Epoch
}

func cloneEntries(entries []state.Entry) []state.Entry {
	c := slices.Clone(entries)
	for i := range c {
		c[i] = c[i].Clone()
	}
	return c
}
