package importer

import (
	"strings"

	"github.com/kktctl/kktctl/docs/schema"
	"github.com/kktctl/kktctl/spec"
)

// Head is what a new fleet file begins with.
type Head struct {
	Name       string // of the fleet
	PartnerINN string // "" leaves the provider out: nothing is read
	APIKey     spec.Secret
	Login      spec.Secret
	Password   spec.Secret
	Renta      spec.Login
	Companies  []Owner
	Defaults   []Field
}

// Text writes the beginning of the file, to which tills are added.
func (h *Head) Text() string {
	var b strings.Builder
	b.WriteString(schema.Modeline(schema.Fleet) + "\napiVersion: " + spec.APIVersion + "\nkind: " + spec.FileKind + "\nname: ")
	Word(h.Name).write(&b, false, false)
	b.WriteByte('\n')
	if h.PartnerINN != "" {
		b.WriteString("\nprovider:\n  partner: ")
		fields := []Field{{"inn", Number(h.PartnerINN)}}
		for _, s := range []struct {
			key string
			ref spec.Secret
		}{{"apiKey", h.APIKey}, {"login", h.Login}, {"password", h.Password}} {
			if !s.ref.IsZero() {
				fields = append(fields, Field{s.key, Word(s.ref.String())})
			}
		}
		writeMap(&b, fields, false)
		b.WriteByte('\n')
		if !h.Renta.IsZero() {
			b.WriteString("  renta: ")
			writeMap(&b, []Field{{"login", Word(h.Renta.Login.String())}, {"password", Word(h.Renta.Password.String())}}, false)
			b.WriteByte('\n')
		}
	}
	m := manner{indent: 2, step: 2, eol: "\n"}
	if len(h.Companies) > 0 {
		b.WriteString("\n# What applications, payments and Renta need besides: ogrn, email, phone and\n# signatory (docs/fleet.md).\ncompanies:\n")
		r := Result{Companies: h.Companies}
		for _, e := range r.CompanyEntries() {
			e.write(&b, m)
		}
	}
	if len(h.Defaults) > 0 {
		b.WriteByte('\n')
		m.indent = 0
		Entry{"defaults", h.Defaults}.write(&b, m)
	}
	return b.String()
}

// Common finds what most tills of a new file share, to stand under defaults:
// company, model, address, and the tariff when all have one. What only some
// have is no default: the rest would inherit it.
func (r *Result) Common() []Field {
	var out []Field
	all := len(r.Tills)
	for _, p := range []struct {
		key string
		of  func(*spec.KKT) string
	}{
		{"company", func(k *spec.KKT) string { return k.Company }},
		{"model", func(k *spec.KKT) string { return k.Model }},
		{"address", func(k *spec.KKT) string { return k.Address.Text() }},
		{"tariff", func(k *spec.KKT) string { return k.Tariff }},
	} {
		count := map[string]int{}
		for i := range r.Tills {
			count[p.of(&r.Tills[i].KKT)]++
		}
		for value, n := range count { // at most one is had by more than half
			if all > 1 && 2*n > all && value != "" && count[""] == 0 {
				v := Text(value)
				if p.key == "company" {
					v = Word(value)
				}
				out = append(out, Field{p.key, v})
			}
		}
	}
	return out
}
