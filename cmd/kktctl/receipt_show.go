package main

import "github.com/spf13/cobra"

func newReceiptShowCmd(*App, *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "show ID",
		Short: "Show one receipt whole",
		Args:  cobra.ExactArgs(1),
		RunE:  func(*cobra.Command, []string) error { return errReceiptsLater },
	}
}
