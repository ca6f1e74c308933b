package statetest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/state"
)

func testEmpty(t *testing.T, open func() state.Store) {
	snap, notices, err := open().Load(context.Background())
	if snap != nil || len(notices) > 0 || err != nil {
		t.Fatalf("got %v, %q, %v; want nothing", snap, notices, err)
	}
}

func testInitOnce(t *testing.T, open func() state.Store) {
	s := open()
	lease, snap := begin(t, s)
	same(t, open(), snap)
	if err := s.Init(context.Background(), lease, state.NewSnapshot("other")); err == nil {
		t.Fatalf("a second init succeeded")
	}
	same(t, open(), snap)
}

func testInitNeedsLineage(t *testing.T, open func() state.Store) {
	s := open()
	if err := s.Init(context.Background(), lock(t, s), &state.Snapshot{Version: state.Version}); err == nil {
		t.Fatalf("a snapshot without lineage was accepted")
	}
	testEmpty(t, open)
}

func testAppendReplay(t *testing.T, open func() state.Store) {
	s := open()
	lease, model := begin(t, s)
	add(t, s, lease, model, set("kkts.a", 1))
	add(t, s, lease, model, set("kkts.b", 2), set("kkts.a", 3), state.Entry{Event: "gone", Address: "kkts.b", Delete: true})
	same(t, s, model)
	same(t, open(), model)
	unlock(t, s, lease)
	other := open()
	add(t, other, lock(t, other), model, set("kkts.c", 4))
	same(t, s, model)
}

func testAppendWithoutState(t *testing.T, open func() state.Store) {
	s := open()
	if err := s.Append(context.Background(), lock(t, s), []state.Entry{set("kkts.a", 1)}); err == nil {
		t.Fatalf("append without a state succeeded")
	}
	testEmpty(t, open)
}

func testAppendUnusable(t *testing.T, open func() state.Store) {
	s := open()
	lease, model := begin(t, s)
	bad := []state.Entry{
		{Event: "no address", Resource: Resource("1", 1)},
		{Event: "not utf-8", Address: "kkts.\xff", Delete: true},
		{Event: "no id", Intent: &state.Intent{}},
		{Event: "nil workflow", Address: "kkts.a", Resource: &state.Resource{Workflows: map[string]*state.Workflow{"pay": nil}}},
		{Event: "year 10000", At: at(0).AddDate(8000, 0, 0)},
	}
	for _, e := range bad {
		if err := s.Append(context.Background(), lease, []state.Entry{set("kkts.a", 1), e}); err == nil {
			t.Errorf("%s: accepted", e.Event)
		}
	}
	same(t, open(), model)
}

func testAppendConcurrent(t *testing.T, open func() state.Store) {
	const callers, each = 64, 3
	s := open()
	lease, model := begin(t, s)
	results := make([][]state.Entry, callers)
	errs := make([]error, callers)
	var wg sync.WaitGroup
	for i := range callers {
		results[i] = []state.Entry{set(fmt.Sprintf("kkts.c%d", i), i), set("kkts.shared", i), set(fmt.Sprintf("kkts.d%d", i), i)}
		wg.Go(func() { errs[i] = s.Append(context.Background(), lease, results[i]) })
	}
	wg.Wait()
	var all []state.Entry
	for i, r := range results {
		if errs[i] != nil {
			t.Fatalf("append %d: %v", i, errs[i])
		}
		if r[1].Serial != r[0].Serial+1 || r[2].Serial != r[0].Serial+2 {
			t.Errorf("append %d was taken apart: %d, %d, %d", i, r[0].Serial, r[1].Serial, r[2].Serial)
		}
		all = append(all, r...)
	}
	slices.SortFunc(all, func(a, b state.Entry) int { return int(a.Serial) - int(b.Serial) })
	for i, e := range all {
		if e.Serial != uint64(i)+1 {
			t.Fatalf("entry %d has serial %d", i+1, e.Serial)
		}
		model.Apply(e)
	}
	same(t, open(), model)
}

func testSettle(t *testing.T, open func() state.Store) {
	s := open()
	lease, model := begin(t, s)
	intent := &state.Intent{
		ID: "i1", Address: "kkts.a", Action: "pay", Workflow: "w1", Effect: state.EffectPay, RequestHash: "abc",
		PreRead: map[string]string{"count": "3"}, Epoch: lease.Epoch, At: at(5),
	}
	add(t, s, lease, model, state.Entry{Event: "intent", Address: "kkts.a", Intent: intent})
	same(t, open(), model)
	if len(model.Intents) != 1 {
		t.Fatalf("the model has no intent")
	}
	done := set("kkts.a", 1)
	done.SettledIntent, done.Outcome = "i1", "done"
	add(t, s, lease, model, done)
	same(t, open(), model)
	if len(model.Intents) != 0 {
		t.Fatalf("the intent is still open")
	}
}

