// Package diag holds the one form in which kktctl tells a person that
// something about the input or the plan is wrong: what, where, and what to do.
//
// A Diagnostic is data. It is printed by the view layer; text that came from a
// file or from the wire is cleaned there and may be held here as it came.
package diag

import (
	"fmt"
	"strings"

	"github.com/hashicorp/go-multierror"
)

// Severity tells how bad a Diagnostic is. The zero value is Error, so that a
// forgotten severity never hides a problem.
type Severity uint8

// The severities, worst first.
const (
	Error Severity = iota
	Warning
	Note
)

// String gives the word used in JSON and on the terminal.
func (s Severity) String() string {
	switch s {
	case Warning:
		return "warning"
	case Note:
		return "note"
	default:
		return "error"
	}
}

// MarshalText makes JSON carry the word instead of a number.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the word that MarshalText wrote.
func (s *Severity) UnmarshalText(b []byte) error {
	for _, v := range []Severity{Error, Warning, Note} {
		if v.String() == string(b) {
			*s = v
			return nil
		}
	}
	return fmt.Errorf("unknown severity %q", b)
}

// Pos is a place in a fleet file. Line and Column count from 1; the zero Pos
// means that no place is known.
type Pos struct {
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
}

// IsZero tells whether no place is known.
func (p Pos) IsZero() bool { return p == Pos{} }

// String gives file:line:column, without what is not known.
func (p Pos) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	default:
		return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
	}
}

// Diagnostic is one thing to tell a person.
type Diagnostic struct {
	Severity Severity `json:"severity"`
	Summary  string   `json:"summary"`           // one line, lower case, no full stop
	Detail   string   `json:"detail,omitempty"`  // more, may be several lines
	Address  string   `json:"address,omitempty"` // of the resource, such as kkts.sloboda-1
	Pos      Pos      `json:"pos,omitzero"`
	Hint     string   `json:"hint,omitempty"`   // the way out
	Policy   string   `json:"policy,omitempty"` // the policy or rule that says so, by the name under which it is overridden
}

// Error makes a Diagnostic an error: place, address, summary; detail and hint
// on lines of their own.
func (d Diagnostic) Error() string {
	var b strings.Builder
	if !d.Pos.IsZero() {
		b.WriteString(d.Pos.String() + ": ")
	}
	if d.Address != "" && !strings.Contains(d.Summary, d.Address) {
		b.WriteString(d.Address + ": ")
	}
	b.WriteString(d.Summary)
	if d.Detail != "" {
		b.WriteString("\n" + d.Detail)
	}
	if d.Hint != "" {
		b.WriteString("\nhint: " + d.Hint)
	}
	return b.String()
}

// List is a number of diagnostics in the order to print them.
type List []Diagnostic

// HasErrors tells whether any of them is an Error.
func (l List) HasErrors() bool {
	for _, d := range l {
		if d.Severity == Error {
			return true
		}
	}
	return false
}

// Err gathers the whole list, warnings among it, into one error when it has
// errors; nil otherwise.
func (l List) Err() error {
	if !l.HasErrors() {
		return nil
	}
	var all *multierror.Error
	for _, d := range l {
		all = multierror.Append(all, d)
	}
	return all.ErrorOrNil()
}
