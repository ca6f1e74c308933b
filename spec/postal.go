package spec

import (
	"cmp"
	"errors"
	"regexp"

	"github.com/kktctl/kktctl/spec/diag"
	"gopkg.in/yaml.v3"
)

var (
	postalForm = regexp.MustCompile(`^[0-9]{6}$`)
	regionForm = regexp.MustCompile(`^[0-9]{2}$`)
	uuidForm   = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)
)

// matching makes a check of a form.
func matching(form *regexp.Regexp, what string) func(string) error {
	return func(s string) error {
		if !form.MatchString(s) {
			return errors.New(what)
		}
		return nil
	}
}

func addressSchema() schema[Address] {
	part := func(set func(*Address, string)) func(*reader, *yaml.Node, *Address) {
		return func(r *reader, n *yaml.Node, a *Address) { set(a, r.text(n)) }
	}
	return schema[Address]{
		{"postalCode", func(r *reader, n *yaml.Node, a *Address) {
			a.PostalCode = r.checked(n, matching(postalForm, "is not a postal code of 6 digits"), "write it as \"115280\"")
		}},
		{"regionCode", func(r *reader, n *yaml.Node, a *Address) {
			a.RegionCode = r.checked(n, matching(regionForm, "is not a region code of 2 digits"), "write it as \"77\"")
		}},
		{"region", part(func(a *Address, s string) { a.Region = s })},
		{"settlement", part(func(a *Address, s string) { a.Settlement = s })},
		{"street", part(func(a *Address, s string) { a.Street = s })},
		{"houseNumber", part(func(a *Address, s string) { a.HouseNumber = s })},
		{"building", part(func(a *Address, s string) { a.Building = s })},
		{"office", part(func(a *Address, s string) { a.Office = s })},
		{"fias", func(r *reader, n *yaml.Node, a *Address) {
			a.FIAS = r.checked(n, matching(uuidForm, "is not a ФИАС code"), "write it as 8ff65e61-b815-40e6-92cf-17a9678b3d0e")
		}},
		{"full", part(func(a *Address, s string) { a.Full = s })},
	}
}

// address reads a line, or a map of parts over those that defaults give. A
// full line declared anew stands for itself.
func (r *reader) address(n *yaml.Node, inherited Address) Address {
	if !r.wasMap(n) {
		line, _ := r.needText(n)
		return Address{Full: line}
	}
	var a Address
	s := addressSchema()
	before := r.list.count[diag.Error]
	g := s.read(r, n, &a)
	if !s.has(g, "full") {
		a = a.over(inherited)
	}
	if a.Text() == "" && r.list.count[diag.Error] == before {
		r.errorAt(n, "write a line, or settlement, street and houseNumber", "names no place")
	}
	return a
}

// over takes parts that are not there from another address, but for its line.
func (a Address) over(base Address) Address {
	return Address{
		PostalCode:  cmp.Or(a.PostalCode, base.PostalCode),
		RegionCode:  cmp.Or(a.RegionCode, base.RegionCode),
		Region:      cmp.Or(a.Region, base.Region),
		Settlement:  cmp.Or(a.Settlement, base.Settlement),
		Street:      cmp.Or(a.Street, base.Street),
		HouseNumber: cmp.Or(a.HouseNumber, base.HouseNumber),
		Building:    cmp.Or(a.Building, base.Building),
		Office:      cmp.Or(a.Office, base.Office),
		FIAS:        cmp.Or(a.FIAS, base.FIAS),
	}
}

// devices reads the automatic devices of a till.
func (r *reader) devices(n *yaml.Node) []AutomaticDevice {
	s := schema[AutomaticDevice]{
		{"number", func(r *reader, n *yaml.Node, d *AutomaticDevice) { d.Number, _ = r.needText(n) }},
		{"address", func(r *reader, n *yaml.Node, d *AutomaticDevice) { d.Address = r.address(n, Address{}) }},
		{"place", func(r *reader, n *yaml.Node, d *AutomaticDevice) { d.Place = r.text(n) }},
	}
	var list []AutomaticDevice
	numbers := map[string]bool{}
	r.elements(n, func(e *yaml.Node) {
		var d AutomaticDevice
		g := s.read(r, e, &d)
		s.need(r, e, g, "number", "address")
		if numbers[d.Number] {
			r.errorAt(e, "keep one of them", "device %s is given twice", quote(d.Number))
		}
		if d.Number != "" {
			numbers[d.Number] = true
		}
		list = append(list, d)
	})
	return list
}
