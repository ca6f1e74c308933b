package view

import (
	"io"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/state"
)

// ApplyReport tells how an apply ended.
func ApplyReport(r *apply.Report, o Options) string { return "" }

// Tasks is what people owe.
func Tasks(list []apply.Task, o Options) string { return "" }

// StateList lists the resources of a state.
func StateList(s *state.Snapshot, o Options) string { return "" }

// StateShow shows one resource of a state with its open intents.
func StateShow(s *state.Snapshot, address string, o Options) string { return "" }

// ProgressOptions is what NewProgress takes beside the streams.
type ProgressOptions struct {
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Size tells the size of the terminal before each picture; nil means the
	// width of Output and 24 lines.
	Size func() (width, height int)
}

// Progress shows a running apply. Close ends it.
type Progress struct{}

// NewProgress shows a running apply of so many steps on out.Err.
func NewProgress(out Output, total int, o ProgressOptions) *Progress { return nil }

// Event takes an event; it never waits for the terminal.
func (p *Progress) Event(e apply.Event) {}

// Close removes the live picture and ends the progress.
func (p *Progress) Close() error { return nil }

// JSONLines writes events as JSON, one a line.
type JSONLines struct{}

// NewJSONLines writes the version line at once and then each event.
func NewJSONLines(w io.Writer, version string, now time.Time) *JSONLines { return nil }

// Event writes one line.
func (j *JSONLines) Event(e apply.Event) {}

// Err is the first error of writing.
func (j *JSONLines) Err() error { return nil }
