package main

import (
	"context"
	"fmt"
	"sync/atomic"
)

// interrupts follows Ctrl-C for one command: the first asks to stop softly,
// the second ends everything.
type interrupts struct {
	stop  chan struct{} // closed by the first
	count atomic.Int32
	done  chan struct{}
	ended chan struct{}
}

// watchInterrupts starts to follow Ctrl-C. The context ends with the second
// one, or with the first when there is nothing to stop softly. end must be
// called once.
func (a *App) watchInterrupts(parent context.Context, soft bool) (context.Context, *interrupts) {
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
			if in.count.Add(1) > 1 || !soft {
				return
			}
			close(in.stop)
			fmt.Fprintln(a.Err, "Interrupted: what was sent is finished and recorded, then kktctl stops. Ctrl-C again stops at once.")
		}
	}()
	return ctx, in
}

// happened tells whether there was a Ctrl-C.
func (in *interrupts) happened() bool { return in.count.Load() > 0 }

// end stops following.
func (in *interrupts) end() {
	close(in.done)
	<-in.ended
}
