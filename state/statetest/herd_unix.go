//go:build unix

package statetest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kktctl/kktctl/state"
)

// The environment of a process of a herd.
const (
	herdLocation = "KKTCTL_HERD_LOCATION"
	herdName     = "KKTCTL_HERD_NAME"
	herdJudge    = "KKTCTL_HERD_JUDGE"
	herdCount    = "KKTCTL_HERD_COUNT"
	herdDeaths   = "KKTCTL_HERD_DEATHS"
	herdSeed     = "KKTCTL_HERD_SEED"
)

// HerdSize is how many processes a herd has.
const HerdSize = 32

// Main is the TestMain of a package whose tests run Herd: in a process that
// Herd has started it works on the state that open opens, in any other it runs
// the tests.
func Main(m *testing.M, open func(location string) (state.Store, error)) {
	location := os.Getenv(herdLocation)
	if location == "" {
		os.Exit(m.Run())
	}
	s, err := open(location)
	stopOn(err)
	newMember(s).work()
}

// HerdOptions say what a herd works on.
type HerdOptions struct {
	Place    Place
	Location string // what Main's open is given in each process
	// Deaths has about one member in four kill itself while it holds the lock;
	// Place.Pass then lets the lock run out.
	Deaths bool
}

// member is one process of a herd.
type member struct {
	name   string
	in     *bufio.Reader
	judge  *os.File // locked while the member holds the state: no part of kktctl
	store  state.Store
	r      *rand.Rand
	rounds int
	deaths bool
}

func say(format string, a ...any) { fmt.Printf(format+"\n", a...) }

func stopOn(err error) {
	if err != nil {
		say("error %v", strings.ReplaceAll(err.Error(), "\n", " "))
		os.Exit(1)
	}
}

func newMember(s state.Store) *member {
	judge, err := os.OpenFile(os.Getenv(herdJudge), os.O_RDWR|os.O_CREATE, 0o600)
	stopOn(err)
	seed, err := strconv.ParseUint(os.Getenv(herdSeed), 10, 64)
	stopOn(err)
	rounds, err := strconv.Atoi(os.Getenv(herdCount))
	stopOn(err)
	return &member{
		name: os.Getenv(herdName), in: bufio.NewReader(os.Stdin), judge: judge, store: s,
		r: rand.New(rand.NewPCG(seed, seed)), rounds: rounds, deaths: os.Getenv(herdDeaths) != "",
	}
}

// work takes the lock again and again, writes under it and gives it back, and
// says what it does: held EPOCH PREVIOUS, acked SERIAL EPOCH ADDRESS, free,
// busy. After busy it waits for a line.
func (m *member) work() {
	dying := -1
	if m.deaths && m.r.IntN(4) == 0 {
		dying = m.r.IntN(m.rounds)
	}
	for round := range m.rounds {
		m.round(round, round == dying)
	}
}

func (m *member) lock() *state.Lease {
	for {
		lease, err := m.store.Lock(context.Background(), state.LockRequest{Holder: m.name, Operation: "apply"})
		var locked *state.LockedError
		if !errors.As(err, &locked) {
			stopOn(err)
			return lease
		}
		say("busy")
		_, err = m.in.ReadString('\n')
		stopOn(err)
	}
}

