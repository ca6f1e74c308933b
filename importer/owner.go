package importer

import (
	"maps"
	"slices"
	"strconv"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/fiscal"
)

// proof finds the companies that an РНМ can have been issued to. The check
// digits are a CRC, in which an ИНН makes the same difference whatever the
// other numbers are: so companies are looked up by that difference, and the
// work for a till does not grow with the number of companies.
type proof map[uint16][]string

// noINN is the ИНН that differences are taken from.
const noINN = "000000000000"

func checksum(seq, inn, serial string) uint16 {
	n, _ := strconv.ParseUint(fiscal.RNMChecksum(seq, inn, serial), 10, 16)
	return uint16(n)
}

// prove computes the differences of all companies.
func (m *importing) prove() {
	m.proof = make(proof, len(m.companies))
	for _, key := range slices.Sorted(maps.Keys(m.companies)) {
		m.proof.add(key, m.companies[key].INN)
	}
}

// add makes a company known.
func (p proof) add(key, inn string) {
	const seq = "0000000000"
	if len(inn) > 0 && len(inn) <= len(noINN) {
		d := checksum(seq, inn, "") ^ checksum(seq, noINN, "")
		p[d] = append(p[d], key)
	}
}

// fitting lists the companies whose ИНН fits the РНМ and factory number.
func (m *importing) fitting(rnm, serial string) []string {
	serial = fiscal.NormalizeSerial(serial)
	if fiscal.RNMForm(rnm) != nil || len(serial) > 20 {
		return nil
	}
	want, err := strconv.ParseUint(rnm[10:], 10, 16)
	if err != nil {
		return nil // six digits above what a CRC of 16 bits can be
	}
	return m.proof[uint16(want)^checksum(rnm[:10], noINN, serial)]
}

// owner finds the company of a live till; "" after it was left out.
func (m *importing) owner(row *planner.Till) string {
	if fiscal.RNMForm(row.RNM) != nil {
		m.leave(row, NoRNM)
		return ""
	}
	fits := m.fitting(row.RNM, row.Serial)
	if m.in.Company != "" && slices.Contains(fits, m.in.Company) {
		return m.in.Company // the person's word decides between several
	}
	if r := m.members[fiscal.NormalizeSerial(row.Serial)]; r != nil && r.INN != "" {
		return m.tenant(row, r, fits)
	}
	switch key := m.only(fits, ""); {
	case key != "":
		return key
	case len(fits) > 1:
		m.leave(row, Several)
	default:
		m.leave(row, Nobody)
	}
	return ""
}

// tenant is owner for a till whose ИНН the Renta list tells.
func (m *importing) tenant(row *planner.Till, r *planner.RentaTill, fits []string) string {
	if !fiscal.CheckRNM(row.RNM, r.INN, row.Serial) {
		l := m.leave(row, Contradicts)
		l.INN, l.KPP, l.Company = r.INN, r.KPP, r.Company
		return ""
	}
	own := slices.DeleteFunc(slices.Clone(fits), func(key string) bool { return m.companies[key].INN != r.INN })
	if key := m.only(own, r.KPP); key != "" {
		return key
	}
	if len(own) > 1 {
		m.leave(row, Several)
		return ""
	}
	name := spec.Shown(r.Company)
	complete := name != "" && fiscal.CheckINN(r.INN) == nil && (len(r.INN) == 12 || fiscal.CheckKPP(r.KPP) == nil) && spec.CheckText(name) == nil
	if m.in.AddCompanies && complete {
		o := Owner{INN: r.INN, Name: name}
		if len(r.INN) == 10 {
			o.KPP = r.KPP
		}
		key := m.addCompany(o)
		m.proof.add(key, o.INN)
		return key
	}
	l := m.leave(row, Stranger)
	l.INN, l.KPP, l.Company = r.INN, r.KPP, name
	return ""
}

// only chooses between keys of one company, as branches have: by its КПП, or
// the fleet's default. "" when that leaves several, or none.
func (m *importing) only(keys []string, kpp string) string {
	if len(keys) == 1 {
		return keys[0]
	}
	for _, key := range keys {
		if m.companies[key].INN != m.companies[keys[0]].INN {
			return ""
		}
	}
	found := ""
	for _, key := range keys {
		if kpp != "" && m.companies[key].KPP == kpp {
			if found != "" {
				return ""
			}
			found = key
		}
	}
	if found == "" && slices.Contains(keys, m.in.Fleet.Defaults.Company) {
		return m.in.Fleet.Defaults.Company
	}
	return found
}
