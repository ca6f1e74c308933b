package ofd_test

import (
	"context"
	"flag"
	"maps"
	"os"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/kktctl/kktctl/providers/ofd/signer"
	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state/memory"
)

// TestModel draws lives of a fleet: the file is edited, plans are made and
// applied by processes that die, the world changes behind their back, people
// answer late. After each step the laws hold; in the end, left in peace, the
// world becomes what is declared. KKTCTL_MODEL_CHECKS says how many lives,
// KKTCTL_MODEL_SEED which.
func TestModel(t *testing.T) {
	seed := variable(t, "KKTCTL_MODEL_SEED", uint64(time.Now().UnixNano()))
	t.Logf("seed %d: KKTCTL_MODEL_SEED=%d runs the same", seed, seed)
	setFlag(t, "rapid.seed", strconv.FormatUint(seed, 10))
	setFlag(t, "rapid.checks", strconv.FormatUint(variable(t, "KKTCTL_MODEL_CHECKS", 40), 10))
	rapid.Check(t, func(rt *rapid.T) { inBubble(t, rt, playModel) })
}

// playModel is one drawn life of a fleet.
func playModel(rt *rapid.T) {
	m := newModel(rt)
	for range rapid.IntRange(1, 25).Draw(rt, "steps") {
		m.step()
		m.laws()
		if rt.Failed() {
			rt.FailNow()
		}
	}
	m.peace()
}

// inBubble runs a property under a clock of its own, which jumps over every
// wait. What the property panics with goes through to rapid.
func inBubble(t *testing.T, rt *rapid.T, property func(*rapid.T)) {
	var thrown any
	synctest.Test(t, func(*testing.T) {
		defer func() { thrown = recover() }()
		property(rt)
	})
	if thrown != nil {
		panic(thrown)
	}
}

func variable(t *testing.T, name string, otherwise uint64) uint64 {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

func setFlag(t *testing.T, name, value string) {
	old := flag.Lookup(name).Value.String()
	if err := flag.Set(name, value); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = flag.Set(name, old) })
}

// model is a fleet with everybody around it.
type model struct {
	rt      *rapid.T
	b       *bench
	store   *memory.Store
	wire    *wire
	hand    *hand
	device  bool                // reports are read off tills by themselves
	dropped map[string]spec.KKT // out of the file, by name
	made    int                 // numbers for codes, ФН and names
}

func newModel(rt *rapid.T) *model {
	fleet, w, codes := drawFleet(rt, 3)
	// The other services refuse what cannot be told from here: a second booking
	// where the first left no trace, another code where the booking was the
	// payment (decision 0009).
	w.Booking = sim.BookingTakes
	balance := 1_000_000
	w.Partner.Balance = &balance
	w.Device = sim.Device{AutoReport: rapid.Bool().Draw(rt, "prints"), AutoFirstDocument: rapid.Bool().Draw(rt, "documents")}
	if rapid.Bool().Draw(rt, "by the clock") {
		w.Tax.Mode, w.Tax.Delay = sim.TaxClock, sim.Duration(rapid.SampledFrom([]time.Duration{time.Minute, time.Hour, 30 * time.Hour}).Draw(rt, "delay"))
	}
	for _, name := range slices.Sorted(maps.Keys(fleet.KKTs)) {
		if k := fleet.KKTs[name]; k.Registration == spec.RegistrationSimplified && k.RNM == "" {
			w.Cards = append(w.Cards, &sim.Card{Serial: k.Serial, Early: rapid.IntRange(0, 40).Draw(rt, name+" early"), Failed: rapid.IntRange(0, 5).Draw(rt, name+" fails") == 0})
		}
	}
	m := &model{rt: rt, store: memory.New("model"), dropped: map[string]spec.KKT{}, device: rapid.Bool().Draw(rt, "device"), hand: &hand{mode: signs}}
	svc := sim.New(w, sim.Options{})
	m.b = &bench{
		t: rt, ctx: context.Background(), fleet: fleet, svc: svc, url: "http://127.0.0.1:1", codes: codes,
		signers: map[string]signer.Signer{"sandbox": m.hand}, quiet: time.Minute,
	}
	m.wire = &wire{t: rt, svc: svc, store: m.store, used: map[string]bool{}}
	m.live(&life{how: lives})
	return m
}

// The moods of a hand that signs.
const (
	signs  = "signs"
	awaits = "awaits people"
	spoils = "spoils the signature"
)

// hand signs, or has people sign, or once signs something else.
type hand struct{ mode string }

// Sign makes a signature for the simulated service.
func (h *hand) Sign(_ context.Context, d signer.Document) (string, error) {
	switch h.mode {
	case awaits:
		return "", &signer.Pending{Path: d.FileName, Want: d.FileName + ".sig"}
	case spoils:
		h.mode = signs
		return sim.SandboxSignature("another document"), nil
	}
	return sim.SandboxSignature(d.Content), nil
}
