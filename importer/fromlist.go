package importer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kktctl/kktctl/importer/list"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/spec/fiscal"
)

// maxTold bounds the warnings about one list.
const maxTold = 100

// takeList takes the tills of a list: those that are live as they are live, the
// rest as the list has them, to be registered.
func (m *importing) takeList() {
	seen := listed{serials: map[string]diag.Pos{}, rnms: map[string]diag.Pos{}, drives: map[string]diag.Pos{}, names: map[string]diag.Pos{}}
	m.inns()
	for i := range m.in.List {
		r := &m.in.List[i]
		if row := m.liveOf(r); m.checkRow(r, row, &seen) {
			m.takeRow(r, row)
		}
	}
	if more := m.untold; more > 0 {
		m.result.Diagnostics = append(m.result.Diagnostics, diag.Diagnostic{Severity: diag.Warning, Summary: fmt.Sprintf("and %d more differences between the list and the live tills", more)})
	}
}

// listed is what rows before had, which must not come again.
type listed struct{ serials, rnms, drives, names map[string]diag.Pos }

// liveOf finds the live row of a till of a list.
func (m *importing) liveOf(r *list.Row) *planner.Till {
	if s := fiscal.NormalizeSerial(r.Text(list.Serial)); s != "" {
		return m.rows[s]
	}
	return m.byRNM[r.Text(list.RNM)]
}

// takeRow takes one till of a list that passed its checks.
func (m *importing) takeRow(r *list.Row, row *planner.Till) {
	serial := fiscal.NormalizeSerial(r.Text(list.Serial))
	if row != nil {
		serial = fiscal.NormalizeSerial(row.Serial)
	}
	if m.known(row, serial) {
		return
	}
	company, ok := m.companyOf(r, row)
	if !ok {
		return
	}
	t := Till{Pos: r.Pos, Name: r.Text(list.Name), Code: r.Text(list.Code), row: row}
	if row != nil {
		m.companyFor = company
		t.KKT, t.typed, ok = m.fromLive(row, r)
		m.companyFor = ""
		t.Live = true
		m.differs(r, row)
	} else {
		t.KKT, t.typed, ok = m.fromRow(r, company)
	}
	if !ok {
		return
	}
	switch {
	case strings.EqualFold(t.Code, "auto"):
		t.Code, t.KKT.ActivationCode.Auto = "auto", true
	case t.Code != "":
		t.KKT.ActivationCode.Literal = t.Code
	}
	m.take(t)
}

// fromRow makes the declaration of a till that is not live.
func (m *importing) fromRow(r *list.Row, company string) (k spec.KKT, typed, ok bool) {
	k = m.in.Fleet.Defaults
	k.Company, k.Serial, k.RNM = company, r.Text(list.Serial), r.Text(list.RNM)
	k.FN.Number = r.Text(list.FN)
	m.setPlace(&k, r.Text(list.Address), r.Text(list.Place))
	k.Model = cmp.Or(r.Text(list.Model), k.Model)
	k.Tariff = cmp.Or(strings.ToLower(r.Text(list.Tariff)), k.Tariff)
	k.FFD = cmp.Or(r.Text(list.FFD), k.FFD)
	k.Renta = cmp.Or(r.Text(list.Renta), k.Renta)
	untold := typeOf(k.FN.Number, m.in.Fleet.Defaults)
	k.FN.Type = cmp.Or(spec.FNType(r.Text(list.FNType)), untold)
	missing := func(c list.Column, what string) {
		m.errorAt(r.Cell(c).Pos, what+" is missing, and the till is not live", "fill it in, or leave the till out of the list")
	}
	before := len(m.result.Diagnostics)
	if k.Model == "" {
		missing(list.Model, "the model")
	}
	if k.FN.Number == "" {
		missing(list.FN, "the number of the ФН")
	}
	if k.Address.Text() == "" {
		missing(list.Address, "the address")
	}
	return k, k.FN.Type != untold, len(m.result.Diagnostics) == before
}

