package main

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
	"github.com/kktctl/kktctl/providers/ofd"
	"github.com/kktctl/kktctl/providers/ofd/renta"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/spec/fiscal"
)

type receiptListOptions struct {
	Company string
	KKT     string
	From    string
	To      string
	Format  string
	JSON    bool
}

const receiptListLong = `Lists the receipts that tills in shopping centres have printed, as Renta has
them: of one company, of one till, or of every company that the Renta login
reads. Nothing is changed.

Times are those of the tills' own clocks, without a zone, as they are printed
on the receipts. --from and --to take a day (2026-11-20) or a time
(2026-11-20T10:15:00); a day in --to is meant whole, a time in --to is outside.
A time with a zone (2026-11-20T07:15:00Z) is turned into Moscow time.

The service gives at most seven days at once: a longer period is read in parts,
and receipts are shown as they come, in the service's order. Sums are in
roubles as text and in CSV, and in kopecks in JSON: one object a line, first
the version, last a summary.`

func newReceiptListCmd(a *App, g *globals) *cobra.Command {
	var o receiptListOptions
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the receipts of a period",
		Long:  receiptListLong,
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.JSON {
				o.Format = "json"
			}
			return a.runReceiptList(cmd.Context(), g, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Company, "company", "", "of this company: its key in the fleet file, or its ИНН")
	f.StringVar(&o.KKT, "kkt", "", "of this till: its address or key")
	f.StringVar(&o.From, "from", "", "the first day, or a time (default: seven days before --to)")
	f.StringVar(&o.To, "to", "", "the last day, or the time at which to end (default: today)")
	f.StringVar(&o.Format, "format", "text", "text, json or csv")
	f.BoolVar(&o.JSON, "json", false, "the same as --format json")
	cmd.MarkFlagsMutuallyExclusive("format", "json")
	cmd.MarkFlagsMutuallyExclusive("company", "kkt")
	must(cmd.RegisterFlagCompletionFunc("kkt", completeTargets(g)))
	must(cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json", "csv"}, cobra.ShellCompDirectiveNoFileComp)))
	return cmd
}

func (a *App) runReceiptList(ctx context.Context, g *globals, o receiptListOptions) (err error) {
	switch o.Format {
	case "text", "json", "csv":
	default:
		return fmt.Errorf("--format is %q\nhint: text, json or csv", o.Format)
	}
	from, to, err := receiptPeriod(o.From, o.To, a.now())
	if err != nil {
		return err
	}
	fleet, err := a.loadFleet(g)
	if err != nil {
		return err
	}
	query, err := whoseReceipts(fleet, o)
	if err != nil {
		return err
	}
	query.From, query.To = from, to
	ctx, in := a.watchInterrupts(ctx)
	defer in.end()
	b, err := a.openBackend(g, fleet, forReceipts)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	out := view.NewReceipts(a.Out, view.ReceiptsOptions{
		Format: o.Format, Version: version, From: from, To: to, Flush: a.OutTTY,
	})
	names := tillNames(fleet)
	complete, err := a.listReceipts(ctx, b.receipts, query, func(r renta.Receipt) error { return out.Add(viewReceipt(r, names)) })
	ending := out.Close(complete)
	if o.Format == "csv" && ending == nil {
		fmt.Fprintln(a.Err, out.Totals())
	}
	if err == nil {
		err = ending
	}
	if errors.Is(err, syscall.EPIPE) { // who reads has seen enough
		return nil
	}
	return err
}

// listReceipts reads the receipts of the one that is asked for, or of every
// company, and tells whether it got to the end.
func (a *App) listReceipts(ctx context.Context, service *ofd.Receipts, q renta.Query, each func(renta.Receipt) error) (bool, error) {
	queries := []renta.Query{q}
	if q.INN == "" && q.Serial == "" {
		companies, err := service.Companies(ctx)
		if err != nil {
			return false, err
		}
		queries = queries[:0]
		seen := map[string]bool{} // a company has a row for each КПП
		for _, c := range companies {
			if q.INN = c.INN; !seen[q.INN] {
				seen[q.INN] = true
				queries = append(queries, q)
			}
		}
	}
	for _, q := range queries {
		if err := service.List(ctx, q, each); err != nil {
			return false, receiptsError(q, err)
		}
	}
	return true, nil
}

// receiptsError says whose receipts could not be read, and how to go on.
func receiptsError(q renta.Query, err error) error {
	var window *renta.WindowError
	if !errors.As(err, &window) || errors.Is(err, context.Canceled) {
		return err
	}
	d := fromText(err.Error())
	whose := "till " + q.Serial
	if q.INN != "" {
		whose = "ИНН " + q.INN
	}
	d.Summary = whose + ": " + d.Summary
	switch {
	case errors.Is(err, renta.ErrInnNotFound):
		d.Hint = "a Renta login reads the tenants of its shopping centres; kktctl receipt list without --company lists them all"
	case d.Hint == "" && window.Given > 0:
		d.Hint = "what was read before is shown; go on with --from " + window.From.Format(spec.LocalTimeLayout)
	}
	return d
}

// whoseReceipts finds the company or till that is asked for.
func whoseReceipts(fleet *spec.Fleet, o receiptListOptions) (renta.Query, error) {
	switch {
	case o.KKT != "":
		return tillReceipts(fleet, o.KKT)
	case o.Company == "":
		return renta.Query{}, nil
	}
	if c, ok := fleet.Companies[o.Company]; ok {
		return renta.Query{INN: c.INN}, nil
	}
	if err := fiscal.CheckINN(o.Company); err != nil {
		return renta.Query{}, diag.Diagnostic{
			Summary: fmt.Sprintf("--company %s is neither a company of the fleet file nor an ИНН", o.Company),
			Hint:    "write its key under companies, or all digits of the ИНН",
		}
	}
	return renta.Query{INN: o.Company}, nil
}

func tillReceipts(fleet *spec.Fleet, name string) (renta.Query, error) {
	address := spec.AddressOf(name)
	till, ok := fleet.KKTs[spec.NameOf(address)]
	switch {
	case !ok || !spec.IsKKTAddress(address):
		return renta.Query{}, diag.Diagnostic{
			Summary: fmt.Sprintf("--kkt %s is not a till of the fleet file", name), Hint: "write its key under kkts",
		}
	case till.Renta == "":
		return renta.Query{}, diag.Diagnostic{
			Address: address, Pos: till.Pos,
			Summary: "the till is no member of a shopping centre: Renta has no receipts of it",
			Hint:    "declare renta: CENTRE and apply; receipts of before it left a centre are in those of its company: --company " + till.Company,
		}
	}
	return renta.Query{Serial: till.Serial}, nil
}
