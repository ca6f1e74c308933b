package statetest

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/state"
)

// session is a held lock that answers get lost of.
type session struct {
	t      *testing.T
	place  Place
	faults *Faults
	store  state.Store
	lease  *state.Lease
	model  *state.Snapshot // what was acknowledged
}

func start(t *testing.T, p Place) *session {
	t.Helper()
	f := &Faults{}
	s := &session{t: t, place: p, faults: f, store: p.Faulty(f)}
	s.lease, s.model = begin(t, s.store)
	add(t, s.store, s.lease, s.model, set("kkts.a", 1))
	return s
}

// writes are the operations that answers are lost of, and the state after.
func (s *session) writes() map[string]func() (after *state.Snapshot, err error) {
	return map[string]func() (*state.Snapshot, error){
		"append": func() (*state.Snapshot, error) {
			e := []state.Entry{set("kkts.new", 7), set("kkts.new2", 8)}
			err := s.store.Append(context.Background(), s.lease, e)
			after := s.model.Clone()
			for i := range e {
				e[i].Serial, e[i].Epoch = s.model.Serial+uint64(i)+1, s.lease.Epoch
				after.Apply(e[i])
			}
			return after, err
		},
		"compact": func() (*state.Snapshot, error) {
			return s.model, s.store.Compact(context.Background(), s.lease, s.model.Clone())
		},
		"renew": func() (*state.Snapshot, error) {
			return s.model, s.store.Renew(context.Background(), s.lease)
		},
	}
}

// testLostAnswers loses each call of each operation, its request or its
// answer. What is acknowledged is there; what is not is there whole or not at
// all, and a load tells which.
func testLostAnswers(t *testing.T, fresh func(*testing.T) Place) {
	for _, name := range []string{"append", "compact", "renew"} {
		for _, fault := range []Fault{LostRequest, LostAnswer} {
			for n := 1; ; n++ {
				s := start(t, fresh(t))
				before := s.faults.Calls()
				s.faults.At(n, fault)
				after, err := s.writes()[name]()
				if made := s.faults.Calls() - before; made < n {
					break
				}
				s.faults.Always(Pass)
				s.settled(name+", "+fault.String(), n, after, err)
				if n > 50 {
					t.Fatalf("%s makes more than 50 calls", name)
				}
			}
		}
	}
	testLostLocks(t, fresh)
}

// settled compares what was told with what is there, and goes on.
func (s *session) settled(what string, n int, after *state.Snapshot, err error) {
	s.t.Helper()
	got := load(s.t, s.place.Open())
	isBefore, isAfter := cmp.Equal(s.model, got), cmp.Equal(after, got)
	switch {
	case err == nil && !isAfter:
		s.t.Fatalf("%s of call %d: acknowledged and not there:\n%s", what, n, cmp.Diff(after, got))
	case err != nil && !isBefore && !isAfter:
		s.t.Fatalf("%s of call %d: neither there nor not:\n%s", what, n, cmp.Diff(after, got))
	case errors.Is(err, state.ErrFenced) && isAfter && !isBefore:
		s.t.Fatalf("%s of call %d: refused, and there", what, n)
	}
	s.model = got
	if errors.Is(err, state.ErrFenced) {
		return
	}
	if err != nil { // writing may be allowed again after a load only
		s.model = load(s.t, s.store)
	}
	e := []state.Entry{set("kkts.after", n)}
	switch again := s.store.Append(context.Background(), s.lease, e); {
	case again == nil:
		s.model.Apply(e[0])
	case err == nil:
		s.t.Fatalf("%s of call %d was settled, and the next write fails: %v", what, n, again)
	}
	same(s.t, s.place.Open(), s.model)
	unlock(s.t, s.store, s.lease)
	add(s.t, s.store, lock(s.t, s.store), s.model, set("kkts.last", n))
	same(s.t, s.place.Open(), s.model)
}

func load(t T, s state.Store) *state.Snapshot {
	t.Helper()
	got, _, err := s.Load(context.Background())
	if err != nil || got == nil {
		t.Fatalf("load: %v, %v", got, err)
	}
	return got
}

// testLostLocks loses calls of taking the lock and of giving it back. One that
// was taken without the taker knowing is not for ever: it is removed by its
// id, or it runs out.
func testLostLocks(t *testing.T, fresh func(*testing.T) Place) {
	for _, fault := range []Fault{LostRequest, LostAnswer} {
		for n := 1; n <= 50; n++ {
			s := start(t, fresh(t))
			unlock(t, s.store, s.lease)
			before := s.faults.Calls()
			s.faults.At(n, fault)
			lease, err := s.store.Lock(context.Background(), request)
			if s.faults.Calls()-before < n {
				break
			}
			s.faults.Always(Pass)
			if err == nil {
				add(t, s.store, lease, s.model, set("kkts.b", n))
				refused(t, s.place.Open(), lease)
				continue
			}
			info, err := s.place.Open().LockInfo(context.Background())
			if err != nil {
				t.Fatalf("lock info: %v", err)
			}
			if info != nil {
				if err := s.place.Open().ForceUnlock(context.Background(), info.ID); err != nil {
					t.Fatalf("%s of call %d: %v", fault, n, err)
				}
			}
			add(t, s.store, lock(t, s.store), s.model, set("kkts.b", n))
			same(t, s.place.Open(), s.model)
		}
		for n := 1; n <= 50; n++ {
			s := start(t, fresh(t))
			before := s.faults.Calls()
			s.faults.At(n, fault)
			err := s.store.Unlock(context.Background(), s.lease)
			if s.faults.Calls()-before < n {
				break
			}
			s.faults.Always(Pass)
			if err != nil {
				unlock(t, s.store, s.lease) // unlocking again is no error
			}
			add(t, s.store, lock(t, s.place.Open()), s.model, set("kkts.b", n))
		}
	}
}

