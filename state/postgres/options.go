package postgres

import (
	"context"
	"crypto/x509"
	"time"

	"github.com/kktctl/kktctl/state"
)

// The terms of a store that no option changes.
const (
	defaultLease  = 2 * time.Minute  // how long a lock lasts that is not renewed
	readPatience  = 3 * time.Second  // how long a reader, or who wants the lock, tries to reach the server
	writePatience = 30 * time.Second // how long the holder of the lock does: a server may be starting again
	answerTime    = 10 * time.Second // how long an answer may take, and more for more data
	slowestLine   = 64 << 10         // bytes a second that a line carries at least
)

// options are what Option changes.
type options struct {
	user, password string
	roots          *x509.CertPool
	lease          time.Duration
	patience       patience
	answer         time.Duration
	codec          state.Codec
	around         func(context.Context, func(context.Context) error) error // of tests: around each call
}

// patience is how long a server that cannot be reached is tried for.
type patience struct{ read, write time.Duration }

func defaults() options {
	return options{lease: defaultLease, patience: patience{readPatience, writePatience}, answer: answerTime, around: call}
}

func call(ctx context.Context, send func(context.Context) error) error { return send(ctx) }

// Option changes how a Store works.
type Option func(*options)

// WithUser gives the user when the URL names none.
func WithUser(name string) Option { return func(o *options) { o.user = name } }

// WithPassword gives the password. Without one it is found as libpq finds it:
// in PGPASSWORD or in the password file.
func WithPassword(password string) Option { return func(o *options) { o.password = password } }

// WithRoots gives the roots of trust for the server's certificate, which is
// verified then, its name too, unless the URL says otherwise with sslmode.
func WithRoots(roots *x509.CertPool) Option { return func(o *options) { o.roots = roots } }

// WithLease sets how long a lock lasts that is not renewed, by the server's
// clock.
func WithLease(term time.Duration) Option { return func(o *options) { o.lease = term } }

// WithPatience sets how long a server that cannot be reached is tried for: by
// readers and by who wants the lock, and by the holder of the lock.
func WithPatience(read, write time.Duration) Option {
	return func(o *options) { o.patience = patience{read, write} }
}

// WithAnswerTime sets how long the answer to a statement may take.
func WithAnswerTime(d time.Duration) Option { return func(o *options) { o.answer = d } }

// WithCodec sets how the state is written and read.
func WithCodec(c state.Codec) Option { return func(o *options) { o.codec = c } }
