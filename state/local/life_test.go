package local_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"syscall"

	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/local"
	"github.com/kktctl/kktctl/state/statetest"
)

const stateFile = "sever.kktstate"

// life is the life of a state on one disk: processes that work and die, and
// what must be true after each. Its checks give errors, for the suite has to
// be seen to fail as well.
type life struct {
	r    *rand.Rand
	disk *disk

	acked *state.Snapshot   // what callers were told, or shown; nil: no state
	maybe []*state.Snapshot // what may be there instead: a write that was under way
	epoch uint64            // the highest one given out
	held  []holder          // who the next one may be told of
	turn  *generation       // the last compaction
	locks int
	count int // entries made

	sealer state.Sealer // the state is encrypted; nil: it is plain
}

// open opens the store as a process of its own does.
func (l *life) open(m *machine) *local.Store {
	return local.Open(stateFile, local.WithFS(m), local.WithCodec(l.codec()))
}

func (l *life) codec() state.Codec {
	if l.sealer == nil {
		return state.Codec{}
	}
	return state.Encrypted(l.sealer)
}

// holder is one that the lock file may name; a nil info: its id is not known,
// an empty name: nobody.
type holder struct {
	name string
	info *state.LockInfo
}

// generation is a compaction: with the snapshot of that serial in place, the
// backup is the state before.
type generation struct {
	serial uint64
	before []byte
}

func newLife(r *rand.Rand) *life {
	return &life{r: r, disk: newDisk(), held: []holder{{}}}
}

// broken is a promise that was not kept.
func broken(format string, a ...any) error { return fmt.Errorf(format, a...) }

func encoded(s *state.Snapshot) []byte {
	if s == nil {
		return nil
	}
	b, err := state.Encode(s)
	if err != nil {
		panic(err)
	}
	return b
}

func identical(a, b *state.Snapshot) bool { return bytes.Equal(encoded(a), encoded(b)) }

// shown checks what a Load gave, and takes it for acknowledged.
func (l *life) shown(got *state.Snapshot) error {
	if identical(got, l.acked) {
		l.maybe = nil
		return nil
	}
	for _, m := range l.maybe {
		if identical(got, m) {
			l.acked, l.maybe = got, nil
			return nil
		}
	}
	return broken("the state is at entry %s, acknowledged was %s, under way %d", serialOf(got), serialOf(l.acked), len(l.maybe))
}

func serialOf(s *state.Snapshot) string {
	if s == nil {
		return "none"
	}
	return fmt.Sprintf("%d of %.8s", s.Serial, s.Lineage)
}

// begin locks the state, loads it, and makes it where there is none. Without
// an error there is no lease, or the machine has stopped, when it went no
// further.
func (l *life) begin(s *local.Store, m *machine) (*state.Lease, error) {
	lease, err := l.lock(s, m)
	if lease == nil || err != nil {
		return nil, err
	}
	if err := l.load(s, m); err != nil || m.stopped {
		return lease, err
	}
	if l.acked == nil {
		err = l.init(s, m, lease)
	}
	return lease, err
}

// work is one process: it locks, loads, writes and unlocks, until it is done
// or the machine stops.
func (l *life) work(m *machine) error {
	s := l.open(m)
	lease, err := l.begin(s, m)
	if lease == nil || err != nil || m.stopped {
		return err
	}
	for range 1 + l.r.IntN(5) {
		if l.acked == nil {
			return nil // making the state failed
		}
		if err := l.step(s, m, lease); err != nil || m.stopped {
			return err
		}
	}
	return l.unlock(s, m, lease)
}

func (l *life) step(s *local.Store, m *machine, lease *state.Lease) error {
	switch n := l.r.IntN(10); {
	case n < 6:
		return l.append(s, m, lease)
	case n < 8:
		return l.compact(s, m, lease, l.acked.Clone())
	case n == 8:
		return l.load(s, m)
	default: // a state from elsewhere
		later := l.acked.Clone()
		later.Serial += 1 + l.r.Uint64N(3)
		later.Resources["kkts.pushed"] = *statetest.Resource("1", l.count)
		return l.compact(s, m, lease, later)
	}
}

func (l *life) lock(s *local.Store, m *machine) (*state.Lease, error) {
	l.locks++
	before, me := l.held, holder{name: fmt.Sprintf("process %d", l.locks)}
	l.held = append([]holder{me}, before...)
	lease, err := s.Lock(context.Background(), state.LockRequest{Holder: me.name, Operation: "apply"})
	if err != nil {
		return nil, l.failed(m, "lock", err)
	}
	if lease.Epoch <= l.epoch {
		return nil, broken("epoch %d was given out again", lease.Epoch)
	}
	if err := told(lease.Previous, before); err != nil {
		return nil, err
	}
	l.epoch, me.info = lease.Epoch, &lease.LockInfo
	l.held = []holder{me}
	return lease, nil
}

// told checks whom the new holder is told of.
func told(got *state.LockInfo, may []holder) error {
	for _, h := range may {
		switch {
		case got == nil && h.name == "":
			return nil
		case got != nil && got.Holder == h.name && (h.info == nil || *h.info == *got):
			return nil
		}
	}
	return broken("the new holder is told of %+v, want one of %+v", got, may)
}