// testOutage takes the store away in the midst: nothing is acknowledged, and
// it is not taken for a lost lock.
func testOutage(t *testing.T, p Place) {
	s := start(t, p)
	s.faults.Always(LostRequest)
	ctx := context.Background()
	if err := s.store.Append(ctx, s.lease, []state.Entry{set("kkts.x", 1)}); err == nil || errors.Is(err, state.ErrFenced) {
		t.Fatalf("append without a store: %v", err)
	}
	if err := s.store.Renew(ctx, s.lease); err == nil || errors.Is(err, state.ErrFenced) {
		t.Fatalf("renew without a store: %v", err)
	}
	if _, _, err := s.store.Load(ctx); err == nil {
		t.Fatalf("load without a store: no error")
	}
	s.faults.Always(Pass)
	e := []state.Entry{set("kkts.y", 1)}
	if err := s.store.Append(ctx, s.lease, e); err == nil { // where it is known that nothing was sent
		s.model.Apply(e[0])
	}
	same(t, p.Open(), s.model)
	same(t, s.store, s.model)
}

// testLateWrite has a write arrive after later ones.
func testLateWrite(t *testing.T, p Place) {
	s := start(t, p)
	s.faults.At(1, Late)
	e := []state.Entry{set("kkts.new", 7)}
	first := s.store.Append(context.Background(), s.lease, e)
	if first == nil {
		s.model.Apply(e[0])
	} else {
		s.model = load(t, s.store)
	}
	later := 0
	for i := range 3 {
		e := []state.Entry{set("kkts.more", i)}
		err := s.store.Append(context.Background(), s.lease, e)
		if err == nil {
			s.model.Apply(e[0])
			later++
		} else if first == nil {
			t.Fatalf("append %d after one that was settled: %v", i, err)
		}
	}
	s.faults.Deliver()
	got := load(t, p.Open())
	if arrived := first != nil && later == 0 && got.Serial == s.model.Serial+1; !arrived {
		same(t, p.Open(), s.model)
	}
	s.model = got
	unlock(t, s.store, s.lease)
	add(t, s.store, lock(t, s.store), s.model, set("kkts.last", 1))
	same(t, p.Open(), s.model)
}

// testGrouped has many callers write at once: what comes while one write is
// under way goes into the next.
func testGrouped(t *testing.T, p Place) {
	const callers = 64
	s := start(t, p)
	before := s.faults.Calls()
	release := s.faults.Hold()
	var started, ended sync.WaitGroup
	entries := make([][]state.Entry, callers)
	started.Add(callers)
	for i := range callers {
		entries[i] = []state.Entry{set("kkts.shared", i)}
		ended.Go(func() {
			started.Done()
			if err := s.store.Append(context.Background(), s.lease, entries[i]); err != nil {
				t.Errorf("append %d: %v", i, err)
			}
		})
	}
	started.Wait()
	for range 1000 {
		runtime.Gosched()
	}
	release()
	ended.Wait()
	if calls := s.faults.Calls() - before; calls > callers {
		t.Errorf("%d appends at once made %d calls", callers, calls)
	}
	if got := load(t, p.Open()); got.Serial != s.model.Serial+callers {
		t.Errorf("serial %d after %d and %d appends", got.Serial, s.model.Serial, callers)
	}
}

// testDamage alters what is stored. It is noticed, and never taken for an
// empty place: nothing is written over it.
func testDamage(t *testing.T, fresh func(*testing.T) Place) {
	for n := 0; ; n++ {
		p := fresh(t)
		s := p.Open()
		lease, model := begin(t, s)
		add(t, s, lease, model, set("kkts.a", 1))
		if err := s.Compact(context.Background(), lease, model.Clone()); err != nil {
			t.Fatalf("compact: %v", err)
		}
		add(t, s, lease, model, set("kkts.b", 2), set("kkts.c", 3))
		unlock(t, s, lease)
		if !p.Damage(t, n) {
			if n == 0 {
				t.Fatalf("nothing was damaged")
			}
			return
		}
		got, notices, err := p.Open().Load(context.Background())
		switch {
		case err == nil && got == nil:
			t.Fatalf("damage %d: taken for an empty place", n)
		case err == nil && len(notices) == 0 && !cmp.Equal(model, got):
			t.Fatalf("damage %d: not noticed:\n%s", n, cmp.Diff(model, got))
		case err == nil:
			continue
		}
		other := p.Open()
		lease, err = other.Lock(context.Background(), request)
		if err != nil {
			continue
		}
		if err := other.Init(context.Background(), lease, state.NewSnapshot("sever")); err == nil {
			t.Fatalf("damage %d: a new state was put in the place of the damaged one", n)
		}
	}
}
