package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kktctl/kktctl/state"
)

// known is the end of a state as the holder of a lease left it.
type known struct {
	end
	id    string // of the lease
	epoch uint64
}

// writing is one write on its way. The store's mu is held.
type writing struct {
	s        *Store
	ctx      context.Context
	lease    *state.Lease
	deadline time.Time
	pause    time.Duration
}

// write begins a write, which ctx does not cut short: its outcome would not be
// known.
func (s *Store) write(ctx context.Context, lease *state.Lease) *writing {
	return &writing{
		s: s, ctx: context.WithoutCancel(ctx), lease: lease,
		deadline: time.Now().Add(s.opts.patience.write), pause: 10 * time.Millisecond,
	}
}

// begin tells where the state ends, for the holder of the lease only.
func (w *writing) begin() (end, error) {
	s := w.s
	if s.lost != nil {
		return end{}, fmt.Errorf("%s: nothing more is written after a write that failed: %w", s.location, s.lost.cause)
	}
	if k := s.at; k != nil && k.id == w.lease.ID && k.epoch == w.lease.Epoch {
		return k.end, nil
	}
	r, err := s.look(w.ctx, w.left())
	if err != nil {
		return end{}, s.tell(err)
	}
	if err := r.holds(w.lease); err != nil {
		return end{}, err
	}
	if r.last < s.acked {
		return end{}, s.corrupt("it ends with entry %d, and entry %d was written and confirmed\nhint: the database was restored, or a standby took over that had not everything; look up what the service knows before going on", r.last, s.acked)
	}
	if err := s.meet(w.ctx, r.generation); err != nil {
		return end{}, err
	}
	s.at = &known{r.end, w.lease.ID, w.lease.Epoch}
	return r.end, nil
}

// left is how long the server is still tried for.
func (w *writing) left() time.Duration { return time.Until(w.deadline) }

// check tells whether the lease is the newest, by the server.
func (w *writing) check() error {
	r, err := w.s.look(w.ctx, w.left())
	if err != nil {
		return w.s.tell(err)
	}
	return r.holds(w.lease)
}

// moved notes where the state ends after a write.
func (w *writing) moved(to end) {
	w.s.acked = max(w.s.acked, to.last)
	if w.s.at != nil { // the answer came
		w.s.at.end = to
	}
}

// try executes the statement of a write, once. It is done, or it was not
// executed and never will be: then it may be tried again, or the error says
// why not. The statement is made for the state's end at; there tells whether
// what it writes is there.
func (w *writing) try(at end, there func(context.Context) (bool, error), sql string, args ...any) (bool, error) {
	s := w.s
	n, err := s.count(w.ctx, sql, args...)
	if err == nil && n > 0 {
		return true, nil
	}
	s.at = nil
	var lost *unanswered
	switch {
	case err == nil: // what it was made for is not so any more: look again
		err = errors.New("other writers keep coming first")
	case errors.As(err, &lost):
		done, settled := w.settle(at, there)
		if done || settled != nil {
			return done, settled
		}
	case is(err, uniqueViolation):
		return false, s.corrupt("rows stand behind its end in the database")
	case !retryable(err):
		return false, s.tell(err)
	}
	return false, w.again(err)
}

// again waits a little before the next try; it gives the error when there is
// none.
func (w *writing) again(err error) error {
	if w.left() < w.pause {
		return w.s.tell(err)
	}
	if err := rest(w.ctx, w.pause); err != nil {
		return err
	}
	w.pause = min(2*w.pause, time.Second)
	return nil
}

// giveUpSQL makes sure that a statement that was sent before is not executed
// any more: it waits for one that is being executed, and changes what those
// that come later ask for.
const giveUpSQL = `
UPDATE {schema}.states SET attempt = attempt + 1
WHERE name = $1 AND lock_id = $2 AND epoch = $3
RETURNING {durable}`

// settle finds out what became of a statement whose answer was lost.
func (w *writing) settle(at end, there func(context.Context) (bool, error)) (done bool, err error) {
	s := w.s
	patience := max(w.left(), s.opts.patience.read)
	held := 0
	err = s.try(w.ctx, patience, again, func(ctx context.Context) (err error) {
		held, err = s.count(ctx, giveUpSQL, s.place.state, w.lease.ID, w.lease.Epoch)
		return err
	})
	if err == nil { // read by a statement of its own: it sees what the first one waited for
		err = s.try(w.ctx, patience, again, func(ctx context.Context) (err error) {
			done, err = there(ctx)
			return err
		})
	}
	switch {
	case err != nil:
		return false, w.unknown(s.told(err))
	case done || held > 0:
		return done, nil
	}
	// The lease is gone, and with it the statement's chance. Others may have
	// replaced twice what it would be found in.
	r, err := s.look(w.ctx, patience)
	switch {
	case err != nil:
		return false, w.unknown(s.told(err))
	case r == nil || r.generation > at.generation+1:
		return false, w.unknown(r.holds(w.lease))
	}
	return false, r.holds(w.lease)
}

// lost is a write whose outcome is not known.
type lost struct {
	cause error
	lease *state.Lease // under which it was made
}

func (w *writing) unknown(err error) error {
	err = fmt.Errorf("%s: the connection was lost during a write, and whether it was done is not known: %w", w.s.location, err)
	w.s.lost = &lost{err, w.lease}
	return err
}

// found ends the time in which nothing may be written, before a load. From
// then on a write that is still on its way changes nothing.
func (s *Store) found(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lost == nil {
		return nil
	}
	err := s.try(ctx, s.opts.patience.read, again, func(ctx context.Context) error {
		_, err := s.count(ctx, giveUpSQL, s.place.state, s.lost.lease.ID, s.lost.lease.Epoch)
		return err
	})
	if err == nil {
		s.at, s.lost = nil, nil
	}
	return s.tell(err)
}

// meet shows the codec whose snapshot it is to write behind.
func (s *Store) meet(ctx context.Context, generation int64) error {
	if generation == 0 || generation == s.met {
		return nil
	}
	const sql = `SELECT data FROM {schema}.parts WHERE name = $1 AND generation = $2 AND part = 0`
	var data []byte
	err := s.try(ctx, s.opts.patience.write, again, func(ctx context.Context) error {
		return s.ask(ctx, sql, []any{s.place.state, generation}, func(rows pgx.Rows) error { return rows.Scan(&data) })
	})
	if err != nil {
		return s.tell(err)
	}
	if _, err := s.codec.DecodeHeader(bytes.NewReader(data)); err != nil {
		return fmt.Errorf("%s: its snapshot of generation %d: %w", s.location, generation, err)
	}
	s.met = generation
	return nil
}
