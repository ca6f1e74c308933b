package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/docs/schema"
	"github.com/kktctl/kktctl/spec/diag"
)

type schemaOptions struct {
	Name string
	Into string // a folder
	List bool
}

func newSchemaCmd(a *App) *cobra.Command {
	var o schemaOptions
	cmd := &cobra.Command{
		Use:   "schema [NAME]",
		Short: "Show the JSON Schema of the fleet file, or of what machines read",
		Long: `Prints a JSON Schema (2020-12): that of the fleet file, or the named one; --list
tells their names. An editor with the YAML language server uses it when the
first line of the file says

  ` + schema.Modeline(schema.Fleet) + `

or, without a network, the path of a copy: --into DIR saves one, or all when
none is named. A schema knows keys and forms; kktctl validate also knows check
digits, references and duplicates.`,
		Args:      cobra.MaximumNArgs(1),
		ValidArgs: schema.Names(),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.Name = args[0]
			}
			return a.runSchema(o)
		},
	}
	f := cmd.Flags()
	f.Var((*fileName)(&o.Into), "into", "save it in this folder, as NAME.schema.json; all of them when none is named")
	f.BoolVar(&o.List, "list", false, "tell the names and what each describes")
	cmd.MarkFlagsMutuallyExclusive("into", "list")
	return cmd
}

func (a *App) runSchema(o schemaOptions) error {
	if o.Name != "" && schema.Text(o.Name) == nil {
		return diag.Diagnostic{
			Summary: fmt.Sprintf("there is no schema %s", shellWord(o.Name)),
			Hint:    "one of " + strings.Join(schema.Names(), ", "),
		}
	}
	switch {
	case o.List:
		return a.listSchemas()
	case o.Into != "":
		return a.saveSchemas(o)
	case o.Name == "":
		o.Name = schema.Fleet
	}
	_, err := a.Out.Write(schema.Text(o.Name))
	return err
}

func (a *App) listSchemas() error {
	for _, name := range schema.Names() {
		if _, err := fmt.Fprintf(a.Out, "%-12s %s\n", name, schema.Title(name)); err != nil {
			return err
		}
	}
	return nil
}

// saveSchemas writes one schema or all into a folder, and over nothing but
// earlier ones.
func (a *App) saveSchemas(o schemaOptions) error {
	names := schema.Names()
	if o.Name != "" {
		names = []string{o.Name}
	}
	if err := os.MkdirAll(o.Into, 0o755); err != nil {
		return diag.Diagnostic{
			Summary: fmt.Sprintf("--into %s: %s", o.Into, reason(err)),
			Hint:    "--into names a folder that can be written to; it is made when it is not there",
		}
	}
	var files []string
	for _, name := range names {
		path := filepath.Join(o.Into, schema.File(name))
		target := reportFile{flag: "--into", path: path, knows: schemaOf(name)}
		if err := target.check(); err != nil {
			return err
		}
		if err := replaceFile(path, schema.Text(name), 0o644); err != nil {
			return target.failed(err)
		}
		files = append(files, path)
	}
	slices.Sort(files)
	_, err := fmt.Fprintln(a.Err, "Saved: "+strings.Join(files, ", ")+".")
	return err
}
