package spec

import (
	"math"
	"strconv"

	"gopkg.in/yaml.v3"
)

func checkSchema() schema[Check] {
	return schema[Check]{
		{"kind", func(r *reader, n *yaml.Node, c *Check) { c.Kind = r.needOneOf(n, KindCheckOnline, KindOrangeData) }},
		{"company", func(r *reader, n *yaml.Node, c *Check) { c.Company = r.ref(n, "companies", r.known.companies, true) }},
		{"expect", func(r *reader, n *yaml.Node, c *Check) { c.Expect = r.ref(n, "kkts", r.known.kkts, false) }},
		{"receipt", func(r *reader, n *yaml.Node, c *Check) {
			c.Receipt = r.receipt(n)
			c.Written = r.written(n)
		}},
		{"return", func(r *reader, n *yaml.Node, c *Check) { c.Return = r.boolean(n) }},
	}
}

func (r *reader) check(key, n *yaml.Node) Check {
	c := Check{Pos: r.pos(key)}
	s := checkSchema()
	if g := s.read(r, n, &c); r.wasMap(n) || isNull(n) {
		s.need(r, key, g, "kind", "company", "receipt")
	}
	return c
}

// receipt reads a free map: what it may hold, the service says.
func (r *reader) receipt(n *yaml.Node) map[string]any {
	r.may(func(p *Place) { p.Free = true })
	if !r.wantMap(n) {
		return nil
	}
	v, _ := r.free(n).(map[string]any)
	return v
}

// free reads a value of any form as JSON has it: map[string]any, []any,
// string, int, float64, bool, nil. The tree is bounded already.
func (r *reader) free(n *yaml.Node) any {
	switch n = deref(n); n.Kind {
	case yaml.MappingNode:
		m := make(map[string]any, len(n.Content)/2)
		r.freeMap(n, m)
		return m
	case yaml.SequenceNode:
		list := make([]any, 0, len(n.Content))
		r.elements(n, func(e *yaml.Node) { list = append(list, r.free(e)) })
		return list
	}
	return r.freeScalar(n)
}

// freeMap fills m; keys that are there already win over those merged in.
func (r *reader) freeMap(n *yaml.Node, m map[string]any) {
	own := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := deref(n.Content[i]), n.Content[i+1]
		_, inherited := m[k.Value]
		switch first := own[k.Value]; {
		case isMerge(k):
		case k.Kind != yaml.ScalarNode:
			r.errorAt(k, "keys are plain words", "a key must be text, this is %s", kindOf(k))
		case first != nil:
			r.errorAt(k, "keep one of them", "%s is given twice, first at %s", quote(k.Value), r.pos(first))
		case !inherited:
			own[k.Value] = k
			r.within(k.Value, func() { m[k.Value] = r.free(v) })
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if isMerge(n.Content[i]) {
			r.mergeSources(n.Content[i+1], func(src *yaml.Node) { r.freeMap(src, m) })
		}
	}
}

func (r *reader) freeScalar(n *yaml.Node) any {
	switch n.Tag {
	case "!!null":
		return nil
	case "!!bool":
		return r.boolean(n)
	case "!!timestamp":
		return n.Value
	case "!!int":
		if v, err := strconv.Atoi(n.Value); err == nil && !zeroLed(n) {
			return v
		}
	case "!!float":
		if v, err := strconv.ParseFloat(n.Value, 64); err == nil && !math.IsInf(v, 0) && !math.IsNaN(v) && !zeroLed(n) {
			return v
		}
	case "!!str":
		return n.Value
	}
	r.errorAt(n, "write it in quotes", "%s is neither text nor a number that a receipt can carry", quote(n.Value))
	return nil
}

// zeroLed tells a number that would lose its leading zeros.
func zeroLed(n *yaml.Node) bool {
	return len(n.Value) > 1 && n.Value[0] == '0' && n.Value[1] >= '0' && n.Value[1] <= '9'
}
