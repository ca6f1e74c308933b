package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
	"github.com/kktctl/kktctl/providers/ofd/renta"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/fiscal"
)

func newReceiptShowCmd(a *App, g *globals) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show one receipt whole, as a till in a shopping centre has printed it",
		Long:  "Shows one receipt with its items, as Renta has it. The ID is the last column of kktctl receipt list. Times are those of the till's own clock; sums are in roubles as text and in kopecks in JSON.",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.runReceiptShow(cmd.Context(), g, args[0], asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

func (a *App) runReceiptShow(ctx context.Context, g *globals, id string, asJSON bool) (err error) {
	fleet, err := a.loadFleet(g)
	if err != nil {
		return err
	}
	ctx, in := a.watchInterrupts(ctx)
	defer in.end()
	b, err := a.openBackend(g, fleet, forReceipts)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	r, err := b.receipts.Show(ctx, id)
	if err != nil {
		return shownError(err)
	}
	shown := viewFullReceipt(r, tillNames(fleet))
	if asJSON {
		return view.ReceiptJSON(a.Out, shown)
	}
	_, err = fmt.Fprint(a.Out, view.ReceiptText(shown, a.outOptions(g)))
	return err
}

// shownError says where ids come from, when an answer says nothing better.
func shownError(err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	d := fromText(err.Error())
	d.Hint = cmp.Or(d.Hint, "an id is the last column of kktctl receipt list; a Renta login reads those of its centres only")
	return d
}

// tillNames finds the addresses of declared tills by their factory numbers.
func tillNames(fleet *spec.Fleet) map[string]string {
	names := make(map[string]string, len(fleet.KKTs))
	for _, k := range fleet.KKTs {
		names[fiscal.NormalizeSerial(k.Serial)] = k.Resource()
	}
	return names
}

func viewReceipt(r renta.Receipt, names map[string]string) view.Receipt {
	return view.Receipt{
		ID: r.ID, At: r.At.Format(spec.LocalTimeLayout), Received: r.Received,
		KKT: names[fiscal.NormalizeSerial(r.Serial)], Serial: r.Serial, RNM: r.RNM, FN: r.FN, INN: r.INN, Address: r.Address,
		Operation: string(r.Operation), Correction: r.Correction, BSO: r.BSO, Tag: r.Tag,
		Document: r.Number, Shift: r.Shift, InShift: r.InShift,
		Total: r.Total, Cash: r.Cash, Electronic: r.Electronic, Credit: r.Credit, Prepaid: r.Prepaid,
		Tax: view.ReceiptTax{
			Total: r.Tax.Total, Rate10: r.Tax.Rate10, Rate18: r.Tax.Rate18, Rate10of110: r.Tax.Rate10of110,
			Rate18of118: r.Tax.Rate18of118, Rate0: r.Tax.Rate0, None: r.Tax.None,
		},
		Depth: r.Depth,
	}
}

func viewFullReceipt(r renta.FullReceipt, names map[string]string) view.FullReceipt {
	out := view.FullReceipt{Receipt: viewReceipt(r.Receipt, names), Company: r.Company, Items: []view.ReceiptItem{}}
	for _, i := range r.Items {
		out.Items = append(out.Items, view.ReceiptItem(i))
	}
	return out
}
