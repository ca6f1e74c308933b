package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Outcome is what is known of a call that failed.
type Outcome uint8

// The outcomes. The zero value is the one that is safe to assume.
const (
	OutcomeUnknown Outcome = iota // it may have been executed
	OutcomeNotSent                // it failed before a byte was written
	OutcomeRefused                // the service said no
)

// String names the outcome.
func (o Outcome) String() string {
	switch o {
	case OutcomeNotSent:
		return "not sent"
	case OutcomeRefused:
		return "refused"
	default:
		return "unknown"
	}
}

// Error is a failed call. Its texts are cleaned of control characters, bounded
// and free of secrets.
type Error struct {
	Op         string // such as pay
	Method     string
	Path       string // without the query
	Status     int    // of HTTP; 0 when there was no answer
	Codes      []string
	Messages   []string
	Outcome    Outcome
	RetryAfter time.Duration // as the service asked
	Renewable  bool          // the token was refused and dropped: the next call logs in anew
	Refused    string        // role of the credential that was refused; empty for any other failure
	Untrusted  bool          // the service's certificate was not accepted: nothing was sent
	Hint       string        // what a person can do; may be empty
	Err        error         // what went wrong below; may be nil
}

// Error names the call and what the service said.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op)
	if e.Status != 0 {
		fmt.Fprintf(&b, ": HTTP %d", e.Status)
		if text := http.StatusText(e.Status); text != "" && len(e.Messages) == 0 {
			b.WriteString(" " + text)
		}
	}
	if len(e.Codes) > 0 {
		b.WriteString(": code " + strings.Join(e.Codes, ", "))
	}
	if len(e.Messages) > 0 {
		b.WriteString(": " + strings.Join(e.Messages, "; "))
	}
	switch {
	case errors.Is(e.Err, context.Canceled):
		b.WriteString(": interrupted")
	case e.Err != nil:
		b.WriteString(": " + e.Err.Error())
	}
	return clean(b.String(), maxError)
}

// Unwrap gives the error below.
func (e *Error) Unwrap() error { return e.Err }

// OutcomeOf tells what is known of the call that err came from. Everything but
// an *Error is unknown.
func OutcomeOf(err error) Outcome {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Outcome
	}
	return OutcomeUnknown
}

// WithOutcome wraps err, found in an answer by a client, as a failure of call.
func WithOutcome(call Call, outcome Outcome, err error) *Error {
	return &Error{
		Op: call.Op, Method: call.Method, Path: call.Path, Outcome: outcome,
		Err: cleanError(err, call.Secrets),
	}
}
