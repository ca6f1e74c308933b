package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

func newTasksReportCmd(a *App, g *globals) *cobra.Command {
	var r spec.FiscalReport
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "report ADDRESS --at TIME --document NUMBER --sign FISCAL-SIGN",
		Short: "Enter what a till's printed report of registration says",
		Long:  "Records what is printed on the report of registration: date and time as printed (2026-11-20T10:15:00), the number of the fiscal document, and the fiscal sign (ФПД).",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.runTasksReport(cmd.Context(), g, args[0], r, timeout)
		},
		ValidArgsFunction: completeAddress(g, 1),
	}
	f := cmd.Flags()
	f.StringVar(&r.At, "at", "", "date and time as printed, such as 2026-11-20T10:15:00")
	f.StringVar(&r.Document, "document", "", "number of the fiscal document")
	f.StringVar(&r.Sign, "sign", "", "fiscal sign, digits")
	lockTimeoutFlag(f, &timeout)
	for _, name := range []string{"at", "document", "sign"} {
		must(cmd.MarkFlagRequired(name))
	}
	return cmd
}

func (a *App) runTasksReport(ctx context.Context, g *globals, address string, r spec.FiscalReport, timeout time.Duration) error {
	at, err := checkReport(r)
	if err != nil {
		return err
	}
	replaced := ""
	err = a.editState(ctx, g, edit{"tasks report", timeout}, func(s *apply.Session) error {
		address = apply.AddressIn(s.Snapshot(), address)
		if w := waitingFor(s.Snapshot(), address, planner.WaitReport); w != nil {
			if err := checkReportTime(at, w.Started, a.now()); err != nil {
				return err
			}
			if before := w.Data.Report; before != nil {
				replaced = fmt.Sprintf(" It replaces the one given before (%s, document %s, sign %s).", before.At, before.Document, before.Sign)
			}
		}
		return s.GiveReport(ctx, address, r)
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(a.Out, "The report of %s is recorded.%s%s\n", address, replaced, a.goOn(g, "resume"))
	return nil
}

// waitingFor finds the running step of a till that waits for something.
func waitingFor(snap *state.Snapshot, address string, wait planner.Wait) *state.Workflow {
	for _, w := range snap.Resources[address].Workflows {
		if w != nil && w.WaitingFor == string(wait) {
			return w
		}
	}
	return nil
}

// checkReport refuses what no till prints, before a wrong report is sent to
// the tax service.
func checkReport(r spec.FiscalReport) (at time.Time, err error) {
	at, err = time.Parse(spec.LocalTimeLayout, r.At)
	if err != nil {
		return at, fmt.Errorf("--at is %q\nhint: write the printed date and time as 2026-11-20T10:15:00", r.At)
	}
	for _, f := range []struct{ flag, value string }{{"--document", r.Document}, {"--sign", r.Sign}} {
		if spec.CheckReportNumber(f.value) != nil {
			return at, fmt.Errorf("%s is %q\nhint: it is a number of up to ten digits, as printed, and not zero", f.flag, f.value)
		}
	}
	return at, nil
}

// How far a printed time may be from what kktctl knows: a till prints the
// time of its own zone, which is not known, and its clock may be off.
const (
	reportAhead  = 24 * time.Hour
	reportBefore = 48 * time.Hour
)

// checkReportTime refuses the time of a report that cannot be of this
// registration: from the future, or from long before it was begun.
func checkReportTime(at, began, now time.Time) error {
	const hint = "\nhint: copy date and time from the printed report again; if the till's clock is wrong, set it and print anew"
	printed := at.Format(spec.LocalTimeLayout)
	switch {
	case at.After(now.Add(reportAhead)):
		return fmt.Errorf("--at is %s, which is in the future%s", printed, hint)
	case at.Before(began.Add(-reportBefore)):
		return fmt.Errorf("--at is %s, but the registration was begun on %s only%s", printed, began.UTC().Format(time.DateOnly), hint)
	}
	return nil
}

// must is for flags that are marked where they are made: an error is a slip
// of this program.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
