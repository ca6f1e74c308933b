package importer

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Diff shows edits of a text as a unified diff without context. Activation
// codes are shown by their last characters only.
func Diff(name string, text []byte, edits []Edit) string {
	if len(edits) == 0 {
		return ""
	}
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b Edit) int { return a.At - b.At })
	from := name
	if len(text) == 0 {
		from = "/dev/null"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "--- %s\n+++ %s\n", from, name)
	lines := lineStarts(text)
	shift := 0 // lines that edits before have added
	for i := 0; i < len(edits); {
		line, whole := lineOf(lines, edits[i].At)
		start := lines[line]
		end := start
		if !whole {
			end = lineEnd(lines, len(text), line)
		}
		k := i + 1 // edits of the same line belong together
		for k < len(edits) && (edits[k].At < end || edits[k].At == edits[i].At) {
			k++
		}
		group := make([]Edit, 0, k-i)
		for _, e := range edits[i:k] {
			group = append(group, Edit{At: e.At - start, Cut: e.Cut, Text: e.Text})
		}
		old := string(text[start:end])
		made := string(Apply(text[start:end], group))
		gone, come := split(old), split(made)
		at := line + 1
		if len(gone) == 0 {
			at = line
		}
		fmt.Fprintf(&b, "@@ -%d,%d +%d,%d @@\n", at, len(gone), line+1+shift, len(come))
		for _, l := range gone {
			b.WriteString("-" + hideCodes(l) + "\n")
		}
		for _, l := range come {
			b.WriteString("+" + hideCodes(l) + "\n")
		}
		shift += len(come) - len(gone)
		i = k
	}
	return b.String()
}

// lineOf finds the line of a byte; whole tells that it is a line's first, so
// that what is put there are lines of their own.
func lineOf(lines []int, at int) (line int, whole bool) {
	i, found := slices.BinarySearch(lines, at)
	if found {
		return i, true
	}
	return i - 1, false
}

func lineEnd(lines []int, size, line int) int {
	if line+1 < len(lines) {
		return lines[line+1]
	}
	return size
}

// split gives the lines of a text without their ends.
func split(s string) []string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	if s = strings.TrimSuffix(s, "\n"); s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

var codeForm = regexp.MustCompile(`(activationCode"?\s*:\s*)("[^"]*"|'[^']*'|[^\s,}#]+)`)

// hideCodes hides activation codes but for their last three characters.
func hideCodes(line string) string {
	return codeForm.ReplaceAllStringFunc(line, func(s string) string {
		m := codeForm.FindStringSubmatch(s)
		value := strings.Trim(m[2], `"'`)
		if value == "auto" || value == "null" || value == "~" || strings.HasPrefix(value, "env:") || strings.HasPrefix(value, "file:") {
			return s
		}
		tail := []rune(value)
		return m[1] + "…" + string(tail[max(0, len(tail)-3):])
	})
}
