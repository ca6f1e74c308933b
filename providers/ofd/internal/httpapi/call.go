package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Call describes one call.
type Call struct {
	Op     string // short name for people, such as pay
	Method string // of a mutation; Get has its own
	Path   string // begins with /, its elements escaped with Segment
	Query  url.Values
	Token  TokenSource // nil for a call without AuthToken
	Body   any         // marshalled as JSON; url.Values as a form; []byte is JSON as it is; nil for none
	Header http.Header // headers of this call's own, such as X-Signature; may be nil
	Out    any         // pointer the data is decoded into; nil for none
	Limit  int64       // of the decoded answer in bytes; 0 means DefaultLimit

	// OwnErrors leaves the top-level Errors of a 200 to Out: addKkt lists
	// objects of its own there (001, table 6).
	OwnErrors bool
	// Judge reads the answer in place of the envelopes of OFD.ru, for services
	// that have their own: Ferma's do. Out, OwnErrors and Check are not used
	// with it. It returns nil for a success, else the failure and what it
	// says of the call.
	Judge func(Answer) (Outcome, error)
	// Check tells whether Out holds what the documents promise; its error
	// makes the answer one of a wrong shape.
	Check func() error
	// Refuses tells that a failure in a documented shape is a refusal though its
	// status does not prove one: 500 with code 1 is (004, table 6). Optional.
	Refuses func(status int, codes []string) bool
	// Secrets are kept out of errors and logs, besides the token.
	Secrets []string

	rows   func(decode func(out any) error) error // see Stream
	within time.Duration                          // in which the call has to begin, see Last; 0: any
}

// Answer is an answer of any status, whole: of a call with a Judge.
type Answer struct {
	Status     int // of HTTP
	Body       []byte
	RetryAfter time.Duration // as the service asked; 0 when it did not
}

// Decode puts the JSON of the answer into out, with the bounds that all
// answers have: on depth, and on the number of rows.
func (a Answer) Decode(out any) error {
	body, err := checked(a.Body)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, out); err != nil {
		return fmt.Errorf("%w: %w", errWrongShape, err)
	}
	return nil
}

// TokenSource gives the AuthToken of calls.
type TokenSource interface {
	// Token gives a token, logging in when there is none.
	Token(ctx context.Context) (string, error)
	// Drop forgets a token that the service refused and tells whether another
	// one can be had.
	Drop(token string) bool
	// Role names the credential for people, such as "partner API key".
	Role() string
}

// Segment escapes one element of a path.
func Segment(s string) string { return url.PathEscape(s) }
