package apply_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/local"
)

// drawer is an Emergency that encodes what it keeps.
type drawer struct {
	data []byte
	kept int
	err  error
}

func (d *drawer) Keep(u apply.Unwritten, why error) (string, error) {
	if d.err != nil {
		return "", d.err
	}
	if why == nil {
		return "", errors.New("no reason is given")
	}
	data, err := u.Encode(state.Codec{})
	d.data, d.kept = data, d.kept+1
	return "drawer", err
}

func (d *drawer) open(t *testing.T) *apply.Unwritten {
	t.Helper()
	u, err := apply.DecodeUnwritten(d.data, state.Codec{})
	must(t, err)
	return u
}

// breaking is a store whose appends fail once it is broken.
type breaking struct {
	state.Store
	broken atomic.Bool
}

func (b *breaking) Append(ctx context.Context, l *state.Lease, e []state.Entry) error {
	if b.broken.Load() {
		return errors.New("disk is full")
	}
	return b.Store.Append(ctx, l, e)
}

// pays intends and sends one call, whose outcome leads to the end.
func pays(calls *int) *script {
	return &script{advance: func(ctx context.Context, run *apply.Run) (apply.Transition, error) {
		if run.Intent == nil {
			if err := run.Intend(ctx, state.EffectPay, "hash", nil); err != nil {
				return apply.Transition{}, err
			}
			*calls++
		}
		return apply.Transition{Status: apply.Done, Settled: apply.SettledDone, Result: &apply.Result{Status: state.StatusLive}}, nil
	}}
}

// localStore gives a store with a state that has one entry.
func localStore(t *testing.T, path string) *local.Store {
	t.Helper()
	s := local.Open(path)
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

// unwritten runs a till whose outcome cannot be written: two appends succeed,
// the workflow's start and the intent.
func unwritten(t *testing.T, path string) *drawer {
	t.Helper()
	store := localStore(t, path)
	s := open(t, &failing{Store: store, left: 2})
	d, calls := &drawer{}, 0
	s.Emergency = d
	_, err := s.Run(t.Context(), fleet("a", "b"), plan(s, step(planner.Pay, "a"), step(planner.Pay, "b")), pays(&calls), apply.Options{Parallelism: 1})
	var u *apply.UnwrittenError
	if !errors.As(err, &u) || u.Path != "drawer" || !strings.Contains(err.Error(), "kktctl state recover drawer") {
		t.Fatalf("the error does not tell of the copy: %v", err)
	}
	if calls != 1 || d.kept != 1 {
		t.Fatalf("%d calls were sent, %d copies kept", calls, d.kept)
	}
	must(t, s.Close(t.Context()))
	must(t, store.Close())
	return d
}

// What is known of a call that was sent survives a state that cannot be
// written, and gets into it once.
func TestRecover(t *testing.T) {
	path := t.TempDir() + "/test.kktstate"
	d := unwritten(t, path)
	s := open(t, localStore(t, path))
	if len(s.Snapshot().Intents) != 1 {
		t.Fatalf("intents before: %+v", s.Snapshot().Intents)
	}
	n, err := s.Recover(t.Context(), d.open(t))
	if n != 1 || err != nil {
		t.Fatalf("recovered %d, %v", n, err)
	}
	check := func(when string) {
		t.Helper()
		snap := s.Snapshot()
		if r := snap.Resources["kkts.a"]; len(snap.Intents) != 0 || r.Status != state.StatusLive || len(r.Workflows) != 0 {
			t.Errorf("%s: intents %v, resource %+v", when, snap.Intents, r)
		}
	}
	check("at once")
	serial := s.Snapshot().Serial
	for _, when := range []string{"again", "after a close", "after another"} {
		if n, err := s.Recover(t.Context(), d.open(t)); n != 0 || err != nil || s.Snapshot().Serial != serial {
			t.Errorf("%s: recovered %d, %v", when, n, err)
		}
		check(when)
		must(t, s.Close(t.Context()))
		s = open(t, localStore(t, path))
	}
}

// The very write that was told to have failed may be there all the same.
func TestRecoverWhatIsThere(t *testing.T) {
	path := t.TempDir() + "/test.kktstate"
	d := unwritten(t, path)
	store := localStore(t, path)
	lease, err := store.Lock(t.Context(), state.LockRequest{})
	must(t, err)
	must(t, store.Append(t.Context(), lease, d.open(t).Entries))
	must(t, store.Unlock(t.Context(), lease))
	s := open(t, store)
	if n, err := s.Recover(t.Context(), d.open(t)); n != 0 || err != nil {
		t.Errorf("recovered %d, %v", n, err)
	}
}

func TestRecoverRefuses(t *testing.T) {
	path := t.TempDir() + "/test.kktstate"
	d := unwritten(t, path)
	s := open(t, localStore(t, path))
	refused := func(name string, change func(u *apply.Unwritten), want string) {
		t.Helper()
		u := d.open(t)
		change(u)
		before := s.Snapshot()
		n, err := s.Recover(t.Context(), u)
		if err == nil || n != 0 || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: recovered %d, %v", name, n, err)
		}
		if diff := cmp.Diff(before, s.Snapshot()); diff != "" {
			t.Errorf("%s: the state changed:\n%s", name, diff)
		}
	}
	same := func(*apply.Unwritten) {}
	refused("another state", func(u *apply.Unwritten) { u.Lineage = "x" }, state.ErrLineage.Error())
	refused("an older state", func(u *apply.Unwritten) { u.Serial++ }, state.ErrSerial.Error())

	other := state.Entry{Event: "other till", Address: "kkts.z", Resource: &state.Resource{}}
	must(t, s.Record(t.Context(), other))
	same1 := s.Snapshot().Serial
	newer := state.Entry{Event: "went on", Address: "kkts.a", Delete: true}
	must(t, s.Record(t.Context(), newer))
	refused("gone on", same, "went on")
	if s.Snapshot().Serial != same1+1 {
		t.Errorf("serial %d", s.Snapshot().Serial)
	}
	for range 2 { // the generation before the last is not kept
		must(t, s.Record(t.Context(), other))
		must(t, s.Close(t.Context()))
		s = open(t, localStore(t, path))
	}
	refused("long ago", same, "gone on without the copy")
	refused("long ago, by an earlier build", func(u *apply.Unwritten) { u.Before = nil }, "not kept any more")
}

