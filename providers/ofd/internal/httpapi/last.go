package httpapi

import (
	"context"
	"errors"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// Last is what is done when a call that changes something is ready to go: the
// token is there and it is its turn. It makes the intent durable and looks at
// the lock, so that nothing that takes time stands between that and the call.
// The call has to begin within the time that it gives, or nothing is sent.
// After an error nothing is sent either.
type Last func(ctx context.Context) (within time.Duration, err error)

type lastKey struct{}

// WithLast has last done right before a call of Mutate.
func WithLast(ctx context.Context, last Last) context.Context {
	return context.WithValue(ctx, lastKey{}, last)
}

var errTooLate = errors.New("it could not begin in time after it was announced")

// announce does what is last before the call, if anything.
func (call *Call) announce(ctx context.Context) error {
	last, ok := ctx.Value(lastKey{}).(Last)
	if !ok {
		return nil
	}
	within, err := last(ctx)
	if err == nil && within <= 0 {
		err = errTooLate
	}
	call.within = within
	return err
}

// beginning bounds the time until there is a connection, over which the
// request goes at once. It tells whether there was one.
func (call Call) beginning(parent context.Context) (ctx context.Context, sent *atomic.Bool, done context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(parent)
	stop := func() bool { return true }
	if call.within > 0 {
		stop = time.AfterFunc(call.within, func() { cancel(errTooLate) }).Stop
	}
	sent = new(atomic.Bool)
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) {
		stop()
		sent.Store(true)
	}})
	return ctx, sent, func() { stop(); cancel(nil) }
}
