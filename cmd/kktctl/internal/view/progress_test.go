package view

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
)

// screen is a terminal that knows what Progress uses: lines, cursor up and
// erase below. Anything else fails the test.
type screen struct {
	t      *testing.T
	mu     sync.Mutex
	lines  []string // above the cursor's line
	writes int
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes++
	text := string(p)
	if rest, ok := strings.CutPrefix(text, "\x1b["); ok {
		n, after, _ := strings.Cut(rest, "A\r\x1b[J")
		up, err := strconv.Atoi(n)
		if err != nil || up > len(s.lines) {
			s.t.Errorf("cannot move up by %q of %d lines", n, len(s.lines))
			return len(p), nil
		}
		s.lines, text = s.lines[:len(s.lines)-up], after
	}
	checkClean(s.t, text, "\n")
	if text != "" {
		s.lines = append(s.lines, strings.Split(strings.TrimSuffix(text, "\n"), "\n")...)
	}
	return len(p), nil
}

func (s *screen) text() string { return strings.Join(s.all(), "\n") }

func (s *screen) all() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.lines)
}

func liveProgress(t *testing.T, total int) (*Progress, *screen) {
	s := &screen{t: t}
	return NewProgress(Output{Err: s, ErrTTY: true, Moving: true, Width: 100}, total, ProgressOptions{}), s
}

func TestLiveProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, s := liveProgress(t, 6)
		p.Event(apply.Event{Type: apply.EventVersion})
		for _, n := range []string{"a", "b", "c", "d"} {
			p.Event(event(apply.EventStart, n, planner.Register))
		}
		p.Event(waiting("a", planner.WaitTaxService, "signed"))
		p.Event(event(apply.EventDone, "b", planner.Register))
		p.Event(failed("c", "refused: "+hostile, "look at the sticker"))
		e := event(apply.EventProgress, "d", planner.Register)
		e.Phase = "awaitingSignature"
		p.Event(e)
		time.Sleep(30*time.Second + frameInterval/2)
		got := s.text()
		for _, want := range []string{
			"kkts.c: register: failed: refused: ", "hint: look at the sticker", "1 of 6 done, 1 waiting, 1 failed, 6 steps/min",
			"Waiting: 1 for the tax service", "kkts.d: register: awaiting signature 30 s",
		} {
			if !strings.Contains(got, want) {
				t.Errorf("no %q on the screen:\n%s", want, got)
			}
		}
		if strings.Contains(got, "kkts.b: register") {
			t.Errorf("a step that is done still runs:\n%s", got)
		}
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
		if l := s.all(); len(l) != 2 || !strings.HasPrefix(l[0], "kkts.c: register: failed") {
			t.Errorf("left on the screen:\n%s", s.text())
		}
	})
}

func TestLiveProgressResumesWaitingSteps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, s := liveProgress(t, 1)
		defer p.Close()
		p.Event(waiting("a", planner.WaitTaxService, ""))
		p.Event(event(apply.EventDone, "a", planner.Register))
		time.Sleep(time.Second)
		if got := s.text(); strings.Contains(got, "waiting") || strings.Contains(got, "Waiting") || !strings.Contains(got, "1 of 1 done") {
			t.Errorf("on the screen:\n%s", got)
		}
	})
}

func TestLiveProgressOfManyEventsDrawsRarely(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, s := liveProgress(t, 10_000)
		var wg sync.WaitGroup
		for g := range 10 {
			wg.Go(func() {
				for i := range 1000 {
					name := fmt.Sprintf("%d-%d", g, i)
					p.Event(event(apply.EventStart, name, planner.Register))
					p.Event(event(apply.EventDone, name, planner.Register))
				}
				time.Sleep(time.Second)
			})
		}
		wg.Wait()
		time.Sleep(frameInterval)
		if got := s.text(); !strings.Contains(got, "10000 of 10000 done") {
			t.Errorf("on the screen:\n%s", got)
		}
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
		if s.writes > 15 {
			t.Errorf("%d pictures in a second", s.writes)
		}
	})
}

func TestLiveProgressFitsTheScreen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &screen{t: t}
		p := NewProgress(Output{Err: s, ErrTTY: true, Moving: true}, 100, ProgressOptions{Size: func() (int, int) { return 40, 6 }})
		defer p.Close()
		for i := range 30 {
			e := event(apply.EventStart, fmt.Sprintf("till-%02d", i), planner.Register)
			e.Message = "Магазин «Слобода» на Ленинской, большой и светлый"
			p.Event(e)
		}
		p.Event(waiting("x", planner.WaitSignature, ""))
		time.Sleep(2 * time.Second)
		lines := s.all()
		if n := len(lines); n > 5 {
			t.Errorf("%d lines on a screen of 6:\n%s", n, s.text())
		}
		for _, l := range lines {
			if width(l) > 39 {
				t.Errorf("%d columns: %s", width(l), l)
			}
		}
		if got := s.text(); !strings.Contains(got, "more") || !strings.Contains(got, "till-00") {
			t.Errorf("on the screen:\n%s", got)
		}
	})
}

