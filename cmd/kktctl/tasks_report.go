package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/spec"
)

func newTasksReportCmd(a *App, g *globals) *cobra.Command {
	var r spec.FiscalReport
	cmd := &cobra.Command{
		Use:   "report ADDRESS --at TIME --document NUMBER --sign FISCAL-SIGN",
		Short: "Enter what a till's printed report of registration says",
		Long:  "Records what is printed on the report of registration: date and time as printed (2026-11-20T10:15:00), the number of the fiscal document, and the fiscal sign (ФПД).",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.runTasksReport(cmd.Context(), g, args[0], r)
		},
	}
	f := cmd.Flags()
	f.StringVar(&r.At, "at", "", "date and time as printed, such as 2026-11-20T10:15:00")
	f.StringVar(&r.Document, "document", "", "number of the fiscal document")
	f.StringVar(&r.Sign, "sign", "", "fiscal sign, digits")
	for _, name := range []string{"at", "document", "sign"} {
		must(cmd.MarkFlagRequired(name))
	}
	return cmd
}

func (a *App) runTasksReport(ctx context.Context, g *globals, address string, r spec.FiscalReport) error {
	if err := checkReport(r); err != nil {
		return err
	}
	address = tillAddress(address)
	err := a.editState(ctx, g, "tasks report", func(s *apply.Session) error {
		return s.GiveReport(ctx, address, r)
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(a.Out, "The report of %s is recorded. Go on with: %s resume\n", address, a.program(g))
	return nil
}

// checkReport refuses what no till prints, before a wrong report is sent to
// the tax service.
func checkReport(r spec.FiscalReport) error {
	if _, err := time.Parse(spec.LocalTimeLayout, r.At); err != nil {
		return fmt.Errorf("--at is %q\nhint: write the printed date and time as 2026-11-20T10:15:00", r.At)
	}
	for _, f := range []struct{ flag, value string }{{"--document", r.Document}, {"--sign", r.Sign}} {
		if f.value == "" || len(f.value) > 10 || strings.Trim(f.value, "0123456789") != "" {
			return fmt.Errorf("%s is %q\nhint: it is a number of up to ten digits, as printed", f.flag, f.value)
		}
	}
	return nil
}

// tillAddress lets a till be named by its key alone.
func tillAddress(s string) string {
	if strings.HasPrefix(s, "kkts.") {
		return s
	}
	return spec.KKTAddress(s)
}

// must is for flags that are marked where they are made: an error is a slip
// of this program.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
