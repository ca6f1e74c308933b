// Package statetest is the conformance suite that every state.Store passes.
// A store's test is one line:
//
//	statetest.Test(t, func(t *testing.T) func() state.Store { … })
package statetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

// Test runs the suite. fresh makes an empty place for a state and returns a
// function that opens it; each call of that function acts as another process
// would.
func Test(t *testing.T, fresh func(t *testing.T) (open func() state.Store)) {
	cases := []struct {
		name string
		run  func(t *testing.T, open func() state.Store)
	}{
		{"Empty", testEmpty},
		{"InitOnce", testInitOnce},
		{"InitNeedsLineage", testInitNeedsLineage},
		{"AppendReplay", testAppendReplay},
		{"AppendWithoutState", testAppendWithoutState},
		{"AppendUnusable", testAppendUnusable},
		{"AppendConcurrent", testAppendConcurrent},
		{"Settle", testSettle},
		{"History", testHistory},
		{"Compact", testCompact},
		{"CompactLineage", testCompactLineage},
		{"CompactSerial", testCompactSerial},
		{"NotShared", testNotShared},
		{"LockExcludes", testLockExcludes},
		{"LockInfo", testLockInfo},
		{"UnlockTwice", testUnlockTwice},
		{"EpochGrows", testEpochGrows},
		{"Fenced", testFenced},
		{"StaleLease", testStaleLease},
		{"ForgedLease", testForgedLease},
		{"ForceUnlockWrong", testForceUnlockWrong},
		{"ForceUnlockFree", testForceUnlockFree},
		{"Cancelled", testCancelled},
		{"Location", testLocation},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { c.run(t, fresh(t)) })
	}
	t.Run("Model", func(t *testing.T) { testModel(t, fresh) })
}

// T is what the helpers need of *testing.T and *rapid.T.
type T interface {
	Helper()
	Fatalf(format string, args ...any)
}

var request = state.LockRequest{Holder: "anna@till 7", Operation: "apply"}

func lock(t T, s state.Store) *state.Lease {
	t.Helper()
	lease, err := s.Lock(context.Background(), request)
	if err != nil {
		t.Fatalf("lock: %v", err)
	}
	return lease
}

func unlock(t T, s state.Store, lease *state.Lease) {
	t.Helper()
	if err := s.Unlock(context.Background(), lease); err != nil {
		t.Fatalf("unlock: %v", err)
	}
}

// begin locks and writes a first snapshot.
func begin(t T, s state.Store) (*state.Lease, *state.Snapshot) {
	t.Helper()
	lease, snap := lock(t, s), state.NewSnapshot("sever")
	if err := s.Init(context.Background(), lease, snap); err != nil {
		t.Fatalf("init: %v", err)
	}
	return lease, snap
}

// add appends and keeps the model in step.
func add(t T, s state.Store, lease *state.Lease, model *state.Snapshot, entries ...state.Entry) {
	t.Helper()
	if err := s.Append(context.Background(), lease, entries); err != nil {
		t.Fatalf("append: %v", err)
	}
	for i, e := range entries {
		if e.Serial != model.Serial+1 || e.Epoch != lease.Epoch {
			t.Fatalf("entry %d: got serial %d epoch %d, want %d and %d", i, e.Serial, e.Epoch, model.Serial+1, lease.Epoch)
		}
		model.Apply(e)
	}
}

// same loads the state and compares it with the model.
func same(t T, s state.Store, want *state.Snapshot) {
	t.Helper()
	got, notices, err := s.Load(context.Background())
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	if len(notices) > 0 {
		t.Fatalf("load: unexpected notices %q", notices)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatalf("the state differs (-want +got):\n%s", d)
	}
}

func wantErr(t T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("%s: got error %v, want %v", what, err, want)
	}
}

// at is a time that survives encoding.
func at(minute int) time.Time { return time.Date(2026, 11, 20, 10, minute, 0, 0, time.UTC) }

// Resource gives a resource with something in every kind of field.
func Resource(serial string, n int) *state.Resource {
	code := spec.RecordCode("key", "PSZ7D1Lq")
	return &state.Resource{
		Status:   state.StatusLive,
		Identity: state.Identity{Serial: serial, RNM: "0000002950038403", INN: "5252012620"},
		Attributes: &spec.Attributes{
			Company: "sever", INN: "5252012620", Model: "АТОЛ 42ФС", Serial: serial, FN: "9287440300784224",
			Address: spec.Address{Full: "115280, Москва, ул Ленинская Слобода, д 19 <&>\u2028"},
			Usage:   []string{"internet", "marking"},
		},
		Since:   at(n % 60),
		Payment: &state.Payment{Code: code, At: at(1)},
		Booking: &state.Booking{Code: code, CodeID: "c", FN: "9287440300784224", At: at(1), Status: "Забронирована", Left: 2},
		Orphans: []string{"unknown at " + serial},
		Receipt: &state.Receipt{Kind: "orangedata", ID: "a1", Hash: "h", Parts: map[string]string{"type": "x"}, Printed: &state.Printed{ID: "a1", Total: 12345}, At: at(4)},
		Workflows: map[string]*state.Workflow{"register": {
			ID: "w" + serial, Action: "register", Phase: "signing", Started: at(2), Since: at(3),
			Message: "line\nbreak and \x00 and \"quotes\"",
			Data:    state.WorkflowData{ApplicationID: "a1", Code: &code, Reasons: []string{"FnChanged"}, Polls: n, Receipt: &state.ReceiptWork{Receipt: state.Receipt{ID: "a2", Parts: map[string]string{"type": "y"}}, Body: "{}"}},
		}},
	}
}

// set is an entry that writes a resource.
func set(address string, n int) state.Entry {
	return state.Entry{At: at(n % 60), Who: "anna", Event: "phase", Address: address, Resource: Resource(address, n)}
}
