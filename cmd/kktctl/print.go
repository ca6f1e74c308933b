package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/go-multierror"

	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
	"github.com/kktctl/kktctl/spec/diag"
)

// showDiagnostics prints diagnostics to stderr; notes only with -v.
func (a *App) showDiagnostics(g *globals, list diag.List) {
	var shown diag.List
	for _, d := range list {
		if d.Severity != diag.Note || g.Verbose {
			shown = append(shown, d)
		}
	}
	if len(shown) == 0 {
		return
	}
	fmt.Fprint(a.Err, view.Diagnostics(shown, a.errOptions(g)))
}

// printError tells why a command ended, once and to stderr.
func (a *App) printError(g *globals, err error) {
	var c *coded
	if err == nil || errors.As(err, &c) && c.err == nil {
		return
	}
	if err.Error() == "" { // codes alone, joined: all has been told
		return
	}
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(a.Err, "Interrupted.")
		return
	}
	fmt.Fprint(a.Err, view.Diagnostics(diagnosticsOf(err), a.errOptions(g)))
}

// diagnosticsOf takes an error apart into what is to be told.
func diagnosticsOf(err error) diag.List {
	var one diag.Diagnostic
	var many *multierror.Error
	switch {
	case errors.As(err, &many): // first: it would be taken for its first diagnostic
		var all diag.List
		for _, e := range many.Errors {
			all = append(all, diagnosticsOf(e)...)
		}
		return all
	case errors.As(err, &one):
		return diag.List{one}
	default:
		return diag.List{fromText(err.Error())}
	}
}
