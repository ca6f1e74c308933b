package statetest

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/kktctl/kktctl/state"
)

func withoutCancel(req *http.Request) context.Context { return context.WithoutCancel(req.Context()) }

// refused wants the lock to be held by somebody.
func refused(t *testing.T, s state.Store, holder *state.Lease) {
	t.Helper()
	_, err := s.Lock(context.Background(), state.LockRequest{Holder: "boris", Operation: "resume"})
	var locked *state.LockedError
	if !errors.As(err, &locked) {
		t.Fatalf("a second lock: got %v, want a LockedError", err)
	}
	if locked.Info.ID != holder.ID || locked.Info.Epoch != holder.Epoch {
		t.Fatalf("locked by %+v, want %+v", locked.Info, holder.LockInfo)
	}
}

func testLeaseTerm(t *testing.T, p Place) {
	s := p.Open()
	lease := lock(t, s)
	if lease.Term != p.Term || lease.Expires.Sub(lease.Created) != p.Term {
		t.Fatalf("term %s, from %s to %s; want %s", lease.Term, lease.Created, lease.Expires, p.Term)
	}
	p.Pass(t, p.Term/2)
	refused(t, p.Open(), lease)
}

func testLeaseRenewed(t *testing.T, p Place) {
	s := p.Open()
	lease, model := begin(t, s)
	for range 4 {
		p.Pass(t, p.Term*2/3)
		if err := s.Renew(context.Background(), lease); err != nil {
			t.Fatalf("renew: %v", err)
		}
		refused(t, p.Open(), lease)
	}
	info, err := p.Open().LockInfo(context.Background())
	if err != nil || info == nil || info.ID != lease.ID || !info.Expires.After(lease.Expires) || !info.Created.Equal(lease.Created) {
		t.Fatalf("the renewed lock is shown as %+v, %v; it was taken as %+v", info, err, lease.LockInfo)
	}
	add(t, s, lease, model, set("kkts.a", 1))
	unlock(t, s, lease)
	same(t, p.Open(), model)
}

// outlive lets the term run out, surely.
func outlive(t *testing.T, p Place) { p.Pass(t, p.Term+5*time.Second) }

func testLeaseTakenOver(t *testing.T, p Place) {
	s := p.Open()
	lease, model := begin(t, s)
	add(t, s, lease, model, set("kkts.a", 1))
	outlive(t, p)
	takenOver(t, p, s, lease, model)
}

// testLeaseTakenOverNew has a holder end before it wrote anything at all.
func testLeaseTakenOverNew(t *testing.T, p Place) {
	s := p.Open()
	lease := lock(t, s)
	outlive(t, p)
	if info, err := p.Open().LockInfo(context.Background()); err != nil || info == nil || info.ID != lease.ID {
		t.Fatalf("the outlived lock is shown as %+v, %v", info, err)
	}
	other := p.Open()
	next := lock(t, other)
	if next.Previous == nil || next.Previous.ID != lease.ID || next.Epoch <= lease.Epoch {
		t.Fatalf("taken over: %+v, previous %+v", next.LockInfo, next.Previous)
	}
	wantErr(t, "init", s.Init(context.Background(), lease, state.NewSnapshot("sever")), state.ErrFenced)
	model := state.NewSnapshot("sever")
	if err := other.Init(context.Background(), next, model); err != nil {
		t.Fatalf("init: %v", err)
	}
	same(t, p.Open(), model)
}

func takenOver(t *testing.T, p Place, s state.Store, lease *state.Lease, model *state.Snapshot) {
	t.Helper()
	other := p.Open()
	next := lock(t, other)
	switch prev := next.Previous; {
	case prev == nil:
		t.Fatalf("the next holder is not told of the one before")
	case prev.ID != lease.ID || prev.Holder != lease.Holder || prev.Operation != lease.Operation || prev.Epoch != lease.Epoch:
		t.Fatalf("told of %+v, want %+v", *prev, lease.LockInfo)
	case next.Epoch <= lease.Epoch:
		t.Fatalf("epoch %d after %d", next.Epoch, lease.Epoch)
	}
	fenced(t, s, lease, model)
	add(t, other, next, model, set("kkts.b", 2))
	fenced(t, s, lease, model)
	unlock(t, s, lease) // takes nothing from the new holder
	add(t, other, next, model, set("kkts.b", 3))
	same(t, p.Open(), model)
	unlock(t, other, next)
	if again := lock(t, p.Open()); again.Previous != nil {
		t.Fatalf("a free lock has a previous holder %+v", again.Previous)
	}
}

// testLeaseOutlived: the holder comes back after its term and finds that
// nobody took its lock. It may be refused or go on; what it is told is true.
func testLeaseOutlived(t *testing.T, p Place) {
	s := p.Open()
	lease, model := begin(t, s)
	outlive(t, p)
	e := []state.Entry{set("kkts.a", 1)}
	switch err := s.Append(context.Background(), lease, e); {
	case err == nil:
		model.Apply(e[0])
	case !errors.Is(err, state.ErrFenced):
		t.Fatalf("append under an outlived lease: %v", err)
	}
	same(t, p.Open(), model)
}

// testLeaseOneTaker has many find an outlived lock at once.
func testLeaseOneTaker(t *testing.T, p Place) {
	const takers = 8
	first := p.Open()
	begin(t, first)
	outlive(t, p)
	leases := make([]*state.Lease, takers)
	var wg sync.WaitGroup
	for i := range takers {
		wg.Go(func() {
			lease, err := p.Open().Lock(context.Background(), request)
			var locked *state.LockedError
			if err != nil && !errors.As(err, &locked) {
				t.Errorf("taker %d: %v", i, err)
			}
			leases[i] = lease
		})
	}
	wg.Wait()
	holders := 0
	for _, l := range leases {
		if l != nil {
			holders++
		}
	}
	if holders > 1 {
		t.Fatalf("%d hold the lock", holders)
	}
	if holders == 0 { // each was in the way of the others: the next one gets it
		lock(t, p.Open())
	}
}

// testPausedWrite stops a holder while its write is on the way. Its lease runs
// out, another one takes over and writes; then the write arrives.
func testPausedWrite(t *testing.T, p Place) {
	for what, write := range map[string]func(state.Store, *state.Lease, *state.Snapshot) error{
		"append": func(s state.Store, l *state.Lease, _ *state.Snapshot) error {
			return s.Append(context.Background(), l, []state.Entry{set("kkts.late", 1)})
		},
		"compact": func(s state.Store, l *state.Lease, m *state.Snapshot) error {
			m = m.Clone()
			m.Fleet = "late"
			return s.Compact(context.Background(), l, m)
		},
	} {
		f := &Faults{}
		s, other := p.Faulty(f), p.Open()
		lease := lock(t, s)
		model, _, err := s.Load(context.Background())
		if err != nil {
			t.Fatalf("load: %v", err)
		}
		if model == nil {
			model = state.NewSnapshot("sever")
			if err := s.Init(context.Background(), lease, model); err != nil {
				t.Fatalf("init: %v", err)
			}
		}
		add(t, s, lease, model, set("kkts.a", 1))
		f.Always(Late)
		if err := write(s, lease, model); err == nil {
			t.Fatalf("%s: a write that did not arrive succeeded", what)
		}
		outlive(t, p)
		next := lock(t, other)
		add(t, other, next, model, set("kkts.b", 2))
		if f.Deliver() == 0 {
			t.Fatalf("%s: nothing was on its way", what)
		}
		same(t, p.Open(), model)
		add(t, other, next, model, set("kkts.b", 3))
		same(t, p.Open(), model)
		unlock(t, other, next)
	}
}
