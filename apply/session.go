package apply

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

// Session is a held lock with the state behind it. All writing to a state
// goes through one.
type Session struct {
	store   state.Store
	request state.LockRequest
	lease   *state.Lease
	who     string
	by      state.Provenance // what the history names for what is done here
	now     func() time.Time

	// Notices tell a person what was met while opening: a repaired journal, a
	// holder that crashed.
	Notices []string

	// Emergency keeps what cannot be written. It is set before Run; without it
	// such things are named in the error only.
	Emergency Emergency

	// Ended is told the state as it is when the session closes; it may be nil.
	Ended func(*state.Snapshot)

	// Trust is asked about a state that was loaded again after the lock was
	// given back for a while; after an error nothing is written. It may be nil.
	Trust func(ctx context.Context, snap *state.Snapshot) error

	keeping sync.Mutex // held while Emergency works

	mu     sync.Mutex // guards snap, broken, locks, lost, term
	snap   *state.Snapshot
	exists bool // the state is in the store
	dirty  bool // something was appended since the last compaction
	away   bool // the lock was given back for a while
	broken error
	locks  map[string]*sync.Mutex       // by address: one writer of a resource at a time
	lost   lost                         // what is known and could not be written
	known  map[owner]spec.CabinetRecord // see cabinetOf; nil until it is asked for

	term      term   // of the lease
	stopRenew func() // ends the renewals, after the one on its way
}

// Open takes the lock and loads the state. A state that does not exist yet is
// made with the first write.
func Open(ctx context.Context, store state.Store, fleet string, req state.LockRequest, now func() time.Time) (*Session, error) {
	if now == nil {
		now = time.Now
	}
	asked := now()
	lease, err := store.Lock(ctx, req)
	if err != nil {
		return nil, err
	}
	s := &Session{store: store, request: req, lease: lease, who: req.Holder, now: now, locks: map[string]*sync.Mutex{}}
	s.Credit(state.Provenance{})
	if err := s.load(ctx, fleet); err != nil {
		return nil, errors.Join(err, store.Unlock(context.WithoutCancel(ctx), lease))
	}
	if lease.Previous != nil {
		s.Notices = append(s.Notices, takenOver(lease.Previous, s.snap.Intents))
	}
	s.keepLease(ctx, asked)
	return s, nil
}

func (s *Session) load(ctx context.Context, fleet string) error {
	snap, notices, err := s.store.Load(ctx)
	if err != nil {
		return err
	}
	s.Notices = append(s.Notices, notices...)
	s.exists = snap != nil
	if snap == nil {
		snap = state.NewSnapshot(fleet)
	}
	if err := s.usable(snap, fleet); err != nil {
		return err
	}
	s.snap, s.known = snap, nil
	return nil
}

// usable tells why a state is not one for the fleet.
func (s *Session) usable(snap *state.Snapshot, fleet string) error {
	if err := snap.Here(); err != nil {
		return fmt.Errorf("the state %s cannot be used: %w", s.store.Location(), err)
	}
	if snap.Fleet != fleet {
		return fmt.Errorf("the state %s is of the fleet %q, the file declares %q\nhint: give each fleet a state of its own with --state, or put the file's name: back", s.store.Location(), snap.Fleet, fleet)
	}
	return nil
}

func (s *Session) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken == nil {
		s.broken = err
	}
}

// Err tells why the session can write no more; nil while it can.
func (s *Session) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err()
}

// writable tells whether the state can be written, as far as is known.
func (s *Session) writable() bool { return s.brokenBy() == nil && !s.isAway() }

// brokenBy is Err without the places of copies.
func (s *Session) brokenBy() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.broken
}

// Credit says what the history names for everything that is recorded from now
// on: the plan, the commit, the pipeline. It is called before anything runs.
func (s *Session) Credit(by state.Provenance) {
	if by.ID = s.by.ID; by.ID == "" {
		by.ID = strings.ReplaceAll(uuid.NewString(), "-", "")[:16]
	}
	by.Who, by.Operation = s.who, s.request.Operation
	s.by = by
}

// Snapshot returns a copy of the state as it is now.
func (s *Session) Snapshot() *state.Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.snap.Clone()
}

