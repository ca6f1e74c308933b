package view

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kktctl/kktctl/planner"
)

// The rules of Markdown for a comment on a pull request:
//
//   - The marker lets the next run find the comment and replace it.
//   - The summary comes first, then what costs, cannot be taken back or needs
//     people; the rest is folded.
//   - Text from elsewhere is either made of harmless characters or stands in
//     <code> with all punctuation as entities: no markup, link, mention or
//     command of the forge comes out of it.
//   - The whole is below what the forges take; what is cut is counted.

// maxMarkdown is in characters; GitHub takes 65,536.
const maxMarkdown = 65_000

// reserve is kept for what follows a list that is cut.
const reserve = 4_000

// markdown is a text that knows how many characters it holds.
type markdown struct {
	b strings.Builder
	n int
}

// add writes lines unless they would exceed the limit; it tells whether it did.
func (m *markdown) add(limit int, s string) bool {
	n := utf8.RuneCountInString(s)
	if m.n+n > limit {
		return false
	}
	m.b.WriteString(s)
	m.n += n
	return true
}

// PlanMarkdown is a plan for a comment on a pull request.
func PlanMarkdown(p *planner.Plan) string {
	m := &markdown{}
	m.add(maxMarkdown, "<!-- kktctl:plan "+markerName(p.Fleet)+" -->\n### kktctl plan: "+mdText(p.Fleet)+"\n\n")
	m.add(maxMarkdown, "**"+mdText(summaryLine(p))+"**\n")
	m.overview(p)
	m.list(maxMarkdown/4, weightyLines(p), "\n#### What cannot be taken back or costs money\n\n", "step", "")
	m.list(maxMarkdown/2, diagnosticLines(p), "\n#### Problems and notes\n\n", "diagnostic", "")
	m.fold("step", "All steps", stepLines(p))
	m.fold("difference", "Changed outside kktctl since it was last applied", driftLines(p))
	m.fold("till", "Live and not in the file", unmanagedLines(p))
	return m.b.String()
}

// overview says what a reviewer has to weigh.
func (m *markdown) overview(p *planner.Plan) {
	var sum planner.Cost
	irreversible, people := 0, map[planner.Wait]int{}
	for _, s := range p.Steps {
		sum.Roubles += s.Cost.Roubles
		sum.Codes += s.Cost.Codes
		if s.Irreversible {
			irreversible++
		}
		for _, w := range s.Waits {
			people[w]++
		}
	}
	var lines []string
	if c := costs(sum, ""); c != "" {
		lines = append(lines, "- Costs in all: **"+c+"**\n")
	}
	if irreversible > 0 {
		lines = append(lines, "- Irreversible: **"+count(irreversible, "step")+"**\n")
	}
	if w := peopleNeeded(people); w != "" {
		lines = append(lines, "- People are needed: "+w+"\n")
	}
	if p.Diagnostics.HasErrors() {
		lines = append(lines, "- **This plan cannot be applied**: see the errors below\n")
	}
	if len(lines) > 0 {
		m.add(maxMarkdown, "\n"+strings.Join(lines, ""))
	}
}

// peopleNeeded counts the waits that a person ends.
func peopleNeeded(n map[planner.Wait]int) string {
	var parts []string
	for _, w := range sortedWaits(n) {
		if ofPeople(w) {
			parts = append(parts, fmt.Sprintf("%d × %s", n[w], whom(w)))
		}
	}
	return strings.Join(parts, ", ")
}

// fold writes lines under a summary that opens them.
func (m *markdown) fold(noun, title string, lines []string) {
	m.list(maxMarkdown-reserve, lines, "\n<details><summary>"+title+" ("+strconv.Itoa(len(lines))+")</summary>\n\n", noun, "\n</details>\n")
}

// list writes as many lines as there is room for below a limit and counts the
// rest.
func (m *markdown) list(limit int, lines []string, head, noun, foot string) {
	if len(lines) == 0 || !m.add(maxMarkdown, head) {
		return
	}
	for i, l := range lines {
		if !m.add(limit, l) {
			m.add(maxMarkdown, "- … and "+count(len(lines)-i, noun)+" more; the plan as text or JSON has them all\n")
			break
		}
	}
	m.add(maxMarkdown, foot)
}

// markerName keeps of a fleet's name what cannot end an HTML comment.
func markerName(s string) string {
	var b strings.Builder
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '.' {
			b.WriteRune(r)
		} else if r == '-' && !strings.HasSuffix(b.String(), "-") {
			b.WriteRune(r)
		}
	}
	return strings.Trim(b.String(), "-")
}

// mdText makes hostile text safe inside of a line of Markdown.
func mdText(s string) string {
	s = Clean(s)
	if harmless(s) {
		return s
	}
	return mdCode(s)
}

// harmless tells whether a text reads the same in Markdown as it is: letters,
// digits and punctuation that means nothing, no bare host name.
func harmless(s string) bool {
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" ,.:;-()'\"«»№₽…→×", r) {
			return false
		}
	}
	return !strings.Contains(strings.ToLower(s), "www.")
}

// mdCode puts text in <code>; when it is not harmless, everything but letters,
// digits and spaces stands in entities. Mentions and references are not looked for there.
func mdCode(s string) string {
	s = Clean(s)
	if harmless(s) {
		return "<code>" + s + "</code>"
	}
	var b strings.Builder
	b.WriteString("<code>")
	for _, r := range s {
		if r == ' ' || r >= utf8.RuneSelf || unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "&#%d;", r)
		}
	}
	b.WriteString("</code>")
	return b.String()
}
