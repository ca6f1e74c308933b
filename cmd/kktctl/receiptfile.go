package main

import (
	"strings"

	"github.com/google/uuid"

	"github.com/kktctl/kktctl/providers/ofd"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// outgoing is a receipt or a correction to send, checked offline.
type outgoing struct {
	file *spec.ReceiptFile
	doc  *ofd.Document
}

func (o *outgoing) address() string { return spec.ReceiptAddress(o.file.ID) }

// readOutgoing reads a receipt's file and checks all of it before anything is
// sent.
func (a *App) readOutgoing(g *globals, fleet *spec.Fleet, path string) (*outgoing, error) {
	f, list := spec.LoadReceipt(path, uuid.NewString)
	if f == nil {
		return nil, list.Err()
	}
	var inn string
	if c, ok := fleet.Companies[f.Company]; ok {
		inn = c.INN
	} else if inn = anyINN; f.Company != "" { // the rest is checked all the same
		d := diag.Diagnostic{Summary: "company: " + f.Company + " is not declared in the fleet file", Pos: f.CompanyPos}
		if names := sortedKeys(fleet.Companies); len(names) > 0 && len(names) <= 24 {
			d.Hint = "declared are: " + strings.Join(names, ", ")
		}
		list = append(list, d)
	}
	o := &outgoing{file: f}
	var more diag.List
	if f.Receipt.IsZero() {
		o.doc, more = ofd.ReadCorrection(f.Kind, inn, f.Correction)
	} else {
		o.doc, more = ofd.ReadReceipt(f.Kind, inn, f.Receipt)
	}
	list = append(list, more...)
	if err := list.Err(); err != nil {
		return nil, err
	}
	a.showDiagnostics(g, list)
	return o, nil
}

// anyINN stands for the INN of a company that is not known: its check digits
// fit.
const anyINN = "5252012620"
