package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/state"
)

func newStatePullCmd(a *App, g *globals) *cobra.Command {
	var sealed bool
	cmd := &cobra.Command{
		Use:   "pull [FILE]",
		Short: "Print the whole state, or save it into a file",
		Long: `Prints the whole state as JSON, with all that was written since its last
snapshot; FILE - is standard output. An encrypted state is decrypted, unless
--sealed keeps it encrypted; the private key is needed all the same, because
snapshot and journal are put together. state push puts such a file back.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.runStatePull(cmd.Context(), g, args, sealed)
		},
	}
	cmd.Flags().BoolVar(&sealed, "sealed", false, "keep it encrypted")
	return cmd
}

func (a *App) runStatePull(ctx context.Context, g *globals, args []string, keep bool) error {
	save := len(args) > 0 && args[0] != stdStream
	if save {
		if err := checkPullPlace(args[0]); err != nil {
			return err
		}
	}
	store, snap, err := a.loadExisting(ctx, g)
	if err != nil {
		return err
	}
	codec := a.codecOf(store)
	if keep && len(codec.Stored()) == 0 {
		return diag.Diagnostic{Summary: fmt.Sprintf("--sealed: %s is plain text", store.Location()), Hint: "leave --sealed out, or encrypt the state first with kktctl state rekey"}
	}
	var data []byte
	if keep {
		data, err = codec.Encode(snap)
	} else {
		data, err = state.EncodePulled(snap)
	}
	if err != nil {
		return err
	}
	if !save {
		_, err := a.Out.Write(data)
		return err
	}
	path := args[0]
	if err := checkPullTarget(path, snap.Lineage, a.opened[store].fresh()); err != nil {
		return err
	}
	if err := writeWhole(path, data); err != nil {
		return fmt.Errorf("%s cannot be written: %s", path, writeReason(err))
	}
	fmt.Fprintf(a.Out, "Saved %s, serial %d, as %s.\n", store.Location(), snap.Serial, path)
	if len(codec.Stored()) > 0 && !keep {
		a.showNotices(g, []string{path + " is plain text\nhint: remove it when it is not needed any more; --sealed keeps it encrypted"})
	}
	return nil
}
