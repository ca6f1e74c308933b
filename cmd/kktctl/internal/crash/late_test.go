package crash

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/local"
)

// fate is what becomes of a call while the process that sent it is killed.
type fate uint8

const (
	served fate = iota // nobody is killed
	lost               // it does not arrive
	late               // it arrives when the next process has looked for it once
	unread             // it has its effect, and nobody reads the answer
)

// heldCall is a call that takes long on its way to the service.
type heldCall struct {
	call
	land   chan struct{} // closed: it may arrive
	done   chan struct{} // closed: it has had its effect
	landed bool
}

// cutOff kills the process that has sent a call, if that is the call's fate,
// and has the effect that it still has. It tells whether it did.
func (j *judge) cutOff(c call, w http.ResponseWriter, r *http.Request) bool {
	j.mu.Lock()
	fate := j.decide(c)
	if fate == served {
		j.mu.Unlock()
		return false
	}
	_ = j.process.Kill()
	h := &heldCall{call: c, land: make(chan struct{}), done: make(chan struct{})}
	if fate == late {
		j.held = h
		j.idle.Broadcast()
	}
	j.mu.Unlock()
	switch fate {
	case late:
		<-h.land
		defer close(h.done)
		j.svc.ServeHTTP(w, r)
	case unread:
		j.svc.ServeHTTP(w, r)
	}
	return true
}

// decide gives the fate of a call. One call is cut off in a case.
func (j *judge) decide(c call) fate {
	if j.fate == nil {
		return served
	}
	f := j.fate(c)
	if f != served {
		j.fate = nil
	}
	return f
}

// same tells whether another call would do the same.
func (h *heldCall) same(c call) bool {
	return h.effect == c.effect && h.application == c.application && h.rnm == c.rnm
}

// waiting is how many connections of dead processes stay open for a held call.
func (j *judge) waiting() int {
	if j.held != nil && !j.held.landed {
		return 1
	}
	return 0
}

// landBetweenReadings lets a held call arrive as soon as kktctl has looked for
// it once, in vain.
func (j *judge) landBetweenReadings() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.held != nil && j.held.landed {
		j.awaitLanding()
		return
	}
	if j.held == nil {
		return
	}
	snap, _, err := local.Open(j.state).Load(context.Background())
	if err != nil || snap == nil || snap.Intents[j.held.intent].AbsentAt.IsZero() {
		return
	}
	j.land()
}

// land lets the held call have its effect. It is called with the mutex held.
func (j *judge) land() {
	j.held.landed = true
	close(j.held.land)
	j.awaitLanding()
}

// awaitLanding has every reading wait for the effect that it could miss. It is
// called with the mutex held.
func (j *judge) awaitLanding() {
	j.mu.Unlock()
	<-j.held.done
	j.mu.Lock()
}

// finish lets a held call go when all is over; it has to have landed before.
func (j *judge) finish() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.waiting() > 0 {
		j.faults = append(j.faults, "what became of "+j.held.path+" was never asked")
		j.land()
	}
}

// eachOnce plays the scenario for each call that cannot be repeated, killing
// the process that has sent it. Drafts are left out: they cost nothing, and
// are made anew at once.
func eachOnce(t *testing.T, s *scenario, f fate, meanwhile func(g *game, c call)) {
	t.Helper()
	calm := s.calm(t, programs)
	n := 0
	for _, c := range calm.calls {
		if c.effect != state.EffectCreate {
			n++
		}
	}
	together(n, func(k int) bool {
		g := s.begin(t, programs)
		var c call
		g.j.fate = func(at call) fate {
			if at.effect == state.EffectCreate {
				return served
			}
			if k--; k >= 0 {
				return served
			}
			c = at
			return f
		}
		if g.do(append(slices.Clone(g.apply), g.only...)...) {
			t.Errorf("no call was cut off:\n%s", tail(g.log))
		}
		meanwhile(g, c)
		if wrong := g.end().judgeCase(calm); len(wrong) > 0 {
			t.Errorf("%s for %s:\n%s", c.path, c.address, strings.Join(wrong, "\n"))
		}
		return true
	})
	t.Logf("%d calls were cut off", n)
}

