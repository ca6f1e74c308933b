package main

import (
	"context"
	"errors"
	"io"

	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/cmd/kktctl/internal/metrics"
	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
)

// errNotCompared ends a drift whose report says itself what is wrong.
var errNotCompared = errors.New("not everything could be compared")

type driftOptions struct {
	planning
	Format     string
	JSON       bool
	Detailed   bool
	Reports    planReports
	prometheus *reportFile
	notify     notifying
}

func newDriftCmd(a *App, g *globals) *cobra.Command {
	o := driftOptions{planning: planning{Refresh: true}}
	cmd := &cobra.Command{
		Use:   "drift",
		Short: "Show what differs: live, last applied, declared",
		Long: `Reads the live state and tells apart what was changed outside kktctl, what is
declared and not applied yet, and what no reading shows. It also tells what is
coming: ФН and services that end within policy.renewBefore, tills that have
fallen silent, steps that wait past their due date. Changes nothing, needs no
lock and no signer: it is made for a job that runs every morning.

With --detailed-exitcode it exits 2 when something was changed elsewhere or is
declared and not begun. What is under way, what is coming and what ignore:
leaves alone is told, and does not count.

With --prometheus the same is written as metrics for node_exporter's textfile
collector, which reads *.prom, whole or not at all. When the live state cannot
be read the file is left as it was: alert on kktctl_drift_timestamp_seconds.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.JSON {
				o.Format = "json"
			}
			return a.notifyError(cmd.Context(), g, &o.notify, func() error { return a.runDrift(cmd.Context(), g, &o) })
		},
	}
	f := cmd.Flags()
	o.choice(cmd, g)
	f.StringVar(&o.Format, "format", "text", "text, json or markdown")
	f.BoolVar(&o.JSON, "json", false, "the same as --format json")
	f.BoolVar(&o.Detailed, "detailed-exitcode", false, "exit 2 when drift was found")
	o.Reports.flags(f, driftReport)
	o.prometheus = o.Reports.files.flag(f, "prometheus", "also write metrics to this file, such as /var/lib/node_exporter/kktctl.prom", metricsReport)
	o.notify.flags(cmd, "drift")
	must(cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(planFormats(), cobra.ShellCompDirectiveNoFileComp)))
	cmd.MarkFlagsMutuallyExclusive("format", "json")
	return cmd
}

func (a *App) runDrift(ctx context.Context, g *globals, o *driftOptions) error {
	if err := checkFormat(o.Format); err != nil {
		return err
	}
	if err := o.Reports.files.check(); err != nil {
		return err
	}
	ctx, in := a.watchInterrupts(ctx)
	defer in.end()
	fleet, err := a.loadFleet(g)
	if err != nil {
		return err
	}
	a.prepareNotify(g, &o.notify, fleet)
	input, err := a.driftInput(ctx, g, fleet, o.planning)
	if err != nil {
		return err
	}
	r := planner.DriftOf(input)
	if err := a.tellDrift(g, r, *o); err != nil {
		return err
	}
	a.notifyDrift(ctx, in, g, r, &o.notify)
	return driftOutcome(r, o.Detailed)
}

// writeMetrics writes the report for Prometheus. The file is readable by
// everybody: a service of another user reads it, and it holds addresses and
// counts.
func writeMetrics(r *planner.DriftReport) func(io.Writer) error {
	return func(w io.Writer) error {
		text, err := metrics.Text(r)
		if err == nil {
			_, err = w.Write(text)
		}
		return err
	}
}

// tellDrift shows the report and writes it into the files that were asked for.
func (a *App) tellDrift(g *globals, r *planner.DriftReport, o driftOptions) error {
	all := a.program(g) + " drift" + planning{Targets: o.Targets, Exclude: o.Exclude}.words()
	write := func(format string) func(io.Writer) error {
		return func(w io.Writer) error { return a.writeDrift(w, g, r, format, all) }
	}
	return errors.Join(
		o.prometheus.write(writeMetrics(r)), write(o.Format)(a.Out),
		o.Reports.json.write(write(formJSON)), o.Reports.markdown.write(write(formMarkdown)),
		o.Reports.junit.write(func(w io.Writer) error { return view.DriftJUnit(w, r, a.outOptions(g)) }),
	)
}

// driftInput reads the stored state, without the lock, and the live one.
func (a *App) driftInput(ctx context.Context, g *globals, fleet *spec.Fleet, p planning) (planner.Input, error) {
	b, snap, err := a.openReadingOf(ctx, g, fleet, forPlan)
	if err != nil {
		return planner.Input{}, err
	}
	p.Refresh = true
	in, err := a.planInput(ctx, b, snap, p)
	return in, errors.Join(err, b.close())
}

// driftOutcome is the exit code that a report leads to.
func driftOutcome(r *planner.DriftReport, detailed bool) error {
	switch {
	case r.Verdict == planner.VerdictError:
		return errNotCompared
	case r.Verdict == planner.VerdictDrift && detailed:
		return withCode(exitChanges, nil)
	}
	return nil
}
