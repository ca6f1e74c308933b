package view

import (
	"io"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec/diag"
)

// style is a lipgloss style taken apart once: rendering through lipgloss
// measures and aligns every text, which a plan of 100,000 steps would feel.
type style struct{ on, off string }

// of puts one line of clean text in the style.
func (s style) of(text string) string {
	if s.on == "" || text == "" {
		return text
	}
	return s.on + text + s.off
}

// theme is the few styles there are. The sixteen colours of the terminal's
// own palette are used, which people have chosen to be readable.
type theme struct {
	bold, dim, red, green, yellow, cyan style
}

func newTheme(color bool) theme {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetHasDarkBackground(true) // no question is put to the terminal
	r.SetColorProfile(termenv.Ascii)
	if color {
		r.SetColorProfile(termenv.ANSI)
	}
	fg := func(c string) style { return apart(r.NewStyle().Foreground(lipgloss.Color(c))) }
	return theme{
		bold: apart(r.NewStyle().Bold(true)), dim: apart(r.NewStyle().Faint(true)),
		red: fg("1"), green: fg("2"), yellow: fg("3"), cyan: fg("6"),
	}
}

func apart(s lipgloss.Style) style {
	const mark = "|"
	on, off, _ := strings.Cut(s.Render(mark), mark)
	return style{on: on, off: off}
}

// action is the colour of a step's symbol.
func (t theme) action(a planner.Action) style {
	switch a {
	case planner.Register:
		return t.green
	case planner.Reregister:
		return t.yellow
	case planner.Unregister:
		return t.red
	case planner.Pay:
		return t.cyan
	default:
		return t.dim
	}
}

// severity is the colour of a diagnostic's word.
func (t theme) severity(s diag.Severity) style {
	switch s {
	case diag.Warning:
		return t.yellow
	case diag.Note:
		return t.cyan
	default:
		return t.red
	}
}
