// Package postgres keeps states in the tables of a PostgreSQL database:
//
//	postgres://user@host/database?schema=kktctl&state=default
//
//	states     a row for each state: its lock, its epoch, where it ends
//	snapshots  the present snapshot of each state and the one before
//	parts      their content, cut in pieces
//	journal    the entries since, a row for each group that was committed
//
// Every write is one statement: it changes the row in states on condition that
// the lease is the newest and has not run out by the server's clock, that the
// state ends where the writer believes, and that nobody has given up on the
// statement; only with that row it writes the rest. So no lock of the database
// is ever held while somebody waits for the network, nothing belongs to a
// session, and a pooler that hands out connections by the transaction may stand
// in between.
//
// A statement whose answer is lost may have been executed, may not have been,
// or may be executed yet. Before anything else is done the row's attempt is
// counted up: from then on that statement finds nothing to change. What is
// there then is the truth, and it is read.
package postgres

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/kktctl/kktctl/state"
)

// Store is a state in a PostgreSQL database.
type Store struct {
	opts     options
	place    place
	location string
	codec    state.Codec

	connect sync.Mutex // guards pool
	pool    *pgxpool.Pool

	appends state.Appends

	mu    sync.Mutex // held for every write; guards what follows
	at    *known     // where the state ends; nil when it has to be read
	acked int64      // serial of the last entry that was told to be durable
	met   int64      // the generation whose snapshot the codec has met
	lost  *lost      // a write whose outcome is not known: nothing may be written before a load
}

var (
	_ state.Store     = (*Store)(nil)
	_ state.Historian = (*Store)(nil)
)

// Open gives the store of the state that a URL names. It makes no connection;
// neither state nor tables need exist.
func Open(url string, opts ...Option) (*Store, error) {
	o := defaults()
	for _, opt := range opts {
		opt(&o)
	}
	p, err := parse(url, &o)
	if err != nil {
		return nil, err
	}
	s := &Store{opts: o, place: p, location: p.location, codec: o.codec}
	s.appends.Commit = s.commit
	return s, nil
}

// Location gives the URL, which holds no secret.
func (s *Store) Location() string { return s.location }

// Close ends the connections, without unlocking: the next holder finds the
// state as if this process had ended.
func (s *Store) Close() error {
	s.connect.Lock()
	defer s.connect.Unlock()
	if s.pool == nil {
		return nil
	}
	closed := make(chan struct{})
	go func(pool *pgxpool.Pool) {
		pool.Close()
		close(closed)
	}(s.pool)
	s.pool = nil
	select { // a server that does not answer is not waited for
	case <-closed:
	case <-time.After(closeTime):
	}
	return nil
}

// closeTime is how long Close waits for the server.
const closeTime = time.Second

// connections gives the pool, which connects when it is used.
func (s *Store) connections() (*pgxpool.Pool, error) {
	s.connect.Lock()
	defer s.connect.Unlock()
	if s.pool != nil {
		return s.pool, nil
	}
	// A pool outlives the command's context: what was sent is still recorded
	// after an interruption.
	pool, err := pgxpool.NewWithConfig(context.Background(), s.place.config.Copy())
	if err != nil {
		return nil, fmt.Errorf("%s: %s", s.location, clean(err.Error()))
	}
	s.pool = pool
	return pool, nil
}
