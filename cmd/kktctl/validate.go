package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/spec/diag"
)

func newValidateCmd(a *App, g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "validate",
		Short: "Check the fleet file, offline",
		Long:  "Checks the fleet file without a single call: form, references, check digits, duplicates. All findings are shown at once.",
		Args:  cobra.NoArgs,
		RunE:  func(*cobra.Command, []string) error { return a.runValidate(g) },
	}
	cmd.Flags().BoolVar(&g.JSON, "json", false, "as JSON")
	return cmd
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

func (a *App) runValidate(g *globals) error {
	fleet, list := loadSpec(g.File)
	failed := fleet == nil || list.HasErrors()
	if g.JSON {
		v := validation{FormatVersion: validationVersion, Valid: !failed, Diagnostics: append(diag.List{}, list...)}
		if fleet != nil {
			v.Fleet, v.KKTs = fleet.Name, len(fleet.KKTs)
		}
		if err := a.writeJSON(v); err != nil {
			return err
		}
	} else {
		a.showDiagnostics(g, list)
	}
	if failed {
		return withCode(exitError, nil)
	}
	if !g.JSON {
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
