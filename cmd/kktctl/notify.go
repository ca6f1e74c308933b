package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/cmd/kktctl/internal/notify"
	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// The rules of notifications:
//
//   - One message a run and destination, when there is news; none otherwise.
//   - They never change how a command ends, nor hold it up for longer than
//     notifyTime. Ctrl-C ends the waiting.
//   - What was delivered is remembered in the state, each destination by
//     itself, so that the next run tells only what is new.
//   - The destinations of the fleet file are left alone in a sandbox.

// notifyTime is how long deliveries may take, all of them together.
const notifyTime = 15 * time.Second

// notifyNone is the value of --notify that leaves the fleet file's out.
const notifyNone = "none"

// notifying is who is told how a command ends, and about what.
type notifying struct {
	URLs []string
	On   []string

	operation string
	fleet     *spec.Fleet
	to        []destination
	refused   diag.List // why the plan cannot be applied
	told      bool      // the run itself has told
}

// destination is where a message goes.
type destination struct {
	name    spec.NotifyURL // safe to show
	url     string         // with its secrets
	secrets []string
	on      []string
}

func (n *notifying) flags(cmd *cobra.Command, operation string) {
	n.operation = operation
	f := cmd.Flags()
	f.StringArrayVar(&n.URLs, "notify", nil, "tell how it ended: telegram://env:TG_TOKEN@telegram?chats=…, env:URL, file:PATH, or none (repeatable)")
	f.StringSliceVar(&n.On, "notify-on", nil, "about what: "+strings.Join(spec.NotifyKinds(), ", "))
	must(cmd.RegisterFlagCompletionFunc("notify-on", cobra.FixedCompletions(spec.NotifyKinds(), cobra.ShellCompDirectiveNoFileComp)))
	must(cmd.RegisterFlagCompletionFunc("notify", cobra.NoFileCompletions))
}

// check refuses what cannot be a destination, before anything is read. What
// is refused is never shown: a secret may stand in it.
func (n *notifying) check() error {
	for _, kind := range n.On {
		if !slices.Contains(spec.NotifyKinds(), kind) {
			return fmt.Errorf("--notify-on is %q\nhint: it takes %s", kind, strings.Join(spec.NotifyKinds(), ", "))
		}
	}
	for i, text := range n.URLs {
		if text == notifyNone {
			continue
		}
		if _, err := spec.ParseNotifyURL(text); err != nil {
			return fmt.Errorf("the value of --notify%s %w", nth(i, len(n.URLs)), err)
		}
	}
	return nil
}

func nth(i, of int) string {
	if of == 1 {
		return ""
	}
	return fmt.Sprintf(" (number %d)", i+1)
}

// prepareNotify finds the destinations of a fleet and their secrets. What is missing
// is a warning: nobody is told there, and all else goes on.
func (a *App) prepareNotify(g *globals, n *notifying, fleet *spec.Fleet) {
	n.fleet = fleet
	var wanted []spec.Notify
	for _, text := range n.URLs {
		if u, err := spec.ParseNotifyURL(text); text != notifyNone && err == nil {
			wanted = append(wanted, spec.Notify{URL: u})
		}
	}
	if !g.Sandbox && !slices.Contains(n.URLs, notifyNone) {
		wanted = append(wanted, fleet.Notify...)
	}
	s := &secrets{dir: fleet.Dir, env: a.Env}
	seen := map[string]bool{}
	for _, w := range wanted {
		if seen[w.URL.String()] {
			continue
		}
		seen[w.URL.String()] = true
		d := destination{name: w.URL, on: w.On}
		if len(d.on) == 0 {
			d.on = spec.NotifyDefaults()
		}
		if len(n.On) > 0 {
			d.on = n.On
		}
		var err error
		d.url, d.secrets, err = w.URL.Resolve(func(ref spec.Secret) (string, error) { return s.value(ref, "notify") })
		if err != nil {
			a.warnNotify(g, d, reasonOf(err))
			continue
		}
		n.to = append(n.to, d)
	}
	a.showDiagnostics(g, s.notes)
}

// reasonOf is the first line of an error.
func reasonOf(err error) string {
	var d diag.Diagnostic
	if errors.As(err, &d) {
		return d.Summary
	}
	return err.Error()
}

func (a *App) warnNotify(g *globals, d destination, why string) {
	a.showDiagnostics(g, diag.List{{
		Severity: diag.Warning, Summary: "nobody is notified at " + d.name.String() + ": " + why,
		Hint: "the command itself is not touched by that; what is under way is told by the next run that can",
	}})
}

