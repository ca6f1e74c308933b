package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
)

func newUnlockCmd(a *App, g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "unlock ID",
		Short: "Remove the lock of a holder that is gone",
		Long:  "Removes the state's lock with the given id (the message of a refused command names it). Whatever its holder would still write is refused from then on.",
		Args:  cobra.ExactArgs(1),
		RunE:  func(cmd *cobra.Command, args []string) error { return a.runUnlock(cmd.Context(), g, args[0]) },
	}
}

func (a *App) runUnlock(ctx context.Context, g *globals, id string) error {
	store, err := a.store(g)
	if err != nil {
		return err
	}
	if err := store.ForceUnlock(ctx, id); err != nil {
		return fmt.Errorf("the lock was not removed: %w", err)
	}
	fmt.Fprintf(a.Out, "The lock of %s is removed.\n", store.Location())
	return nil
}
