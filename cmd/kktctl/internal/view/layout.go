package view

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// width is how many columns a clean text without styles takes.
func width(s string) int {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return ansi.StringWidth(s)
		}
	}
	return len(s)
}

// pad fills a text with spaces up to w columns.
func pad(s string, w int) string {
	if n := w - width(s); n > 0 {
		return s + strings.Repeat(" ", n)
	}
	return s
}

// cut shortens a text to w columns, the last being an ellipsis.
func cut(s string, w int) string {
	if width(s) <= w {
		return s
	}
	return ansi.Truncate(s, w, "…")
}

// wrap breaks a text of one or more lines at spaces into lines of w columns;
// a word that is longer stays whole, so that it can be copied.
func wrap(s string, w int) []string {
	var out []string
	for line := range strings.SplitSeq(s, "\n") {
		if width(line) <= w {
			out = append(out, line)
			continue
		}
		out = append(out, wrapLine(line, w)...)
	}
	return out
}

func wrapLine(s string, w int) []string {
	var out []string
	var b strings.Builder
	used := 0
	for word := range strings.FieldsSeq(s) {
		n := width(word)
		if used > 0 && used+1+n > w {
			out = append(out, b.String())
			b.Reset()
			used = 0
		}
		if used > 0 {
			b.WriteByte(' ')
			used++
		}
		b.WriteString(word)
		used += n
	}
	return append(out, b.String())
}

// column is one column of a table.
type column struct {
	title string
	// shrink marks the columns that give way when the table is too wide.
	shrink bool
}

// minColumn is what a column is never shrunk below.
const minColumn = 10

// layOut computes the widths of columns: as wide as their widest cell, the
// ones that give way cut from the widest down until all fits.
func layOut(cols []column, rows [][]string, total int) []int {
	w := make([]int, len(cols))
	sum := 2 * (len(cols) - 1)
	for i, c := range cols {
		w[i] = width(c.title)
		for _, r := range rows {
			w[i] = max(w[i], width(r[i]))
		}
		sum += w[i]
	}
	for sum > total {
		widest := -1
		for i, c := range cols {
			if c.shrink && w[i] > minColumn && (widest < 0 || w[i] > w[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		w[widest]--
		sum--
	}
	return w
}

// row lays out the cells of one line.
func row(cells []string, widths []int) string {
	var b strings.Builder
	for i, c := range cells {
		if i > 0 {
			b.WriteString("  ")
		}
		b.WriteString(pad(cut(c, widths[i]), widths[i]))
	}
	return strings.TrimRight(b.String(), " ")
}

// writeTable writes a header and rows; the cells are clean.
func writeTable(b *strings.Builder, t theme, cols []column, rows [][]string, indent string, total int) {
	widths := layOut(cols, rows, total-len(indent))
	titles := make([]string, len(cols))
	for i, c := range cols {
		titles[i] = c.title
	}
	b.WriteString(indent + t.dim.of(row(titles, widths)) + "\n")
	for _, r := range rows {
		b.WriteString(indent + row(r, widths) + "\n")
	}
}
