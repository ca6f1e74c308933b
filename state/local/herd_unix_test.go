//go:build unix

package local_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/local"
	"github.com/kktctl/kktctl/state/statetest"
)

const (
	roundsVar = "KKTCTL_TEST_ROUNDS"
	judgeVar  = "KKTCTL_TEST_JUDGE"
	seedVar   = "KKTCTL_TEST_SEED"
)

// member is one process of a herd.
type member struct {
	name  string
	in    *bufio.Reader
	judge *os.File // locked while the member holds the state: no part of kktctl
	store *local.Store
	dieAt string // the operation before which it kills itself
	r     *rand.Rand

	rounds int
}

// herd takes the lock again and again, writes under it and gives it back, and
// says what it does: held EPOCH CREATED PREVIOUS, acked SERIAL EPOCH ADDRESS,
// free, busy. After busy it waits for a line.
func herd() {
	m := &member{name: os.Getenv(nameVar), in: bufio.NewReader(os.Stdin)}
	// The judge's file is opened first, so that a dying process lets go of it
	// before it lets go of the lock.
	judge, err := os.OpenFile(os.Getenv(judgeVar), os.O_RDWR|os.O_CREATE, 0o600)
	m.stopOn(err)
	m.judge = judge
	seed, err := strconv.ParseUint(os.Getenv(seedVar), 10, 64)
	m.stopOn(err)
	m.rounds, err = strconv.Atoi(os.Getenv(roundsVar))
	m.stopOn(err)
	m.r = rand.New(rand.NewPCG(seed, seed))
	m.store = local.Open(os.Getenv(pathVar), local.WithFS(&faultFS{before: m.maybeDie}))
	for round := range m.rounds {
		m.round(round)
	}
}

func (m *member) say(format string, a ...any) { fmt.Printf(format+"\n", a...) }

func (m *member) stopOn(err error) {
	if err != nil {
		m.say("error %v", err)
		os.Exit(1)
	}
}