// testHistory has events written, cut, compacted, and kept of what is gone.
func testHistory(t *testing.T, open func() state.Store) {
	s := open()
	lease, model := begin(t, s)
	by := &state.Provenance{ID: "r1", Who: "anna@office", Operation: "apply", Plan: "p1", Actor: "anna", Commit: "c1", Pipeline: "7", Overrides: []state.Override{{Policy: "maxCost", Reason: "agreed", Who: "anna", At: at(1)}}}
	for i := range state.MaxEvents + 3 {
		e := set("kkts.a", i)
		e.Log, e.Run = true, by
		add(t, s, lease, model, e)
	}
	gone := state.Entry{At: at(5), Event: "forget", Address: "kkts.a", Delete: true, Log: true, Run: by}
	add(t, s, lease, model, gone)
	same(t, open(), model)
	if n := len(model.HistoryOf("kkts.a")); n != state.MaxEvents {
		t.Fatalf("the model keeps %d events", n)
	}
	if err := s.Compact(context.Background(), lease, model.Clone()); err != nil {
		t.Fatalf("compact: %v", err)
	}
	same(t, open(), model)
	add(t, s, lease, model, set("kkts.b", 1))
	same(t, open(), model)
}

func testCompact(t *testing.T, open func() state.Store) {
	s := open()
	lease, model := begin(t, s)
	for i := range 5 {
		add(t, s, lease, model, set(fmt.Sprintf("kkts.c%d", i), i))
		add(t, s, lease, model, state.Entry{Event: "intent", Intent: &state.Intent{ID: fmt.Sprintf("i%d", i), At: at(i)}})
		if err := s.Compact(context.Background(), lease, model.Clone()); err != nil {
			t.Fatalf("compact: %v", err)
		}
		same(t, open(), model)
	}
	add(t, s, lease, model, set("kkts.after", 9))
	same(t, open(), model)
}

func testCompactLineage(t *testing.T, open func() state.Store) {
	s := open()
	lease, model := begin(t, s)
	foreign := state.NewSnapshot("sever")
	wantErr(t, "compact of another lineage", s.Compact(context.Background(), lease, foreign), state.ErrLineage)
	same(t, open(), model)
}

func testCompactSerial(t *testing.T, open func() state.Store) {
	s := open()
	lease, model := begin(t, s)
	add(t, s, lease, model, set("kkts.a", 1))
	old := model.Clone()
	add(t, s, lease, model, set("kkts.a", 2))
	wantErr(t, "compact of an older serial", s.Compact(context.Background(), lease, old), state.ErrSerial)
	same(t, open(), model)
	if err := s.Compact(context.Background(), lease, model); err != nil {
		t.Fatalf("compact: %v", err)
	}
	wantErr(t, "older than the snapshot", s.Compact(context.Background(), lease, old), state.ErrSerial)
	same(t, open(), model)
}

// testNotShared changes what was handed in and what was handed out.
func testNotShared(t *testing.T, open func() state.Store) {
	s := open()
	lease, model := begin(t, s)
	given := set("kkts.a", 1)
	add(t, s, lease, model, given)
	model = model.Clone()
	given.Resource.Workflows["register"].Phase = "changed"
	given.Resource.Receipt.Parts["type"] = "changed"
	loaded, _, err := s.Load(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(model, loaded); d != "" {
		// model was cloned before the change
		t.Fatalf("the store shares what it was given:\n%s", d)
	}
	loaded.Resources["kkts.a"].Workflows["register"].Phase = "changed"
	loaded.Resources["kkts.a"].Attributes.Usage[0] = "changed"
	loaded.Resources["kkts.a"].Receipt.Printed.ID = "changed"
	loaded.Resources["kkts.a"].Workflows["register"].Data.Receipt.Receipt.Parts["type"] = "changed"
	same(t, s, model)
}

func testLocation(t *testing.T, open func() state.Store) {
	if open().Location() == "" || open().Location() != open().Location() {
		t.Fatalf("location: %q, then %q", open().Location(), open().Location())
	}
}

func testCancelled(t *testing.T, open func() state.Store) {
	s := open()
	lease, model := begin(t, s)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	wantErr(t, "append", s.Append(ctx, lease, []state.Entry{set("kkts.a", 1)}), context.Canceled)
	wantErr(t, "compact", s.Compact(ctx, lease, model), context.Canceled)
	_, _, err := s.Load(ctx)
	wantErr(t, "load", err, context.Canceled)
	same(t, open(), model)
}
