package view

import (
	"io"
	"sync"

	"github.com/kktctl/kktctl/apply"
)

// JSONLines writes events as JSON, one object a line, each with one call of
// Write, so that a reader sees it at once. It is an apply.Listener.
type JSONLines struct {
	mu  sync.Mutex
	w   io.Writer
	o   Options
	err error
}

// NewJSONLines makes the listener of apply --json. The version comes first
// because apply tells it first.
// Commands in hints are told as the options say.
func NewJSONLines(w io.Writer, o Options) *JSONLines { return &JSONLines{w: w, o: o} }

// Event writes one line. After an error of writing nothing more is written.
func (j *JSONLines) Event(e apply.Event) {
	j.mu.Lock()
	defer j.mu.Unlock()
	e.Hint = j.o.commands(e.Hint)
	if j.err == nil {
		j.err = writeJSON(j.w, e, false)
	}
}

// Err is the first error of writing.
func (j *JSONLines) Err() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.err
}
