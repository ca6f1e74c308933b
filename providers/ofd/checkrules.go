package ofd

import (
	"maps"
	"slices"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// CheckReceipts checks the receipts of a fleet's checks offline.
func CheckReceipts(fleet *spec.Fleet) diag.List {
	var out diag.List
	for _, name := range slices.Sorted(maps.Keys(fleet.Checks)) {
		c := fleet.Checks[name]
		if c.Written.IsZero() {
			continue
		}
		d, list := ReadReceipt(c.Kind, fleet.Companies[c.Company].INN, c.Written)
		out = append(out, list...)
		switch {
		case d == nil:
		case c.Return && !d.Returns():
			out = append(out, diag.Diagnostic{
				Address: spec.CheckAddress(name), Pos: c.Pos,
				Summary: "return: the receipt is a return itself and cannot be returned",
				Hint:    "write an income or an expense, or leave return out",
			})
		case d.checkOnline != nil && d.checkOnline.FullResponse:
			out = append(out, c.Written.Report(diag.Error, "FullResponse", "is not for a check: the till that answers is told of in the short answer", "leave it out"))
		}
	}
	return out
}
