package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/kktctl/kktctl/importer/list"
)

// readListFile reads the file of a list, up to its bound.
func readListFile(path string) ([]byte, error) {
	f, err := openRegular(path)
	if err != nil {
		return nil, fmt.Errorf("--from %s: %s", shellWord(path), reason(err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, list.MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("--from %s: %s", shellWord(path), reason(err))
	}
	return data, nil
}

// writeTemplate writes an empty list. It never writes over a file: a list that
// somebody has filled in may lie there.
func (a *App) writeTemplate(o importOptions) error {
	var data []byte
	var err error
	switch {
	case o.From != "":
		return errors.New("--template writes a list and --from reads one: give one of them")
	case o.Template == "-" || strings.EqualFold(filepath.Ext(o.Template), ".csv"):
		data, err = list.TemplateCSV()
	case strings.EqualFold(filepath.Ext(o.Template), ".xlsx"):
		data, err = list.TemplateXLSX()
	default:
		return fmt.Errorf("--template %s: a list ends with .csv or .xlsx", shellWord(o.Template))
	}
	if err != nil {
		return fmt.Errorf("the template could not be made: %w", err)
	}
	if o.Template == "-" {
		_, err = a.Out.Write(data)
		return err
	}
	f, err := os.OpenFile(o.Template, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("--template %s: the file is there already, and is not written over\nhint: give another name", shellWord(o.Template))
	}
	if err == nil {
		_, err = f.Write(data)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		return fmt.Errorf("--template %s: %s", shellWord(o.Template), reason(err))
	}
	fmt.Fprintf(a.Out, "An empty list is written to %s: one till a row. Then: kktctl import --from %s\n", shellWord(o.Template), shellWord(o.Template))
	return nil
}