func (l *life) load(s *local.Store, m *machine) error {
	got, _, err := s.Load(context.Background())
	if err != nil {
		err = l.failed(m, "load", err)
		m.stopped = true // nobody goes on with what could not be read
		return err
	}
	return l.shown(got)
}

func (l *life) init(s *local.Store, m *machine, lease *state.Lease) error {
	snap := state.NewSnapshot("sever")
	l.maybe = []*state.Snapshot{snap}
	if err := s.Init(context.Background(), lease, snap); err != nil {
		return l.again(s, m, "init", err)
	}
	l.acked, l.maybe = snap, nil
	return nil
}

// entries makes small and large ones.
func (l *life) entries() []state.Entry {
	out := make([]state.Entry, 1+l.r.IntN(3))
	for i := range out {
		l.count++
		a := fmt.Sprintf("kkts.c%d", l.r.IntN(4))
		out[i] = state.Entry{Event: fmt.Sprint("entry ", l.count), Address: a}
		switch l.r.IntN(4) {
		case 0:
			out[i].Delete = true
		case 1:
			out[i].Resource = statetest.Resource(a, l.count)
		default:
			out[i].Resource = &state.Resource{Identity: state.Identity{Serial: a}, Renta: fmt.Sprint("centre ", l.count)}
		}
	}
	return out
}

func (l *life) append(s *local.Store, m *machine, lease *state.Lease) error {
	entries := l.entries()
	after := l.acked.Clone()
	for _, e := range entries {
		e.Serial = after.Serial + 1
		after.Apply(e.Clone())
	}
	l.maybe = []*state.Snapshot{after}
	if err := s.Append(context.Background(), lease, entries); err != nil {
		if text := err.Error(); !m.stopped && strings.Contains(text, "append to") && !strings.Contains(text, "taking it back") {
			l.maybe = nil // it was taken back, durably
		}
		return l.again(s, m, "append", err)
	}
	if last := entries[len(entries)-1]; last.Serial != after.Serial || last.Epoch != lease.Epoch {
		return broken("entry %d of epoch %d was appended as %d of %d", after.Serial, lease.Epoch, last.Serial, last.Epoch)
	}
	l.acked, l.maybe = after, nil
	return nil
}

func (l *life) compact(s *local.Store, m *machine, lease *state.Lease, snap *state.Snapshot) error {
	g := &generation{serial: snap.Serial, before: encoded(l.acked)}
	if l.turn = g; g.serial == l.disk.base() {
		l.turn = nil // before and after look the same
	}
	l.maybe = []*state.Snapshot{snap}
	if err := s.Compact(context.Background(), lease, snap); err != nil {
		return l.again(s, m, "compact", err)
	}
	l.acked, l.maybe, l.turn = snap, nil, g
	return nil
}

func (l *life) unlock(s *local.Store, m *machine, lease *state.Lease) error {
	l.held = append(l.held, holder{})
	if err := s.Unlock(context.Background(), lease); err != nil {
		return l.failed(m, "unlock", err)
	}
	l.held = []holder{{}}
	return nil
}

// failed tells whether an error has a reason.
func (l *life) failed(m *machine, what string, err error) error {
	if m.stopped {
		return nil
	}
	for _, cause := range []error{syscall.EIO, syscall.ENOSPC, io.ErrShortWrite} {
		if m.fail != nil && errors.Is(err, cause) {
			return nil
		}
	}
	return broken("%s: %w", what, err)
}

// again goes on after a failed write as a careful caller does: what is stored
// now is found out by loading. Who cannot load ends.
func (l *life) again(s *local.Store, m *machine, what string, err error) error {
	if err := l.failed(m, what, err); err != nil || m.stopped {
		return err
	}
	return l.load(s, m)
}

// base gives the serial of the snapshot's file.
func (d *disk) base() uint64 {
	n := d.names[stateFile]
	if n == nil {
		return 0
	}
	h, err := state.DecodeHeader(bytes.NewReader(n.cache))
	if err != nil {
		return math.MaxUint64 // loading finds that out
	}
	return h.Serial
}

// backup checks that the generation before the present one can be put back.
func (l *life) backup(d *disk) error {
	if l.turn == nil || d.base() != l.turn.serial {
		return nil
	}
	snapshot, journal := d.names[stateFile+".backup"], d.names[stateFile+".journal.backup"]
	if snapshot == nil || journal == nil {
		return broken("the previous generation is not there")
	}
	codec := l.codec()
	snap, err := codec.Decode(snapshot.cache)
	if err != nil {
		return broken("the previous generation: %w", err)
	}
	j, err := codec.DecodeJournal(journal.cache)
	if err != nil {
		return broken("the journal of the previous generation: %w", err)
	}
	if j.Torn > 0 || j.Header.Base > snap.Serial {
		return broken("the previous generation: at entry %d, its journal follows %d and has %d torn bytes", snap.Serial, j.Header.Base, j.Torn)
	}
	if err := snap.Replay(j.Entries); err != nil {
		return broken("the previous generation: %w", err)
	}
	if !bytes.Equal(encoded(snap), l.turn.before) {
		return broken("the previous generation is another one: at entry %d", snap.Serial)
	}
	return nil
}
