package main

import "github.com/spf13/cobra"

// newReceiptCmd is the parent of what is done with receipts: those that tills
// have printed are read from Renta, those of cloud tills are sent through
// Ferma.
func newReceiptCmd(a *App, g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "receipt",
		Short: "Print receipts on cloud tills, read those that tills have printed",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newReceiptSendCmd(a, g), newReceiptCorrectCmd(a, g), newReceiptStatusCmd(a, g), newReceiptListCmd(a, g), newReceiptShowCmd(a, g))
	return cmd
}