// notifyRun tells how a run ended, under its lock, and remembers what was
// delivered.
func (a *App) notifyRun(ctx context.Context, in *interrupts, w *work, report *apply.Report, n *notifying, err error) {
	if n == nil || len(n.to) == 0 || in.happened() {
		return
	}
	news := report.News(a.now())
	told := make([]apply.Told, len(n.to))
	message := func(i int) *view.Notification {
		d := &n.to[i]
		var mine []apply.News
		for _, x := range w.session.Untold(d.name.ID(), news) {
			if slices.Contains(d.on, x.Kind) {
				mine = append(mine, x)
			}
		}
		told[i] = apply.Told{To: d.name.ID(), News: mine}
		items := view.NotifySteps(mine, report.Tasks, a.notifyOptions(w.g))
		if err != nil && slices.Contains(d.on, spec.NotifyError) {
			items = append(items, view.NotifyErrors(diagnosticsOf(err))...)
		}
		return a.notification(w.g, n, items)
	}
	delivered := a.notifyAll(ctx, in.stop, w.g, n, message)
	n.told = true
	var all []apply.Told
	for i, ok := range delivered {
		if ok {
			all = append(all, told[i])
		}
	}
	if err := w.session.Tell(ctx, all...); err != nil {
		a.showDiagnostics(w.g, diag.List{{Severity: diag.Warning, Summary: "what people were notified of could not be kept: " + err.Error(), Hint: "the next run tells it again"}})
	}
}

// notifyDrift tells what a drift report says.
func (a *App) notifyDrift(ctx context.Context, in *interrupts, g *globals, r *planner.DriftReport, n *notifying) {
	if in.happened() {
		return
	}
	all := view.NotifyDrift(r)
	a.notifyAll(ctx, in.stop, g, n, func(i int) *view.Notification {
		return a.notification(g, n, chosenItems(all, n.to[i].on))
	})
	n.told = true
}

// notifyError runs a command and tells of an error that ended it before it
// could tell of anything itself.
func (a *App) notifyError(ctx context.Context, g *globals, n *notifying, do func() error) error {
	if err := n.check(); err != nil {
		return err
	}
	err := do()
	var c *coded
	switch {
	case err == nil || n.told || n.fleet == nil || errors.Is(err, errDeclined) || errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &c) && (c.err == nil || c.code == exitInterrupted):
		return err
	}
	why := n.refused
	if !errors.Is(err, errPlanErrors) {
		why = diagnosticsOf(err)
	}
	items := view.NotifyErrors(why)
	a.notifyAll(ctx, nil, g, n, func(i int) *view.Notification {
		return a.notification(g, n, chosenItems(items, n.to[i].on))
	})
	return err
}

func chosenItems(all []view.NotifyItem, on []string) []view.NotifyItem {
	var out []view.NotifyItem
	for i := range all {
		if slices.Contains(on, all[i].Kind) {
			out = append(out, all[i])
		}
	}
	return out
}

func (a *App) notification(g *globals, n *notifying, items []view.NotifyItem) *view.Notification {
	return &view.Notification{
		Fleet: n.fleet.Name, Operation: n.operation, Sandbox: g.Sandbox, Items: items,
		Commit: a.provenance().Commit, Pipeline: a.pipelineLink(),
	}
}

func (a *App) notifyOptions(g *globals) view.Options {
	return view.Options{Now: a.now(), Program: a.program(g)}
}

// notifyAll sends a message to each destination that has news, all at once,
// and tells which were delivered.
func (a *App) notifyAll(ctx context.Context, stop <-chan struct{}, g *globals, n *notifying, message func(int) *view.Notification) []bool {
	ctx, cancel := context.WithTimeout(ctx, notifyTime)
	defer cancel()
	go func() {
		select {
		case <-stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	o := a.notifyOptions(g)
	results := make([]chan error, len(n.to))
	for i, d := range n.to {
		m := message(i)
		if len(m.Items) == 0 {
			continue
		}
		results[i] = make(chan error, 1)
		go func() {
			results[i] <- notify.Send(ctx, d.url, d.secrets, notify.Message{
				Title: m.Title(), Text: func(limit int) string { return m.Text(limit, o) },
			})
		}()
	}
	delivered := make([]bool, len(n.to))
	for i, r := range results {
		if r == nil {
			continue
		}
		if err := <-r; err != nil {
			a.warnNotify(g, n.to[i], err.Error())
			continue
		}
		delivered[i] = true
		a.showDiagnostics(g, diag.List{{Severity: diag.Note, Summary: "notified " + n.to[i].name.String()}})
	}
	return delivered
}

// pipelineLink is where the run can be looked at, or its number.
func (a *App) pipelineLink() string {
	link := a.Env("CI_PIPELINE_URL")
	if run := a.Env("GITHUB_RUN_ID"); run != "" {
		link = a.Env("GITHUB_SERVER_URL") + "/" + a.Env("GITHUB_REPOSITORY") + "/actions/runs/" + run
	}
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" || len(link) > 200 {
		return a.provenance().Pipeline
	}
	return link
}
