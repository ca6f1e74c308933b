package importer

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/kktctl/kktctl/importer/list"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/spec/fiscal"
)

// Input is everything that an import is computed from.
type Input struct {
	Fleet *spec.Fleet
	Prior planner.Prior
	Live  planner.Live
	Now   time.Time

	// List is a list of tills, when only these are to be imported; FromList
	// tells an empty list from none.
	List     []list.Row
	FromList bool

	Owners       []Owner  // companies to declare first
	AddCompanies bool     // also those that the Renta list names
	Company      string   // key: only its tills
	Only         []string // globs over factory number, РНМ and name: only these
	Dropped      bool     // also tills that the state remembers: they were taken out of the file
	Centre       string   // key: of members, when the fleet has several centres
}

// Owner is a company that owns tills.
type Owner struct {
	Key  string
	INN  string
	KPP  string // empty for an entrepreneur
	Name string
}

// Till is a till to declare.
type Till struct {
	Name string
	KKT  spec.KKT // effective: with the file's defaults
	Live bool     // met live; otherwise it is of the list only, and to be registered
	Code string   // activation code, of the list
	Pos  diag.Pos // in the list
	// typed: the type of the ФН has to be said.
	typed bool
	row   *planner.Till
}

// Result is what an import leads to.
type Result struct {
	Tills       []Till  // in the order in which they are written
	Companies   []Owner // that were declared nowhere before
	LeftOut     []LeftOut
	Known       int // met tills that the file has
	Other       int // left out by choice: another company, no glob
	Met         int // live tills in all
	Diagnostics diag.List
}

// New finds the tills to declare. The result is sorted.
func New(in Input) *Result {
	m := newImporting(&in)
	m.declareOwners()
	if in.FromList {
		m.takeList()
	} else {
		m.takeLive()
	}
	m.name()
	m.chooseNames()
	m.sort()
	return m.result
}

// importing is an import while it is made.
type importing struct {
	in        *Input
	result    *Result
	companies map[string]spec.Company // the file's and new ones
	proof     proof
	serials   map[string]string        // of the file's tills: normalised → name
	rnms      map[string]string        // of the file's tills
	drives    map[string]string        // ФН of the file's tills and of those taken
	dropped   map[string]string        // of the state's tills that are not in the file: serial → name
	rows      map[string]*planner.Till // live, by normalised factory number
	byRNM     map[string]*planner.Till // live
	members   map[string]*planner.RentaTill
	order     []string // of rows

	// Of lists.
	byINN, byTitle map[string][]string // keys of companies
	companyFor     string              // that the list names for the till that is being made
	told, untold   int                 // differences between list and live tills
}

func newImporting(in *Input) *importing {
	m := &importing{
		in: in, result: &Result{}, companies: maps.Clone(in.Fleet.Companies),
		serials: map[string]string{}, rnms: map[string]string{}, drives: map[string]string{}, dropped: map[string]string{},
		members: make(map[string]*planner.RentaTill, len(in.Live.Renta)),
	}
	if m.companies == nil {
		m.companies = map[string]spec.Company{}
	}
	for name, k := range in.Fleet.KKTs {
		m.serials[fiscal.NormalizeSerial(k.Serial)] = name
		if k.RNM != "" {
			m.rnms[k.RNM] = name
		}
		m.drives[k.FN.Number] = name
	}
	for addr, r := range in.Prior.Resources {
		name := spec.NameOf(addr)
		serial := fiscal.NormalizeSerial(serialOf(&r))
		if _, declared := in.Fleet.KKTs[name]; declared || serial == "" || !spec.IsKKTAddress(addr) {
			continue
		}
		if was, ok := m.dropped[serial]; !ok || name < was {
			m.dropped[serial] = name
		}
	}
	m.index()
	for i := range in.Live.Renta {
		r := &in.Live.Renta[i]
		m.members[fiscal.NormalizeSerial(r.Serial)] = r
	}
	return m
}

// serialOf is the factory number of a remembered till.
func serialOf(r *planner.Resource) string {
	if r.Serial == "" && r.Attributes != nil {
		return r.Attributes.Serial
	}
	return r.Serial
}

// index keeps one live row for each factory number: a till that was registered
// anew may be listed with its old РНМ as well.
func (m *importing) index() {
	tills := m.in.Live.Tills
	m.rows = make(map[string]*planner.Till, len(tills))
	m.byRNM = make(map[string]*planner.Till, len(tills))
	for i := range tills {
		row := &tills[i]
		m.byRNM[row.RNM] = row
		serial := fiscal.NormalizeSerial(row.Serial)
		if serial == "" {
			m.leave(row, NoSerial)
			continue
		}
		old, again := m.rows[serial]
		if !again {
			m.order = append(m.order, serial)
		}
		if !again || newer(row, old) {
			m.rows[serial] = row
		}
	}
	slices.Sort(m.order)
	delete(m.byRNM, "")
	m.result.Met = len(m.order)
}

func newer(a, b *planner.Till) bool {
	if c := a.LastDocument.Compare(b.LastDocument); c != 0 {
		return c > 0
	}
	return cmp.Or(cmp.Compare(a.RNM, b.RNM), cmp.Compare(a.FN, b.FN)) > 0
}

