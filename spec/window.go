package spec

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"time"
	_ "time/tzdata" // zones are known on machines that have no list of them

	"github.com/kktctl/kktctl/spec/diag"
	"gopkg.in/yaml.v3"
)

// Window is a time of the week in which irreversible calls may be made. Its
// times are those that a clock on the wall of its zone shows: where clocks are
// put forward what is left out is left out of the window, and an hour that
// comes twice is in it twice.
type Window struct {
	Days [7]bool // by time.Weekday: the day on which it begins
	From int     // minutes after midnight, 0 to 1439
	To   int     // minutes after midnight, to 1440; not after From: of the next day
	Zone *time.Location
	Pos  diag.Pos
}

// Windows are the times in which irreversible calls may be made; none means
// always.
type Windows []Window

// DefaultZone is that of a window that names none.
const DefaultZone = "Europe/Moscow"

const minutesOfDay = 24 * 60

// Open tells whether the time is in one of the windows.
func (w Windows) Open(at time.Time) bool {
	return len(w) == 0 || slices.ContainsFunc(w, func(v Window) bool { return v.open(at) })
}

func (w Window) open(at time.Time) bool {
	at = at.In(w.Zone)
	today, minute := at.Weekday(), at.Hour()*60+at.Minute()
	if w.To > w.From {
		return w.Days[today] && w.From <= minute && minute < w.To
	}
	return w.Days[today] && minute >= w.From || w.Days[(today+6)%7] && minute < w.To
}

// Next is when a window opens next; the time itself while one is open, and the
// zero time when none does within the year.
func (w Windows) Next(at time.Time) time.Time {
	if w.Open(at) {
		return at
	}
	for day := range 366 {
		var first time.Time
		for _, v := range w {
			if t := v.opens(at, day); !t.IsZero() && (first.IsZero() || t.Before(first)) {
				first = t
			}
		}
		if !first.IsZero() {
			return first
		}
	}
	return time.Time{}
}

// opens is when the window opens on a day so many days after a time; zero when
// it does not, or did before.
func (w Window) opens(at time.Time, days int) time.Time {
	y, m, d := at.In(w.Zone).Date()
	begin := time.Date(y, m, d+days, w.From/60, w.From%60, 0, 0, w.Zone)
	if !w.Days[time.Date(y, m, d+days, 12, 0, 0, 0, w.Zone).Weekday()] {
		return time.Time{}
	}
	// Where clocks are put forward over the beginning it opens when they are.
	for t := begin.Add(-3 * time.Hour); t.Before(begin.Add(3 * time.Hour)); t = t.Add(time.Minute) {
		if t.After(at) && w.open(t) && !w.open(t.Add(-time.Minute)) {
			return t.UTC()
		}
	}
	return time.Time{}
}

// days of the week as they are written, by time.Weekday.
func dayNames() []string { return []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} }

func windowSchema() schema[Window] {
	return schema[Window]{
		{"days", func(r *reader, n *yaml.Node, w *Window) { w.Days = r.days(n) }},
		{"from", func(r *reader, n *yaml.Node, w *Window) { w.From = r.clock(n, 0, minutesOfDay-1) }},
		{"to", func(r *reader, n *yaml.Node, w *Window) { w.To = r.clock(n, minutesOfDay, minutesOfDay) }},
		{"timezone", func(r *reader, n *yaml.Node, w *Window) { w.Zone = r.zone(n) }},
	}
}

// windows reads the times in which irreversible calls may be made.
func (r *reader) windows(n *yaml.Node) Windows {
	var out Windows
	if deref(n).Kind == yaml.SequenceNode && len(deref(n).Content) == 0 {
		r.errorAt(n, "write one as {days: [mon, tue], from: \"09:00\", to: \"18:00\"}, or take the key out: then every time is good", "holds no window")
	}
	r.elements(n, func(e *yaml.Node) {
		w := Window{To: minutesOfDay, Zone: defaultZone(), Pos: r.pos(deref(e))}
		for i := range w.Days {
			w.Days[i] = true
		}
		windowSchema().read(r, e, &w)
		if w.From == w.To {
			r.errorAt(e, "leave both out for the whole day", "from and to are the same")
		}
		out = append(out, w)
	})
	return out
}

func (r *reader) days(n *yaml.Node) [7]bool {
	var out [7]bool
	names := dayNames()
	for _, name := range r.setOf(n, names) {
		out[slices.Index(names, name)] = true
	}
	if isNull(n) {
		return [7]bool{true, true, true, true, true, true, true}
	}
	if deref(n).Kind == yaml.SequenceNode && len(deref(n).Content) == 0 {
		r.errorAt(n, "name days: [mon, tue, wed, thu, fri], or leave it out for all", "names no day")
	}
	return out
}

var clockForm = regexp.MustCompile(`^([0-9]{1,2}):([0-9]{2})$`)

// clock reads a time of day as minutes after midnight; null gives the default.
func (r *reader) clock(n *yaml.Node, null, most int) int {
	r.mayText(TextClock)
	n = deref(n)
	if isNull(n) {
		return null
	}
	text := n.Value
	if n.Kind != yaml.ScalarNode || n.Tag != "!!str" {
		r.errorAt(n, "write it as \"09:00\"", "must be a time of day, this is %s", kindOf(n))
		return null
	}
	minutes, err := parseClock(text)
	if err != nil || minutes > most {
		r.errorAt(n, "write it as \"09:00\"; the end of a day is \"24:00\", of a window only", "%s is not a time of day", quote(text))
		return null
	}
	return minutes
}

func parseClock(s string) (int, error) {
	m := clockForm.FindStringSubmatch(s)
	if m == nil {
		return 0, errors.New("is not a time of day")
	}
	hours, _ := strconv.Atoi(m[1])
	minutes, _ := strconv.Atoi(m[2])
	if minutes > 59 || hours > 24 || hours == 24 && minutes > 0 {
		return 0, errors.New("is not a time of day")
	}
	return hours*60 + minutes, nil
}

func defaultZone() *time.Location {
	loc, err := time.LoadLocation(DefaultZone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// zone reads a name of the list of time zones.
func (r *reader) zone(n *yaml.Node) *time.Location {
	name := DefaultZone
	if s := r.text(n); s != "" {
		name = s
	}
	loc, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		r.errorAt(n, "write a name such as Europe/Moscow, Asia/Vladivostok or UTC", "%s is not a time zone", quote(name))
		return time.UTC
	}
	return loc
}
