package spec

import (
	"errors"
	"net/mail"
	"regexp"
	"strings"

	"github.com/kktctl/kktctl/spec/fiscal"
	"gopkg.in/yaml.v3"
)

var phoneForm = regexp.MustCompile(`^\+?[0-9() -]+$`)

const innHint = "copy the ИНН again, in quotes"

func companySchema() schema[Company] {
	return schema[Company]{
		{"inn", func(r *reader, n *yaml.Node, c *Company) { c.INN = r.needChecked(n, fiscal.CheckINN, innHint) }},
		{"kpp", func(r *reader, n *yaml.Node, c *Company) {
			c.KPP = r.checked(n, fiscal.CheckKPP, "copy the КПП again, in quotes")
		}},
		{"ogrn", func(r *reader, n *yaml.Node, c *Company) {
			c.OGRN = r.checked(n, checkAnyOGRN, "copy the ОГРН again, in quotes")
		}},
		{"name", func(r *reader, n *yaml.Node, c *Company) { c.Name, _ = r.needText(n) }},
		{"email", func(r *reader, n *yaml.Node, c *Company) {
			c.Email = r.checked(n, checkEmail, "write it as office@sever.example")
		}},
		{"phone", func(r *reader, n *yaml.Node, c *Company) {
			c.Phone = r.checked(n, checkPhone, "write it as \"+74951234567\"")
		}},
		{"signatory", func(r *reader, n *yaml.Node, c *Company) { c.Signatory = r.signatory(n) }},
		{"powerOfAttorney", func(r *reader, n *yaml.Node, c *Company) { c.PowerOfAttorney = r.powerOfAttorney(n) }},
		{"cabinet", func(r *reader, n *yaml.Node, c *Company) { c.CreateCabinet = r.cabinet(n) }},
	}
}

// company reads a company and what its kind demands: a legal entity has a КПП
// and an ОГРН of 13 digits, an entrepreneur has no КПП and an ОГРНИП of 15.
func (r *reader) company(key, n *yaml.Node) Company {
	c := Company{Pos: r.pos(key)}
	s := companySchema()
	g := s.read(r, n, &c)
	if !r.wasMap(n) && !isNull(n) {
		return c
	}
	s.need(r, key, g, "inn", "name")
	if c.INN == "" {
		return c
	}
	if c.Entrepreneur() {
		r.entrepreneur(key, c)
	} else {
		r.legalEntity(key, c, s.has(g, "kpp"))
	}
	return c
}

func (r *reader) entrepreneur(key *yaml.Node, c Company) {
	if c.KPP != "" {
		r.within("kpp", func() {
			r.errorAt(key, "take it out, or write the ИНН of the legal entity", "an entrepreneur (an ИНН of 12 digits) has no КПП")
		})
	}
	if len(c.OGRN) == 13 {
		r.within("ogrn", func() {
			r.errorAt(key, "write the ОГРНИП of 15 digits", "an entrepreneur (an ИНН of 12 digits) has an ОГРНИП of 15 digits, not 13")
		})
	}
}

func (r *reader) legalEntity(key *yaml.Node, c Company, hasKPP bool) {
	if !hasKPP {
		r.within("kpp", func() {
			r.errorAt(key, "write the КПП of 9 digits", "is missing: a legal entity (an ИНН of 10 digits) has one")
		})
	}
	if len(c.OGRN) == 15 {
		r.within("ogrn", func() {
			r.errorAt(key, "write the ОГРН of 13 digits", "a legal entity (an ИНН of 10 digits) has an ОГРН of 13 digits, not 15")
		})
	}
}

func checkAnyOGRN(s string) error {
	switch len(s) {
	case 13:
		return fiscal.CheckOGRN(s)
	case 15:
		return fiscal.CheckOGRNIP(s)
	}
	return errors.New("must have 13 digits (ОГРН) or 15 (ОГРНИП)")
}

func checkEmail(s string) error {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > 254 || !strings.Contains(s[strings.LastIndex(s, "@"):], ".") {
		return errors.New("is not an email address")
	}
	return nil
}

// checkPhone takes the spellings that the documents show: with and without
// +7, brackets and hyphens.
func checkPhone(s string) error {
	count := 0
	for _, c := range s {
		if c >= '0' && c <= '9' {
			count++
		}
	}
	if count < 10 || count > 15 || !phoneForm.MatchString(s) {
		return errors.New("is not a telephone number")
	}
	return nil
}

func (r *reader) signatory(n *yaml.Node) Signatory {
	s := schema[Signatory]{
		{"lastName", func(r *reader, n *yaml.Node, v *Signatory) { v.LastName, _ = r.needText(n) }},
		{"givenName", func(r *reader, n *yaml.Node, v *Signatory) { v.GivenName, _ = r.needText(n) }},
		{"position", func(r *reader, n *yaml.Node, v *Signatory) { v.Position = r.text(n) }},
		{"signer", func(r *reader, n *yaml.Node, v *Signatory) { v.Signer = r.ref(n, "signers", r.known.signers, true) }},
	}
	var v Signatory
	if g := s.read(r, n, &v); r.wasMap(n) {
		s.need(r, n, g, "lastName", "givenName", "signer")
	}
	return v
}

func (r *reader) powerOfAttorney(n *yaml.Node) *PowerOfAttorney {
	if isNull(n) {
		return nil
	}
	s := schema[PowerOfAttorney]{
		{"number", func(r *reader, n *yaml.Node, p *PowerOfAttorney) { p.Number, _ = r.needText(n) }},
		{"date", func(r *reader, n *yaml.Node, p *PowerOfAttorney) { p.Date, p.Pos = r.date(n), r.pos(n) }},
		{"id", func(r *reader, n *yaml.Node, p *PowerOfAttorney) { p.ID = r.attorneyID(n) }},
	}
	p := new(PowerOfAttorney)
	if g := s.read(r, n, p); r.wasMap(n) {
		s.need(r, n, g, "number", "date", "id")
	}
	return p
}

// attorneyID warns of an id that is not the one under which the registers keep
// a power of attorney: document 004 §7.1.1 does not tell its form, so that
// another one is let through.
func (r *reader) attorneyID(n *yaml.Node) string {
	s, ok := r.needText(n)
	if ok && !uuidForm.MatchString(s) {
		r.warnAt(n, "copy it from the power of attorney; it is of the form 8a9c23a2-75a1-46e2-9151-e77233c37d5d",
			"%s does not look like the id of an МЧД", quote(s))
	}
	return s
}

func (r *reader) cabinet(n *yaml.Node) (create bool) {
	s := schema[bool]{{"create", func(r *reader, n *yaml.Node, v *bool) { *v = r.boolean(n) }}}
	s.read(r, n, &create)
	return create
}
