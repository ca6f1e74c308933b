package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/hashicorp/go-multierror"
	"github.com/spf13/pflag"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec/diag"
)

// How long a simulated service is waited for, unless the environment says it.
const (
	sandboxPoll  = 200 * time.Millisecond
	sandboxQuiet = time.Second
)

// running is how steps are carried out, the same for apply and resume.
type running struct {
	Wait        time.Duration
	LockTimeout time.Duration
	Parallelism int
	JSON        bool
	Detailed    bool
	resume      bool
	again       string // flags of an apply that goes on with what this one leaves; view.Options.Again
	atOnce      bool   // asked for by name: policy.windows does not hold it back
	reports     reportFiles
	into        *reportFile // JSON lines
	markdown    *reportFile
	junit       *reportFile
	result      *runResult
	notify      *notifying // nil where nobody is told
}

// hints has the commands that are told narrow and override as this one did.
func (r running) hints(o view.Options) view.Options {
	o.Again = r.again
	return o
}

// runResult is what a command that applies came to.
type runResult struct {
	fleet   string        // once it is known
	report  *apply.Report // nil when nothing was begun
	refused diag.List     // why the plan cannot be applied
	times   *view.StepTimes
}

func (r *running) flags(f *pflag.FlagSet) {
	f.Var((*span)(&r.Wait), "wait", "go on for so long with what waits, such as 30m")
	lockTimeoutFlag(f, &r.LockTimeout)
	f.IntVar(&r.Parallelism, "parallelism", 10, "steps at the same time")
	f.BoolVar(&r.JSON, "json", false, "one JSON object a line")
	r.into = r.reports.flag(f, "json-into", "also write the JSON lines into this file", eventsReport)
	r.markdown = r.reports.flag(f, "markdown-into", "write how it ended as Markdown into this file", markdownReport)
	r.junit = junitFlag(&r.reports, f)
	r.result = &runResult{times: view.NewStepTimes()}
	f.BoolVar(&r.Detailed, "detailed-exitcode", false, "exit 3 when something waits")
}

// run applies a plan and tells how it ended.
func (a *App) run(ctx context.Context, in *interrupts, w *work, plan *planner.Plan, o running) error {
	opts, err := a.runOptions(in, w, o)
	if err != nil {
		return err
	}
	listener, done, err := a.listener(w.g, in, plan, o)
	if err != nil {
		return err
	}
	opts.Listener = listener
	in.softly()
	by := a.provenance()
	by.Plan = cmp.Or(w.planID, planID(plan))
	by.Overrides = w.overrides
	w.session.Credit(by)
	report, err := w.session.Run(ctx, w.fleet, plan, w.backend.provider, opts)
	if closing := done(); closing != nil {
		err = multierror.Append(err, closing)
	}
	if report == nil {
		return err
	}
	if o.result != nil {
		o.result.report = report
	}
	switch {
	case o.JSON:
	case len(report.Steps) > 0:
		fmt.Fprint(a.Out, view.ApplyReport(report, o.hints(a.outOptions(w.g))))
	case o.resume:
		fmt.Fprintln(a.Out, "Nothing is under way.")
	}
	a.notifyRun(ctx, in, w, report, o.notify, otherErrors(err))
	return outcome(report, otherErrors(err), in.happened(), o.Detailed)
}

func (a *App) runOptions(in *interrupts, w *work, o running) (apply.Options, error) {
	poll, err := a.envDuration("KKTCTL_POLL_INTERVAL")
	if err != nil {
		return apply.Options{}, err
	}
	quiet, err := a.envDuration("KKTCTL_QUIET_PERIOD")
	if err != nil {
		return apply.Options{}, err
	}
	if w.g.Sandbox { // what is simulated answers soon
		poll, quiet = cmp.Or(poll, sandboxPoll), cmp.Or(quiet, sandboxQuiet)
	}
	if o.Parallelism < 1 {
		return apply.Options{}, fmt.Errorf("--parallelism is %d\nhint: give a number from 1", o.Parallelism)
	}
	return apply.Options{
		Parallelism: o.Parallelism, Wait: o.Wait, PollInterval: poll, QuietPeriod: quiet,
		Resume: o.resume, KeepLock: w.g.Sandbox, Windows: windowsFor(w, o), Codes: w.backend.codes, Version: version, Stop: in.stop,
	}, nil
}

