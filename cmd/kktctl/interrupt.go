package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
)

// softNotice is told after the first Ctrl-C, when that is to stop softly.
const softNotice = "Interrupted: what was sent is finished and recorded, then kktctl stops. Ctrl-C again stops at once."

// interrupts follows Ctrl-C for one command. While nothing can have been sent
// the first ends everything at once; from softly on, the first asks to stop
// and the second ends everything.
type interrupts struct {
	stop  chan struct{} // closed by the first, when that is to stop softly
	soft  atomic.Bool
	count atomic.Int32
	done  chan struct{}
	ended chan struct{}

	mu  sync.Mutex
	say func(string) // tells a notice to the person
	own func(string) // what say is when nothing else draws on the terminal
}

// watchInterrupts starts to follow Ctrl-C. The context ends when everything
// is to end. end must be called once.
func (a *App) watchInterrupts(parent context.Context) (context.Context, *interrupts) {
	ctx, cancel := context.WithCancel(parent)
	plain := func(text string) { fmt.Fprintln(a.Err, text) }
	in := &interrupts{stop: make(chan struct{}), done: make(chan struct{}), ended: make(chan struct{}), say: plain, own: plain}
	signals, release := a.Signals()
	go func() {
		defer close(in.ended)
		defer cancel()
		defer release()
		for {
			select {
			case <-in.done:
				return
			case <-signals:
			}
			if in.count.Add(1) > 1 || !in.soft.Load() {
				return
			}
			close(in.stop)
			in.notice(softNotice)
		}
	}()
	return ctx, in
}

func (in *interrupts) notice(text string) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.say(text)
}

// through has notices told by say for as long as something draws on the
// terminal. The function returned stops that with closing; a notice that
// comes meanwhile is told after it.
func (in *interrupts) through(say func(string), closing func() error) (ending func() error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.say = say
	return func() error {
		in.mu.Lock()
		defer in.mu.Unlock()
		in.say = in.own
		return closing()
	}
}

// softly is called before the first call that changes anything.
func (in *interrupts) softly() { in.soft.Store(true) }

// happened tells whether there was a Ctrl-C.
func (in *interrupts) happened() bool { return in.count.Load() > 0 }

// end stops following.
func (in *interrupts) end() {
	close(in.done)
	<-in.ended
}
