package main

import (
	"context"
	"fmt"
	"sync/atomic"
)

// interrupts follows Ctrl-C for one command. While nothing can have been sent
// the first ends everything at once; from softly on, the first asks to stop
// and the second ends everything.
type interrupts struct {
	stop  chan struct{} // closed by the first, when that is to stop softly
	soft  atomic.Bool
	count atomic.Int32
	done  chan struct{}
	ended chan struct{}
}

// watchInterrupts starts to follow Ctrl-C. The context ends when everything
// is to end. end must be called once.
func (a *App) watchInterrupts(parent context.Context) (context.Context, *interrupts) {
	ctx, cancel := context.WithCancel(parent)
	in := &interrupts{stop: make(chan struct{}), done: make(chan struct{}), ended: make(chan struct{})}
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
			fmt.Fprintln(a.Err, "Interrupted: what was sent is finished and recorded, then kktctl stops. Ctrl-C again stops at once.")
		}
	}()
	return ctx, in
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
