package httpapi

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// The bounds of a list that is read row by row, in decoded bytes.
const (
	StreamLimit int64 = 1 << 30
	rowLimit    int64 = 1 << 20 // of one row, and of all that is no row
)

// Stream reads a list that may be too long to be kept: each row of Data is
// given to row, which decodes it, and is forgotten. It repeats like Get, and a
// repeated reading begins anew: row may be given again what it was given
// before. An error of row ends the reading and is returned as it is. Rows that
// were given before an error are good as far as each goes.
func (c *Client) Stream(ctx context.Context, call Call, row func(decode func(out any) error) error) error {
	call.Out, call.Check, call.rows = nil, nil, row
	if call.Limit == 0 {
		call.Limit = StreamLimit
	}
	err := c.Get(ctx, call)
	if own, ok := errors.AsType[*rowError](err); ok {
		return own.err
	}
	return err
}

// IsTooMuch tells whether a reading failed because the answer is too large or
// takes too long: a smaller one may succeed.
func IsTooMuch(err error) bool {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return false
	}
	switch e.Status {
	case http.StatusRequestEntityTooLarge, http.StatusGatewayTimeout:
		return true
	}
	return errors.Is(err, errTooLarge) || errors.Is(err, context.DeadlineExceeded)
}

// rowError is an error of the one who takes the rows.
type rowError struct{ err error }

// Error is that of the cause.
func (e *rowError) Error() string { return e.err.Error() }

// Unwrap gives the cause.
func (e *rowError) Unwrap() error { return e.err }

// streamed is what an answer holds beside its rows.
type streamed struct {
	envelope
	data bool  // Data was there, and a list
	null bool  // Data was there, and null
	bad  error // the answer has not the form of a list
}

// stream gives the rows of a 200 to row as they arrive.
func stream(body *meter, row func(decode func(out any) error) error) (s *streamed, head []byte, err error) {
	const headSize = 512
	buffered := bufio.NewReaderSize(body, 64<<10)
	head, _ = buffered.Peek(headSize) // what is wrong with it shows below
	head = bytes.Clone(head)
	if bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		_, _ = buffered.Discard(3) // it is in the buffer
	}
	d := &rowDecoder{Decoder: json.NewDecoder(buffered), body: body, row: row}
	err = d.object()
	if _, own := errors.AsType[*rowError](err); own || body.err != nil {
		return nil, head, cmp.Or(body.err, err)
	}
	if err != nil {
		d.got.bad = d.explain(err)
	}
	return &d.got, head, nil
}

// rowDecoder walks the top of an answer.
type rowDecoder struct {
	*json.Decoder
	body *meter
	row  func(decode func(out any) error) error
	got  streamed
}

func (d *rowDecoder) object() error {
	if err := d.delim('{'); err != nil {
		return err
	}
	for d.More() {
		d.body.refill()
		key, err := d.Token()
		if err != nil {
			return err
		}
		if err := d.member(fmt.Sprint(key)); err != nil {
			return err
		}
	}
	if err := d.delim('}'); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errWrongShape
	}
	return nil
}

func (d *rowDecoder) member(key string) error {
	var into any
	switch strings.ToLower(key) {
	case "data":
		return d.rows()
	case "success":
		into = &d.got.Success
	case "status":
		into = &d.got.Status
	case "error":
		into = &d.got.Error
	case "errors":
		into = &d.got.Errors
	default:
		into = new(json.RawMessage)
	}
	return d.Decode(into)
}

// rows reads Data: a list, or null.
func (d *rowDecoder) rows() error {
	first, err := d.Token()
	switch {
	case err != nil:
		return err
	case d.got.data || d.got.null:
		return errWrongShape
	case first == nil:
		d.got.null = true
		return nil
	case first != json.Delim('['):
		return errWrongShape
	}
	d.got.data = true
	for d.More() {
		d.body.refill()
		if err := d.one(); err != nil {
			return err
		}
	}
	return d.delim(']')
}

// one gives one row away. A row that is not decoded is passed over.
func (d *rowDecoder) one() error {
	taken := false
	err := d.row(func(out any) error {
		taken = true
		if err := d.Decode(out); err != nil {
			return &answerError{err}
		}
		return nil
	})
	if of, ok := errors.AsType[*answerError](err); ok {
		return of.err
	}
	if err != nil {
		return &rowError{err}
	}
	if taken {
		return nil
	}
	return d.Decode(new(json.RawMessage))
}

// answerError is an error of decoding on its way through a caller's row.
type answerError struct{ err error }

// Error is that of the cause.
func (e *answerError) Error() string { return e.err.Error() }

func (d *rowDecoder) delim(want json.Delim) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	if t != want {
		return errWrongShape
	}
	return nil
}

// explain words an error of decoding.
func (d *rowDecoder) explain(err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF) && d.body.total == 0:
		return errors.New("the answer is empty")
	case errors.As(err, &syntax), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the answer is not JSON")
	case errors.Is(err, errWrongShape):
		return err
	}
	return fmt.Errorf("%w: %w", errWrongShape, err)
}

// answer judges what came beside the rows.
func (s *streamed) answer() (answer, error) {
	if s.bad != nil {
		return answer{}, s.bad
	}
	a := s.open(http.StatusOK, nil, false)
	if !a.failed && !s.data && !(s.null && a.claimed) {
		return a, errWrongShape
	}
	return a, nil
}

// errStalled is how a reading row by row ends when nothing more comes.
var errStalled = fmt.Errorf("the answer stalled: %w", context.DeadlineExceeded)

// meter bounds what is read of a body, and how long a piece of it may take.
// The time that the taker of the rows needs is not counted.
type meter struct {
	body  io.Reader
	timer *time.Timer // ends the call; stopped between two readings
	idle  time.Duration
	limit int64
	total int64
	left  int64 // until refill
	err   error // why it gave no more
}

// refill allows one more row.
func (m *meter) refill() { m.left = rowLimit }

// Read implements io.Reader.
func (m *meter) Read(p []byte) (int, error) {
	if m.total >= m.limit || m.left <= 0 {
		m.err = fmt.Errorf("the answer is %w of %d bytes, or a row of it of %d", errTooLarge, m.limit, rowLimit)
		return 0, m.err
	}
	p = p[:min(int64(len(p)), m.left, m.limit-m.total)]
	m.timer.Reset(m.idle)
	n, err := m.body.Read(p)
	m.timer.Stop()
	m.total += int64(n)
	m.left -= int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		m.err = fmt.Errorf("the answer broke off: %w", err)
	}
	return n, err
}
