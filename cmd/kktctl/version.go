package main

import (
	"encoding/json"
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/state"
)

type versionInfo struct {
	Version      string `json:"version"`
	Go           string `json:"go"`
	Platform     string `json:"platform"`
	StateVersion int    `json:"stateVersion"`
}

func newVersionCmd(a *App) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Show the version",
		Args:  cobra.NoArgs,
		RunE:  func(*cobra.Command, []string) error { return a.runVersion(asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

func (a *App) runVersion(asJSON bool) error {
	v := versionInfo{version, runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH, state.Version}
	if asJSON {
		return a.writeJSON(v)
	}
	fmt.Fprintf(a.Out, "kktctl %s (%s, %s)\n", v.Version, v.Go, v.Platform)
	return nil
}

// writeJSON prints one indented document.
func (a *App) writeJSON(v any) error {
	enc := json.NewEncoder(a.Out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
