package apply

import (
	"errors"
	"fmt"

	"github.com/kktctl/kktctl/state"
)

// writeError tells that the state could not be written. The error of the run
// names the cause once, however many steps it stopped.
type writeError struct{ err error }

// Error gives the cause.
func (e *writeError) Error() string { return e.err.Error() }

// Unwrap gives the cause.
func (e *writeError) Unwrap() error { return e.err }

// unrecorded has a step that was stopped by a state that cannot be written
// say so shortly: the cause, and what to do, are told for the whole run.
func unrecorded(o outcome) outcome {
	if _, ok := errors.AsType[*writeError](o.err); ok && o.state == StepFailed {
		o.message, o.hint = "the state could not be written; the reason, and what to do, stand with the error of the run", ""
	}
	return o
}

// ended tells what could not be done when a session was closed. Entries are
// durable before they count, so that neither failure loses any.
func (s *Session) ended(compact, unlock error) error {
	if unlock == nil || errors.Is(unlock, state.ErrFenced) {
		return errors.Join(compact, unlock)
	}
	until := "it is held until this process ends"
	if s.lease.Term > 0 {
		until = fmt.Sprintf("it runs out by itself, within %s", s.lease.Term)
	}
	if s.brokenBy() != nil { // the cause was told
		return fmt.Errorf("the lock of %s could not be given back either: %s", s.store.Location(), until)
	}
	return fmt.Errorf("everything was recorded; only the lock of %s could not be given back, and %s: %w", s.store.Location(), until, unlock)
}
