package planner

import (
	"strings"

	"github.com/agnivade/levenshtein"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// selected is what the selectors of one flag choose.
type selected struct {
	tills  []*till
	others []*peer
	open   []*till // dropped tills: by their labels they may be meant
}

// selected finds what any of the selectors chooses, each in its turn for
// addresses, and in one pass over the fleet for all others. A selector that
// chooses nothing is an error: it is mistyped, or the fleet is not what its
// writer thinks.
func (p *planning) selected(flag string, texts []string, byAddr map[string]*till) selected {
	var out selected
	var wide []*Selector
	for _, text := range texts {
		s, err := ParseSelector(text)
		switch {
		case err != nil:
			p.sayWrong(flag, text, err)
		case s.exact == "":
			wide = append(wide, &s)
		default:
			p.named(s.exact, byAddr, &out)
		}
	}
	if len(wide) == 0 {
		return out
	}
	met := make([]bool, len(wide))
	for _, t := range p.tills {
		switch c := p.tillCandidate(t); anyOf(wide, &c, met) {
		case yes:
			out.tills = append(out.tills, t)
		case open:
			out.open = append(out.open, t)
		}
	}
	for _, o := range p.others {
		if c := p.otherCandidate(o); anyOf(wide, &c, met) == yes {
			out.others = append(out.others, o)
		}
	}
	for i, s := range wide {
		if !met[i] {
			p.sayUnmet(s)
		}
	}
	return out
}

// anyOf tells whether one of the selectors chooses the candidate, and notes
// which do.
func anyOf(wide []*Selector, c *candidate, met []bool) verdict {
	best := no
	for i, s := range wide {
		v := s.of(c)
		met[i] = met[i] || v == yes
		best = max(best, v)
	}
	return best
}

// named adds what has the address, or the bare name of a till.
func (p *planning) named(name string, byAddr map[string]*till, out *selected) {
	switch t := first(byAddr[name], byAddr[spec.KKTAddress(name)]); {
	case t != nil:
		out.tills = append(out.tills, t)
	case p.byAddr[name] != nil:
		out.others = append(out.others, p.byAddr[name])
	default:
		p.leaveOut()
		d := p.say(diag.Error, nil, "unknown address "+plain(name))
		if near := p.nearest(name, byAddr); near != "" {
			d.Hint = "did you mean " + near + "?"
		}
		if d.Hint == "" {
			kind, _ := splitKind(name)
			d.Hint = p.namesOf(kind)
		}
		if key, is := strings.CutPrefix(name, byLabel); is {
			d.Hint = "a label is chosen by its value: " + byLabel + key + "=VALUE; " + byLabel + key + "='*' for any"
		}
		if _, is := p.in.Fleet.Companies[name]; is {
			d.Hint = "of the company: " + byCompany + "=" + name + "; its cabinet alone: " + spec.CompanyAddress(name)
		}
	}
}

func first(a, b *till) *till {
	if a != nil {
		return a
	}
	return b
}

// sayWrong tells of a selector that cannot be read.
func (p *planning) sayWrong(flag, text string, err error) {
	p.leaveOut()
	summary, hint, _ := strings.Cut(err.Error(), "\nhint: ")
	p.say(diag.Error, nil, "--"+flag+" "+quoted(text)+" "+summary).Hint = hint
}

// sayUnmet tells of a selector that chooses nothing, and what there is.
func (p *planning) sayUnmet(s *Selector) {
	p.leaveOut()
	hint := ""
	if len(s.where) == 0 {
		hint = p.namesOf(s.kind)
	}
	for i := range s.where {
		if q := &s.where[i]; hint == "" && !p.holdsAnywhere(q) {
			hint = p.valuesOf(q)
		}
	}
	if hint == "" {
		hint = "each of its conditions holds for something, all of them for nothing"
	}
	p.say(diag.Error, nil, "nothing is chosen by "+quoted(s.text)).Hint = hint
}

// holdsAnywhere tells whether a condition alone chooses anything.
func (p *planning) holdsAnywhere(q *condition) bool {
	for _, t := range p.tills {
		if c := p.tillCandidate(t); q.of(&c) == yes {
			return true
		}
	}
	for _, o := range p.others {
		if c := p.otherCandidate(o); q.of(&c) == yes {
			return true
		}
	}
	return false
}

// namesOf lists the addresses of a kind.
func (p *planning) namesOf(kind string) string {
	var addrs []string
	for _, t := range p.tills {
		if kind == kindKKT {
			addrs = append(addrs, t.addr)
		}
	}
	for _, o := range p.others {
		if o.kind == kind {
			addrs = append(addrs, o.addr)
		}
	}
	if len(addrs) == 0 {
		return "there are no " + kind
	}
	return "there are: " + list(addrs)
}

// valuesOf lists what a condition could be about.
func (p *planning) valuesOf(q *condition) string {
	if q.not {
		return "everything has " + q.field + q.key + "=" + q.value.text + ", and != chooses what has another one or none"
	}
	var words []string
	var what string
	switch q.field {
	case byCompany:
		what, words = "companies", sortedKeys(p.in.Fleet.Companies)
	case byCentre:
		what, words = "centres", sortedKeys(p.in.Fleet.Centres)
	default:
		what, words = byLabel+q.key, p.labelValues(q.key)
		if len(words) == 0 {
			return p.labelKeys(q.key)
		}
	}
	if len(words) == 0 {
		return "the fleet file declares no " + what
	}
	return near(q.value.text, words, "") + "known of " + what + ": " + list(words)
}

func (p *planning) labelValues(key string) []string {
	seen := map[string]bool{}
	for _, t := range p.tills {
		if v, ok := t.decl.Labels[key]; ok {
			seen[v] = true
		}
	}
	return sortedKeys(seen)
}

// labelKeys lists the keys of labels that tills have.
func (p *planning) labelKeys(wanted string) string {
	seen := map[string]bool{}
	for _, t := range p.tills {
		for k := range t.decl.Labels {
			seen[k] = true
		}
	}
	if len(seen) == 0 {
		return "no till has labels: declare them under labels, of a till or of defaults"
	}
	return near(wanted, sortedKeys(seen), byLabel) + "labels are: " + list(sortedKeys(seen))
}

// farthest is how many letters of a mistyped word may differ; longest bounds
// the words that are compared.
const farthest, longest = 3, 100

// near begins a hint with the word that a mistyped one may mean.
func near(word string, words []string, prefix string) string {
	best, found := farthest+1, ""
	for _, w := range words {
		if len(word) > longest || len(w)-len(word) > 2*farthest || len(word)-len(w) > 2*farthest {
			continue
		}
		if d := levenshtein.ComputeDistance(word, w); d < best && d < len(w) {
			best, found = d, w
		}
	}
	if found == "" {
		return ""
	}
	return "did you mean " + prefix + found + "? "
}

// nearest finds the address that a mistyped one may mean.
func (p *planning) nearest(name string, byAddr map[string]*till) string {
	if len(name) > longest {
		return ""
	}
	if !strings.Contains(name, ".") {
		name = spec.KKTAddress(name)
	}
	best, found := farthest+1, ""
	try := func(addr string) {
		if d := len(addr) - len(name); d > 2*farthest || d < -2*farthest {
			return
		}
		if d := levenshtein.ComputeDistance(strings.ToLower(name), strings.ToLower(addr)); d < best || d == best && addr < found {
			best, found = d, addr
		}
	}
	for addr := range byAddr {
		try(addr)
	}
	for addr := range p.byAddr {
		try(addr)
	}
	return found
}
