package main

import (
	"errors"

	"github.com/spf13/cobra"
)

func newReceiptListCmd(*App, *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the receipts of a period",
		Args:  cobra.NoArgs,
		RunE:  func(*cobra.Command, []string) error { return errReceiptsLater },
	}
}

var errReceiptsLater = errors.New("not supported yet")