func (m *member) round(round int, dying bool) {
	lease, previous := m.lock(), "nobody"
	if err := syscall.Flock(int(m.judge.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		stopOn(fmt.Errorf("two hold the state: %w", err))
	}
	if p := lease.Previous; p != nil {
		previous = fmt.Sprintf("%s/%d", p.Holder, p.Epoch)
	}
	say("held %d %s", lease.Epoch, previous)
	for i := range 1 + m.r.IntN(2) {
		e := []state.Entry{{Event: "round", Address: fmt.Sprintf("kkts.%s-%d-%d", m.name, round, i), Resource: &state.Resource{}}}
		stopOn(m.store.Append(context.Background(), lease, e))
		say("acked %d %d %s", e[0].Serial, e[0].Epoch, e[0].Address)
	}
	if m.r.IntN(8) == 0 {
		snap, _, err := m.store.Load(context.Background())
		stopOn(err)
		stopOn(m.store.Compact(context.Background(), lease, snap))
	}
	if dying {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
	stopOn(syscall.Flock(int(m.judge.Fd()), syscall.LOCK_UN))
	stopOn(m.store.Unlock(context.Background(), lease))
	say("free")
}

// heard is one line of a member; an empty one: it has ended.
type heard struct {
	n    int
	line string
}

// shepherd hears a herd and wakes who waits.
type shepherd struct {
	t       *testing.T
	o       HerdOptions
	file    string // the judge's
	members []*exec.Cmd
	in      []io.Writer
	holding []string // NAME/EPOCH of what each holds; empty: nothing
	waiting []int
	held    int

	acked  map[uint64]string // address by serial
	by     map[uint64]uint64 // epoch by serial
	epochs map[uint64]int    // member by epoch
	dead   map[string]bool   // that died with the lock
	told   map[string]bool   // that the next one was told of
	locks  int
}

// Herd has 32 processes take the lock, write and give it back, round after
// round: one holds it at a time, no epoch is given twice, nothing that was
// acknowledged is lost, and whoever takes over is told from whom.
// KKTCTL_HERD_ROUNDS says how many rounds (4), KKTCTL_HERD_SEED who dies.
func Herd(t *testing.T, o HerdOptions) {
	t.Helper()
	rounds, seed := variable(t, "KKTCTL_HERD_ROUNDS", 4), variable(t, herdSeed, uint64(time.Now().UnixNano()))
	t.Logf("seed: %s=%d", herdSeed, seed)
	first := o.Place.Open()
	lease, _ := begin(t, first)
	unlock(t, first, lease)
	h := &shepherd{
		t: t, o: o, file: filepath.Join(t.TempDir(), "judge"), holding: make([]string, HerdSize), acked: map[uint64]string{}, by: map[uint64]uint64{},
		epochs: map[uint64]int{}, dead: map[string]bool{}, told: map[string]bool{},
	}
	began, lines := time.Now(), make(chan heard)
	for n := range HerdSize {
		h.start(n, rounds, seed+uint64(n), lines)
	}
	for alive := HerdSize; alive > 0; {
		l := <-lines
		if l.line == "" {
			alive--
			h.ended(l.n)
			continue
		}
		h.hear(l.n, strings.Fields(l.line))
	}
	h.judge()
	t.Logf("%d locks by %d processes, %d entries, %d died, %s",
		h.locks, HerdSize, len(h.by), len(h.dead), time.Since(began).Round(time.Millisecond))
}

func variable(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	v := os.Getenv(name)
	if v == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(v, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

func (h *shepherd) start(n int, rounds, seed uint64, to chan<- heard) {
	cmd := exec.CommandContext(h.t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0", herdLocation+"="+h.o.Location,
		fmt.Sprintf("%s=m%d", herdName, n), herdJudge+"="+h.file,
		fmt.Sprintf("%s=%d", herdCount, rounds), fmt.Sprintf("%s=%d", herdSeed, seed))
	if h.o.Deaths {
		cmd.Env = append(cmd.Env, herdDeaths+"=1")
	}
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	h.must(err)
	out, err := cmd.StdoutPipe()
	h.must(err)
	h.must(cmd.Start())
	h.members, h.in = append(h.members, cmd), append(h.in, in)
	go func() {
		r := bufio.NewReader(out)
		for {
			line, err := r.ReadString('\n')
			if err != nil { // what a killed process began to say is left out
				to <- heard{n: n}
				return
			}
			to <- heard{n, strings.TrimSpace(line)}
		}
	}()
}

func (h *shepherd) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *shepherd) hear(n int, words []string) {
	switch words[0] {
	case "busy":
		h.waiting = append(h.waiting, n)
		if h.held == 0 { // whoever was in the way has gone since
			h.wake()
		}
	case "held":
		h.held++
		h.locks++
		h.holding[n] = fmt.Sprintf("m%d/%s", n, words[1])
		epoch, _ := strconv.ParseUint(words[1], 10, 64)
		if other, ok := h.epochs[epoch]; ok {
			h.t.Errorf("epoch %d was given to m%d and to m%d", epoch, other, n)
		}
		h.epochs[epoch] = n
		if words[2] != "nobody" {
			h.told[words[2]] = true
		}
	case "acked":
		serial, _ := strconv.ParseUint(words[1], 10, 64)
		if other, ok := h.acked[serial]; ok {
			h.t.Errorf("entry %d was given to %s and to %s", serial, other, words[3])
		}
		h.acked[serial] = words[3]
		h.by[serial], _ = strconv.ParseUint(words[2], 10, 64)
	case "free":
		h.holding[n] = ""
		h.held--
		h.wake()
	default:
		h.t.Errorf("m%d: %s", n, strings.Join(words, " "))
	}
}

func (h *shepherd) ended(n int) {
	_ = h.members[n].Wait() // some kill themselves
	if h.holding[n] != "" {
		h.dead[h.holding[n]] = true
		h.held--
		if h.o.Place.Pass != nil {
			h.o.Place.Pass(h.t, h.o.Place.Term+5*time.Second)
		}
	}
	h.wake()
}

// wake has two of those that wait try again: one gets the lock, one meets it.
func (h *shepherd) wake() {
	for range min(2, len(h.waiting)) {
		n := h.waiting[0]
		h.waiting = h.waiting[1:]
		if _, err := io.WriteString(h.in[n], "go on\n"); err != nil {
			h.t.Errorf("m%d: %v", n, err)
		}
	}
}

// judge compares what was said with what is there.
func (h *shepherd) judge() {
	s := h.o.Place.Open()
	last := lock(h.t, s)
	if p := last.Previous; p != nil {
		h.told[fmt.Sprintf("%s/%d", p.Holder, p.Epoch)] = true
	}
	snap := load(h.t, s)
	if snap.Serial != uint64(len(snap.Resources)) || snap.Serial != uint64(len(h.by)) {
		h.t.Errorf("%d entries, %d acknowledged, serial %d: entries are lost or numbered with gaps", len(snap.Resources), len(h.by), snap.Serial)
	}
	epoch := uint64(0)
	for serial := uint64(1); serial <= snap.Serial; serial++ {
		if _, there := snap.Resources[h.acked[serial]]; !there {
			h.t.Errorf("entry %d, %s, was acknowledged and is lost", serial, h.acked[serial])
		}
		if h.by[serial] < epoch {
			h.t.Errorf("entry %d of epoch %d follows one of epoch %d", serial, h.by[serial], epoch)
		}
		epoch = h.by[serial]
	}
	for who := range h.told {
		if !h.dead[who] {
			h.t.Errorf("the next holder was told of %s, who did not die", who)
		}
	}
	for who := range h.dead {
		if !h.told[who] {
			h.t.Errorf("%s died with the lock, and nobody was told", who)
		}
	}
}