// TestLateArrival kills kktctl right after it has sent a call that takes so
// long that the next process looks for its trace once in vain. The second look
// has to find it.
func TestLateArrival(t *testing.T) {
	eachOnce(t, everything(10), late, func(*game, call) {})
}

// TestQuietPeriod kills kktctl while a call is lost. Until the quiet period is
// over the next processes must not send it again; then they do.
func TestQuietPeriod(t *testing.T) {
	eachOnce(t, everything(10), lost, func(g *game, c call) {
		before := len(g.j.calls)
		g.quiet = 10 * time.Minute
		for range 2 {
			g.do("apply", "--auto-approve", "--wait", "20ms")
		}
		g.quiet = 0
		for _, in := range g.state().Intents {
			if in.ID == c.intent && !in.AbsentAt.IsZero() {
				g.t.Errorf("a look for %s within the quiet period counts", c.path)
			}
		}
		for _, later := range g.j.calls[before:] {
			if later.effect == c.effect && later.address == c.address {
				g.t.Errorf("%s was sent within the quiet period", later.path)
			}
		}
	})
}

// state reads what the process before has left.
func (g *game) state() *state.Snapshot {
	g.t.Helper()
	snap, _, err := local.Open(g.j.state).Load(context.Background())
	if err != nil || snap == nil {
		g.t.Fatalf("the state: %v", err)
	}
	return snap
}

// TestUndecidable makes the readings contradict each other after a crash: what
// became of the call is then for a person to say, of that till alone.
func TestUndecidable(t *testing.T) {
	s := everything(10)
	calm := s.calm(t, programs)
	for name, c := range map[string]undecidable{
		"a code is more by one, and nobody says why": {
			fate: lost, effect: state.EffectPay, address: "kkts.paid-2", word: "--not-sent",
			spoil: func(w *sim.World) { *poolCode(w).Count++ },
			mend:  func(w *sim.World) { *poolCode(w).Count-- },
		},
		"a signed application shows nothing": {
			fate: unread, effect: state.EffectSign, address: "kkts.moved-1", word: "--sent",
			spoil: func(w *sim.World) { a := moved(w); a.Status, a.Documents = sim.StatusUnknownError, nil },
			mend:  func(w *sim.World) { moved(w).Status = sim.StatusProcessingSigned },
		},
	} {
		t.Run(name, func(t *testing.T) { c.play(t, s.begin(t, programs), calm) })
	}
}

// undecidable is a call whose outcome no reading can tell.
type undecidable struct {
	fate          fate
	effect        state.Effect
	address, word string
	spoil, mend   func(*sim.World)
}

func (c undecidable) play(t *testing.T, g *game, calm played) {
	g.j.fate = func(at call) fate {
		if at.effect == c.effect && at.address == c.address {
			return c.fate
		}
		return served
	}
	if g.do(g.apply...) {
		t.Fatal("it lives")
	}
	g.j.svc.Mutate(c.spoil)
	e := g.run(0, "apply", "--auto-approve", "--wait", "1s")
	if e.code != 4 || !strings.Contains(e.out, " 1 unknown") || !strings.Contains(e.out, "kktctl resolve "+c.address) {
		t.Errorf("exit code %d, want 4, one unknown, and what to type:\n%s", e.code, e.out)
	}
	if later := g.run(0, g.apply...); later.code != 4 {
		t.Errorf("a later apply gives exit code %d, want 4 until a person has spoken:\n%s", later.code, later.out)
	}
	g.j.svc.Mutate(c.mend)
	g.do("resolve", c.address, c.word)
	if wrong := g.end().judgeCase(calm); len(wrong) > 0 {
		t.Error(strings.Join(wrong, "\n"))
	}
}

func poolCode(w *sim.World) *sim.Code {
	for _, c := range w.Codes {
		if c.Code == "POOL-GREEN" {
			return c
		}
	}
	return nil
}

func moved(w *sim.World) *sim.Application {
	for _, a := range w.Applications {
		if a.KKT.SerialNumber == "00307404867004" {
			return a
		}
	}
	return nil
}
