package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kktctl/kktctl/state"
)

// term is how long a lease holds: so long from a moment before it was asked
// for, on this process's clock. The zero term ends with the process.
type term struct {
	from   time.Time
	length time.Duration
	cause  error // why the last renewal failed
}

// left is what remains of the term at a time.
func (t term) left(now time.Time) time.Duration { return t.length - elapsed(t.from, now) }

// elapsed is the time between two readings of the clock. A suspended machine
// stops one of its two clocks, so that the one that went further counts.
func elapsed(from, now time.Time) time.Duration {
	return max(now.Sub(from), now.Round(0).Sub(from.Round(0)))
}

// margin is the last part of a term, in which nothing is sent any more: who
// takes over must not meet a call that has just begun.
func (t term) margin() time.Duration { return t.length / 4 }

// sendable tells whether a call may begin.
func (t term) sendable(now time.Time) bool { return t.length == 0 || t.left(now) > t.margin() }

// keepLease renews a lease that runs out, at a third of its time, and sooner
// again when a renewal fails. asked is a moment before the lock was asked for.
func (s *Session) keepLease(ctx context.Context, asked time.Time) {
	ctx = context.WithoutCancel(ctx)
	stop, ended := make(chan struct{}), make(chan struct{})
	lease := s.lease
	s.mu.Lock()
	s.term = term{from: asked, length: lease.Term}
	s.mu.Unlock()
	if s.stopRenew = func() {}; lease.Term == 0 {
		return
	}
	calls, cut := context.WithCancel(ctx)
	s.stopRenew = sync.OnceFunc(func() { endRenewals(stop, ended, cut) })
	go func() {
		defer close(ended)
		wait := lease.Term / 3
		for {
			select {
			case <-stop:
				return
			case <-time.After(wait):
			}
			wait = lease.Term / 3
			if err := s.renew(calls, lease); errors.Is(err, state.ErrFenced) {
				s.fail(err)
				return
			} else if err != nil {
				wait = lease.Term / 12
			}
		}
	}()
}

// lastRenewal is how long the end of a session waits for a renewal that is on
// its way. One that is cut off has no known end, and a store may then want to
// be read before it takes another write.
const lastRenewal = 30 * time.Second

// endRenewals lets the renewal on its way come to its end.
func endRenewals(stop chan<- struct{}, ended <-chan struct{}, cut context.CancelFunc) {
	defer cut()
	close(stop)
	select {
	case <-ended:
	case <-time.After(lastRenewal):
	}
}

// renew begins the term anew, counted from before the call.
func (s *Session) renew(ctx context.Context, lease *state.Lease) error {
	asked := s.now()
	err := s.store.Renew(ctx, lease)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.term.cause = err
		return err
	}
	s.term = term{from: asked, length: lease.Term}
	return nil
}

// sendable wants enough of the lease to be left for a call to begin; a process
// that was stopped for a while finds out here.
func (s *Session) sendable(ctx context.Context) error {
	s.mu.Lock()
	t := s.term
	s.mu.Unlock()
	if t.sendable(s.now()) {
		return nil
	}
	if err := s.renew(ctx, s.lease); err != nil {
		if errors.Is(err, state.ErrFenced) {
			s.fail(err)
		}
		return fmt.Errorf("nothing more is sent: the lock on the state %s could not be renewed in time: %w", s.store.Location(), err)
	}
	return nil
}

// intend makes an intent durable while the lease lasts. When the lease ran out
// meanwhile, the call is not sent, and that is recorded if it still can be.
func (s *Session) intend(ctx context.Context, in state.Intent) error {
	if err := s.sendable(ctx); err != nil {
		return err
	}
	if err := s.Record(ctx, state.Entry{Event: "intend " + string(in.Effect), Address: in.Address, Intent: &in}); err != nil {
		return err
	}
	err := s.sendable(ctx)
	if err != nil {
		notSent := state.Entry{Event: "not sent: the lock ran out", Address: in.Address, SettledIntent: in.ID, Outcome: string(SettledNotSent)}
		err = errors.Join(err, s.Record(ctx, notSent))
	}
	return err
}

// shownIntents bounds how many open calls a notice names.
const shownIntents = 10

// takenOver tells of a holder that ended without unlocking, and what is not
// known of what it did.
func takenOver(p *state.LockInfo, open map[string]state.Intent) string {
	ended := ""
	if !p.Expires.IsZero() {
		ended = ", until " + p.Expires.UTC().Format(time.RFC3339)
	}
	text := fmt.Sprintf("the last holder of the state ended without unlocking it: %s (%s, since %s%s); ",
		p.Holder, p.Operation, p.Created.UTC().Format(time.RFC3339), ended)
	if len(open) == 0 {
		return text + "what it had sent is recorded: no call is open"
	}
	var calls []string
	for _, in := range open {
		calls = append(calls, in.Address+": "+string(in.Effect))
	}
	slices.Sort(calls)
	if more := len(calls) - shownIntents; more > 0 {
		calls = append(calls[:shownIntents], fmt.Sprintf("and %d more", more))
	}
	return text + "what it had sent is settled by reading: what became of these calls is not recorded: " + strings.Join(calls, ", ") +
		"\nhint: if it left an emergency copy, put it back first with kktctl state recover"
}
