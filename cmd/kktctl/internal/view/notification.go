package view

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// The rules of a notification: one message a run, plain text. Its first line
// says of what and counts, the worst first; what is the same of many tills is
// said once; what a person can do stands below as a command; what does not fit
// is counted, and the last lines say where all of it is.

// Notification is what people are told of how a command ended.
type Notification struct {
	Fleet     string
	Operation string // apply, resume, drift
	Sandbox   bool
	Items     []NotifyItem
	Commit    string // of the run, when a pipeline made it
	Pipeline  string // its address, or its number
}

// NotifyItem is one thing to tell. Its text is cleaned when it is told.
type NotifyItem struct {
	Kind     string // of spec.NotifyKinds
	Address  string
	What     string
	Group    string // what is said of many such at once; empty: What
	Hint     string
	Commands []string // that begin with kktctl
}

// The bounds of one item.
const (
	maxNotified  = 300 // characters of a text
	maxAddresses = 5   // of those that have the same to tell
)

// NotifySteps are the items of news of steps; tasks say what people owe.
func NotifySteps(news []apply.News, tasks []apply.Task, o Options) []NotifyItem {
	owed := map[string]*apply.Task{}
	for i := range tasks {
		owed[planner.StepID(tasks[i].Action, tasks[i].Address)] = &tasks[i]
	}
	out := make([]NotifyItem, 0, len(news))
	for _, n := range news {
		st := n.Step
		it := NotifyItem{Kind: n.Kind, Address: st.Address, What: verb(st.Action), Group: verb(st.Action)}
		switch n.Kind {
		case spec.NotifyUnknown:
			it.What += ": " + reason(st)
			it.Commands = []string{"kktctl resolve " + shellQuote(st.Address) + " --sent" + st.Gives, "kktctl resolve " + shellQuote(st.Address) + " --not-sent"}
		case spec.NotifyRefused:
			it.What += ": " + reason(st)
			it.Hint = st.Hint
		case spec.NotifyWaiting, spec.NotifyOverdue:
			it.Group += ": waits for " + whom(st.WaitingFor)
			it.What += ": " + waited(st, owed[planner.StepID(st.Action, st.Address)], o, &it)
		}
		out = append(out, it)
	}
	return out
}

// waited is what a step waits for, and until when.
func waited(st apply.StepResult, t *apply.Task, o Options, it *NotifyItem) string {
	what := "waits for " + whom(st.WaitingFor)
	if t != nil {
		it.Commands = t.Commands
		if t.What != "" {
			what = t.What
		}
	}
	if !st.Due.IsZero() {
		what += ", " + o.by(st.Due)
	}
	return what
}

// NotifyDrift are the items of a drift report. What is under way, left alone
// or ends some day is not told.
func NotifyDrift(r *planner.DriftReport) []NotifyItem {
	out := NotifyErrors(r.Diagnostics)
	for i := range r.Changed {
		if d := &r.Changed[i]; !d.Ignored {
			out = append(out, NotifyItem{Kind: spec.NotifyDrift, Address: d.Address, What: fmt.Sprintf("%s was changed outside kktctl", d.Path)})
		}
	}
	for i := range r.Unapplied {
		out = append(out, NotifyItem{Kind: spec.NotifyDrift, Address: r.Unapplied[i].Address, What: stepVerb(r.Unapplied[i]) + ": declared and not applied"})
	}
	for i := range r.UnderWay {
		if st := &r.UnderWay[i]; st.WaitingFor == planner.WaitPerson {
			out = append(out, NotifyItem{Kind: spec.NotifyUnknown, Address: st.Address, What: stepVerb(*st) + ": a person has to say what happened", Commands: []string{"kktctl tasks"}})
		}
	}
	for i := range r.Coming {
		if c := &r.Coming[i]; c.Kind == planner.ComingOverdue {
			out = append(out, NotifyItem{Kind: spec.NotifyOverdue, Address: c.Address, What: c.What, Hint: c.Hint})
		}
	}
	return out
}

// NotifyErrors are the items of what went wrong with a command as a whole.
func NotifyErrors(list diag.List) []NotifyItem {
	var out []NotifyItem
	for i := range list {
		if d := &list[i]; d.Severity == diag.Error {
			what := d.Summary
			if d.Detail != "" {
				what += ": " + d.Detail
			}
			out = append(out, NotifyItem{Kind: spec.NotifyError, Address: d.Address, What: what, Hint: d.Hint})
		}
	}
	return out
}

// notifyWords are a kind in the first line and as a title.
func notifyWords(kind string) (short, title string) {
	switch kind {
	case spec.NotifyUnknown:
		return "unknown", "Outcome unknown: a person has to look"
	case spec.NotifyRefused:
		return "refused or failed", "Refused or failed"
	case spec.NotifyError:
		return "wrong", "What went wrong"
	case spec.NotifyOverdue:
		return "overdue", "Overdue"
	case spec.NotifyDrift:
		return "drifted", "Drift"
	case spec.NotifyWaiting:
		return "waiting for people", "Waiting for people"
	default:
		return "done", "Done"
	}
}

