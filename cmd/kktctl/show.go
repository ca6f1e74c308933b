package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

type showOptions struct {
	Format  string
	JSON    bool
	Reports planReports
}

func newShowCmd(a *App, g *globals) *cobra.Command {
	var o showOptions
	cmd := &cobra.Command{
		Use:   "show PLAN",
		Short: "Show a saved plan",
		Long:  "Shows what a plan saved with kktctl plan --out says. Neither the fleet file nor the service is read, and nothing is changed.",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if o.JSON {
				o.Format = "json"
			}
			return a.runShow(g, args[0], o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Format, "format", "text", "text, json or markdown")
	f.BoolVar(&o.JSON, "json", false, "the same as --format json")
	o.Reports.planFlags(f)
	must(cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(planFormats(), cobra.ShellCompDirectiveNoFileComp)))
	cmd.MarkFlagsMutuallyExclusive("format", "json")
	return cmd
}

func (a *App) runShow(g *globals, path string, o showOptions) error {
	if err := checkFormat(o.Format); err != nil {
		return err
	}
	if err := o.Reports.files.check(otherFile("the plan to show", path)); err != nil {
		return err
	}
	file, err := a.readPlan(g, path)
	if err != nil {
		return err
	}
	if file.Sandbox {
		fmt.Fprint(a.Err, "SANDBOX: a plan of a simulated service. Nothing real happens with it.\n\n")
	}
	if o.Format == "text" {
		fmt.Fprintf(a.Out, "Saved at %s%s: plan %s.\n\n", a.outOptions(g).At(file.Timestamp), file.narrowed(), planID(file.Plan))
	}
	all := a.showCommand(g, path)
	if path == stdStream {
		all = ""
	}
	return errors.Join(a.showPlan(g, file.Plan, o.Format, all), a.writePlanReports(g, o.Reports, file.Plan, all))
}

// narrowed says what a saved plan was made with beyond the fleet file; it is
// applied with the same.
func (p *planFile) narrowed() string {
	words := planning{Targets: p.Targets, Exclude: p.Exclude, AllowUnregister: p.AllowUnregister, Checks: p.Checks}.words() + overridden(p.Overrides)
	if words == "" {
		return ""
	}
	return ", made with" + words
}
