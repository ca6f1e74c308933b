package view

import (
	"strings"

	"github.com/kktctl/kktctl/spec/diag"
)

// Diagnostics is a list for stderr, in its own order, with a line that counts
// it; nothing for an empty list.
func Diagnostics(list diag.List, o Options) string {
	if len(list) == 0 {
		return ""
	}
	var b strings.Builder
	t := newTheme(o.Color)
	for _, d := range list {
		writeDiagnostic(&b, d, t, o)
	}
	b.WriteString(t.bold.of(countLine(list)) + "\n")
	return b.String()
}

// countLine reads "3 errors, 1 warning".
func countLine(list diag.List) string {
	n := countSeverities(list)
	var parts []string
	for _, s := range []diag.Severity{diag.Error, diag.Warning, diag.Note} {
		if n[s] > 0 {
			parts = append(parts, count(n[s], s.String()))
		}
	}
	return strings.Join(parts, ", ")
}

func countSeverities(list diag.List) map[diag.Severity]int {
	n := map[diag.Severity]int{}
	for _, d := range list {
		n[d.Severity]++
	}
	return n
}

// writeDiagnostic writes place, severity, address and summary on a line, then
// detail and hint on lines of their own.
func writeDiagnostic(b *strings.Builder, d diag.Diagnostic, t theme, o Options) {
	if !d.Pos.IsZero() {
		b.WriteString(t.bold.of(Clean(d.Pos.String())) + ": ")
	}
	b.WriteString(t.severity(d.Severity).of(d.Severity.String()) + ": ")
	if d.Address != "" && !strings.Contains(d.Summary, d.Address) {
		b.WriteString(Clean(d.Address) + ": ")
	}
	b.WriteString(Clean(d.Summary) + "\n")
	writeIndented(b, "  ", style{}, "", d.Detail, o)
	writeIndented(b, "  ", t.cyan, "hint: ", o.commands(d.Hint), o)
}

// writeIndented writes text of several lines, wrapped, after a label; the
// label alone is styled.
func writeIndented(b *strings.Builder, indent string, label style, word, text string, o Options) {
	if text == "" {
		return
	}
	for i, l := range wrap(word+CleanLines(text), o.width()-len(indent)) {
		if i == 0 && strings.HasPrefix(l, word) {
			l = label.of(word) + l[len(word):]
		}
		b.WriteString(indent + l + "\n")
	}
}
