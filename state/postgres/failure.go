package postgres

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"
	"unicode"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// SQLSTATE codes that something is made of here.
const (
	insufficientPrivilege = "42501"
	undefinedTable        = "42P01"
	undefinedSchema       = "3F000"
	undefinedColumn       = "42703"
	noDatabase            = "3D000"
	readOnlyServer        = "25006"
	uniqueViolation       = "23505"
	duplicateTable        = "42P07"
	duplicateSchema       = "42P06"
)

// notSent: there was no connection, so nothing was sent.
type notSent struct{ cause error }

func (e *notSent) Error() string { return e.cause.Error() }
func (e *notSent) Unwrap() error { return e.cause }

// unanswered: a statement was sent, or a part of it, and what became of it is
// not known.
type unanswered struct{ cause error }

func (e *unanswered) Error() string { return e.cause.Error() }
func (e *unanswered) Unwrap() error { return e.cause }

// asked sorts the error of a statement: refused by the server, which undid it
// whole, not sent, or unanswered. A session that the server ends says so with
// an error too, but that may come after the transaction.
func asked(ctx context.Context, err error) error {
	var refused *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refused) && refused.SeverityUnlocalized != "FATAL" && refused.SeverityUnlocalized != "PANIC" && refused.Severity != "FATAL":
		return err
	case pgconn.SafeToRetry(err):
		return &notSent{cause: err}
	}
	return &unanswered{cause: because(ctx, err)}
}

// because says that a context ended, and why, where that is the cause.
func because(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return fmt.Errorf("%w: %s", cause, reason(err))
	}
	return err
}

// is tells whether the server answered with one of the codes.
func is(err error, codes ...string) bool {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return false
	}
	for _, code := range codes {
		if e.Code == code {
			return true
		}
	}
	return false
}

// again tells whether a statement that may be repeated is worth repeating.
func again(err error) bool {
	var e *unanswered
	return errors.As(err, &e) || retryable(err)
}

// retryable tells whether it is certain that nothing happened, and worth
// another try.
func retryable(err error) bool {
	var sent *notSent
	if errors.As(err, &sent) {
		return passing(sent.cause)
	}
	// Another session was in the way.
	return is(err, "40001", "40P01", uniqueViolation, duplicateTable, duplicateSchema)
}

// passing tells whether a failure to connect may pass by itself.
func passing(err error) bool {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		switch refused.Code[:min(2, len(refused.Code))] {
		case "28", "3D", "42", "0A", "22": // who, which database, rights, protocol
			return false
		}
		return !strings.Contains(refused.Message, "authentication failed")
	}
	var certificate *tls.CertificateVerificationError
	var name *net.DNSError
	switch {
	case errors.As(err, &certificate), errors.Is(err, context.Canceled):
		return false
	case errors.As(err, &name):
		return !name.IsNotFound
	case strings.Contains(err.Error(), "refused TLS"):
		return false
	}
	return true
}

// try repeats f for as long as an error is worth it, with pauses that grow.
func (s *Store) try(ctx context.Context, patience time.Duration, worth func(error) bool, f func(context.Context) error) error {
	deadline := time.Now().Add(patience)
	for pause := 20 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		err := f(ctx)
		if err == nil || !worth(err) || time.Now().Add(pause).After(deadline) {
			return err
		}
		if rest(ctx, pause) != nil {
			return err
		}
	}
}

// rest waits, or until ctx ends.
func rest(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// failure is an error in words for people. It matches what it was made of
// where that says something to a caller, and holds nothing of the connection.
type failure struct {
	text string
	is   error
}

func (e *failure) Error() string { return e.text }
func (e *failure) Unwrap() error { return e.is }

// tell is told with the state's name in front, once.
func (s *Store) tell(err error) error {
	if err == nil {
		return nil
	}
	if strings.HasPrefix(err.Error(), s.location+": ") {
		return err
	}
	return fmt.Errorf("%s: %w", s.location, s.told(err))
}

// told puts an error of the driver into words.
func (s *Store) told(err error) error {
	if err == nil {
		return nil
	}
	switch {
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, context.DeadlineExceeded):
		return &failure{"the server does not answer", context.DeadlineExceeded}
	}
	var refused *pgconn.PgError
	var sent *notSent
	switch {
	case errors.As(err, &refused):
		return s.refusal(refused)
	case errors.As(err, &sent):
		text := "the server cannot be reached: " + s.scrub(reason(sent.cause))
		var untrusted *tls.CertificateVerificationError
		if errors.As(sent.cause, &untrusted) {
			text += "\nhint: if that is the server, name who signs its certificates by state.caBundle in the fleet file, or by KKTCTL_STATE_CA_BUNDLE"
		}
		return &failure{text: text}
	}
	var lost *unanswered
	if errors.As(err, &lost) {
		return &failure{text: "the connection was lost: " + s.scrub(reason(lost.cause))}
	}
	return err
}

// refusal puts an answer of the server into words. Its detail is left out: it
// may hold what was to be written.
func (s *Store) refusal(e *pgconn.PgError) error {
	user := clean(s.place.config.ConnConfig.User)
	said := s.scrub(fmt.Sprintf("%s (SQLSTATE %s)", e.Message, e.Code))
	hint := ""
	switch {
	case e.Code == "28P01" || strings.Contains(e.Message, "authentication failed"):
		hint = "the password is given as state.password in the fleet file, in KKTCTL_STATE_PASSWORD or PGPASSWORD, or in the file ~/.pgpass"
	case e.Code == noDatabase:
		hint = fmt.Sprintf("have it made:\nCREATE DATABASE %s OWNER %s", pgx.Identifier{s.place.config.ConnConfig.Database}.Sanitize(), pgx.Identifier{user}.Sanitize())
	case e.Code == insufficientPrivilege:
		hint = "have the owner of the tables run:\n" + s.in(rightsOn)
	case e.Code == readOnlyServer:
		hint = "this server is a standby, or is set to read-only: name the primary, or all servers as host1,host2 in the URL"
	case e.Code == undefinedTable, e.Code == undefinedColumn, e.Code == undefinedSchema:
		hint = "the tables are not those of this kktctl: restore them, or name another schema with ?schema="
	}
	if hint != "" {
		said += "\nhint: " + hint
	}
	return &failure{text: "the server answers: " + said}
}

// reason gives the last cause of a failed connection, on one line.
func reason(err error) string {
	text := err.Error()
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) {
		text = connect.Unwrap().Error()
	}
	var dial *net.OpError
	if errors.As(err, &dial) && dial.Op == "dial" {
		text = dial.Error()
	}
	return text
}

// scrub is clean without the password, should a server repeat it.
func (s *Store) scrub(text string) string {
	if p := s.place.config.ConnConfig.Password; len(p) >= 4 {
		text = strings.ReplaceAll(text, p, "…")
	}
	return clean(text)
}

// clean gives text on one line without what a terminal would act on.
func clean(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case !unicode.IsGraphic(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
	if r := []rune(text); len(r) > 500 {
		text = string(r[:500]) + "…"
	}
	return strings.Join(strings.Fields(text), " ")
}
