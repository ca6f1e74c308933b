package importer

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kktctl/kktctl/importer/list"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/fiscal"
)

// fromLive makes the declaration of a live till: what the service shows as it
// shows it, and of the rest what the file's defaults say, or a list. typed
// tells that the type of its ФН has to be said. A till that cannot be declared
// is left out.
func (m *importing) fromLive(row *planner.Till, of *list.Row) (k spec.KKT, typed, ok bool) {
	k = m.in.Fleet.Defaults
	serial := fiscal.NormalizeSerial(row.Serial)
	if k.Company = m.ownerOf(row); k.Company == "" {
		return k, false, false
	}
	member := m.members[serial]
	k.Serial, k.RNM = strings.TrimSpace(row.Serial), row.RNM
	k.FN.Number = row.FN
	address, place := row.Address, row.Place
	if member != nil {
		k.FN.Number = cmp.Or(k.FN.Number, member.FN)
		address, place = cmp.Or(address, member.Address), cmp.Or(place, member.Place)
	}
	k.FN.Number = cmp.Or(k.FN.Number, of.Text(list.FN))
	m.setPlace(&k, cmp.Or(spec.Shown(address), of.Text(list.Address)), cmp.Or(spec.Shown(place), of.Text(list.Place)))
	if s := cmp.Or(spec.Shown(row.Model), of.Text(list.Model)); s != "" {
		k.Model = s
	}
	if s := strings.ToLower(cmp.Or(row.Tariff, of.Text(list.Tariff))); slices.Contains(tariffs(), s) {
		k.Tariff = s
	}
	k.FFD = cmp.Or(of.Text(list.FFD), k.FFD)
	k.ActivationCode, k.Book, k.Registration, k.Unregister = spec.Code{}, false, m.in.Fleet.Defaults.Registration, ""
	typed = m.driveType(&k, row)
	if !m.membership(&k, row, member) {
		return k, false, false
	}
	if why := m.lacks(&k, row); why != "" {
		m.leave(row, why)
		return k, false, false
	}
	return k, typed, true
}

// ownerOf is owner for a till that a list may name the company of.
func (m *importing) ownerOf(row *planner.Till) string {
	if m.companyFor != "" {
		return m.companyFor
	}
	return m.owner(row)
}

// setPlace declares where a till is; what the defaults say in other words is
// left to them.
func (m *importing) setPlace(k *spec.KKT, address, place string) {
	if address != "" && (k.Address.IsZero() || !fiscal.SameAddress(k.Address.Text(), address)) {
		k.Address = spec.Address{Full: address}
	}
	if place != "" {
		k.Place = place
	}
}

// driveType says what type the ФН is of, as far as that is known: its number
// may tell, and one that has longer to go than fn15 lasts is fn36.
func (m *importing) driveType(k *spec.KKT, row *planner.Till) bool {
	model, _ := fiscal.FNModel(k.FN.Number)
	t := spec.FNType(model.Type)
	long := row != nil && row.FNEnd.Sub(m.in.Now).Hours()/24 > float64(fiscal.FNLifetimeDays("fn15"))
	if t == "" && long {
		t = spec.FN36
	}
	untold := cmp.Or(m.in.Fleet.Defaults.FN.Type, spec.FNType(model.Type), spec.FN15)
	k.FN.Type = cmp.Or(t, untold)
	return k.FN.Type != untold
}

// membership declares a member of Renta as one: otherwise a plan would remove
// it. The list does not say of which centre; false when that is not clear.
func (m *importing) membership(k *spec.KKT, row *planner.Till, member *planner.RentaTill) bool {
	k.Renta = ""
	if member == nil || len(m.in.Fleet.Centres) == 0 {
		return true
	}
	k.Renta = m.in.Centre
	if len(m.in.Fleet.Centres) == 1 && k.Renta == "" {
		for key := range m.in.Fleet.Centres {
			k.Renta = key
		}
	}
	if k.Renta == "" {
		m.leave(row, WhichCentre)
		return false
	}
	return true
}

// lacks tells why a till cannot be declared; "" when it can.
func (m *importing) lacks(k *spec.KKT, row *planner.Till) Why {
	switch {
	case k.Model == "":
		return NoModel
	case k.FN.Number == "":
		return NoFN
	case k.Address.Text() == "":
		return NoAddress
	case fiscal.CheckFN(k.FN.Number) != nil, spec.CheckSerial(k.Serial) != nil, k.RNM != "" && fiscal.RNMForm(k.RNM) != nil:
		return BadNumber
	}
	for _, s := range []string{k.Model, k.Address.Text(), k.Place} {
		if spec.CheckText(s) != nil {
			return BadText
		}
	}
	f := spec.Fleet{Companies: m.companies}
	want := f.AttributesOf(*k)
	if len(planner.Unlike(&want, row)) > 0 { // what was taken out of a text counts
		return BadText
	}
	return ""
}

func tariffs() []string { return []string{"red", "yellow", "green", "blue", "orange"} }