// Title is the first line of a notification.
func (n *Notification) Title() string {
	var counts []string
	for _, kind := range spec.NotifyKinds() {
		if c := n.count(kind); c > 0 {
			short, _ := notifyWords(kind)
			counts = append(counts, fmt.Sprintf("%d %s", c, short))
		}
	}
	title := "kktctl " + n.Operation + ", fleet " + shortly(n.Fleet) + ": " + strings.Join(counts, ", ")
	if n.Sandbox {
		title = "SANDBOX, nothing real: " + title
	}
	return title
}

func (n *Notification) count(kind string) int {
	c := 0
	for i := range n.Items {
		if n.Items[i].Kind == kind {
			c++
		}
	}
	return c
}

// Text is a notification in at most limit bytes.
func (n *Notification) Text(limit int, o Options) string {
	head, foot := n.Title()+"\n", n.foot(o)
	room := limit - len(head) - len(foot) - 60 // what is left out is counted in that
	var b strings.Builder
	kind, left := "", 0
	for _, block := range n.blocks() {
		if left > 0 { // the rest is less bad: nothing of it goes before
			left += len(block)
			continue
		}
		title := ""
		if block[0].Kind != kind {
			_, words := notifyWords(block[0].Kind)
			title = "\n" + words + "\n"
		}
		text := title + blockText(block, o, true)
		if b.Len()+len(text) > room {
			text = title + blockText(block, o, false)
		}
		if b.Len()+len(text) > room {
			left += len(block)
			continue
		}
		kind = block[0].Kind
		b.WriteString(text)
	}
	if left > 0 {
		fmt.Fprintf(&b, "\nand %d more\n", left)
	}
	return atMost(strings.TrimRight(head+b.String()+foot, "\n"), limit)
}

// foot says where all of it is, and which run told it.
func (n *Notification) foot(o Options) string {
	all := "tasks"
	switch {
	case n.Operation == "drift":
		all = "drift"
	case n.count(spec.NotifyError) == len(n.Items): // nobody owes it
		all = "plan"
	}
	text := "\nAll of it: " + o.program() + " " + all + "\n"
	var run []string
	if n.Commit != "" {
		run = append(run, "commit "+n.Commit[:min(12, len(n.Commit))])
	}
	if n.Pipeline != "" {
		run = append(run, "pipeline "+shortly(n.Pipeline))
	}
	if len(run) > 0 {
		text += strings.Join(run, ", ") + "\n"
	}
	return text
}

// blocks puts together what is the same, or of one group when that has many,
// the worst kinds first, in the order in which they were met.
func (n *Notification) blocks() [][]NotifyItem {
	size := map[string]int{}
	for i := range n.Items {
		size[n.Items[i].Kind+"\x00"+n.Items[i].Group]++
	}
	at := map[string]int{}
	var out [][]NotifyItem
	for _, it := range n.Items {
		if it.Group != "" && size[it.Kind+"\x00"+it.Group] > maxAddresses {
			it.What, it.Hint, it.Commands = it.Group, "", nil
		}
		key := it.Kind + "\x00" + it.What + "\x00" + it.Hint
		i, ok := at[key]
		if !ok {
			i, at[key] = len(out), len(out)
			out = append(out, nil)
		}
		out[i] = append(out[i], it)
	}
	order := spec.NotifyKinds()
	slices.SortStableFunc(out, func(a, b []NotifyItem) int {
		return slices.Index(order, a[0].Kind) - slices.Index(order, b[0].Kind)
	})
	return out
}

// blockText is what is the same of one or more, with what to do about it.
func blockText(items []NotifyItem, o Options, whole bool) string {
	first := items[0]
	text := shortly(first.What)
	switch {
	case len(items) > 1:
		text = fmt.Sprintf("%d × %s (%s)", len(items), text, addresses(items))
	case first.Address != "":
		text = shortly(first.Address) + ": " + text
	}
	lines := []string{"- " + text}
	if !whole {
		return lines[0] + "\n"
	}
	if first.Hint != "" {
		lines = append(lines, "  hint: "+shortly(o.commands(first.Hint)))
	}
	if len(items) == 1 {
		for _, c := range first.Commands {
			if rest, ok := strings.CutPrefix(c, "kktctl "); ok {
				c = o.program() + " " + rest
			}
			lines = append(lines, "  "+shortly(c))
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

func addresses(items []NotifyItem) string {
	var names []string
	for i := range items {
		if a := shortly(items[i].Address); a != "" && !slices.Contains(names, a) {
			if names = append(names, a); len(names) == maxAddresses {
				break
			}
		}
	}
	text := strings.Join(names, ", ")
	if more := len(items) - len(names); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// shortly is a text as one bounded line.
func shortly(s string) string {
	s = Clean(strings.Join(strings.Fields(s), " "))
	if r := []rune(s); len(r) > maxNotified {
		s = string(r[:maxNotified-1]) + "…"
	}
	return s
}

// atMost cuts a text to so many bytes, between characters.
func atMost(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	cut := 0
	for i := range s {
		if i > max(0, limit-len("…")) {
			break
		}
		cut = i
	}
	return s[:cut] + "…"
}
