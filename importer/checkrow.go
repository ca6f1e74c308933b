package importer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kktctl/kktctl/importer/list"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/spec/fiscal"
)

// checkRow checks the values of a row, each where it stands. False when it
// reported.
func (m *importing) checkRow(r *list.Row, row *planner.Till, seen *listed) bool {
	before := len(m.result.Diagnostics)
	m.checkSerial(r, row)
	m.checkForm(r, list.RNM, fiscal.RNMForm, "the РНМ")
	m.checkForm(r, list.FN, fiscal.CheckFN, "the number of the ФН")
	m.checkForm(r, list.INN, fiscal.CheckINN, "the ИНН")
	m.checkForm(r, list.Name, func(s string) error {
		if spec.CheckName(s) != nil {
			return fmt.Errorf("is not a name: 1 to 63 letters, digits, dots, hyphens and underscores, the first a letter or digit")
		}
		return nil
	}, "the name")
	m.checkWord(r, list.FNType, "fn15", "fn36")
	m.checkWord(r, list.Tariff, tariffs()...)
	m.checkWord(r, list.FFD, "1.05", "1.1", "1.2")
	if c := r.Cell(list.Renta); c.Text != "" && m.in.Fleet.Centres[c.Text].INN == "" {
		m.errorAt(c.Pos, fmt.Sprintf("%q is not declared under centres", c.Text), "write the centre's key in the fleet file")
	}
	for _, c := range []list.Column{list.Model, list.Address, list.Place, list.Code, list.Company} {
		if v := r.Cell(c); spec.CheckText(v.Text) != nil {
			m.errorAt(v.Pos, fmt.Sprintf("the text %v", spec.CheckText(v.Text)), "write it anew, on one line")
		}
	}
	m.once(seen.serials, r.Cell(list.Serial), fiscal.NormalizeSerial(r.Text(list.Serial)), "the factory number")
	m.once(seen.rnms, r.Cell(list.RNM), r.Text(list.RNM), "the РНМ")
	m.once(seen.drives, r.Cell(list.FN), r.Text(list.FN), "the ФН")
	m.once(seen.names, r.Cell(list.Name), r.Text(list.Name), "the name")
	if c := r.Cell(list.Name); c.Text != "" && m.nameHeld(c.Text, r) {
		m.errorAt(c.Pos, "the name "+c.Text+" is that of another till", "give it another one, or leave the name out")
	}
	return len(m.result.Diagnostics) == before && !r.Bad()
}

// nameHeld tells whether a name of the list is that of another till of the
// file, or that the state remembers.
func (m *importing) nameHeld(name string, r *list.Row) bool {
	serial := fiscal.NormalizeSerial(r.Text(list.Serial))
	if k, ok := m.in.Fleet.KKTs[name]; ok {
		return !fiscal.SameSerial(k.Serial, serial) && (k.RNM == "" || k.RNM != r.Text(list.RNM))
	}
	p, ok := m.in.Prior.Resources[spec.KKTAddress(name)]
	return ok && !fiscal.SameSerial(serialOf(&p), serial)
}

// checkSerial wants a factory number. One that the workbook holds as a number
// may have lost its zeros: the live till tells them, or nobody does.
func (m *importing) checkSerial(r *list.Row, row *planner.Till) {
	c := r.Cell(list.Serial)
	switch {
	case c.Bad:
	case c.Text == "" && row == nil && r.Text(list.RNM) != "":
		m.errorAt(r.Cell(list.RNM).Pos, "no live till has the РНМ "+r.Text(list.RNM), "correct it, or, for a till that is to be registered, give its factory number")
	case c.Text == "" && row == nil:
		m.errorAt(c.Pos, "the factory number is missing", "copy it from the till's plate")
	case c.Text == "":
	case c.Numeric && row == nil:
		m.errorAt(c.Pos, c.Text+" is kept as a number, which has no leading zeros: the factory number may have lost some", "format the column as text and enter the number again")
	case spec.CheckSerial(c.Text) != nil:
		m.errorAt(c.Pos, fmt.Sprintf("%q %v", c.Text, spec.CheckSerial(c.Text)), "copy it from the till's plate")
	case row != nil && r.Text(list.RNM) != "" && row.RNM != "" && m.byRNM[r.Text(list.RNM)] != nil && m.byRNM[r.Text(list.RNM)] != row && !fiscal.SameSerial(m.byRNM[r.Text(list.RNM)].Serial, row.Serial):
		m.errorAt(r.Cell(list.RNM).Pos, "the РНМ "+r.Text(list.RNM)+" is live with another factory number, "+m.byRNM[r.Text(list.RNM)].Serial, "compare both with the till's plate and card of registration")
	}
}

func (m *importing) checkForm(r *list.Row, col list.Column, check func(string) error, what string) {
	c := r.Cell(col)
	if c.Text == "" {
		return
	}
	if err := check(c.Text); err != nil {
		m.errorAt(c.Pos, fmt.Sprintf("%s %q %v", what, c.Text, err), zerosHint(c))
	}
}

// zerosHint tells how numbers are kept whole in a spreadsheet.
func zerosHint(c list.Cell) string {
	if c.Numeric {
		return "format the column as text and enter the number again: a spreadsheet takes leading zeros and the last digits off"
	}
	return "correct it in the list"
}

func (m *importing) checkWord(r *list.Row, col list.Column, words ...string) {
	c := r.Cell(col)
	if c.Text != "" && !slices.Contains(words, strings.ToLower(c.Text)) {
		m.errorAt(c.Pos, fmt.Sprintf("%q is not one of %s", c.Text, strings.Join(words, ", ")), "write one of them, or leave it empty")
	}
}

// once reports what came in a row before.
func (m *importing) once(seen map[string]diag.Pos, c list.Cell, key, what string) {
	if key == "" {
		return
	}
	if first, again := seen[key]; again {
		m.errorAt(c.Pos, fmt.Sprintf("%s %s is given twice, first at %s", what, c.Text, first), "keep one of them")
		return
	}
	seen[key] = c.Pos
}
