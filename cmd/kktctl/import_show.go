package main

import (
	"fmt"

	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
	"github.com/kktctl/kktctl/importer"
)

// printImport writes what would be added as a file of its own to standard
// output; what was left out is told beside it.
func (a *App) printImport(g *globals, found *importer.Result, c *composed) error {
	text := c.text
	switch {
	case len(found.Tills)+len(found.Companies) == 0:
		text = nil
	case !c.whole:
		doc, err := importer.Open(nil)
		if err != nil {
			return err
		}
		text, _, err = doc.Insert(importer.Section{Name: "companies", Entries: found.CompanyEntries()},
			importer.Section{Name: "kkts", Entries: found.Entries(c.defaults)})
		if err != nil {
			return err
		}
	}
	fmt.Fprint(a.Err, view.LeftOut(a.leftOut(g, found), a.errOptions(g)))
	_, err := a.Out.Write(text)
	return err
}

// showImport tells what was done, or with --dry-run what would be.
func (a *App) showImport(g *globals, o importOptions, t *importTarget, found *importer.Result, c *composed, next importAhead) error {
	r := view.ImportReport{
		File: t.shown, DryRun: o.DryRun, Begun: t.head != nil, Live: o.Refresh, List: o.From,
		Met: found.Met, Known: found.Known, Other: found.Other, Adopted: len(next.adopt), Steps: len(next.steps),
		LeftOut: a.leftOut(g, found),
	}
	for _, owner := range found.Companies {
		r.Companies = append(r.Companies, view.ImportedCompany{Address: "companies." + owner.Key, INN: owner.INN, Name: owner.Name})
	}
	for i := range found.Tills {
		till := &found.Tills[i]
		r.Tills = append(r.Tills, view.ImportedTill{
			Address: "kkts." + till.Name, Serial: till.KKT.Serial, RNM: till.KKT.RNM, Company: till.KKT.Company,
			Where: till.KKT.Address.Text(), Place: till.KKT.Place, Live: till.Live,
		})
	}
	if o.DryRun {
		base := c.base
		if t.head != nil || !t.exists {
			base = nil
		}
		if base == nil && len(found.Tills)+len(found.Companies) > 0 {
			r.Diff = importer.Diff(t.shown, nil, []importer.Edit{{Text: string(c.text)}})
		} else {
			r.Diff = importer.Diff(t.shown, base, c.edits)
		}
	}
	if g.JSON {
		return view.ImportJSON(a.Out, r)
	}
	fmt.Fprint(a.Out, view.ImportText(r, a.outOptions(g)))
	return nil
}

// leftOut gives the view what was left out, with the way out of each.
func (a *App) leftOut(g *globals, found *importer.Result) []view.ImportLeftOut {
	var out []view.ImportLeftOut
	for _, l := range found.LeftOut {
		v := view.ImportLeftOut{Why: string(l.Why), Serial: l.Serial, RNM: l.RNM, Address: l.Address, INN: l.INN, Company: l.Company}
		v.Reason, v.Hint = leftOutWords(l)
		out = append(out, v)
	}
	return out
}

// leftOutWords says why a till is left out, and what can be done about it.
func leftOutWords(l importer.LeftOut) (reason, hint string) {
	const byList = "give its %s in a list: kktctl import --from list.csv"
	switch l.Why {
	case importer.NoSerial:
		return "the list of tills does not tell its factory number", "declare it by hand"
	case importer.NoRNM:
		return "the list of tills does not tell its РНМ, which proves whose it is", fmt.Sprintf(byList, "ИНН")
	case importer.Nobody:
		return "its РНМ fits no company of the file", "declare its company: kktctl import --owner ИНН/КПП=NAME"
	case importer.Stranger:
		return "of ИНН " + l.INN + ", which is no company of the file", "declare it: kktctl import --owner " + shellWord(ownerWord(l)) + ", or all that Renta names: --add-companies"
	case importer.Contradicts:
		return "the Renta list says ИНН " + l.INN + ", and its РНМ was not issued to that", "ask the tenant for the card of registration"
	case importer.Several:
		return "its РНМ fits several companies of the file", "say which: kktctl import --company KEY, or give its ИНН in a list: --from list.csv"
	case importer.NoModel:
		return "the list of tills does not tell its model", "put model under defaults, or " + fmt.Sprintf(byList, "model")
	case importer.NoFN:
		return "the list of tills does not tell its ФН", fmt.Sprintf(byList, "ФН")
	case importer.NoAddress:
		return "the list of tills does not tell its address", fmt.Sprintf(byList, "address")
	case importer.BadNumber:
		return "its factory number, РНМ or ФН has not the form of one", "ask OFD.ru to correct it"
	case importer.BadText:
		return "its model, address or place holds what cannot be declared", "ask OFD.ru to correct it"
	case importer.DriveTaken:
		return "its ФН is that of another till: one of them is an old registration", "declare it by hand if it is in use"
	case importer.WasDropped:
		return "the state remembers it: it was taken out of the file", "to declare it again: kktctl import --dropped"
	case importer.WhichCentre:
		return "a member of Renta, and the list does not tell of which centre", "say which: kktctl import --centre KEY --only PATTERN"
	case importer.RentaOnly:
		return "in the Renta list, but not in the partner's list of tills", "an activation code of the partner makes it visible there"
	}
	return string(l.Why), ""
}

// ownerWord is what --owner takes for a company.
func ownerWord(l importer.LeftOut) string {
	name := l.Company
	if name == "" {
		name = "NAME"
	}
	switch {
	case len(l.INN) == 12:
		return l.INN + "=" + name
	case l.KPP == "":
		return l.INN + "/КПП=" + name
	}
	return l.INN + "/" + l.KPP + "=" + name
}
