package view

import (
	"strings"
	"time"

	"github.com/kktctl/kktctl/apply"
)

// The rules of the list of tasks: what is due first stands first, as it was
// given; below each task its commands, one a line, ready to copy.

// Tasks is what people owe, or nothing when nobody owes anything.
func Tasks(list []apply.Task, o Options) string {
	if len(list) == 0 {
		return ""
	}
	cols := []column{{title: "TILL"}, {title: "WHAT", shrink: true}, {title: "SINCE"}, {title: "DUE"}}
	rows := make([][]string, len(list))
	for i, t := range list {
		rows[i] = taskRow(t, o)
	}
	const indent = "  "
	widths := layOut(cols, rows, o.width()-len(indent))
	th := newTheme(o.Color)
	var b strings.Builder
	b.WriteString(th.bold.of("People owe "+count(len(list), "thing")) + "\n")
	b.WriteString(indent + th.dim.of(row([]string{"TILL", "WHAT", "SINCE", "DUE"}, widths)) + "\n")
	for i, t := range list {
		writeTask(&b, t, rows[i], widths, th, o)
	}
	return b.String()
}

func taskRow(t apply.Task, o Options) []string {
	r := []string{Clean(t.Address), Clean(t.What), "", ""}
	if t.What == "" {
		r[1] = whom(t.WaitingFor)
	}
	if !t.Since.IsZero() {
		r[2] = o.at(t.Since)
		if ago := o.Now.Sub(t.Since); !o.Now.IsZero() && ago >= 0 {
			r[2] = span(ago) + " ago"
			if ago < time.Minute {
				r[2] = "just now"
			}
		}
	}
	if !t.Due.IsZero() {
		r[3] = o.at(t.Due)
		if o.overdue(t.Due) {
			r[3] += " (late)"
		}
	}
	return r
}

// writeTask writes a row, whole below it what the row had to cut, and the
// commands.
func writeTask(b *strings.Builder, t apply.Task, cells []string, widths []int, th theme, o Options) {
	line := row(cells, widths)
	if o.overdue(t.Due) {
		line = th.red.of(line)
	}
	b.WriteString("  " + line + "\n")
	if width(cells[1]) > widths[1] {
		writeIndented(b, "      ", style{}, "", t.What, o)
	}
	for _, c := range t.Commands {
		if rest, ok := strings.CutPrefix(c, "kktctl "); ok {
			c = o.program() + " " + rest
		}
		b.WriteString("      " + th.cyan.of(Clean(c)) + "\n")
	}
}
