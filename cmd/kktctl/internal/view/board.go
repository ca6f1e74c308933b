package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
)

// maxRunning is how many running steps are shown at once.
const maxRunning = 8

// barWidth is the width of the progress bar.
const barWidth = 24

// board holds what the live progress shows. It is plain data: events in,
// lines out.
type board struct {
	total   int
	began   time.Time
	state   map[string]apply.EventType // of each step that was heard of
	counts  map[apply.EventType]int
	running map[string]*runningStep
	waits   map[string]planner.Wait // of the steps that wait
	ends    int                     // steps that ended or came to wait
}

// runningStep is a step that moves now.
type runningStep struct {
	id, head, text string
	since          time.Time
}

func newBoard(total int, now time.Time) *board {
	return &board{
		total: total, began: now, state: map[string]apply.EventType{}, counts: map[apply.EventType]int{},
		running: map[string]*runningStep{}, waits: map[string]planner.Wait{},
	}
}

// take changes the board by one event.
func (b *board) take(e apply.Event, now time.Time) {
	if e.ID == "" {
		return
	}
	old := b.state[e.ID]
	b.counts[old]--
	b.counts[e.Type]++
	b.state[e.ID] = e.Type
	delete(b.waits, e.ID)
	if e.Type == apply.EventStart || e.Type == apply.EventProgress {
		b.run(e, now)
		return
	}
	delete(b.running, e.ID)
	if e.Type == apply.EventWaiting {
		b.waits[e.ID] = e.WaitingFor
	}
	if old != e.Type {
		b.ends++
	}
}

func (b *board) run(e apply.Event, now time.Time) {
	r := b.running[e.ID]
	if r == nil {
		r = &runningStep{id: e.ID, head: Clean(e.Address) + ": " + verb(e.Action), since: now}
		b.running[e.ID] = r
	}
	r.text = eventText(e)
}

// lines is the picture: at most height lines of at most w columns.
func (b *board) lines(now time.Time, w, height int, t theme) []string {
	out := []string{b.heading(now, w, t)}
	if l := b.waiting(); l != "" {
		out = append(out, t.dim.of(cut(l, w)))
	}
	room := max(1, min(maxRunning, height-len(out)-1))
	list := b.oldestFirst()
	for i, r := range list {
		if i == room {
			out = append(out, t.dim.of(cut("  and "+fmt.Sprint(len(list)-i)+" more", w)))
			break
		}
		out = append(out, r.line(now, w, t))
	}
	return out[:min(len(out), max(1, height))]
}

func (b *board) oldestFirst() []*runningStep {
	list := make([]*runningStep, 0, len(b.running))
	for _, r := range b.running {
		list = append(list, r)
	}
	slices.SortFunc(list, func(x, y *runningStep) int {
		return cmp.Or(x.since.Compare(y.since), cmp.Compare(x.id, y.id))
	})
	return list
}

// heading is the bar, the counts and the pace.
func (b *board) heading(now time.Time, w int, t theme) string {
	done := b.counts[apply.EventDone]
	parts := []string{fmt.Sprintf("%d of %d done", done, b.total)}
	for _, c := range []struct {
		word string
		n    int
	}{
		{"waiting", b.counts[apply.EventWaiting]},
		{"failed", b.counts[apply.EventFailed]},
		{"skipped", b.counts[apply.EventSkipped]},
		{"unknown", b.counts[apply.EventUnknown]},
	} {
		if c.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.word))
		}
	}
	if took := now.Sub(b.began); took >= time.Second {
		parts = append(parts, fmt.Sprintf("%.0f steps/min", float64(b.ends)/took.Minutes()))
	}
	full := 0
	if b.total > 0 {
		full = min(barWidth, barWidth*done/b.total)
	}
	rest := cut(strings.Join(parts, ", "), max(1, w-barWidth-1))
	return t.green.of(strings.Repeat("█", full)) + t.dim.of(strings.Repeat("░", barWidth-full)) + " " + t.bold.of(rest)
}

// waiting counts the waits by whom they are for.
func (b *board) waiting() string {
	n := map[planner.Wait]int{}
	for _, w := range b.waits {
		n[w]++
	}
	var parts []string
	for _, w := range sortedWaits(n) {
		parts = append(parts, fmt.Sprintf("%d for %s", n[w], whom(w)))
	}
	if len(parts) == 0 {
		return ""
	}
	return "Waiting: " + strings.Join(parts, ", ")
}

func (r *runningStep) line(now time.Time, w int, t theme) string {
	took := ""
	if d := now.Sub(r.since); d >= time.Second {
		took = " " + span(d)
	}
	text := cut("  "+r.head+": "+r.text, max(1, w-width(took)))
	return text + t.dim.of(took)
}