// differs tells where a list says otherwise than the live till, which wins.
func (m *importing) differs(r *list.Row, row *planner.Till) {
	for _, d := range []struct {
		c    list.Column
		live string
		same bool
	}{
		{list.RNM, row.RNM, row.RNM == r.Text(list.RNM)},
		{list.FN, row.FN, row.FN == r.Text(list.FN)},
		{list.Address, row.Address, fiscal.SameAddress(row.Address, r.Text(list.Address))},
		{list.Place, row.Place, sameWords(row.Place, r.Text(list.Place))},
		{list.Model, row.Model, sameWords(row.Model, r.Text(list.Model))},
	} {
		said := r.Cell(d.c)
		if said.Text == "" || d.live == "" || d.same {
			continue
		}
		if m.told++; m.told > maxTold {
			m.untold++
			continue
		}
		m.result.Diagnostics = append(m.result.Diagnostics, diag.Diagnostic{
			Severity: diag.Warning, Pos: said.Pos,
			Summary: fmt.Sprintf("the list says %s, live it is %s: declared as it is live", said.Text, d.live),
			Hint:    "where the list is right, change it in the fleet file: the next plan corrects the till",
		})
	}
}

func sameWords(a, b string) bool {
	return strings.EqualFold(strings.Join(strings.Fields(a), " "), strings.Join(strings.Fields(b), " "))
}

// inns finds companies by ИНН and by what they are called.
func (m *importing) inns() {
	m.byINN, m.byTitle = map[string][]string{}, map[string][]string{}
	for key, c := range m.companies {
		m.byINN[c.INN] = append(m.byINN[c.INN], key)
		m.byTitle[strings.ToLower(c.Name)] = append(m.byTitle[strings.ToLower(c.Name)], key)
	}
	for _, keys := range m.byINN {
		slices.Sort(keys)
	}
}

// companyOf finds the company that a list names for a till; "" for a live till
// that it names none for: its РНМ tells. ok is false when it reported.
func (m *importing) companyOf(r *list.Row, row *planner.Till) (key string, ok bool) {
	inn, title := r.Cell(list.INN), r.Cell(list.Company)
	var keys []string
	at := inn
	switch {
	case inn.Text != "":
		if keys = m.byINN[inn.Text]; len(keys) == 0 {
			m.errorAt(inn.Pos, "ИНН "+inn.Text+" is of no company of the fleet file", "declare it under companies, or with --owner "+ownerForm(inn.Text))
			return "", false
		}
	case title.Text != "":
		at = title
		if keys = m.byTitle[strings.ToLower(title.Text)]; m.companies[title.Text].INN != "" {
			keys = []string{title.Text}
		}
		if len(keys) == 0 {
			m.errorAt(title.Pos, "no company of the fleet file has this key or name", "declare it under companies, or give the ИНН in a column of its own")
			return "", false
		}
	case row != nil:
		return "", true
	}
	rnm, serial := cmp.Or(liveRNM(row), r.Text(list.RNM)), cmp.Or(liveSerial(row), r.Text(list.Serial))
	if len(keys) == 0 {
		keys = m.fitting(rnm, serial)
		at = r.Cell(list.Serial)
	} else if m.companies[title.Text].INN != "" && slices.Contains(keys, title.Text) {
		keys = []string{title.Text} // of branches of one company
	}
	if key = m.only(keys, ""); key == "" && inn.Text == "" && title.Text == "" {
		key = cmp.Or(m.in.Company, m.in.Fleet.Defaults.Company)
	}
	switch {
	case key == "" && len(keys) > 1:
		m.errorAt(at.Pos, "several companies of the fleet file fit: "+strings.Join(keys, ", "), "name one of them in a column «Компания»")
		return "", false
	case key == "":
		m.errorAt(r.Pos, "whose till this is is not known", "give the ИНН in a column of its own, or put company under defaults")
		return "", false
	case rnm != "" && serial != "" && !fiscal.CheckRNM(rnm, m.companies[key].INN, serial):
		m.errorAt(at.Pos, fmt.Sprintf("the РНМ %s was not issued to ИНН %s for factory number %s", rnm, m.companies[key].INN, serial),
			"compare company, РНМ and factory number with the card of registration")
		return "", false
	}
	return key, true
}

// ownerForm is how a company is given with --owner.
func ownerForm(inn string) string {
	if len(inn) == 12 {
		return inn + "=NAME"
	}
	return inn + "/KPP=NAME"
}

func liveRNM(row *planner.Till) string {
	if row == nil {
		return ""
	}
	return row.RNM
}

func liveSerial(row *planner.Till) string {
	if row == nil {
		return ""
	}
	return row.Serial
}