// envDuration reads a duration such as 10s; 0 when it is not set.
func (a *App) envDuration(name string) (time.Duration, error) {
	v := a.Env(name)
	if v == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(v)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("%s is %q, which is not a duration\nhint: write it as 10s, 5m or 1h", name, v)
	}
	return d, nil
}

// listener shows what happens: as JSON lines or for people on stderr, and into
// the file that --json-into names.
func (a *App) listener(g *globals, in *interrupts, plan *planner.Plan, o running) (apply.Listener, func() error, error) {
	file, err := o.into.stream()
	if err != nil {
		return nil, nil, err
	}
	shown, done := a.shownListener(g, in, plan, o)
	if o.junit.given() {
		shown = listeners{shown, o.result.times}
	}
	if file == nil {
		return shown, done, nil
	}
	lines := view.NewJSONLines(file, o.hints(a.errOptions(g)))
	return listeners{shown, lines}, func() error {
		return multierror.Append(nil, done(), o.into.failed(errors.Join(lines.Err(), file.Close()))).ErrorOrNil()
	}, nil
}

// listeners are told the same, one after the other.
type listeners []apply.Listener

// Event implements apply.Listener.
func (l listeners) Event(e apply.Event) {
	for _, to := range l {
		to.Event(e)
	}
}

func (a *App) shownListener(g *globals, in *interrupts, plan *planner.Plan, o running) (apply.Listener, func() error) {
	if o.JSON {
		lines := view.NewJSONLines(a.Out, o.hints(a.outOptions(g)))
		return lines, lines.Err
	}
	out := a.output(g)
	out.Moving = out.Moving && !g.Verbose // the calls that -v tells of would tear the picture
	p := view.NewProgress(out, len(plan.Steps), view.ProgressOptions{Now: a.Now, Size: a.Size, Hints: o.hints(a.errOptions(g))})
	return p, in.through(p.Say, p.Close)
}

// tellResult runs a command that applies and writes how it ended into the file
// that --markdown-into names: also that, and why, nothing was begun.
func (a *App) tellResult(g *globals, operation string, o running, do func() error) error {
	began := a.now()
	err := do()
	if o.result.fleet == "" { // nobody knows whose comment it would be
		return err
	}
	ended := view.Ended{Operation: operation, Fleet: o.result.fleet, Report: o.result.report, All: a.program(g) + " plan"}
	if errors.Is(err, errPlanErrors) {
		ended.Errors = o.result.refused
	} else if err != nil && err.Error() != "" {
		ended.Errors = diagnosticsOf(err)
	}
	return alsoFailed(err, errors.Join(
		o.markdown.write(func(w io.Writer) error {
			_, err := io.WriteString(w, view.ReportMarkdown(ended, a.outOptions(g)))
			return err
		}),
		o.junit.write(func(w io.Writer) error {
			return view.ReportJUnit(w, ended, o.result.times, began, a.now().Sub(began), a.outOptions(g))
		}),
	))
}

// alsoFailed adds an error to how a command ended. A code that only tells how
// things stand gives way to it.
func alsoFailed(err, more error) error {
	var c *coded
	switch {
	case more == nil:
		return err
	case errors.As(err, &c) && c.err == nil && c.code != exitWaiting:
		return withCode(c.code, more)
	case err == nil || c != nil && c.err == nil:
		return more
	}
	return multierror.Append(nil, err, more)
}

// otherErrors leaves out the failed steps: the report tells of them.
func otherErrors(err error) error {
	var many *multierror.Error
	if !errors.As(err, &many) {
		return err
	}
	var rest *multierror.Error
	for _, e := range many.Errors {
		var step *apply.StepError
		if !errors.As(e, &step) {
			rest = multierror.Append(rest, e)
		}
	}
	return rest.ErrorOrNil()
}

// outcome gives the exit code that a report leads to: what needs a person
// most comes first.
func outcome(report *apply.Report, err error, interrupted, detailed bool) error {
	s := report.Summary
	switch {
	case interrupted:
		if errors.Is(err, context.Canceled) {
			err = nil
		}
		return withCode(exitInterrupted, err)
	case s.Unknown > 0:
		return withCode(exitUnknown, err)
	case err != nil:
		return err
	case s.Failed > 0:
		return withCode(exitError, nil)
	case detailed && s.Waiting > 0:
		return withCode(exitWaiting, nil)
	}
	return nil
}
