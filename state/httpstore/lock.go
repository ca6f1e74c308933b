package httpstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/kktctl/kktctl/state"
)

// grace is how much longer than its term a lock is left alone: a server may be
// several machines whose clocks differ a little.
const grace = 2 * time.Second

// peekTerm is that of a lock that is taken only to see whether it is free.
const (
	peekTerm   = 15 * time.Second
	peekPause  = 50 * time.Millisecond // before it is tried again
	peekHolder = "somebody who looks at the lock"
	peekOp     = "lock show"
	// peekAttempt marks the id of such a lock.
	peekAttempt = -1
)

// holding is a lock that this store holds.
type holding struct {
	lease   *state.Lease
	wire    wireLock // as the server knows it at present
	attempt int      // of wire's id
	doc     *document
	read    bool  // doc's state was read, or is what this store wrote
	failed  error // a write's outcome is not known: nothing is written before it is
	lost    bool  // somebody else has the lock
}

// wireID makes a lock id: the lease's, until when it holds unless renewed, and
// how many times the lock was taken anew.
func wireID(lease string, expires time.Time, attempt int) string {
	return fmt.Sprintf("%s_%x_%d", lease, expires.UnixMilli(), attempt)
}

// parseID takes a lock id apart; ours is false for one that no kktctl made.
func parseID(id string) (lease string, expires time.Time, ours bool) {
	parts := strings.Split(id, "_")
	if len(parts) != 3 {
		return id, time.Time{}, false
	}
	ms, err := strconv.ParseInt(parts[1], 16, 64)
	if err != nil || uuid.Validate(parts[0]) != nil {
		return id, time.Time{}, false
	}
	return parts[0], time.UnixMilli(ms).UTC(), true
}

// peeking tells of the lock of somebody who only looks.
func peeking(id string) bool {
	_, _, ours := parseID(id)
	return ours && attemptOf(id) == peekAttempt
}

func (s *Store) wire(lease string, expires time.Time, attempt int, holder, operation string, created time.Time) wireLock {
	return wireLock{
		ID: wireID(lease, expires, attempt), Operation: operation, Who: holder, Version: "kktctl " + s.c.Version,
		Info: lease, Created: created.Format(time.RFC3339Nano), Path: s.c.Address,
	}
}

// Lock takes the lock. One whose term has run out is taken over.
func (s *Store) Lock(ctx context.Context, req state.LockRequest) (*state.Lease, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.learn(ctx); err != nil {
		return nil, err
	}
	id := uuid.NewString()
	var looks *state.LockInfo // the last of those who only look
	for range 20 {
		created := s.clock.latest()
		w := s.wire(id, created.Add(s.c.Term), 0, req.Holder, req.Operation, created)
		held, err := s.take(ctx, w)
		if err != nil {
			return nil, err
		}
		if held == nil && s.clock.latest().Sub(created).Abs() < s.c.Term/2 {
			return s.taken(ctx, w, req)
		}
		if held == nil { // it took too long, or a clock was set
			if err := s.giveBack(ctx, w, nil); err != nil {
				return nil, err
			}
			continue
		}
		info, err := s.infoOf(ctx, held)
		if err != nil {
			return nil, err
		}
		switch {
		case s.over(info.Expires):
			if err := s.unlockCall(ctx, held.ID, held.raw); err != nil && !errors.Is(err, errRefused) {
				return nil, err
			}
		case peeking(held.ID):
			looks = info
			if err := pause(ctx, peekPause); err != nil {
				return nil, err
			}
		default:
			return nil, &state.LockedError{Location: s.c.Address, Info: *info}
		}
	}
	if looks != nil { // one that was killed in the middle: its lock is over soon
		return nil, &state.LockedError{Location: s.c.Address, Info: *looks}
	}
	return nil, fmt.Errorf("%s: the lock could not be taken: the server answers too slowly, or others keep taking it over", s.c.Address)
}