// So much was written since that nothing tells what: the till itself tells
// whether somebody went on with it.
func TestRecoverLongAfter(t *testing.T) {
	path := t.TempDir() + "/test.kktstate"
	d := unwritten(t, path)
	for _, want := range []int{1, 0} {
		for range 3 {
			s := open(t, localStore(t, path))
			must(t, s.Record(t.Context(), state.Entry{Event: "other till", Address: "kkts.z", Resource: &state.Resource{}}))
			must(t, s.Close(t.Context()))
		}
		s := open(t, localStore(t, path))
		n, err := s.Recover(t.Context(), d.open(t))
		snap := s.Snapshot()
		if n != want || err != nil || len(snap.Intents) != 0 || snap.Resources["kkts.a"].Status != state.StatusLive {
			t.Errorf("recovered %d, %v: %+v", n, err, snap.Resources["kkts.a"])
		}
		must(t, s.Close(t.Context()))
	}
}

// That somebody was told of a till meanwhile is no obstacle.
func TestRecoverAfterANotice(t *testing.T) {
	for _, long := range []bool{false, true} {
		path := t.TempDir() + "/test.kktstate"
		d := unwritten(t, path)
		s := open(t, localStore(t, path))
		r := s.Snapshot().Resources["kkts.a"]
		for _, w := range r.Workflows {
			w.Told = []string{"mail waiting"}
		}
		must(t, s.Record(t.Context(), state.Entry{Event: "notify", Address: "kkts.a", Resource: &r}))
		for range 3 {
			if !long {
				break
			}
			must(t, s.Record(t.Context(), state.Entry{Event: "other till", Address: "kkts.z", Resource: &state.Resource{}}))
			must(t, s.Close(t.Context()))
			s = open(t, localStore(t, path))
		}
		if n, err := s.Recover(t.Context(), d.open(t)); n != 1 || err != nil {
			t.Errorf("long after %v: recovered %d, %v", long, n, err)
		}
		must(t, s.Close(t.Context()))
	}
}

// Another till's progress is no obstacle.
func TestRecoverBesideOthers(t *testing.T) {
	path := t.TempDir() + "/test.kktstate"
	d := unwritten(t, path)
	s := open(t, localStore(t, path))
	must(t, s.Record(t.Context(), state.Entry{Event: "other till", Address: "kkts.z", Resource: &state.Resource{}}))
	if n, err := s.Recover(t.Context(), d.open(t)); n != 1 || err != nil {
		t.Errorf("recovered %d, %v", n, err)
	}
}

// After a failed write what is under way is finished and kept as well.
func TestEveryOutcomeIsKept(t *testing.T) {
	store := newStore()
	fails := &breaking{Store: store}
	s := open(t, fails)
	d := &drawer{}
	s.Emergency = d
	both, sent := make(chan struct{}), 0
	p := &script{}
	p.advance = func(ctx context.Context, run *apply.Run) (apply.Transition, error) {
		if err := run.Intend(ctx, state.EffectPay, "hash", nil); err != nil {
			return apply.Transition{}, err
		}
		p.mu.Lock()
		if sent++; sent == 2 {
			fails.broken.Store(true) // both calls are sent
			close(both)
		}
		p.mu.Unlock()
		<-both
		return apply.Transition{Status: apply.Done, Settled: apply.SettledDone}, nil
	}
	_, err := s.Run(t.Context(), fleet("a", "b"), plan(s, step(planner.Pay, "a"), step(planner.Pay, "b")), p, apply.Options{})
	var u *apply.UnwrittenError
	if !errors.As(err, &u) || len(u.Entries) != 2 || d.kept != 2 || len(d.open(t).Entries) != 2 {
		t.Fatalf("%d kept: %v", d.kept, err)
	}
	must(t, s.Close(t.Context()))
	s = open(t, store)
	if n, err := s.Recover(t.Context(), d.open(t)); n != 2 || err != nil || len(s.Snapshot().Intents) != 0 {
		t.Errorf("recovered %d, %v: %+v", n, err, s.Snapshot().Intents)
	}
}

// Without a copy the error names what is known.
func TestNothingKept(t *testing.T) {
	for name, e := range map[string]apply.Emergency{"none": nil, "failing": &drawer{err: errors.New("no space")}} {
		s := open(t, &failing{Store: newStore(), left: 2})
		s.Emergency = e
		calls := 0
		_, err := s.Run(t.Context(), fleet("a"), plan(s, step(planner.Pay, "a")), pays(&calls), apply.Options{})
		if err == nil || !strings.Contains(err.Error(), "kkts.a: done pay") || strings.Contains(err.Error(), "state recover") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
