package view

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec/diag"
)

// The rules of JSON: one document ends with one newline; texts are data and
// come back as they were, but what could drive a terminal is written as a
// JSON escape; a list is never null.

// PlanJSON writes the plan as one JSON document.
func PlanJSON(w io.Writer, p *planner.Plan) error { return writeJSON(w, listed(p), true) }

// listed is a copy of the plan in which empty lists are lists, as anybody may
// see it.
func listed(p *planner.Plan) *planner.Plan {
	c := *p
	c.Steps = make([]planner.Step, len(p.Steps))
	for i, s := range p.Steps {
		s = s.Published()
		s.Requires, s.Changes, s.Waits = orEmpty(s.Requires), orEmpty(s.Changes), orEmpty(s.Waits)
		c.Steps[i] = s
	}
	c.Drift, c.Unmanaged, c.Diagnostics = orEmpty(p.Drift), orEmpty(p.Unmanaged), orEmpty(p.Diagnostics)
	if c.Summary == nil {
		c.Summary = map[planner.Action]int{}
	}
	return &c
}

func orEmpty[S ~[]E, E any](s S) S {
	if s == nil {
		return S{}
	}
	return s
}

// diagnosticsDocument is the JSON of a list of diagnostics.
type diagnosticsDocument struct {
	FormatVersion int       `json:"formatVersion"`
	Valid         bool      `json:"valid"` // there are no errors
	Errors        int       `json:"errors"`
	Warnings      int       `json:"warnings"`
	Diagnostics   diag.List `json:"diagnostics"`
}

// DiagnosticsJSON writes a list as one JSON document.
func DiagnosticsJSON(w io.Writer, list diag.List) error {
	n := countSeverities(list)
	return writeJSON(w, diagnosticsDocument{
		FormatVersion: 1, Valid: n[diag.Error] == 0, Errors: n[diag.Error], Warnings: n[diag.Warning],
		Diagnostics: orEmpty(list),
	}, true)
}

// tasksDocument is the JSON of what people owe.
type tasksDocument struct {
	FormatVersion int          `json:"formatVersion"`
	Tasks         []apply.Task `json:"tasks"`
}

// TasksJSON writes what people owe as one JSON document.
func TasksJSON(w io.Writer, list []apply.Task) error {
	return writeJSON(w, tasksDocument{FormatVersion: 1, Tasks: orEmpty(list)}, true)
}

// writeJSON encodes a value and writes it with one call.
func writeJSON(w io.Writer, v any, indent bool) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if indent {
		e.SetIndent("", "  ")
	}
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("encode JSON: %w", err)
	}
	if _, err := w.Write(escapeJSON(b.Bytes())); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}

// SafeJSON gives a JSON document in which what could drive a terminal is a JSON
// escape: it says the same.
func SafeJSON(document []byte) []byte { return escapeJSON(document) }

// escapeJSON replaces the characters that Clean would replace by JSON escapes
// of the same meaning. They only occur inside of strings.
func escapeJSON(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == '\n' || safe(r) {
			out = append(out, b[:n]...)
		} else {
			out = appendEscape(out, r)
		}
		b = b[n:]
	}
	return out
}

func appendEscape(out []byte, r rune) []byte {
	if r < 0x10000 {
		return fmt.Appendf(out, `\u%04x`, r)
	}
	r -= 0x10000
	return fmt.Appendf(out, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
}
