package view

import (
	"cmp"
	"fmt"
	"strings"
	"unicode/utf8"
)

// The rules of Markdown for a comment on a pull request:
//
//   - The marker, the first line, lets the next run find the comment and
//     replace it. Nothing in a comment tells the time at which it was made: the
//     same plan gives the same comment.
//   - The summary comes first, then what it costs, what cannot be taken back
//     and whom it waits for, people first; details are folded; errors stand
//     above them, warnings and notes below.
//   - Text from elsewhere is either made of harmless characters or stands in
//     <code> with all punctuation as entities: no markup, link, mention or
//     command of the forge comes out of it.
//   - The whole is below what the forges take. What has no room is left out by
//     whole lines, never within a fold or a table, and summed up with the
//     command that shows all.

// maxMarkdown bounds a comment in characters, which are Unicode code points as
// the forges count them. GitHub takes 65,536, GitLab 1,000,000; in bytes it is
// below GitHub's 262,144 whatever the characters are.
const maxMarkdown = 65_000

// maxMarkdownLine bounds a line of a list; a longer one keeps its head only, so
// that one line of hostile length does not take the place of all others.
const maxMarkdownLine = 6_000

// markdown is a comment while it is made.
type markdown struct {
	b strings.Builder
	n int // characters so far
	// all is the command that shows what there is no room for.
	all string
}

// newMarkdown begins a comment: the marker, the title and the one line that
// says most.
func newMarkdown(kind, fleet, line, all string) *markdown {
	m := &markdown{all: all}
	m.add("<!-- kktctl:" + kind + " " + markerName(fleet) + " -->\n### kktctl " + kind + ": " + mdText(fleet) + "\n\n**" + mdText(line) + "**\n")
	return m
}

func (m *markdown) add(s string) {
	m.b.WriteString(s)
	m.n += utf8.RuneCountInString(s)
}

// rows writes a table of two columns without titles, when there is something
// in it. The cells are Markdown.
func (m *markdown) rows(rows [][2]string) {
	if len(rows) == 0 {
		return
	}
	m.add("\n| | |\n| :-- | :-- |\n")
	for _, r := range rows {
		m.add("| " + r[0] + " | " + r[1] + " |\n")
	}
}

// mdSection is a list, or the rows of a table, under a title or in a fold.
type mdSection struct {
	open, end string
	n         int              // lines
	line      func(int) string // with its newline
	table     bool             // the lines are rows
	most      int              // lines at most, when the rest stands below anyway; 0 is no bound
	noun      string           // what a line is
	// sum says what lines from one on are: "200 to register"; it may be nil.
	sum func(from int) string
	all string // the command that shows all of it; empty: that of the comment
	// share is how much of the room it has for sure, in percent, when there is
	// too little for all.
	share int

	lines []string // as many as could have room
	size  int      // of all in characters; more than there is room for, once that is known
}

// titled is a list under a title.
func titled(title, noun string, n int, line func(int) string) mdSection {
	return mdSection{open: "\n#### " + title + "\n\n", noun: noun, n: n, line: line}
}

// folded is a list in a fold that tells how long it is.
func folded(title, noun string, n int, line func(int) string) mdSection {
	return mdSection{
		open: fmt.Sprintf("\n<details><summary>%s (%d)</summary>\n\n", title, n), end: "\n</details>\n",
		noun: noun, n: n, line: line,
	}
}

// sections writes those that hold something. When there is no room for all,
// each has its share for sure, and what others do not need goes to the first.
func (m *markdown) sections(list ...mdSection) string {
	room := maxMarkdown - m.n
	spare := room
	given := make([]int, len(list))
	for i := range list {
		list[i].measure(m, room)
		given[i] = min(list[i].size, room*list[i].share/100)
		spare -= given[i]
	}
	for i := range list {
		more := min(list[i].size-given[i], max(0, spare))
		given[i] += more
		spare -= more
	}
	for i := range list {
		list[i].write(m, given[i])
	}
	return m.b.String()
}

// measure makes the lines, but no more than have room.
func (s *mdSection) measure(m *markdown, room int) {
	if s.n == 0 {
		return
	}
	s.size = utf8.RuneCountInString(s.open + s.end)
	for i := range s.n {
		if s.size > room {
			return
		}
		if s.most > 0 && i == s.most {
			s.size += utf8.RuneCountInString(s.rest(m, i))
			return
		}
		l := s.line(i)
		s.lines = append(s.lines, l)
		s.size += utf8.RuneCountInString(l)
	}
}

// write writes as many lines as there is room for and sums up the rest.
func (s *mdSection) write(m *markdown, room int) {
	if s.n == 0 {
		return
	}
	fits := s.fit(m, room)
	m.add(s.open)
	for _, l := range s.lines[:fits] {
		m.add(l)
	}
	if fits < s.n {
		m.add(s.rest(m, fits))
	}
	m.add(s.end)
}

// fit is how many lines have room together with what sums up the rest.
func (s *mdSection) fit(m *markdown, room int) int {
	if s.size <= room {
		return len(s.lines)
	}
	used := utf8.RuneCountInString(s.open + s.end)
	sizes := make([]int, len(s.lines)+1) // of the first lines
	for i, l := range s.lines {
		sizes[i+1] = sizes[i] + utf8.RuneCountInString(l)
	}
	for n := len(s.lines); n > 0; n-- {
		if used+sizes[n] <= room && used+sizes[n]+utf8.RuneCountInString(s.rest(m, n)) <= room {
			return n
		}
	}
	return 0
}

// rest sums up the lines from one on.
func (s *mdSection) rest(m *markdown, from int) string {
	text := "… and " + count(s.n-from, s.noun) + " more"
	if from == 0 {
		text = count(s.n, s.noun) + " without room here"
	}
	if s.sum != nil {
		text += ": " + mdText(s.sum(from))
	}
	switch {
	case s.most > 0 && from == s.most:
		text += "; see below"
	case cmp.Or(s.all, m.all) != "":
		text += ". All: " + mdCode(cmp.Or(s.all, m.all))
	}
	if s.table {
		return "\n" + text + "\n"
	}
	return "- " + text + "\n"
}
