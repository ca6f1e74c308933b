package view

import (
	"strings"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/spec"
)

// The rules of the list of tasks: what is due first stands first, as it was
// given; what is too long for its row stands below it, and only there; below
// each task its commands, one a line, ready to copy.

// Tasks is what people owe, or nothing when nobody owes anything.
func Tasks(list []apply.Task, o Options) string {
	if len(list) == 0 {
		return ""
	}
	titles := taskTitles(list)
	cols := []column{{title: titles[0]}, {title: titles[1], shrink: true}, {title: titles[2]}, {title: titles[3]}}
	rows := make([][]string, len(list))
	for i, t := range list {
		rows[i] = taskRow(t, o)
	}
	const indent = "  "
	widths := layOut(cols, rows, o.width()-len(indent))
	long := make([]bool, len(list))
	for i, t := range list {
		if long[i] = width(rows[i][1]) > widths[1]; long[i] {
			rows[i][1] = whom(t.WaitingFor)
		}
	}
	widths = layOut(cols, rows, o.width()-len(indent))
	th := newTheme(o.Color)
	var b strings.Builder
	b.WriteString(th.bold.of("People owe "+count(len(list), "thing")) + "\n")
	b.WriteString(indent + th.dim.of(row(titles, widths)) + "\n")
	for i, t := range list {
		line := row(rows[i], widths)
		if o.overdue(t.Due) {
			line = th.red.of(line)
		}
		b.WriteString(indent + line + "\n")
		if long[i] {
			writeIndented(&b, "      ", style{}, "", t.What, o)
		}
		if t.RNM != "" && !strings.Contains(t.What, t.RNM) {
			b.WriteString("      РНМ " + Clean(t.RNM) + "\n")
		}
		if t.Link != "" { // on a line of its own, whole: it is copied
			b.WriteString("      " + Clean(t.Link) + "\n")
		}
		writeCommands(&b, t, th, o)
	}
	return b.String()
}

// taskTitles are the titles of the columns: what is no till is not called one.
func taskTitles(list []apply.Task) []string {
	first := "TILL"
	for _, t := range list {
		if !spec.IsKKTAddress(t.Address) {
			first = "ADDRESS"
		}
	}
	return []string{first, "WHAT", "SINCE", "DUE"}
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

// writeCommands writes the commands of a task; where a person decides, each
// below what it means.
func writeCommands(b *strings.Builder, t apply.Task, th theme, o Options) {
	for _, c := range t.Commands {
		if t.WaitingFor.OfOutcome() {
			switch {
			case strings.Contains(c, " --sent"):
				b.WriteString("      " + ifSent + "\n  ")
			case strings.HasSuffix(c, " --not-sent"):
				b.WriteString("      " + ifNotSent + "\n  ")
			}
		}
		if rest, ok := strings.CutPrefix(c, "kktctl "); ok {
			c = o.program() + " " + rest
		}
		b.WriteString("      " + th.cyan.of(Clean(c)) + "\n")
	}
}
