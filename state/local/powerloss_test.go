package local_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/local"
)

// losses is a run of the suite.
type losses struct {
	seed    uint64
	without string         // the sync that is left out
	syncs   map[string]int // filled when not nil; for one worker only
	scenes  int            // power losses so far
	sealer  state.Sealer   // every fourth life is one of an encrypted state; nil: none is
	refused int            // of those, with old sectors in a file: seen, and refused
}

func (p *losses) begin(r *rand.Rand, n uint64) *life {
	l := newLife(r)
	if n%4 == 3 {
		l.sealer = p.sealer
	}
	return l
}

// live lives one life: several processes on one disk, each stopped somewhere,
// and what power losses at that point leave.
func (p *losses) live(n uint64) error {
	r := rand.New(rand.NewPCG(p.seed, n))
	l := p.begin(r, n)
	for generation := range 4 {
		m := &machine{disk: l.disk, stopAt: 1 + r.IntN(70), without: p.without, syncs: p.syncs}
		if r.IntN(4) == 0 {
			m.fail = failOnce(r)
		}
		switch journal := stateFile + ".journal"; r.IntN(4) {
		case 0:
			m.after, m.soon = "truncate "+journal, 1+r.IntN(4)
		case 1:
			m.after, m.soon = "write "+journal, 1
		}
		err := l.work(m)
		m.stopped = true
		l.disk.killed()
		if err == nil && r.IntN(2) == 0 { // somebody looks before the power goes
			err = l.look(p)
		}
		if err == nil {
			err = p.cut(l)
		}
		if err != nil {
			return fmt.Errorf("process %d of life %d: %w", generation, n, err)
		}
		if r.IntN(3) > 0 {
			l.disk = l.disk.powerLoss(anyFate(r))
		}
	}
	return nil
}

// aimed lives a life whose second process is stopped where it hurts most: when
// it cuts a torn tail away and writes behind what is whole, when it takes back
// a write whose sync failed, between two steps of a compaction.
func (p *losses) aimed(n uint64) error {
	r := rand.New(rand.NewPCG(p.seed, n))
	l, journal := p.begin(r, n), stateFile+".journal"
	first := &machine{disk: l.disk, without: p.without, syncs: p.syncs}
	second := &machine{disk: l.disk, without: p.without, syncs: p.syncs, soon: 1 + r.IntN(4)}
	write := l.append
	switch n % 3 {
	case 0:
		first.after, first.soon = "write "+journal, 1
		second.after = "truncate " + journal
	case 1:
		second.fail = failSync(journal)
	default:
		second.after = "rename " + stateFile + []string{"", ".backup", ".journal", ".journal.backup"}[r.IntN(4)]
		write = func(s *local.Store, m *machine, lease *state.Lease) error {
			return l.compact(s, m, lease, l.acked.Clone())
		}
	}
	err := l.short(first, l.append)
	if n%3 == 0 {
		l.tear(r.Float64())
	}
	first.stopped = true
	l.disk.killed()
	if err == nil {
		err = l.short(second, write)
	}
	second.stopped = true
	l.disk.killed()
	if err == nil {
		err = p.cut(l)
	}
	if err != nil {
		return fmt.Errorf("aimed life %d: %w", n, err)
	}
	return nil
}

// short is a process that makes one write, after making the state.
func (l *life) short(m *machine, write func(*local.Store, *machine, *state.Lease) error) error {
	s := l.open(m)
	lease, err := l.begin(s, m)
	if lease == nil || err != nil || m.stopped {
		return err
	}
	return write(s, m, lease)
}

// tear leaves a share of what was written to the journal and not synced.
func (l *life) tear(share float64) {
	n := l.disk.names[stateFile+".journal"]
	kept := len(n.base) + int(share*float64(len(n.cache)-len(n.base)))
	n.base, n.changes = n.cache[:kept:kept], nil
	n.cache = n.base
}

// failSync has the first sync after a write fail.
func failSync(name string) func(string, int) failing {
	wrote, failed := false, false
	return func(op string, _ int) failing {
		wrote = wrote || op == "write "+name
		if op != "sync "+name || !wrote || failed {
			return failing{}
		}
		failed = true
		return failing{err: syscall.EIO}
	}
}

// failOnce has one operation fail.
func failOnce(r *rand.Rand) func(string, int) failing {
	how := []failing{{err: syscall.EIO}, {err: syscall.ENOSPC}, {short: true}}[r.IntN(3)]
	at, kind := 1+r.IntN(150), ""
	if r.IntN(2) == 0 { // a write of the journal
		at, kind = 1+r.IntN(4), []string{"write ", "sync "}[r.IntN(2)]+stateFile+".journal"
	}
	seen := 0
	return func(op string, _ int) failing {
		if kind == "" || op == kind {
			if seen++; seen == at {
				return how
			}
		}
		return failing{}
	}
}

