package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/state"
)

func newTasksPaymentCmd(a *App, g *globals) *cobra.Command {
	var to string
	cmd := &cobra.Command{
		Use:   "payment ADDRESS [--to DIR]",
		Short: "Show what an order is paid with: a link, or a QR code as a file",
		Long: `Prints the link that an order is paid by, or saves its QR code into a folder.
Both came from the service with the answer to the order, once, and are kept in
the state until the order is paid; kktctl opens no link. The file is named by
kktctl and is for its owner alone.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			address := args[0]
			if address != spec.AddressOf(address) { // a name alone is an order's here
				address = spec.OrderAddress(address)
			}
			return a.runTasksPayment(cmd.Context(), g, address, to)
		},
		ValidArgsFunction: completeAddress(g, 1),
	}
	cmd.Flags().Var((*fileName)(&to), "to", "folder to save a QR code in; it is made when it is not there")
	must(cmd.MarkFlagDirname("to"))
	return cmd
}

func (a *App) runTasksPayment(ctx context.Context, g *globals, address, to string) error {
	_, snap, err := a.loadExisting(ctx, g)
	if err != nil {
		return err
	}
	o, err := unpaidOrder(snap, address)
	switch {
	case err != nil:
		return err
	case o.Link != "" && to != "":
		return diag.Diagnostic{
			Address: address, Summary: "it is paid by a link, not by a QR code: there is no file to save",
			Hint: "kktctl tasks payment " + address + " prints the link",
		}
	case o.Link != "":
		_, err := fmt.Fprintln(a.Out, view.Clean(o.Link))
		return err
	case len(o.Image) == 0:
		return diag.Diagnostic{
			Address: address, Summary: "there is neither a link nor a QR code to pay the order " + view.Clean(o.ID) + " by" + because(o.Note),
			Hint: "open the order in the partner's cabinet",
		}
	case to == "":
		return errors.New("it is paid by a QR code\nhint: --to DIR saves it as a file")
	}
	return a.saveImage(address, o, to)
}

// because adds what is known of a reason.
func because(note string) string {
	if note == "" {
		return ""
	}
	return ": " + view.Clean(note)
}

// unpaidOrder finds the order that waits to be paid.
func unpaidOrder(snap *state.Snapshot, address string) (*spec.OrderRecord, error) {
	r, err := resourceOf(snap, address)
	if err != nil {
		return nil, err
	}
	for _, w := range r.Workflows {
		if w.Data.Order != nil && w.Data.Order.ID != "" {
			return w.Data.Order, nil
		}
	}
	what := "it is no order that waits to be paid"
	if r.Order != nil {
		what = "the order " + view.Clean(r.Order.ID) + " is " + string(r.Order.Status) + ": there is nothing to pay"
	}
	return nil, diag.Diagnostic{Address: address, Summary: what, Hint: "kktctl tasks lists what people owe"}
}

// saveImage saves a QR code as a file for its owner alone.
func (a *App) saveImage(address string, o *spec.OrderRecord, to string) error {
	ext := map[string]string{"image/png": ".png", "image/jpeg": ".jpg"}[http.DetectContentType(o.Image)]
	if ext == "" {
		return diag.Diagnostic{Address: address, Summary: "what the state holds is no PNG and no JPEG: it is not saved", Hint: "open the order in the partner's cabinet"}
	}
	dir, err := openPaperDir(to)
	if err != nil {
		return fmt.Errorf("--to %s: %w\nhint: %s", to, err, paperDirHint)
	}
	defer dir.close()
	name, what, err := dir.save(paperName(address, o.ID, "qr"), ext, o.Image)
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Join(to, name), err)
	}
	_, err = fmt.Fprintf(a.Out, "%s  %s  %d bytes\n", what, view.Clean(filepath.Join(to, name)), len(o.Image))
	return err
}