// declareOwners adds the companies that were named with the command.
func (m *importing) declareOwners() {
	for _, o := range m.in.Owners {
		m.addCompany(o)
	}
	m.prove()
}

// addCompany gives a company a key and makes it known.
func (m *importing) addCompany(o Owner) string {
	if o.Key == "" {
		o.Key = companyKey(o)
	}
	for base, n := o.Key, 2; m.companies[o.Key].INN != ""; n++ {
		o.Key = base + "-" + string(rune('0'+n%10))
		if n > 9 {
			o.Key = "inn-" + o.INN
			break
		}
	}
	m.companies[o.Key] = spec.Company{INN: o.INN, KPP: o.KPP, Name: o.Name}
	m.result.Companies = append(m.result.Companies, o)
	return o.Key
}

// takeLive takes every live till that the file does not have.
func (m *importing) takeLive() {
	for _, serial := range m.order {
		row := m.rows[serial]
		if m.known(row, serial) {
			continue
		}
		if _, was := m.dropped[serial]; was && !m.in.Dropped {
			m.leave(row, WasDropped)
			continue
		}
		if k, typed, ok := m.fromLive(row, nil); ok {
			m.take(Till{KKT: k, Live: true, typed: typed, row: row})
		}
	}
	for i := range m.in.Live.Renta {
		r := &m.in.Live.Renta[i]
		serial := fiscal.NormalizeSerial(r.Serial)
		if m.rows[serial] == nil && m.byRNM[r.RNM] == nil && m.serials[serial] == "" && m.rnms[r.RNM] == "" {
			m.result.LeftOut = append(m.result.LeftOut, LeftOut{Why: RentaOnly, Serial: r.Serial, RNM: r.RNM, Address: r.Address})
		}
	}
}

// known tells whether the file has the till.
func (m *importing) known(row *planner.Till, serial string) bool {
	if m.serials[serial] == "" && (row == nil || row.RNM == "" || m.rnms[row.RNM] == "") {
		return false
	}
	m.result.Known++
	return true
}

// take adds a till, unless its ФН is another's already.
func (m *importing) take(t Till) {
	if m.in.Company != "" && t.KKT.Company != m.in.Company {
		m.result.Other++
		return
	}
	m.result.Tills = append(m.result.Tills, t)
}

// chooseNames keeps what the globs name, and of two tills with one ФН the one
// that sent a document last.
func (m *importing) chooseNames() {
	kept := m.result.Tills[:0]
	for _, t := range m.result.Tills {
		if len(m.in.Only) > 0 && !slices.ContainsFunc(m.in.Only, func(glob string) bool { return matches(glob, t) }) {
			m.result.Other++
			continue
		}
		kept = append(kept, t)
	}
	m.result.Tills = kept
	m.uniqueDrives()
}

// uniqueDrives leaves out tills whose ФН another till holds: it can be in one.
func (m *importing) uniqueDrives() {
	holder := map[string]*Till{}
	for i := range m.result.Tills {
		t := &m.result.Tills[i]
		if h := holder[t.KKT.FN.Number]; h == nil || h.row != nil && t.row != nil && newer(t.row, h.row) {
			holder[t.KKT.FN.Number] = t
		}
	}
	m.result.Tills = slices.DeleteFunc(slices.Clone(m.result.Tills), func(t Till) bool {
		if m.drives[t.KKT.FN.Number] == "" && holder[t.KKT.FN.Number].KKT.Serial == t.KKT.Serial {
			return false
		}
		if t.row == nil {
			m.errorAt(t.Pos, "ФН "+t.KKT.FN.Number+" is that of another till too", "each till has its own")
			return true
		}
		m.leave(t.row, DriveTaken)
		return true
	})
}

// matches tells whether a glob names the till.
func matches(glob string, t Till) bool {
	for _, s := range []string{t.KKT.Serial, fiscal.NormalizeSerial(t.KKT.Serial), t.KKT.RNM, t.Name, spec.KKTAddress(t.Name)} {
		if ok, err := path.Match(glob, s); err == nil && ok {
			return true
		}
	}
	return false
}

// sort orders tills as people look for them: by company, address and factory
// number.
func (m *importing) sort() {
	slices.SortFunc(m.result.Tills, func(a, b Till) int {
		return cmp.Or(
			cmp.Compare(a.KKT.Company, b.KKT.Company), cmp.Compare(a.KKT.Address.Text(), b.KKT.Address.Text()),
			cmp.Compare(a.KKT.Place, b.KKT.Place), cmp.Compare(a.KKT.Serial, b.KKT.Serial),
		)
	})
	slices.SortFunc(m.result.Companies, func(a, b Owner) int { return strings.Compare(a.Key, b.Key) })
	slices.SortStableFunc(m.result.LeftOut, func(a, b LeftOut) int {
		return cmp.Or(cmp.Compare(a.Why, b.Why), cmp.Compare(a.INN, b.INN), cmp.Compare(a.Serial, b.Serial), cmp.Compare(a.RNM, b.RNM))
	})
}

// errorAt reports an error about a list.
func (m *importing) errorAt(pos diag.Pos, summary, hint string) {
	m.result.Diagnostics = append(m.result.Diagnostics, diag.Diagnostic{Summary: summary, Pos: pos, Hint: hint})
}
