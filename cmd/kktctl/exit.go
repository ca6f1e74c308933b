package main

import (
	"context"
	"errors"
)

// The exit codes. They are a contract with pipelines.
const (
	exitOK          = 0   // done; for apply also: cleanly waiting
	exitError       = 1   // something is wrong
	exitChanges     = 2   // --detailed-exitcode: the plan has changes, or drift was found
	exitWaiting     = 3   // --detailed-exitcode: apply waits for somebody
	exitUnknown     = 4   // an outcome is unknown and needs a person
	exitInterrupted = 130 // Ctrl-C
)

// coded is an error that carries its exit code. A nil err means that nothing
// is to be said beyond the code.
type coded struct {
	code int
	err  error
}

// Error tells the reason, if there is one to tell.
func (e *coded) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

// Unwrap gives what happened.
func (e *coded) Unwrap() error { return e.err }

// withCode gives err the exit code; with a nil err only the code is told.
func withCode(code int, err error) error {
	if code == exitOK && err == nil {
		return nil
	}
	return &coded{code: code, err: err}
}

// exitCode finds the code that an error leads to.
func exitCode(err error) int {
	var c *coded
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &c):
		return c.code
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	default:
		return exitError
	}
}
