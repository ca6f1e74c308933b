package view

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/kktctl/kktctl/apply"
)

// The rules of progress:
//
//   - It goes to stderr; stdout is for data.
//   - On a terminal a few lines at the bottom are redrawn, at most ten times a
//     second and only when they changed. What failed or is unknown stays above.
//   - The terminal is left in its normal mode: no input is read, nothing is
//     switched on that a crash would leave on.
//   - Elsewhere every event is a plain line, and a line is not repeated.

// frameInterval is the time between two pictures.
const frameInterval = 100 * time.Millisecond

// ProgressOptions is what NewProgress takes beside the streams.
type ProgressOptions struct {
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Size tells the size of the terminal before each picture; nil means the
	// width of Output and 24 lines.
	Size func() (width, height int)
	// Hints are how commands in hints are told.
	Hints Options
}

// Progress shows a running apply. It is an apply.Listener.
type Progress struct {
	out  io.Writer
	t    theme
	o    Options
	now  func() time.Time
	size func() (width, height int)
	live bool

	mu     sync.Mutex
	board  *board
	above  strings.Builder   // lines that stay, not yet written
	said   map[string]string // last plain line of each step
	closed bool

	painted int    // lines of the last picture; used by one goroutine at a time
	last    string // the last picture
	stop    chan struct{}
	stopped chan struct{}
}

// NewProgress shows a running apply of so many steps on out.Err. It has to be
// closed.
func NewProgress(out Output, total int, o ProgressOptions) *Progress {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Size == nil {
		w := out.ErrOptions(time.Time{}).width()
		o.Size = func() (int, int) { return w, 24 }
	}
	p := &Progress{
		out: out.Err, t: newTheme(out.colored(out.ErrTTY)), o: o.Hints, now: o.Now, size: o.Size, live: out.ErrTTY && out.Moving,
		board: newBoard(total, o.Now()), said: map[string]string{},
		stop: make(chan struct{}), stopped: make(chan struct{}),
	}
	if p.live {
		go p.draw()
	} else {
		close(p.stopped)
	}
	return p
}

// Event takes an event. On a terminal it never waits for the terminal.
func (p *Progress) Event(e apply.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed:
	case p.live:
		p.board.take(e, p.now())
		if e.Type == apply.EventFailed || e.Type == apply.EventUnknown {
			p.above.WriteString(p.stays(e))
		}
	default:
		p.say(e)
	}
}

// say writes an event as plain lines, but not the same ones again.
func (p *Progress) say(e apply.Event) {
	l := p.stays(e)
	if l == "" || p.said[e.ID] == l {
		return
	}
	p.said[e.ID] = l
	_, _ = io.WriteString(p.out, l) // the report tells all of it again
}

// Say writes a notice, such as what the first Ctrl-C does, above the picture.
// Nothing else may write to the terminal while the progress is open.
func (p *Progress) Say(notice string) {
	text := CleanLines(strings.TrimSuffix(notice, "\n")) + "\n"
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed:
	case p.live:
		p.above.WriteString(text)
	default:
		_, _ = io.WriteString(p.out, text)
	}
}

// stays is an event as lines that are not drawn over.
func (p *Progress) stays(e apply.Event) string {
	l := eventLine(e, p.t)
	if l == "" {
		return ""
	}
	l += "\n"
	hint := e.Hint
	if hint == "" {
		_, hint, _ = strings.Cut(e.Message, hintMark)
	}
	if hint != "" {
		l += "  " + p.t.cyan.of("hint: ") + Clean(p.o.commands(hint)) + "\n"
	}
	return l
}

// Close removes the live picture and ends the progress. What was to stay is
// written before it returns.
func (p *Progress) Close() error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil
	}
	p.closed = true
	p.mu.Unlock()
	close(p.stop)
	<-p.stopped
	if !p.live {
		return nil
	}
	return p.write(p.drain(), nil)
}

// draw redraws the picture until the end.
func (p *Progress) draw() {
	defer close(p.stopped)
	tick := time.NewTicker(frameInterval)
	defer tick.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-tick.C:
			above, lines := p.picture()
			_ = p.write(above, lines) // a terminal that is gone is no reason to stop
		}
	}
}

func (p *Progress) picture() (above string, lines []string) {
	w, h := p.size()
	p.mu.Lock()
	defer p.mu.Unlock()
	above = p.takeAbove()
	// The last column stays free: some terminals wrap when it is written. The
	// last line stays free for the cursor.
	return above, p.board.lines(p.now(), max(20, w-1), max(1, h-1), p.t)
}

func (p *Progress) drain() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.takeAbove()
}

func (p *Progress) takeAbove() string {
	s := p.above.String()
	p.above.Reset()
	return s
}

// write replaces the last picture by lines that stay and a new picture, with
// one call.
func (p *Progress) write(above string, lines []string) error {
	next := ""
	if len(lines) > 0 {
		next = strings.Join(lines, "\n") + "\n"
	}
	if above == "" && next == p.last {
		return nil
	}
	erase := ""
	if p.painted > 0 {
		erase = fmt.Sprintf("\x1b[%dA\r\x1b[J", p.painted)
	}
	p.painted, p.last = len(lines), next
	_, err := io.WriteString(p.out, erase+above+next)
	return err
}
