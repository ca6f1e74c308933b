package main

import "github.com/spf13/cobra"

// newReceiptCmd is the parent of what is done with receipts: those that tills
// have printed are read from Renta, those of cloud tills are sent through
// Ferma.
func newReceiptCmd(a *App, g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "receipt",
		Short: "Read the receipts that tills have printed",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newReceiptListCmd(a, g), newReceiptShowCmd(a, g))
	return cmd
}
