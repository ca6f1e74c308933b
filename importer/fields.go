package importer

import (
	"cmp"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/fiscal"
)

// Entries writes the tills of the result, each with what the defaults do not
// say already.
func (r *Result) Entries(defaults spec.KKT) []Entry {
	out := make([]Entry, 0, len(r.Tills))
	for i := range r.Tills {
		out = append(out, Entry{r.Tills[i].Name, r.Tills[i].fields(defaults)})
	}
	return out
}

// CompanyEntries writes the companies of the result.
func (r *Result) CompanyEntries() []Entry {
	var out []Entry
	for _, o := range r.Companies {
		fields := []Field{{"inn", Number(o.INN)}}
		if o.KPP != "" {
			fields = append(fields, Field{"kpp", Number(o.KPP)})
		}
		out = append(out, Entry{o.Key, append(fields, Field{"name", Text(o.Name)})})
	}
	return out
}

// fields are the keys of a till in the order in which they are written.
func (t *Till) fields(d spec.KKT) []Field {
	k := t.KKT
	var out []Field
	add := func(key string, v Value) { out = append(out, Field{key, v}) }
	text := func(key, is, unless string) {
		if is != unless {
			add(key, orNull(is))
		}
	}
	if k.Company != d.Company {
		add("company", Word(k.Company))
	}
	text("model", k.Model, d.Model)
	add("serial", Number(k.Serial))
	if k.RNM != "" {
		add("rnm", Number(k.RNM))
	}
	fn := []Field{{"number", Number(k.FN.Number)}}
	if t.typed || k.FN.Type != typeOf(k.FN.Number, d) {
		fn = append(fn, Field{"type", Text(string(k.FN.Type))})
	}
	add("fn", Map(fn...))
	text("address", k.Address.Text(), d.Address.Text())
	text("place", k.Place, d.Place)
	if k.FFD != d.FFD {
		add("ffd", Number(k.FFD))
	}
	text("tariff", k.Tariff, d.Tariff)
	switch {
	case t.Code != "":
		add("activationCode", Word(t.Code))
	case k.ActivationCode.IsZero() && !d.ActivationCode.IsZero():
		add("activationCode", Null())
	}
	if d.Book && !k.Book {
		add("book", Null())
	}
	switch k.Renta {
	case d.Renta:
	case "":
		add("renta", Null())
	default:
		add("renta", Word(k.Renta))
	}
	return out
}

// typeOf is the type that a ФН has when nothing is said of it.
func typeOf(number string, d spec.KKT) spec.FNType {
	model, _ := fiscal.FNModel(number)
	return cmp.Or(d.FN.Type, spec.FNType(model.Type), spec.FN15)
}

func orNull(s string) Value {
	if s == "" {
		return Null()
	}
	return Text(s)
}
