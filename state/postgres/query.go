package postgres

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ask runs one statement, once. Statements have no name and parameters are
// sent with it, so that it does not matter which session of a pooler gets it.
// Values come back in binary form: no setting of the session changes it.
func (s *Store) ask(ctx context.Context, sql string, args []any, each func(pgx.Rows) error) error {
	return s.opts.around(ctx, func(ctx context.Context) error { return s.send(ctx, sql, args, each) })
}

func (s *Store) send(ctx context.Context, sql string, args []any, each func(pgx.Rows) error) error {
	ctx, watch := s.watched(ctx, args)
	defer watch.Stop()
	c, err := s.connection(ctx)
	if err != nil {
		return err
	}
	defer c.Release()
	values, types, formats := parameterValues(args)
	result := c.Conn().PgConn().ExecParams(ctx, s.in(sql), values, types, formats, []int16{pgx.BinaryFormatCode})
	rows := pgx.RowsFromResultReader(c.Conn().TypeMap(), result)
	for err == nil && rows.Next() {
		watch.Reset(s.opts.answer + longestRow)
		err = each(rows)
	}
	rows.Close()
	if rows.Err() != nil {
		return asked(ctx, rows.Err())
	}
	return err
}

// watched gives a context that ends when no answer comes, or nothing more of
// one: how long a whole answer takes depends on the state.
func (s *Store) watched(ctx context.Context, args []any) (context.Context, *time.Timer) {
	size := 0
	for _, a := range args {
		if b, ok := a.([]byte); ok {
			size += len(b)
		}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	return ctx, time.AfterFunc(s.opts.answer+lineTime(size), func() { cancel(context.DeadlineExceeded) })
}

// lineTime is how long a slow line takes for so many bytes.
func lineTime(size int) time.Duration { return time.Duration(size/slowestLine) * time.Second }

// longestRow is how long a slow line takes for the largest row.
const longestRow = partSize / slowestLine * time.Second

// script runs statements without parameters in one transaction, once.
func (s *Store) script(ctx context.Context, sql string) error {
	return s.opts.around(ctx, func(ctx context.Context) error { return s.sendScript(ctx, sql) })
}

func (s *Store) sendScript(ctx context.Context, sql string) error {
	ctx, watch := s.watched(ctx, nil)
	defer watch.Stop()
	c, err := s.connection(ctx)
	if err != nil {
		return err
	}
	defer c.Release()
	_, err = c.Conn().PgConn().Exec(ctx, sql).ReadAll()
	return asked(ctx, err)
}

func (s *Store) connection(ctx context.Context) (*pgxpool.Conn, error) {
	pool, err := s.connections()
	if err != nil {
		return nil, err
	}
	c, err := pool.Acquire(ctx)
	if err != nil {
		return nil, &notSent{cause: because(ctx, err)}
	}
	return c, nil
}

// parameterValues gives arguments with their types, so that the server has
// nothing to guess. Large values go as they are.
func parameterValues(args []any) (values [][]byte, types []uint32, formats []int16) {
	for _, a := range args {
		var value []byte
		oid, format := uint32(pgtype.TextOID), int16(pgx.TextFormatCode)
		switch a := a.(type) {
		case string:
			value = []byte(a)
		case []byte:
			value, oid, format = a, pgtype.ByteaOID, pgx.BinaryFormatCode
		case time.Duration:
			value, oid = strconv.AppendFloat(nil, a.Seconds(), 'f', -1, 64), pgtype.Float8OID
		default: // numbers
			value, oid = fmt.Append(nil, a), pgtype.Int8OID
		}
		values, types, formats = append(values, value), append(types, oid), append(formats, format)
	}
	return values, types, formats
}

// count is ask for a statement of which only the number of its rows counts.
func (s *Store) count(ctx context.Context, sql string, args ...any) (n int, err error) {
	err = s.ask(ctx, sql, args, func(pgx.Rows) error {
		n++
		return nil
	})
	return n, err
}
