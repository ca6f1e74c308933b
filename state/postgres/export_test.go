package postgres

import "context"

// Share has a store use the connections of another one of the same database,
// so that tests which open many are not about connecting. It is not closed.
func Share(s, from *Store) error {
	pool, err := from.connections()
	s.pool = pool
	return err
}

// WithCalls puts f around each call of the server. It calls send, or not, or
// later.
func WithCalls(f func(ctx context.Context, send func(context.Context) error) error) Option {
	return func(o *options) { o.around = f }
}

// Unanswered is an error of a call whose outcome the caller cannot know.
func Unanswered(err error) error { return &unanswered{cause: err} }
