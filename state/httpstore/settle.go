package httpstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/kktctl/kktctl/state"
)

// settleTries is how often a write whose answer is lost is looked after, and
// settlePause the wait before the second try; it doubles.
const (
	settleTries = 3
	settlePause = 100 * time.Millisecond
)

// errOther is a document that neither this store nor a holder after it wrote.
var errOther = errors.New("the document was replaced by somebody who does not hold the lock")

// settle finds out what became of a write, and makes it again if it did not
// happen. When that cannot be done, nothing more is written before a Load.
func (s *Store) settle(ctx context.Context, h *holding, next *document, cause error) error {
	for try := range settleTries {
		if try > 0 {
			_ = pause(ctx, settlePause<<(try-1)) // ctx has no end
		}
		done, err := s.again(ctx, h, next)
		switch {
		case done:
			h.doc = next
			return nil
		case err == nil: // known not to have happened, and sent again without an answer
		case !errors.Is(err, errLost):
			return err
		}
		cause = errors.Join(err, cause)
	}
	h.failed = cause
	return fmt.Errorf("%s: a write has no answer: %w", s.c.Address, firstLine(cause))
}

func firstLine(err error) error {
	var many interface{ Unwrap() []error }
	if errors.As(err, &many) {
		for _, e := range many.Unwrap() {
			if e != nil {
				return e
			}
		}
	}
	return err
}

// again makes sure that the lost write cannot arrive any more, reads what is
// there, and writes again what is not.
func (s *Store) again(ctx context.Context, h *holding, next *document) (done bool, err error) {
	doc, err := s.relock(ctx, h)
	if errors.Is(err, state.ErrFenced) {
		if doc != nil && wrote(doc, next) {
			return true, nil
		}
		if doc != nil && doc.Content.Epoch == next.Content.Epoch {
			return false, state.ErrFenced // it is known not to be there
		}
		return false, fmt.Errorf("%s: the lock was taken over, and what became of the last write is not known", s.c.Address)
	}
	switch {
	case err != nil:
		return false, err
	case wrote(doc, next):
		return true, nil
	case writeOf(doc) != h.doc.Content.Write:
		h.lost = true
		return false, fmt.Errorf("%s: %w", s.c.Address, errOther)
	}
	err = s.post(ctx, h.wire.ID, next)
	if errors.Is(err, errRefused) {
		h.lost = true
		return false, state.ErrFenced
	}
	return err == nil, err
}

// wrote tells whether a document is, or directly follows, what next is.
func wrote(doc, next *document) bool {
	return doc != nil && (doc.Content.Write == next.Content.Write || doc.Content.After == next.Content.Write)
}

func writeOf(doc *document) string {
	if doc == nil {
		return ""
	}
	return doc.Content.Write
}

// relock takes the lock anew under another id and reads the document. The
// error is ErrFenced when somebody else got the lock; the document is what
// there was then, if it could be read.
func (s *Store) relock(ctx context.Context, h *holding) (*document, error) {
	raw, _ := json.Marshal(h.wire)
	if err := s.unlockCall(ctx, h.wire.ID, raw); err != nil && !errors.Is(err, errRefused) {
		return nil, err
	}
	old := h.wire.ID
	held, err := s.lockAnew(ctx, h)
	if err != nil {
		return nil, err
	}
	if held == nil {
		return s.get(ctx)
	}
	if id, _, _ := parseID(held.ID); id == h.lease.ID { // an earlier id of ours: its UNLOCK has not arrived
		h.wire.ID = held.ID
		return nil, fmt.Errorf("%w: the lock %s is not given back", errLost, old)
	}
	h.lost = true
	doc, err := s.get(ctx)
	if err != nil {
		doc = nil
	}
	return doc, state.ErrFenced
}

// lockAnew takes the lock under the next id. Somebody who looks at the lock in
// between has it for a moment and writes nothing: that is waited for, also when
// it was killed in the middle, until its term is over.
func (s *Store) lockAnew(ctx context.Context, h *holding) (*lockedBy, error) {
	for end := time.Now().Add(peekTerm + grace + 3*time.Second); ; {
		h.attempt++
		l := h.lease
		h.wire = s.wire(l.ID, s.clock.latest().Add(s.c.Term), h.attempt, l.Holder, l.Operation, l.Created)
		held, err := s.lockCall(ctx, h.wire)
		if err != nil || held == nil || !peeking(held.ID) {
			return held, err
		}
		if time.Now().After(end) {
			return nil, fmt.Errorf("%w: others keep looking at the lock", errLost)
		}
		if err := s.passPeek(ctx, held); err != nil {
			return nil, err
		}
	}
}

// recover ends the time in which nothing may be written.
func (s *Store) recover(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.held
	if h == nil || h.failed == nil {
		return nil
	}
	doc, err := s.relock(ctx, h)
	if errors.Is(err, state.ErrFenced) {
		h.failed = nil // the new holder's business
		return nil
	}
	if err != nil {
		return err
	}
	if doc == nil {
		doc = &document{Version: documentVersion}
	}
	if doc.Content.Epoch != h.lease.Epoch {
		h.lost = true
	}
	h.doc, h.failed = doc, nil
	return nil
}

// attemptOf gives the number of times that a lock was taken anew.
func attemptOf(id string) int {
	n, err := strconv.Atoi(id[strings.LastIndexByte(id, '_')+1:])
	if err != nil {
		return 0
	}
	return n
}
