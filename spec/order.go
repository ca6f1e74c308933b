package spec

import (
	"gopkg.in/yaml.v3"
)

// maxOrder bounds one order: more is taken for a slip of the finger.
const maxOrder = 10_000

// orderTariffs are those of document 004 §5.2: months, or receipts.
func orderTariffs() []string {
	return []string{
		"Urgent1M", "Urgent6M", "Urgent12M", "Urgent13M", "Urgent15M", "Urgent18M",
		"Receipt399", "Receipt699", "Receipt999",
	}
}

func orderSchema() schema[Order] {
	return schema[Order]{
		{"company", func(r *reader, n *yaml.Node, o *Order) { o.Company = r.ref(n, "companies", r.known.companies, true) }},
		{"quantity", func(r *reader, n *yaml.Node, o *Order) { o.Quantity, _ = r.whole(n, 1, maxOrder) }},
		{"tariff", func(r *reader, n *yaml.Node, o *Order) { o.Tariff = r.needOneOf(n, orderTariffs()...) }},
		{"fn", func(r *reader, n *yaml.Node, o *Order) { o.FN = FNType(r.needOneOf(n, fnTypes()...)) }},
		{"payment", func(r *reader, n *yaml.Node, o *Order) { o.Payment = r.needOneOf(n, "bill", "creditCard", "sbp") }},
	}
}

func (r *reader) order(key, n *yaml.Node) Order {
	o := Order{Pos: r.pos(key)}
	s := orderSchema()
	if g := s.read(r, n, &o); r.wasMap(n) || isNull(n) {
		s.need(r, key, g, "company", "quantity", "tariff", "fn", "payment")
	}
	return o
}

func (r *reader) needOneOf(n *yaml.Node, words ...string) string {
	r.may(func(p *Place) { p.Words = words })
	if _, ok := r.needText(n); !ok {
		return ""
	}
	return r.oneOf(n, words...)
}
