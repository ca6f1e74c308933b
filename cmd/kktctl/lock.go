package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
	"github.com/kktctl/kktctl/state"
)

func newLockCmd(a *App, g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "lock",
		Short: "Look at the state's lock",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	var asJSON bool
	show := &cobra.Command{
		Use:   "show",
		Short: "Show who holds the state, since when and until when",
		Long:  "Shows who holds the state, since when, and for a remote state until when unless it is renewed. A lock whose time is over is taken over by the next command that writes. Behind http(s):// a lock can only be seen by trying it, so that a free one is taken for a moment.",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.runLockShow(cmd.Context(), g, asJSON) },
	}
	show.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	cmd.AddCommand(show)
	return cmd
}

// lockForm is the JSON of lock show.
type lockForm struct {
	State  string          `json:"state"` // the path or URL
	Locked bool            `json:"locked"`
	Lock   *state.LockInfo `json:"lock,omitempty"`
}

func (a *App) runLockShow(ctx context.Context, g *globals, asJSON bool) error {
	g.JSON = asJSON
	store, err := a.store(g)
	if err != nil {
		return err
	}
	info, err := store.LockInfo(ctx)
	if err != nil {
		return fmt.Errorf("the lock of %s cannot be seen: %w", store.Location(), err)
	}
	if asJSON {
		return a.writeJSON(lockForm{State: store.Location(), Locked: info != nil, Lock: info})
	}
	if info == nil {
		_, err := fmt.Fprintf(a.Out, "%s is not locked.\n", view.Clean(store.Location()))
		return err
	}
	_, err = fmt.Fprint(a.Out, a.lockText(g, store.Location(), info))
	return err
}

func (a *App) lockText(g *globals, location string, info *state.LockInfo) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s is locked.\n  by     %s\n  for    %s\n", view.Clean(location), view.Clean(info.Holder), view.Clean(info.Operation))
	if !info.Created.IsZero() {
		fmt.Fprintf(&b, "  since  %s\n", info.Created.UTC().Format(time.RFC3339))
	}
	switch {
	case info.Expires.IsZero():
		b.WriteString("  until  its process ends\n")
	case a.now().After(info.Expires):
		fmt.Fprintf(&b, "  until  %s: its time is over, and the next command that writes takes it over\n", info.Expires.UTC().Format(time.RFC3339))
	default:
		fmt.Fprintf(&b, "  until  %s, unless it is renewed\n", info.Expires.UTC().Format(time.RFC3339))
	}
	if info.Epoch > 0 {
		fmt.Fprintf(&b, "  epoch  %d\n", info.Epoch)
	}
	fmt.Fprintf(&b, "If that process is gone for certain:\n%s unlock %s\n", view.Clean(a.program(g)), view.Clean(info.ID))
	return b.String()
}