// over tells whether a lock has run out for certain. One without a term never
// does.
func (s *Store) over(expires time.Time) bool {
	return !expires.IsZero() && s.clock.earliest().After(expires.Add(grace))
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// take is lockCall, once more when the answer is lost: a lock that was taken
// without our knowing is met again and known by its id.
func (s *Store) take(ctx context.Context, w wireLock) (*lockedBy, error) {
	held, err := s.lockCall(ctx, w)
	if err != nil && errors.Is(err, errLost) && ctx.Err() == nil {
		held, err = s.lockCall(ctx, w)
	}
	if err != nil {
		return nil, s.giveBack(ctx, w, err)
	}
	return held, nil
}

// giveBack removes a lock that is of no use after an error.
func (s *Store) giveBack(ctx context.Context, w wireLock, err error) error {
	raw, _ := json.Marshal(w)
	ctx = context.WithoutCancel(ctx)
	back := s.unlockCall(ctx, w.ID, raw)
	if errors.Is(back, errLost) {
		back = s.unlockCall(ctx, w.ID, raw)
	}
	if back != nil && !errors.Is(back, errRefused) && !errors.Is(back, errLost) {
		return errors.Join(err, back)
	}
	return err
}

// taken writes the record of a lock that was just taken.
func (s *Store) taken(ctx context.Context, w wireLock, req state.LockRequest) (*state.Lease, error) {
	h, err := s.begin(ctx, w, req)
	if err != nil {
		if h != nil {
			w = h.wire
		}
		return nil, s.giveBack(ctx, w, err)
	}
	s.held = h
	return h.lease, nil
}

func (s *Store) begin(ctx context.Context, w wireLock, req state.LockRequest) (*holding, error) {
	doc, err := s.get(ctx)
	if err != nil {
		return nil, err
	}
	if doc == nil {
		if err := s.probe(ctx, w); err != nil {
			return nil, err
		}
		if doc, err = s.get(ctx); err != nil {
			return nil, err
		}
	}
	if doc == nil {
		doc = &document{Version: documentVersion}
	}
	var previous *state.LockInfo
	if l := doc.Content.Lock; l != nil { // its holder did not give it back; one that wrote no record did nothing
		previous = &l.LockInfo
	}
	id, expires, _ := parseID(w.ID)
	created, err := time.Parse(time.RFC3339Nano, w.Created)
	if err != nil {
		return nil, err
	}
	next := *doc
	next.Content.After = doc.Content.Write
	next.Content.Epoch++
	lease := &state.Lease{Previous: previous, Term: s.c.Term, LockInfo: state.LockInfo{
		ID: id, Holder: req.Holder, Operation: req.Operation, Created: created, Expires: expires, Epoch: next.Content.Epoch,
	}}
	next.Content.Lock = &lockRecord{LockInfo: lease.LockInfo, Term: s.c.Term}
	h := &holding{lease: lease, wire: w, doc: doc}
	return h, s.put(ctx, h, &next)
}

// infoOf tells who holds a lock: by the record in the document, or by what the
// server tells of the lock where its holder has not written one yet.
func (s *Store) infoOf(ctx context.Context, held *lockedBy) (*state.LockInfo, error) {
	id, expires, ours := parseID(held.ID)
	doc, err := s.get(ctx)
	if errors.Is(err, errLost) {
		return nil, err
	}
	if doc != nil && doc.Content.Lock != nil && ours && doc.Content.Lock.ID == id {
		info := doc.Content.Lock.LockInfo
		if expires.After(info.Expires) {
			info.Expires = expires
		}
		return &info, nil
	}
	info := &state.LockInfo{ID: id, Holder: held.Who, Operation: held.Operation, Expires: expires}
	if peeking(held.ID) {
		info.Holder, info.Operation = peekHolder, peekOp
	} else if !ours || held.Info != id { // some servers answer with the words of who asks
		info.Operation = "unknown"
	}
	if info.Holder == "" {
		info.Holder = "unknown"
	}
	info.Created, _ = time.Parse(time.RFC3339Nano, held.Created)
	return info, nil
}

// peek tells who holds the lock; nil when nobody does. The protocol has no
// other way to see it than to try and take it.
func (s *Store) peek(ctx context.Context) (*lockedBy, error) {
	if err := s.learn(ctx); errors.Is(err, errLost) {
		return nil, err
	}
	now := s.clock.latest()
	w := s.wire(uuid.NewString(), now.Add(peekTerm), peekAttempt, peekHolder, peekOp, now)
	var held *lockedBy
	for range 20 {
		var err error
		if held, err = s.take(ctx, w); err != nil {
			return nil, err
		}
		if held == nil {
			return nil, s.giveBack(ctx, w, nil)
		}
		if !peeking(held.ID) {
			return held, nil
		}
		if err := s.passPeek(ctx, held); err != nil {
			return nil, err
		}
	}
	return held, nil // one that was killed in the middle
}

// passPeek waits a little for somebody who only looks at the lock. One that was
// killed in the middle is taken away when its term is over.
func (s *Store) passPeek(ctx context.Context, held *lockedBy) error {
	_, expires, _ := parseID(held.ID)
	if !s.over(expires) {
		return pause(ctx, peekPause)
	}
	if err := s.unlockCall(ctx, held.ID, held.raw); err != nil && !errors.Is(err, errRefused) {
		return err
	}
	return nil
}

// LockInfo tells who holds the lock. It takes a free lock for a moment.
func (s *Store) LockInfo(ctx context.Context) (*state.LockInfo, error) {
	held, err := s.peek(ctx)
	if err != nil || held == nil {
		return nil, err
	}
	return s.infoOf(ctx, held)
}

// ForceUnlock removes the lock with the given id, as LockInfo tells it.
func (s *Store) ForceUnlock(ctx context.Context, id string) error {
	held, err := s.peek(ctx)
	if err != nil {
		return err
	}
	if held == nil {
		return fmt.Errorf("the state %s is not locked", s.c.Address)
	}
	if lease, _, _ := parseID(held.ID); id == "" || lease != id && held.ID != id {
		info, err := s.infoOf(ctx, held)
		if err != nil {
			return err
		}
		return fmt.Errorf("lock %q is not the present one: %w", id, &state.LockedError{Location: s.c.Address, Info: *info})
	}
	return s.unlockCall(ctx, held.ID, held.raw)
}

// Unlock gives the lock back: the record first, so that the next one is not
// told of a holder that crashed.
func (s *Store) Unlock(ctx context.Context, lease *state.Lease) error {
	if lease == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	h, err := s.holds(ctx, lease)
	if errors.Is(err, state.ErrFenced) {
		return nil
	}
	if err != nil {
		return err
	}
	if h.failed == nil {
		next := *h.doc
		next.Content.Lock = nil
		if err := s.put(ctx, h, &next); errors.Is(err, state.ErrFenced) {
			s.held = nil
			return nil
		}
	}
	raw, _ := json.Marshal(h.wire)
	for try := range settleTries {
		if try > 0 && pause(ctx, settlePause<<(try-1)) != nil {
			break
		}
		if err = s.unlockCall(ctx, h.wire.ID, raw); !errors.Is(err, errLost) {
			break
		}
	}
	if errors.Is(err, errRefused) { // it was given back before, or taken over
		err = nil
	}
	if err == nil {
		s.held = nil
	}
	return err
}
