package ofd_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kktctl/kktctl/providers/ofd"
	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/memory"
)

// watched is a store and a service in one: what happens to both, in order.
type watched struct {
	*memory.Store
	mu     sync.Mutex
	events []string

	intended func()            // after an intent is durable
	calling  func(path string) // before a call
}

func (w *watched) add(e string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.events = append(w.events, e)
}

func (w *watched) Append(ctx context.Context, l *state.Lease, entries []state.Entry) error {
	err := w.Store.Append(ctx, l, entries)
	if err == nil && strings.HasPrefix(entries[0].Event, "intend ") {
		w.add("intend")
		if w.intended != nil {
			w.intended()
		}
	}
	return err
}

type trip func(*http.Request) (*http.Response, error)

func (f trip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// watch puts a watched store and transport into a bench whose partner logs in.
func watch(t *testing.T) (*bench, *watched) {
	b := payBench(t, 5)
	loginOnly(b.fleet)
	w := &watched{Store: memory.New("test")}
	b.store = w
	b.tweak = func(c *ofd.Config) {
		c.Wrap = func(below http.RoundTripper) http.RoundTripper {
			return trip(func(r *http.Request) (*http.Response, error) {
				name := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
				if w.calling != nil {
					w.calling(name)
				}
				w.add(name)
				return below.RoundTrip(r)
			})
		}
	}
	return b, w
}

// What takes time is done before the intent is made: between it and the call
// there is no login.
func TestLoginIsBeforeTheIntent(t *testing.T) {
	b, w := watch(t)
	must(t, b.svc.Fault(sim.Fault{Path: "*/kkt/pay", Kind: sim.FaultStatus, Status: http.StatusForbidden, Times: 1}))
	b.converge(1)
	n := 0
	for i, e := range w.events {
		if e == "intend" {
			if n++; w.events[i+1] != "pay" {
				t.Errorf("after an intent comes %s", w.events[i+1])
			}
		}
	}
	if n != 2 || b.effects(sim.EffectPay) != 1 {
		t.Errorf("%d intents: %v", n, w.events)
	}
	b.noDuplicates()
}

// The lock is taken away during the login of a call: nothing is sent, and
// nothing is left open.
func TestLockIsLostDuringTheLogin(t *testing.T) {
	b, w := watch(t)
	must(t, b.svc.Fault(sim.Fault{Path: "*/kkt/pay", Kind: sim.FaultStatus, Status: http.StatusForbidden, Times: 1}))
	w.calling = func(path string) {
		if path == "CreateAuthToken" && slices.Contains(w.events, "pay") {
			info, err := w.LockInfo(t.Context())
			must(t, err)
			must(t, w.ForceUnlock(t.Context(), info.ID))
		}
	}
	defer func() { w.calling = nil }()
	if _, err := b.apply(); !errors.Is(err, state.ErrFenced) {
		t.Errorf("%v", err)
	}
	if n := b.effects(sim.EffectPay); n != 0 {
		t.Errorf("%d payments", n)
	}
	snap, _, err := w.Load(t.Context())
	must(t, err)
	if len(snap.Intents) != 0 {
		t.Errorf("open: %v", snap.Intents)
	}
}

// A store that takes long to write the intent down: others may have concluded
// by then that the call was not made. It is not, and is announced anew.
func TestIntentThatTookLong(t *testing.T) {
	b, w := watch(t)
	w.intended = func() {
		w.intended = nil
		b.advance(10 * time.Second)
	}
	b.converge(1)
	if !slices.Contains(w.events, "pay") || slices.Index(w.events, "pay") < slices.Index(w.events, "intend")+2 {
		t.Errorf("sent late: %v", w.events)
	}
	intents := 0
	for _, e := range w.events {
		if e == "intend" {
			intents++
		}
	}
	if intents != 2 || b.effects(sim.EffectPay) != 1 {
		t.Errorf("%v", w.events)
	}
	b.noDuplicates()
}
