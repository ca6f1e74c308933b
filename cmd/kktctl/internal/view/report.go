package view

import (
	"fmt"
	"strings"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
)

// The rules of the report: one sentence that counts, then what went wrong and
// why, then what nobody can know but a person, and last what people owe, each
// with its exact command.

// ApplyReport tells how an apply ended; nothing when it never began.
func ApplyReport(r *apply.Report, o Options) string {
	if r == nil {
		return ""
	}
	w := &reportWriter{o: o, t: newTheme(o.Color)}
	w.b.WriteString(w.t.bold.of(reportSentence(r.Summary)) + "\n")
	w.section(r, apply.StepFailed, "Failed", w.failed)
	w.section(r, apply.StepSkipped, "Skipped", w.skipped)
	w.section(r, apply.StepInterrupted, "Not finished", w.interrupted)
	w.waiting(r)
	w.section(r, apply.StepUnknown, "Outcome unknown: a person has to look", w.unknown)
	if tasks := Tasks(owed(r), o); tasks != "" {
		w.b.WriteString("\n" + tasks)
	}
	return w.b.String()
}

func reportSentence(s apply.Summary) string {
	text := fmt.Sprintf("Applied: %d done, %d waiting, %d failed, %d skipped, %d unknown",
		s.Done, s.Waiting, s.Failed, s.Skipped, s.Unknown)
	if s.Interrupted > 0 {
		text += fmt.Sprintf(", %d not finished", s.Interrupted)
	}
	return text + "."
}

// owed is the tasks but those of the unknown steps, which stand above with
// their commands.
func owed(r *apply.Report) []apply.Task {
	unknown := map[string]bool{}
	for _, s := range r.Steps {
		if s.State == apply.StepUnknown {
			unknown[planner.StepID(s.Action, s.Address)] = true
		}
	}
	var out []apply.Task
	for _, t := range r.Tasks {
		if !t.WaitingFor.OfOutcome() || !unknown[planner.StepID(t.Action, t.Address)] {
			out = append(out, t)
		}
	}
	return out
}

type reportWriter struct {
	b strings.Builder
	o Options
	t theme
}

// maxListed is how many steps of one state are listed without -v.
const maxListed = 20

// section writes the steps of one state under a title, when there are any.
// Those whose outcome is unknown are never left out: each owes a decision.
func (w *reportWriter) section(r *apply.Report, st apply.StepState, title string, write func(apply.StepResult)) {
	n := 0
	for _, s := range r.Steps {
		if s.State != st {
			continue
		}
		if n++; n == 1 {
			w.b.WriteString("\n" + w.t.bold.of(title) + "\n")
		}
		if n <= maxListed || w.o.Verbose || st == apply.StepUnknown {
			write(s)
		}
	}
	if n > maxListed && !w.o.Verbose && st != apply.StepUnknown {
		w.b.WriteString("  " + w.t.dim.of(fmt.Sprintf("and %d more (all with -v)", n-maxListed)) + "\n")
	}
}

func (w *reportWriter) head(st style, s apply.StepResult, text string) {
	head := Clean(s.Address) + ": " + verb(s.Action)
	lines := wrap(CleanLines(text), w.o.width()-4)
	if text == "" {
		w.b.WriteString("  " + st.of(head) + "\n")
		return
	}
	if one := head + ": " + lines[0]; len(lines) == 1 && width(one)+2 <= w.o.width() {
		w.b.WriteString("  " + st.of(head) + ": " + lines[0] + "\n")
		return
	}
	w.b.WriteString("  " + st.of(head) + ":\n")
	for _, l := range lines {
		w.b.WriteString("    " + l + "\n")
	}
}

func (w *reportWriter) hint(s apply.StepResult) {
	writeIndented(&w.b, "    ", w.t.cyan, "hint: ", w.o.commands(s.Hint), w.o)
}

func (w *reportWriter) failed(s apply.StepResult) {
	w.head(w.t.red, s, reason(s))
	w.hint(s)
}

// reason is the message of a step, or its error when there is no message.
func reason(s apply.StepResult) string {
	if s.Message == "" && s.Err != nil {
		return s.Err.Error()
	}
	return s.Message
}

func (w *reportWriter) skipped(s apply.StepResult) { w.head(w.t.dim, s, skippedText(s)) }

// skippedText says what a skipped step would have needed.
func skippedText(s apply.StepResult) string {
	if s.Message != "" || s.SkippedFor == "" {
		return s.Message
	}
	action, address, _ := strings.Cut(s.SkippedFor, ":")
	return "needs another step: " + verb(planner.Action(action)) + " " + Clean(address)
}

func (w *reportWriter) interrupted(s apply.StepResult) { w.head(w.t.dim, s, s.Message) }

// goesOn is the command that goes on with what waits: what was not begun is
// begun by an apply only.
func goesOn(r *apply.Report) string {
	for _, s := range r.Steps {
		if s.State == apply.StepWaiting && s.WaitingFor == planner.WaitWindow && s.Phase == "" {
			return "apply"
		}
	}
	return "resume"
}

// waiting counts the waits; verbose lists them.
func (w *reportWriter) waiting(r *apply.Report) {
	n := map[planner.Wait]int{}
	for _, s := range r.Steps {
		if s.State == apply.StepWaiting {
			n[s.WaitingFor]++
		}
	}
	if len(n) == 0 {
		return
	}
	w.b.WriteString("\n" + w.t.bold.of("Waiting") + "\n")
	if !w.o.Automated {
		defer func() { w.b.WriteString("  they go on with:\n    " + w.o.commands("kktctl "+goesOn(r)) + "\n") }()
	}
	if w.o.Verbose {
		w.waitingSteps(r)
		return
	}
	for _, k := range sortedWaits(n) {
		word := whom(k)
		if k == "" {
			word = "the next try"
		}
		w.b.WriteString("  " + count(n[k], "step") + " for " + word + "\n")
	}
	w.long(r)
}

// long tells of the waits that last so long that something can be done.
func (w *reportWriter) long(r *apply.Report) {
	for _, s := range r.Steps {
		if s.State == apply.StepWaiting && s.Hint != "" {
			w.head(w.t.yellow, s, s.Message)
			w.hint(s)
		}
	}
}

func (w *reportWriter) waitingSteps(r *apply.Report) {
	for _, s := range r.Steps {
		if s.State != apply.StepWaiting {
			continue
		}
		text := waitText(apply.Event{WaitingFor: s.WaitingFor}, s.Message)
		if !s.Since.IsZero() {
			text += ", since " + w.o.since(s.Since)
		}
		if !s.Due.IsZero() {
			text += ", " + w.o.by(s.Due)
		}
		w.head(w.t.yellow, s, text)
	}
}

// What the two answers to kktctl resolve mean.
const (
	ifSent    = "if it happened:"
	ifNotSent = "if it did not happen (it is sent again):"
)

// unknown says what to look at and how to say what was seen.
func (w *reportWriter) unknown(s apply.StepResult) {
	w.head(w.t.yellow, s, reason(s))
	w.hint(s)
	address := shellQuote(s.Address)
	w.b.WriteString("    " + ifSent + "\n      " + w.o.program() + " resolve " + address + " --sent" + s.Gives + "\n")
	w.b.WriteString("    " + ifNotSent + "\n      " + w.o.program() + " resolve " + address + " --not-sent\n")
}