// look loads without a lock, as a plan does. After a failed sync, what it
// shows may still be lost: only the next holder puts that right.
func (l *life) look(p *losses) error {
	if l.disk.doubtful() {
		return nil
	}
	m := &machine{disk: l.disk, without: p.without, syncs: p.syncs}
	return l.load(l.open(m), m)
}

// cut cuts the power several times at the same point and looks at what is left.
func (p *losses) cut(l *life) error {
	fates := []fate{lost()}
	if l.disk.unsynced() {
		fates = append(fates, kept())
		for range 8 {
			fates = append(fates, anyFate(l.r))
		}
		stale := anyFate(l.r)
		stale.stale = true
		fates = append(fates, stale)
	}
	for i, f := range fates {
		p.scenes++
		left := *l
		left.disk = l.disk.powerLoss(f)
		err := left.after()
		if f.stale && errors.Is(err, state.ErrCorrupt) {
			p.refused++ // told, and nothing is made of it
			err = nil
		}
		if err != nil {
			return fmt.Errorf("power loss %d: %w", i, err)
		}
	}
	return nil
}

// after is the first process after a power loss: what is there is right, is
// told to the holder, and can be worked on.
func (l *life) after() error {
	if err := l.backup(l.disk); err != nil {
		return err
	}
	m := &machine{disk: l.disk}
	s := l.open(m)
	if err := l.load(s, m); err != nil {
		return err
	}
	if l.r.IntN(4) == 0 {
		if _, err := s.History(context.Background()); err != nil {
			return broken("history: %w", err)
		}
	}
	lease, err := l.lock(s, m)
	if err != nil {
		return err
	}
	if l.acked == nil {
		err = l.init(s, m, lease)
	} else {
		err = l.append(s, m, lease)
	}
	if err != nil {
		return err
	}
	return l.load(l.open(m), m)
}

// number reads a number from the environment.
func number(t testing.TB, name string, otherwise uint64) uint64 {
	t.Helper()
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

// seedOf gives the seed of this run and prints it.
func seedOf(t testing.TB) uint64 {
	seed := number(t, "KKTCTL_POWERLOSS_SEED", uint64(time.Now().UnixNano()))
	t.Logf("seed %d: KKTCTL_POWERLOSS_SEED=%d runs the same", seed, seed)
	return seed
}

// TestPowerLoss cuts the power at any point of any work on a state. What is
// found afterwards was acknowledged, or was under way.
// KKTCTL_POWERLOSS_SCENES says how many power losses there are.
func TestPowerLoss(t *testing.T) {
	const workers = 4
	seed, want := seedOf(t), int64(number(t, "KKTCTL_POWERLOSS_SCENES", 2000))
	var scenes, refused atomic.Int64
	var next atomic.Uint64
	var wg sync.WaitGroup
	began, sealer := time.Now(), newSealer(t)
	for range workers {
		wg.Go(func() {
			for scenes.Load() < want && !t.Failed() {
				p := &losses{seed: seed, sealer: sealer}
				n := next.Add(1)
				if err := errors.Join(p.live(n), p.aimed(n)); err != nil {
					t.Error(err)
				}
				scenes.Add(int64(p.scenes))
				refused.Add(int64(p.refused))
			}
		})
	}
	wg.Wait()
	t.Logf("%d power losses in %d lives, %d refused for old sectors in the journal, %s", scenes.Load(), next.Load(), refused.Load(), time.Since(began).Round(time.Millisecond))
}

// TestEverySyncIsNeeded leaves out each sync there is, one after the other:
// the suite has to fail without any of them. A sync is told apart by the file
// and by what was done to it before.
func TestEverySyncIsNeeded(t *testing.T) {
	const seed = 1 // what catches a missing sync is no matter of luck
	whole := &losses{seed: seed, syncs: map[string]int{}}
	for n := range uint64(100) {
		if err := errors.Join(whole.live(n), whole.aimed(n)); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"folder after renaming " + stateFile, "folder after renaming " + stateFile + ".lock",
		stateFile + ".tmp after write", stateFile + ".lock.tmp after write", stateFile + ".journal after write",
	}
	for _, site := range want {
		if whole.syncs[site] == 0 {
			t.Errorf("no sync of %s: the sites are told apart wrongly", site)
		}
	}
	for _, site := range slices.Sorted(maps.Keys(whole.syncs)) {
		t.Run(site, func(t *testing.T) {
			t.Parallel()
			p := &losses{seed: seed, without: site}
			for n := range uint64(2000) {
				if err := errors.Join(p.aimed(n), p.live(n)); err != nil {
					t.Logf("fails after %d power losses: %v", p.scenes, err)
					return
				}
			}
			t.Errorf("%d power losses and no failure without this sync", p.scenes)
		})
	}
}