func TestProgressKeepsStillOffTheTerminal(t *testing.T) {
	for name, out := range map[string]Output{"pipe": {Moving: true}, "CI": {ErrTTY: true}} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			out.Err = &b
			p := NewProgress(out, 3, ProgressOptions{})
			p.Event(apply.Event{Type: apply.EventVersion, Version: "1"})
			p.Event(waiting("sloboda-1", planner.WaitTaxService, "signed"))
			p.Event(waiting("sloboda-1", planner.WaitTaxService, "signed")) // polled again
			p.Event(waiting("a", planner.WaitSignature, "waits for a signature: sign x"))
			p.Event(failed("b", "refused", "look at the sticker"))
			p.Event(event(apply.EventDone, "c", planner.Pay))
			p.Event(event(apply.EventStart, "d", planner.AddKKT))
			p.Event(apply.Event{Type: apply.EventSummary, Summary: &apply.Summary{}})
			if err := errors.Join(p.Close(), p.Close()); err != nil {
				t.Fatal(err)
			}
			want := "kkts.sloboda-1: register: signed, waits for the tax service\n" +
				"kkts.a: register: waits for a signature: sign x\n" +
				"kkts.b: register: failed: refused\n  hint: look at the sticker\n" +
				"kkts.c: pay: done\nkkts.d: add to Renta: starts\n"
			if b.String() != want {
				t.Errorf("got:\n%s\nwant:\n%s", b.String(), want)
			}
		})
	}
}

func TestProgressIsClean(t *testing.T) {
	var b bytes.Buffer
	p := NewProgress(Output{Err: &b}, 1, ProgressOptions{})
	for _, typ := range []apply.EventType{apply.EventStart, apply.EventProgress, apply.EventWaiting, apply.EventFailed, apply.EventUnknown, apply.EventSkipped, apply.EventDone} {
		p.Event(apply.Event{Type: typ, ID: hostile, Address: hostile, Action: hostile, Phase: hostile, WaitingFor: hostile, Message: hostile, Hint: hostile})
	}
	p.Close()
	if checkClean(t, b.String(), "\n"); strings.Count(b.String(), "\n") < 7 {
		t.Errorf("only:\n%s", b.String())
	}
}

func TestProgressAfterCloseSaysNothing(t *testing.T) {
	var b bytes.Buffer
	p := NewProgress(Output{Err: &b}, 1, ProgressOptions{})
	p.Close()
	p.Event(failed("a", "late", ""))
	if b.Len() > 0 {
		t.Errorf("it says %q", b.String())
	}
}

func TestSay(t *testing.T) {
	var b bytes.Buffer
	p := NewProgress(Output{Err: &b}, 1, ProgressOptions{})
	p.Say("finishing what was sent\x1b[A")
	p.Close()
	p.Say("late")
	if got, want := b.String(), "finishing what was sent\\x1b[A\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	synctest.Test(t, func(t *testing.T) {
		p, s := liveProgress(t, 1)
		time.Sleep(time.Second)
		p.Say("finishing\n")
		time.Sleep(time.Second)
		if got := s.all(); len(got) != 2 || got[0] != "finishing" {
			t.Errorf("on the screen: %q", got)
		}
		p.Close()
		if got := s.text(); got != "finishing" {
			t.Errorf("left on the screen: %q", got)
		}
	})
}

// lineWriter fails after some writes.
type lineWriter struct {
	lines []string
	left  int
}

func (w *lineWriter) Write(p []byte) (int, error) {
	if w.left--; w.left < 0 {
		return 0, errors.New("broken pipe")
	}
	w.lines = append(w.lines, string(p))
	return len(p), nil
}

func TestJSONLines(t *testing.T) {
	w := &lineWriter{left: 3}
	j := NewJSONLines(w, Options{})
	j.Event(apply.Event{Type: apply.EventVersion, Version: "1.2", Time: now()})
	j.Event(failed("a", hostile, ""))
	j.Event(apply.Event{Type: apply.EventSummary, Summary: &apply.Summary{Failed: 1}, Time: now()})
	if err := j.Err(); err != nil {
		t.Fatal(err)
	}
	for _, l := range w.lines {
		checkClean(t, strings.TrimSuffix(l, "\n"), "")
	}
	golden(t, "events.jsonl", strings.Join(w.lines, ""))
	j.Event(event(apply.EventDone, "b", planner.Pay))
	j.Event(event(apply.EventDone, "c", planner.Pay))
	if j.Err() == nil || len(w.lines) != 3 {
		t.Errorf("after a broken pipe: %v, %d lines", j.Err(), len(w.lines))
	}
}
