package renta

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kktctl/kktctl/providers/ofd/internal/httpapi"
)

// MaxWindow is the longest period that one call takes (001: the difference of
// the dates is at most 7 days). Longer ones are read in half-open windows.
const MaxWindow = 7 * 24 * time.Hour

// minWindow is the shortest one that is tried where a longer one brings more
// than can be read.
const minWindow = 6 * time.Hour

// maxReceipts is how many receipts of one window are read: to tell them apart
// takes memory. A window with more is halved.
const maxReceipts = 3_000_000

var errTooManyReceipts = fmt.Errorf("a window holds more than %d receipts", maxReceipts)

// lead is how much earlier than asked for the reading begins. The document
// does not say whether the dates of a period are those of the till's clock or
// of the reception in UTC, which is up to 12 hours behind it: both are right
// with a lead, for what is outside of the period is left out here.
const lead = 12 * time.Hour

// clockLayout is the form of the dates in the paths: ISO without a zone.
const clockLayout = "2006-01-02T15:04:05"

// Query asks for receipts of a company or of one till.
type Query struct {
	INN    string // of the tenant: exactly one of INN and Serial is given
	Serial string // factory number, as the till is listed
	// From and To are by the tills' own clocks, without a zone: their date and
	// time count, as they stand in UTC. To itself is outside.
	From, To time.Time

	// NewestFirst begins with the last window, and Enough, asked between two
	// windows, may end the reading early.
	NewestFirst bool
	Enough      func() bool

	most int // receipts of one window; 0 means maxReceipts
}

func (q Query) validate() error {
	switch {
	case (q.INN == "") == (q.Serial == ""):
		return errors.New("either an INN or a factory number is to be given")
	case q.INN != "" && !isINN(q.INN):
		return errors.New("the INN must have 10 or 12 digits")
	case q.From.IsZero() || q.To.IsZero() || !q.From.Before(q.To):
		return errors.New("the period must end after it begins")
	}
	return nil
}

// path is that of one window.
func (q Query) path(w window) string {
	of := "inn/" + httpapi.Segment(q.INN)
	if q.INN == "" {
		of = "kkt/" + httpapi.Segment(q.Serial)
	}
	return rentaPath + of + "/receipts/" + w.from.Format(clockLayout) + "/" + w.to.Format(clockLayout)
}

// WindowError tells in which part of a period the reading failed. What is
// outside of it was not read either, but for what was given before.
type WindowError struct {
	From, To time.Time // by the tills' clocks
	Given    int       // receipts that were given before, those of this window included
	Err      error
}

// Error names the window.
func (e *WindowError) Error() string {
	return fmt.Sprintf("the receipts from %s to %s: %v", e.From.Format(clockLayout), e.To.Format(clockLayout), e.Err)
}

// Unwrap gives the cause.
func (e *WindowError) Unwrap() error { return e.Err }

// Receipts gives each receipt of a period once (001, table 1), window by
// window, in each of them in the order of the service. Nothing is kept but
// what tells receipts of neighbouring windows apart. An error of each ends the
// reading and comes back as it is; ErrInnNotFound: the account has no such
// tenant; a WindowError tells how far the reading got.
func (r *Reader) Receipts(ctx context.Context, q Query, each func(Receipt) error) error {
	seen := newSeen()
	return readWindows(ctx, r, q, seen.next, func(w receiptWire) (bool, error) {
		receipt := w.public()
		if !seen.add(receipt) {
			return false, nil
		}
		return true, each(receipt)
	})
}

// Sightings is Receipts for those who want to know of tills only: less is
// decoded, and one receipt may be given twice.
func (r *Reader) Sightings(ctx context.Context, q Query, each func(Sighting)) error {
	return readWindows(ctx, r, q, nil, func(w sightingWire) (bool, error) {
		each(w.public())
		return true, nil
	})
}

// timed is a row that knows when it is from.
type timed interface{ check() (time.Time, error) }

// readWindows reads the windows of a period one after the other.
func readWindows[W timed](ctx context.Context, r *Reader, q Query, next func(), each func(W) (bool, error)) error {
	const op = "list the receipts of Renta"
	if err := q.validate(); err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	given := 0
	for s := newWindows(q); s.more() && (q.Enough == nil || !q.Enough()); {
		w, rows := s.window(), 0
		var own error
		err := r.api.Stream(ctx, httpapi.Call{Op: op, Path: q.path(w), Token: r.token}, func(decode func(any) error) error {
			if rows++; rows > cmp.Or(q.most, maxReceipts) {
				return errTooManyReceipts
			}
			var row W
			if err := decode(&row); err != nil {
				return err
			}
			if at, err := row.check(); err != nil || at.Before(q.From) || !at.Before(q.To) {
				return err
			}
			counted, err := each(row)
			if counted && err == nil {
				given++
			}
			own = err
			return err
		})
		switch {
		case own != nil:
			return own
		case err == nil:
			s.advance()
			if next != nil {
				next()
			}
		case tooMuch(err) && ctx.Err() == nil && s.halve():
		default:
			return &WindowError{From: later(w.from, q.From), To: w.to, Given: given, Err: withReasons(err)}
		}
	}
	return nil
}

func tooMuch(err error) bool { return httpapi.IsTooMuch(err) || errors.Is(err, errTooManyReceipts) }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// window is half-open.
type window struct{ from, to time.Time }

// windows splits a period. Their length shrinks when one of them proves too
// much, and stays so.
type windows struct {
	left    window // not read yet
	size    time.Duration
	reverse bool
}

func newWindows(q Query) *windows {
	return &windows{left: window{q.From.Add(-lead).Truncate(time.Second), ceilSecond(q.To)}, size: MaxWindow, reverse: q.NewestFirst}
}

func ceilSecond(t time.Time) time.Time {
	if f := t.Truncate(time.Second); f.Before(t) {
		return f.Add(time.Second)
	}
	return t
}

func (s *windows) more() bool { return s.left.from.Before(s.left.to) }

// window is the next one.
func (s *windows) window() window {
	w := s.left
	switch {
	case w.to.Sub(w.from) <= s.size:
	case s.reverse:
		w.from = w.to.Add(-s.size)
	default:
		w.to = w.from.Add(s.size)
	}
	return w
}

func (s *windows) advance() {
	if w := s.window(); s.reverse {
		s.left.to = w.from
	} else {
		s.left.from = w.to
	}
}

// halve makes the windows shorter and tells whether it could.
func (s *windows) halve() bool {
	w := s.window()
	half := (w.to.Sub(w.from) / 2).Truncate(time.Second)
	if half < minWindow {
		return false
	}
	s.size = half
	return true
}

// Receipt reads one receipt whole (001, table 2), by its Id of the list.
func (r *Reader) Receipt(ctx context.Context, id string) (FullReceipt, error) {
	const op = "read the receipt"
	if !isReceiptID(id) {
		return FullReceipt{}, fmt.Errorf("%s: an id is a UUID such as 3a6e3b83-a0b0-4587-bfb3-1b7539b05cf3", op)
	}
	var out fullWire
	err := r.api.Get(ctx, httpapi.Call{
		Op: op, Path: rentaPath + "receipt/" + httpapi.Segment(id), Token: r.token, Out: &out,
		Check: func() error { return out.checkFor(id) },
	})
	if err != nil {
		return FullReceipt{}, withReasons(err)
	}
	return out.full(), nil
}
