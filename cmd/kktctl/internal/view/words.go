package view

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/kktctl/kktctl/planner"
)

// verb is an action as a person says it.
func verb(a planner.Action) string {
	if words := a.Words(); words != string(a) {
		return words
	}
	return humanize(string(a)) // book, check, adopt, move, forget, continue
}

// stepVerb is what a step does; a running one names what it continues.
func stepVerb(s planner.Step) string {
	if s.Action == planner.Continue && s.Continues != "" {
		return "continue to " + verb(s.Continues)
	}
	return verb(s.Action)
}

// whom is what or whom a step waits for, to be read after "waits for".
func whom(w planner.Wait) string {
	switch w {
	case planner.WaitSignature:
		return "your signature"
	case planner.WaitTaxService:
		return "the tax service"
	case planner.WaitService:
		return "OFD.ru"
	case planner.WaitReport:
		return "the printed report"
	case planner.WaitPapers:
		return "the papers of the FN change"
	case planner.WaitFirstDocument:
		return "the till's first document"
	case planner.WaitPayment:
		return "the payment of the order"
	case planner.WaitDeclaration:
		return "a declaration of what the till shows"
	case planner.WaitSilent:
		return "a document of the till"
	case planner.WaitDocument:
		return "the same receipt to be sent again"
	case planner.WaitPerson:
		return "a person's word on what happened"
	case planner.WaitWindow:
		return "a window of policy.windows"
	default:
		return humanize(string(w))
	}
}

// ofPeople tells whether a person has to do something before a wait ends.
func ofPeople(w planner.Wait) bool {
	switch w {
	case planner.WaitSignature, planner.WaitReport, planner.WaitPapers, planner.WaitFirstDocument, planner.WaitSilent, planner.WaitDeclaration, planner.WaitDocument, planner.WaitPayment, planner.WaitPerson:
		return true
	default:
		return false
	}
}

// sortedWaits is the waits that are counted, those of people first.
func sortedWaits(n map[planner.Wait]int) []planner.Wait {
	var out []planner.Wait
	for w, c := range n {
		if c > 0 {
			out = append(out, w)
		}
	}
	slices.SortFunc(out, func(a, b planner.Wait) int {
		if ofPeople(a) != ofPeople(b) {
			if ofPeople(a) {
				return -1
			}
			return 1
		}
		return cmp.Compare(a, b)
	})
	return out
}

func whoms(waits []planner.Wait) string {
	words := make([]string, len(waits))
	for i, w := range waits {
		words[i] = whom(w)
	}
	return strings.Join(words, ", ")
}

// phaseWords says where a running workflow stands; phases are persisted words
// of the provider, and one that is not known here is read as it is.
func phaseWords(phase string) string {
	if phase == "start" {
		return "it was begun"
	}
	if words := planner.PhaseWords(phase); words != "" {
		return words
	}
	return humanize(phase)
}

// humanize turns an identifier such as awaitSignature or await-signature into
// words.
func humanize(id string) string {
	var b strings.Builder
	prev := ' '
	for _, r := range Clean(id) {
		switch {
		case r == '-' || r == '_':
			b.WriteByte(' ')
		case unicode.IsUpper(r) && unicode.IsLower(prev):
			b.WriteByte(' ')
			b.WriteRune(unicode.ToLower(r))
		default:
			b.WriteRune(r)
		}
		prev = r
	}
	return b.String()
}

// count gives "1 step", "2 steps".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// costs gives a cost in words, or nothing.
func costs(c planner.Cost, code string) string {
	var parts []string
	if c.Roubles != 0 {
		parts = append(parts, strconv.Itoa(c.Roubles)+" ₽")
	}
	if c.Codes != 0 {
		part := count(c.Codes, "code")
		if code != "" {
			part += " " + code
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, " and ")
}

// clockLayout and dayLayout are how times are shown; the year is added when
// it is not the current one.
const (
	clockLayout = "Mon 2 Jan 15:04 MST"
	yearLayout  = "Mon 2 Jan 2006 15:04 MST"
)

// At shows a time as plans and lists do.
func (o Options) At(t time.Time) string { return o.at(t) }

// at shows a time in the zone of the options.
func (o Options) at(t time.Time) string {
	loc := o.Location
	if loc == nil {
		loc = time.FixedZone("MSK", 3*60*60)
	}
	t = t.In(loc)
	if !o.Now.IsZero() && o.Now.In(loc).Year() == t.Year() {
		return t.Format(clockLayout)
	}
	return t.Format(yearLayout)
}

// since shows a time in the past and how long ago that is.
func (o Options) since(t time.Time) string {
	if o.Now.IsZero() || o.Now.Sub(t) < time.Minute {
		return o.at(t)
	}
	return o.at(t) + " (" + span(o.Now.Sub(t)) + ")"
}

// overdue tells whether a due time has passed.
func (o Options) overdue(due time.Time) bool {
	return !due.IsZero() && !o.Now.IsZero() && o.Now.After(due)
}

// by shows a due time after the word by, or how late it is.
func (o Options) by(due time.Time) string {
	if o.overdue(due) {
		return "was due by " + o.at(due)
	}
	return "by " + o.at(due)
}

// span is a duration in its largest unit.
func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	default:
		return fmt.Sprintf("%d days", int(d.Hours()/24))
	}
}

// quote puts a value in quotes; an empty one reads (none).
func quote(s string) string {
	if s == "" {
		return "(none)"
	}
	return `"` + strings.ReplaceAll(Clean(s), `"`, `\"`) + `"`
}

// shellQuote makes an argument of a command to copy: a name of ordinary
// characters as it is, anything else in single quotes.
func shellQuote(s string) string {
	s = Clean(s)
	ordinary := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._-/:=+@,", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !ordinary(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