func (m *member) maybeDie(op string) {
	if op == m.dieAt {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}

func (m *member) lock() *state.Lease {
	for {
		lease, err := m.store.Lock(context.Background(), state.LockRequest{Holder: m.name, Operation: "apply"})
		var locked *state.LockedError
		if !errors.As(err, &locked) {
			m.stopOn(err)
			return lease
		}
		m.say("busy")
		_, err = m.in.ReadString('\n')
		m.stopOn(err)
	}
}

func (m *member) round(round int) {
	lease, previous := m.lock(), "nobody"
	if err := syscall.Flock(int(m.judge.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		m.stopOn(fmt.Errorf("two hold the state: %w", err))
	}
	if p := lease.Previous; p != nil {
		previous = p.Holder + " " + p.Created.Format(time.RFC3339Nano)
	}
	m.say("held %d %s %s", lease.Epoch, lease.Created.Format(time.RFC3339Nano), previous)
	if m.r.IntN(4*m.rounds) == 0 { // about a quarter of the herd
		ops := []string{"write sever.kktstate.journal", journalSync, "rename sever.kktstate", "rename sever.kktstate.journal"}
		m.dieAt = ops[m.r.IntN(len(ops))]
	}
	for i := range 1 + m.r.IntN(3) {
		e := []state.Entry{{Event: "round", Address: fmt.Sprintf("kkts.%s-%d-%d", m.name, round, i), Resource: &state.Resource{}}}
		m.stopOn(m.store.Append(context.Background(), lease, e))
		m.say("acked %d %d %s", e[0].Serial, e[0].Epoch, e[0].Address)
	}
	if m.dieAt != "" || m.r.IntN(4) == 0 {
		snap, _, err := m.store.Load(context.Background())
		m.stopOn(err)
		m.stopOn(m.store.Compact(context.Background(), lease, snap))
	}
	m.stopOn(syscall.Flock(int(m.judge.Fd()), syscall.LOCK_UN))
	m.stopOn(m.store.Unlock(context.Background(), lease))
	m.say("free")
}

// heard is one line of a member; an empty one: it has ended.
type heard struct {
	n    int
	line string
}

// shepherd hears a herd and wakes whoever waits.
type shepherd struct {
	t       *testing.T
	members []*statetest.Process
	names   []string
	since   []string // when each took the lock; empty: it does not hold it
	waiting []int
	holding int

	acked  map[uint64]string // address by serial
	epochs map[uint64]string // member by epoch
	by     map[uint64]uint64 // epoch by serial
	dead   map[string]bool   // name and time of holders: true, died with the lock; false, the next one was told so
	told   int
	locks  int
	writes int
}

// TestHerd has 32 processes take the lock, write and give it back, round after
// round; some die while they hold it. KKTCTL_HERD_ROUNDS says how many rounds,
// KKTCTL_HERD_SEED fixes who dies where.
func TestHerd(t *testing.T) {
	const size = 32
	rounds, seed := number(t, "KKTCTL_HERD_ROUNDS", 3), number(t, "KKTCTL_HERD_SEED", uint64(time.Now().UnixNano()))
	t.Logf("seed: KKTCTL_HERD_SEED=%d", seed)
	path := place(t)
	s := local.Open(path)
	first := lock(t, s)
	must(t, s.Init(t.Context(), first, state.NewSnapshot("sever")))
	must(t, s.Unlock(t.Context(), first))

	began := time.Now()
	h := &shepherd{
		t: t, since: make([]string, size), acked: map[uint64]string{}, epochs: map[uint64]string{}, by: map[uint64]uint64{}, dead: map[string]bool{},
	}
	lines := make(chan heard)
	for n := range size {
		h.names = append(h.names, fmt.Sprintf("m%d", n))
		p := start(t, "herd", path, h.names[n], judgeVar+"="+path+".judge",
			fmt.Sprintf("%s=%d", roundsVar, rounds), fmt.Sprintf("%s=%d", seedVar, seed+uint64(n)))
		h.members = append(h.members, p)
		go listen(p, n, lines)
	}
	for alive := size; alive > 0; {
		l := <-lines
		if l.line == "" {
			alive--
			h.ended(l.n)
			continue
		}
		h.hear(l.n, strings.Fields(l.line))
	}
	h.judge(path)
	t.Logf("%d locks by %d processes, %d entries, %d holders died, %d told of, %s",
		h.locks, size, h.writes, len(h.dead), h.told, time.Since(began).Round(time.Millisecond))
}

// listen hands on whole lines: what a killed process began to say is left out.
func listen(p *statetest.Process, n int, to chan<- heard) {
	for {
		line, err := p.Out.ReadString('\n')
		if err != nil {
			to <- heard{n: n}
			return
		}
		to <- heard{n, strings.TrimSpace(line)}
	}
}

func (h *shepherd) hear(n int, words []string) {
	switch words[0] {
	case "busy":
		h.waiting = append(h.waiting, n)
		if h.holding <= 0 { // whoever was in the way has gone since
			h.wake()
		}
	case "held":
		h.holding++
		h.locks++
		h.since[n] = words[2]
		h.owner(words[1], n)
		if words[3] != "nobody" {
			h.told++
			if who := words[3] + " " + words[4]; !h.dead[who] {
				h.dead[who] = false // its end may be heard later
			}
		}
	case "acked":
		serial, _ := strconv.ParseUint(words[1], 10, 64)
		if other, ok := h.acked[serial]; ok {
			h.t.Errorf("entry %d was given to %s and to %s", serial, other, words[3])
		}
		h.acked[serial] = words[3]
		h.writes++
		h.by[serial], _ = strconv.ParseUint(words[2], 10, 64)
		h.owner(words[2], n)
	case "free":
		h.since[n] = ""
		h.holding--
		h.wake()
	default:
		h.t.Errorf("%s: %s", h.names[n], strings.Join(words, " "))
	}
}

// owner notes whose an epoch is.
func (h *shepherd) owner(epoch string, n int) {
	e, _ := strconv.ParseUint(epoch, 10, 64)
	if other, ok := h.epochs[e]; ok && other != h.names[n] {
		h.t.Errorf("epoch %d was given to %s and to %s", e, other, h.names[n])
	}
	h.epochs[e] = h.names[n]
}

func (h *shepherd) ended(n int) {
	_ = h.members[n].Cmd.Wait() // some are killed
	if h.since[n] != "" {
		h.dead[h.names[n]+" "+h.since[n]] = true
		h.holding--
	}
	h.wake()
}

func (h *shepherd) wake() {
	for _, n := range h.waiting {
		if _, err := io.WriteString(h.members[n].In, "go on\n"); err != nil {
			h.t.Errorf("%s: %v", h.names[n], err)
		}
	}
	h.waiting = nil
}

// judge compares what was said with what is there.
func (h *shepherd) judge(path string) {
	s := local.Open(path)
	last := lock(h.t, s)
	if p := last.Previous; p != nil {
		h.told++
	}
	snap := load(h.t, path)
	if snap.Serial != uint64(len(snap.Resources)) {
		h.t.Errorf("%d entries and serial %d: entries are lost or numbered with gaps", len(snap.Resources), snap.Serial)
	}
	epoch := uint64(0)
	for serial := uint64(1); serial <= snap.Serial; serial++ {
		address, ok := h.acked[serial]
		if !ok {
			continue // of one that died before it was told
		}
		if _, there := snap.Resources[address]; !there {
			h.t.Errorf("entry %d, %s, was acknowledged and is lost", serial, address)
		}
		if h.by[serial] < epoch {
			h.t.Errorf("entry %d of epoch %d follows one of epoch %d", serial, h.by[serial], epoch)
		}
		epoch = h.by[serial]
		delete(h.acked, serial)
	}
	if len(h.acked) > 0 {
		h.t.Errorf("acknowledged and beyond the end: %v", h.acked)
	}
	died := 0
	for who, really := range h.dead {
		if !really {
			h.t.Errorf("the next holder was told of %s, who did not die", who)
		}
		died++
	}
	if h.told != died {
		h.t.Errorf("%d holders died, %d were told of", died, h.told)
	}
}
