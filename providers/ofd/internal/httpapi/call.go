package httpapi

import (
	"context"
	"net/url"
)

// Call describes one call.
type Call struct {
	Op     string // short name for people, such as pay
	Method string // of a mutation; Get has its own
	Path   string // begins with /, its elements escaped with Segment
	Query  url.Values
	Token  TokenSource // nil for a call without AuthToken
	Body   any         // marshalled as JSON; url.Values as a form; nil for none
	Out    any         // pointer the data is decoded into; nil for none
	Limit  int64       // of the decoded answer in bytes; 0 means DefaultLimit

	// OwnErrors leaves the top-level Errors of a 200 to Out: addKkt lists
	// objects of its own there (001, table 6).
	OwnErrors bool
	// Check tells whether Out holds what the documents promise; its error
	// makes the answer one of a wrong shape.
	Check func() error
	// Secrets are kept out of errors and logs, besides the token.
	Secrets []string
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
