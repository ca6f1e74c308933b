package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

func newValidateCmd(a *App, g *globals) *cobra.Command {
	var o validateOptions
	cmd := &cobra.Command{
		Use:   "validate",
		Short: "Check the fleet file, offline",
		Long:  "Checks the fleet file without a single call: form, references, check digits, duplicates. All findings are shown at once.",
		Args:  cobra.NoArgs,
		RunE:  func(*cobra.Command, []string) error { return a.runValidate(g, o) },
	}
	o.junit = junitFlag(&o.reports, cmd.Flags())
	cmd.Flags().BoolVar(&g.JSON, "json", false, "as JSON")
	return cmd
}

type validateOptions struct {
	reports reportFiles
	junit   *reportFile
}

// validationVersion is the version of a validation's JSON.
const validationVersion = 1

// validation is the JSON of what was found in a fleet file.
type validation struct {
	FormatVersion int       `json:"formatVersion"`
	Valid         bool      `json:"valid"`
	Fleet         string    `json:"fleet,omitempty"`
	KKTs          int       `json:"kkts"` // tills
	Diagnostics   diag.List `json:"diagnostics"`
}

func (a *App) runValidate(g *globals, o validateOptions) error {
	if err := o.reports.check(); err != nil {
		return err
	}
	fleet, list := loadSpec(g.File)
	shown := a.showValidation(g, fleet, list)
	written := o.junit.write(func(w io.Writer) error { return view.DiagnosticsJUnit(w, "validate", list, a.now()) })
	if err := errors.Join(shown, written); err != nil {
		return err
	}
	if fleet == nil || list.HasErrors() {
		return withCode(exitError, nil)
	}
	return nil
}

func (a *App) showValidation(g *globals, fleet *spec.Fleet, list diag.List) error {
	valid := fleet != nil && !list.HasErrors()
	if g.JSON {
		v := validation{FormatVersion: validationVersion, Valid: valid, Diagnostics: append(diag.List{}, list...)}
		if fleet != nil {
			v.Fleet, v.KKTs = fleet.Name, len(fleet.KKTs)
		}
		return a.writeJSON(v)
	}
	a.showDiagnostics(g, list)
	if valid {
		fmt.Fprintf(a.Out, "The fleet %s is valid: %s.\n", fleet.Name, count(len(fleet.KKTs), "till", "tills"))
	}
	return nil
}

// count says a number with its noun.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
