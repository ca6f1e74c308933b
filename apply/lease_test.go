package apply_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/memory"
)

// slow is a store that can be cut off, and whose appends can take long.
type slow struct {
	*memory.Store
	down atomic.Bool
	// after runs when an append is durable, before its caller is told.
	after func(entries []state.Entry)
}

func newSlow() *slow {
	return &slow{Store: memory.New("test", memory.WithTerm(time.Minute))}
}

func (s *slow) Renew(ctx context.Context, l *state.Lease) error {
	if s.down.Load() {
		return errors.New("the network is down")
	}
	return s.Store.Renew(ctx, l)
}

func (s *slow) Append(ctx context.Context, l *state.Lease, entries []state.Entry) error {
	err := s.Store.Append(ctx, l, entries)
	if err == nil && s.after != nil {
		s.after(entries)
	}
	return err
}

// sends has one step try to send after a while, and tells whether it did.
func sends(t *testing.T, store state.Store, after time.Duration) (sent bool, err error) {
	t.Helper()
	s := open(t, store)
	p := &script{advance: func(ctx context.Context, run *apply.Run) (apply.Transition, error) {
		time.Sleep(after)
		if err := run.Intend(ctx, state.EffectSign, "hash", nil); err != nil {
			return apply.Transition{}, err
		}
		sent = true
		return apply.Transition{Phase: "tax", Data: run.Workflow.Data, Status: apply.Waiting, Settled: apply.SettledDone}, nil
	}}
	_, err = s.Run(t.Context(), fleet("a"), plan(s, step(planner.Register, "a")), p, apply.Options{})
	_ = s.Close(t.Context())
	return sent, err
}

// A lease that is renewed holds for as long as it takes.
func TestLeaseIsRenewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if sent, err := sends(t, newSlow(), time.Hour); !sent || err != nil {
			t.Errorf("sent %v, %v", sent, err)
		}
	})
}

// A lease that cannot be renewed is good for calls until shortly before its
// end, and for none after.
func TestNothingIsSentWithoutALease(t *testing.T) {
	for after, want := range map[time.Duration]bool{44 * time.Second: true, 46 * time.Second: false, 2 * time.Hour: false} {
		synctest.Test(t, func(t *testing.T) {
			store := newSlow()
			store.down.Store(true)
			sent, err := sends(t, store, after)
			if sent != want {
				t.Errorf("after %s: sent %v, %v", after, sent, err)
			}
			if !want && (err == nil || !strings.Contains(err.Error(), "nothing more is sent")) {
				t.Errorf("after %s: %v", after, err)
			}
		})
	}
}

// A process is stopped when its intent is durable and before the call, for
// longer than its lease: another one has taken over, and nothing is sent.
func TestStoppedBeforeTheCall(t *testing.T) {
	for _, taken := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			store := newSlow()
			store.down.Store(true) // a stopped process renews nothing
			store.after = func(entries []state.Entry) {
				if entries[0].Intent == nil {
					return
				}
				store.after = nil
				time.Sleep(10 * time.Minute)
				if taken {
					next, err := store.Lock(t.Context(), state.LockRequest{Holder: "boris"})
					must(t, err)
					if next.Previous == nil || next.Previous.Holder != "tester" {
						t.Errorf("told of %+v", next.Previous)
					}
				}
				store.down.Store(false)
			}
			sent, err := sends(t, store, 0)
			if sent == taken || taken != errors.Is(err, state.ErrFenced) {
				t.Errorf("taken over %v: sent %v, %v", taken, sent, err)
			}
		})
	}
}

// Stopped so, with the store out of reach when it goes on: the call is not
// made, and the state says so.
func TestNotSentIsRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newSlow()
		store.down.Store(true)
		store.after = func(entries []state.Entry) {
			if entries[0].Intent != nil {
				time.Sleep(10 * time.Minute)
			}
		}
		if sent, _ := sends(t, store, 0); sent {
			t.Error("sent without a lease")
		}
		snap, _, err := store.Load(t.Context())
		must(t, err)
		if len(snap.Intents) != 0 {
			t.Errorf("what was not sent is open: %v", snap.Intents)
		}
	})
}

// Who takes over is told from whom, and which calls are open.
func TestTakenOverIsTold(t *testing.T) {
	store := memory.New("test")
	s := open(t, store)
	must(t, s.Record(t.Context(), state.Entry{Event: "intend sign", Address: "kkts.a", Intent: &state.Intent{ID: "i", Address: "kkts.a", Effect: state.EffectSign}}))
	store.Crash()
	next := open(t, store)
	text := strings.Join(next.Notices, "\n")
	for _, part := range []string{"ended without unlocking it: tester (apply, since", "kkts.a: sign", "state recover"} {
		if !strings.Contains(text, part) {
			t.Errorf("not told: %s\n%s", part, text)
		}
	}
	must(t, next.Record(t.Context(), state.Entry{Event: "settled", Address: "kkts.a", SettledIntent: "i", Outcome: "done"}))
	store.Crash()
	if text := strings.Join(open(t, store).Notices, "\n"); !strings.Contains(text, "no call is open") {
		t.Errorf("told: %s", text)
	}
}
