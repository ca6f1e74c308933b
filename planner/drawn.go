package planner

import (
	"slices"
	"strconv"
	"strings"

	"github.com/kktctl/kktctl/spec/diag"
)

// A choice keeps the dependencies whole: what a chosen step needs is drawn in,
// and what needs an excluded one is left out. A plan says both.

// needed tells whether something is in the plan only because others need it, or
// would be.
func (p *planning) needed(s *subject) bool { return s.left || p.drawn[s] != nil }

// draw has something planned that was not chosen, for what needs it.
func (p *planning) draw(s *subject, by string) {
	s.left = false
	p.drawn[s] = append(p.drawn[s], by)
}

// sunder notes that something is left out because what it needs is.
func (p *planning) sunder(cause, addr string) { p.sundered[cause] = append(p.sundered[cause], addr) }

// sayDrawn tells which steps stand in the plan only because others need them.
func (p *planning) sayDrawn() {
	if len(p.drawn) == 0 {
		return
	}
	var lines []string
	steps := 0
	for _, s := range p.subjects() {
		by := p.drawn[s]
		if by == nil || s.left || len(s.steps) == 0 {
			continue
		}
		var what []string
		for i := range s.steps {
			what = append(what, s.steps[i].kind().Words())
		}
		steps += len(what)
		lines = append(lines, strings.Join(what, ", ")+" of "+s.addr+", needed by "+listed(by))
	}
	if steps > 0 {
		p.say(diag.Note, nil, "drawn in: "+counted(steps, "step")+" that what is chosen needs").Detail = firstLines(lines)
	}
}

// saySundered tells what is left out because what it needs is.
func (p *planning) saySundered() {
	var lines []string
	n := 0
	for _, cause := range sortedKeys(p.sundered) {
		addrs := p.sundered[cause]
		n += len(addrs)
		lines = append(lines, listed(addrs)+": needs "+cause+", which is excluded")
	}
	if n > 0 {
		p.say(diag.Note, nil, "left out with what it needs: "+countedAddresses(n)).Detail = firstLines(lines)
	}
}

// listed names addresses once each, in their order.
func listed(addrs []string) string {
	slices.Sort(addrs)
	return list(slices.Compact(addrs))
}

// firstLines joins the first lines and counts the rest.
func firstLines(lines []string) string {
	if more := len(lines) - listMax; more > 0 {
		lines = append(slices.Clone(lines[:listMax]), "and "+strconv.Itoa(more)+" more")
	}
	return strings.Join(lines, "\n")
}

func countedAddresses(n int) string {
	if n == 1 {
		return "1 address"
	}
	return strconv.Itoa(n) + " addresses"
}
