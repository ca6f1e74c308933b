package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/importer"
	"github.com/kktctl/kktctl/importer/list"
	"github.com/kktctl/kktctl/spec/diag"
)

type importOptions struct {
	Into     string // a file of the fleet, or - for standard output
	From     string // a list of tills
	Sheet    string // of a workbook
	Template string // an empty list to write
	DryRun   bool
	Refresh  bool

	Company      string
	Centre       string
	Only         []string
	Dropped      bool
	AddCompanies bool
	Owners       []string
	beginning

	LockTimeout time.Duration
}

func newImportCmd(a *App, g *globals) *cobra.Command {
	o := importOptions{}
	cmd := &cobra.Command{
		Use:   "import",
		Short: "Write live tills into the fleet file",
		Long: `Declares the tills that are live and that the fleet file does not have: they
are put into its text, of which nothing else changes, and the state remembers
them as they are, so that a plan finds nothing to do. Run again, it adds only
what is new. Nothing is changed at the service.

Whose a till is, the check digits of its РНМ prove. Tills of companies that are
not in the file are left out and told of; --owner declares one.

Without a fleet file one is begun: --partner-inn and --owner say what no call
shows. With --from only the tills of a list are taken, from CSV or XLSX, also
those that are not live yet; --template writes an empty list. See docs/import.md.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.runImport(cmd.Context(), g, o) },
	}
	f := cmd.Flags()
	f.Var((*fileName)(&o.Into), "into", "with a folder: the file in it to write into (default imported.yaml); - writes to standard output and nowhere else")
	f.BoolVar(&o.DryRun, "dry-run", false, "show the change of the file, and write nothing")
	f.Var((*fileName)(&o.From), "from", "only the tills of this list: a .csv or .xlsx file")
	f.StringVar(&o.Sheet, "sheet", "", "of a workbook with several lists: the sheet to read")
	f.Var((*fileName)(&o.Template), "template", "write an empty list to this .csv or .xlsx file, and do nothing else")
	f.BoolVar(&o.Refresh, "refresh", true, "read the live tills; false: take the list as it is")
	f.StringVar(&o.Company, "company", "", "only tills of this company (its key)")
	f.StringArrayVar(&o.Only, "only", nil, "only tills whose factory number, РНМ or name matches, such as '0030740486*' (repeatable)")
	f.StringVar(&o.Centre, "centre", "", "of members of Renta, when the file has several centres: its key")
	f.BoolVar(&o.Dropped, "dropped", false, "also tills that were taken out of the file and are remembered in the state")
	f.StringArrayVar(&o.Owners, "owner", nil, "also declare a company: ИНН/КПП=NAME, or ИНН=NAME of an entrepreneur (repeatable)")
	f.BoolVar(&o.AddCompanies, "add-companies", false, "also declare companies that the Renta list names")
	o.beginning.flags(f)
	lockTimeoutFlag(f, &o.LockTimeout)
	f.BoolVar(&g.JSON, "json", false, "tell what was done as JSON")
	return cmd
}

// check refuses options that do not go together.
func (o *importOptions) check(g *globals) error {
	for _, glob := range o.Only {
		if _, err := path.Match(glob, ""); err != nil {
			return fmt.Errorf("--only %s is not a pattern\nhint: * stands for any characters, ? for one, [0-9] for one of them", shellWord(glob))
		}
	}
	switch {
	case g.Sandbox && !o.DryRun && o.Into != "-":
		return errors.New("tills of the simulated service do not belong into the fleet file\nhint: look at them with --dry-run, or write them elsewhere with --into - > FILE")
	case !o.Refresh && o.From == "":
		return errors.New("--refresh=false leaves nothing to import\nhint: give a list with --from, or read the live tills")
	case o.Sheet != "" && o.From == "":
		return errors.New("--sheet names a sheet of the workbook that --from gives")
	case o.DryRun && o.Into == "-":
		return errors.New("--dry-run and --into - both write nothing to a file: give one of them")
	case g.JSON && o.Into == "-":
		return errors.New("--json and --into - both write to standard output: give one of them")
	}
	return nil
}

func (a *App) runImport(ctx context.Context, g *globals, o importOptions) error {
	if o.Template != "" {
		return a.writeTemplate(o)
	}
	if err := o.check(g); err != nil {
		return err
	}
	owners, err := parseOwners(o.Owners)
	if err != nil {
		return err
	}
	rows, notes, err := a.readList(o)
	if err != nil {
		return err
	}
	ctx, in := a.watchInterrupts(ctx)
	defer in.end()
	t, err := a.openTarget(g, o)
	if err != nil {
		return err
	}
	if err := o.fits(t); err != nil {
		return err
	}
	return a.importInto(ctx, g, o, t, notes, importer.Input{
		Fleet: t.fleet, List: rows, FromList: o.From != "", Owners: owners, AddCompanies: o.AddCompanies,
		Company: o.Company, Only: o.Only, Dropped: o.Dropped, Centre: o.Centre, Now: a.now(),
	})
}

// fits checks names that the options give against the fleet file.
func (o *importOptions) fits(t *importTarget) error {
	if _, ok := t.fleet.Companies[o.Company]; o.Company != "" && !ok {
		return fmt.Errorf("--company %s: no company of the fleet file has this key", shellWord(o.Company))
	}
	if _, ok := t.fleet.Centres[o.Centre]; o.Centre != "" && !ok {
		return fmt.Errorf("--centre %s: no centre of the fleet file has this key", shellWord(o.Centre))
	}
	for _, raw := range o.Owners {
		inn, _, _ := cutOwner(raw)
		for _, key := range sortedKeys(t.fleet.Companies) {
			if t.fleet.Companies[key].INN == inn {
				return fmt.Errorf("--owner %s: companies.%s of the fleet file has this ИНН already", inn, key)
			}
		}
	}
	return nil
}

// importInto finds what is to be declared, and does what the options say with
// it. The lock comes first: what is written into the file is remembered too.
func (a *App) importInto(ctx context.Context, g *globals, o importOptions, t *importTarget, notes diag.List, in importer.Input) (err error) {
	w, err := a.openImport(ctx, g, o, t)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close(ctx)) }()
	in.Prior = w.prior
	if o.Refresh {
		if in.Live, err = w.observe(ctx); err != nil {
			return err
		}
	}
	found := importer.New(in)
	found.Diagnostics = byLine(append(notes, found.Diagnostics...))
	if found.Diagnostics.HasErrors() {
		return boundList(found.Diagnostics).Err()
	}
	a.showDiagnostics(g, found.Diagnostics)
	c, err := t.compose(found)
	if err != nil {
		return err
	}
	next := w.ahead(c, in.Live, in.Now)
	a.showDiagnostics(g, next.notes)
	if o.Into == "-" {
		return a.printImport(g, found, c)
	}
	if !o.DryRun && len(found.Tills)+len(found.Companies) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := t.write(c.text); err != nil {
			return err
		}
		if err := w.adopt(ctx, next.adopt); err != nil {
			return fmt.Errorf("%s is written, but the state does not remember the tills: %w\nhint: the next kktctl apply does that", t.shown, err)
		}
	}
	return a.showImport(g, o, t, found, c, next)
}

// maxErrors bounds the errors that are told about one list.
const maxErrors = 200

func boundList(l diag.List) diag.List {
	if len(l) <= maxErrors {
		return l
	}
	return append(l[:maxErrors:maxErrors], diag.Diagnostic{Summary: fmt.Sprintf("and %d more", len(l)-maxErrors), Hint: "correct these first"})
}

// byLine brings what was told of a list into the order of its lines.
func byLine(l diag.List) diag.List {
	slices.SortStableFunc(l, func(a, b diag.Diagnostic) int {
		if a.Pos.File != b.Pos.File {
			return 0 // cells of a workbook stand as they were read
		}
		return cmp.Or(a.Pos.Line-b.Pos.Line, a.Pos.Column-b.Pos.Column)
	})
	return l
}

// readList reads the list that --from names. What is wrong with its values is
// in the diagnostics, and told together with what is wrong with its tills.
func (a *App) readList(o importOptions) ([]list.Row, diag.List, error) {
	if o.From == "" {
		return nil, nil, nil
	}
	data, err := readListFile(o.From)
	if err != nil {
		return nil, nil, err
	}
	rows, notes := list.Read(o.From, data, list.Options{Sheet: o.Sheet})
	if notes.HasErrors() && len(rows) == 0 {
		return nil, nil, boundList(notes).Err()
	}
	return rows, notes, nil
}