// Record makes entries durable and then visible. After an error nothing more
// is written through this session, so that no call is sent whose outcome could
// not be kept.
func (s *Session) Record(ctx context.Context, entries ...state.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	if err := s.brokenBy(); err != nil {
		return &writeError{fmt.Errorf("the state could not be written before: %w", err)}
	}
	// What was sent must be kept, also when the command is being interrupted.
	ctx = context.WithoutCancel(ctx)
	if err := s.ensure(ctx); err != nil {
		s.fail(err)
		return err
	}
	now := s.now().UTC()
	for i := range entries {
		entries[i].At, entries[i].Who = now, s.who
		if entries[i].Log {
			by := s.by
			entries[i].Run = &by
		}
	}
	return s.append(ctx, entries)
}

// append writes entries as they are.
func (s *Session) append(ctx context.Context, entries []state.Entry) error {
	if err := s.store.Append(ctx, s.lease, entries); err != nil {
		err = fmt.Errorf("the state %s could not be written: %w", s.store.Location(), err)
		s.fail(err)
		return &writeError{err}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dirty = true
	for _, e := range entries {
		serial := max(s.snap.Serial, e.Serial) // groups may come back in another order
		s.snap.Apply(e)
		s.learn(e)
		s.snap.Serial = serial
	}
	return nil
}

// ensure writes the first snapshot of a new state.
func (s *Session) ensure(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.exists {
		return nil
	}
	if err := s.store.Init(ctx, s.lease, s.snap.Clone()); err != nil {
		return fmt.Errorf("the state %s could not be made: %w", s.store.Location(), err)
	}
	s.exists = true
	return nil
}

// update changes one resource and records it in one entry. Updates of the same
// address follow one another: each sees what the one before has written.
func (s *Session) update(ctx context.Context, address string, e state.Entry, change func(*state.Resource)) error {
	l := s.addressLock(address)
	l.Lock()
	defer l.Unlock()
	r := s.resource(address)
	change(&r)
	e.Address, e.Resource = address, &r
	return s.Record(ctx, e)
}

func (s *Session) addressLock(address string) *sync.Mutex {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.locks[address]
	if l == nil {
		l = &sync.Mutex{}
		s.locks[address] = l
	}
	return l
}

// resource returns a copy that may be changed.
func (s *Session) resource(address string) state.Resource {
	s.mu.Lock()
	defer s.mu.Unlock()
	return cloneResource(s.snap.Resources[address])
}

// intentOf returns the open intent of a workflow, or nil.
func (s *Session) intentOf(workflow string) *state.Intent {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, in := range s.snap.Intents {
		if in.Workflow == workflow {
			return &in
		}
	}
	return nil
}

// bookings counts the bookings of other tills with a code that was read
// between two times: those made after it, and those that may have been.
func (s *Session) bookings(address string, code spec.CodeRecord, from, to time.Time) (after, maybe int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for other, r := range s.snap.Resources {
		switch k := r.Booking; {
		case other == address || k == nil || k.Code != code || k.At.Before(from):
		case k.ReadAt.Before(to):
			maybe++
		default:
			after++
		}
	}
	for _, in := range s.snap.Intents {
		w := s.snap.Resources[in.Address].Workflows[in.Action]
		if in.Effect == state.EffectBook && in.Address != address && w != nil && w.Data.Code != nil && *w.Data.Code == code {
			maybe++
		}
	}
	return after, maybe
}

// Close compacts what was written and gives the lock back.
func (s *Session) Close(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	if s.stopRenew != nil {
		s.stopRenew()
	}
	if s.away {
		return nil
	}
	var err error
	if s.dirty && s.Err() == nil {
		snap := s.Snapshot()
		snap.ForgetRuns()
		err = s.store.Compact(ctx, s.lease, snap)
	}
	if s.Ended != nil && s.Exists() {
		s.Ended(s.Snapshot())
	}
	return s.ended(err, s.store.Unlock(ctx, s.lease))
}

// cloneResource copies what updates change: the top level, the workflows and
// their data. Attributes and papers are replaced whole, never changed.
func cloneResource(r state.Resource) state.Resource {
	wfs := make(map[string]*state.Workflow, len(r.Workflows))
	for k, w := range r.Workflows {
		c := *w
		wfs[k] = &c
	}
	r.Workflows = wfs
	return r
}
