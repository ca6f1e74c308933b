package spec

import (
	"github.com/kktctl/kktctl/spec/diag"
	"gopkg.in/yaml.v3"
)

// field is a key of a map and how its value is read. A read must set its part
// of T also for an explicit null, which takes a default back.
type field[T any] struct {
	name string
	read func(*reader, *yaml.Node, *T)
}

// schema lists the keys that a map may have; at most 64.
type schema[T any] []field[T]

// given tells which keys of a schema were there, right or wrong. One whose
// value is null, and whose reader lets that pass, was not.
type given uint64

// found is what was met of a schema's keys.
type found struct {
	keys  [64]*yaml.Node
	nulls given
}

// read decodes a map by the schema. Keys may come through YAML's merge key
// (<<); those written out win.
func (s schema[T]) read(r *reader, n *yaml.Node, out *T) given {
	if r.outline != nil {
		s.outlined(r, n, out)
		return 0
	}
	var seen found
	if r.wantMap(n) {
		s.pairs(r, deref(n), out, &seen, false)
	}
	var g given
	for i, k := range seen.keys {
		if k != nil && seen.nulls&(1<<i) == 0 {
			g |= 1 << i
		}
	}
	if r.heard != nil {
		s.tell(r, g)
	}
	return g
}

// tell takes down what a map may hold, and what it held.
func (s schema[T]) tell(r *reader, g given) {
	place := r.where()
	if r.section != "" {
		place = r.section + ".NAME." + place
	}
	if r.heard[place] == nil {
		r.heard[place] = map[string]bool{}
	}
	for i := range s {
		r.heard[place][s[i].name] = r.heard[place][s[i].name] || g&(1<<i) != 0
	}
}

func (s schema[T]) pairs(r *reader, n *yaml.Node, out *T, seen *found, merged bool) {
	merges := false
	for i := 0; i+1 < len(n.Content); i += 2 {
		if isMerge(n.Content[i]) {
			merges = true
			continue
		}
		s.pair(r, n.Content[i], n.Content[i+1], out, seen, merged)
	}
	if !merges {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if isMerge(n.Content[i]) {
			r.mergeSources(n.Content[i+1], func(src *yaml.Node) { s.pairs(r, src, out, seen, true) })
		}
	}
}

func (s schema[T]) pair(r *reader, k, v *yaml.Node, out *T, seen *found, merged bool) {
	k = deref(k)
	i := s.index(k.Value)
	switch {
	case i < 0 || k.Kind != yaml.ScalarNode:
		s.unknown(r, k)
	case seen.keys[i] == nil:
		seen.keys[i] = k
		before := r.list.count[diag.Error]
		r.path = append(r.path, step{key: s[i].name})
		s[i].read(r, v, out)
		r.path = r.path[:len(r.path)-1]
		if isNull(v) && r.list.count[diag.Error] == before {
			seen.nulls |= 1 << i
		}
	case !merged:
		r.errorAt(k, "keep one of them", "%s is given twice, first at %s", k.Value, r.pos(seen.keys[i]))
	}
}

func (s schema[T]) index(name string) int {
	for i := range s {
		if s[i].name == name {
			return i
		}
	}
	return -1
}

func (s schema[T]) unknown(r *reader, k *yaml.Node) {
	if k.Kind != yaml.ScalarNode {
		r.errorAt(k, "keys are plain words", "a key must be text, this is %s", kindOf(k))
		return
	}
	names := make([]string, len(s))
	for i := range s {
		names[i] = s[i].name
	}
	r.errorAt(k, r.similar(k.Value, names), "unknown key %s", quote(k.Value))
}

// has tells whether the key was there, right or wrong.
func (s schema[T]) has(g given, name string) bool { return g&(1<<s.index(name)) != 0 }

// need reports keys that were not there.
func (s schema[T]) need(r *reader, n *yaml.Node, g given, names ...string) {
	if r.outline != nil {
		r.mayNeed(names)
		return
	}
	for _, name := range names {
		if !s.has(g, name) {
			r.within(name, func() { r.errorAt(n, "write "+example(name), "is missing") })
		}
	}
}

// mergeSources visits the maps that a merge key takes keys from.
func (r *reader) mergeSources(n *yaml.Node, visit func(*yaml.Node)) {
	n = deref(n)
	switch n.Kind {
	case yaml.MappingNode:
		visit(n)
	case yaml.SequenceNode:
		for _, c := range n.Content {
			if c = deref(c); c.Kind == yaml.MappingNode {
				visit(c)
				continue
			}
			r.errorAt(c, "write <<: *name", "a merge key takes maps, this is %s", kindOf(c))
		}
	default:
		r.errorAt(n, "write <<: *name", "a merge key takes a map, this is %s", kindOf(n))
	}
}

// wantMap tells whether n is a map; anything else but null is reported.
func (r *reader) wantMap(n *yaml.Node) bool {
	n = deref(n)
	if n.Kind == yaml.MappingNode {
		return true
	}
	if !isNull(n) {
		r.errorAt(n, "write keys under it, or {key: value}", "must be a map, this is %s", kindOf(n))
	}
	return false
}

// elements visits the elements of a list; anything else but null is reported.
func (r *reader) elements(n *yaml.Node, visit func(*yaml.Node)) {
	r.may(func(p *Place) { p.List = true })
	n = deref(n)
	if isNull(n) {
		return
	}
	if n.Kind != yaml.SequenceNode {
		r.errorAt(n, "write it as [one, two]", "must be a list, this is %s", kindOf(n))
		return
	}
	for i, c := range n.Content {
		r.at(i, func() { visit(c) })
	}
}

// deref follows an alias to what it stands for.
func deref(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

func isMerge(k *yaml.Node) bool {
	return k.Kind == yaml.ScalarNode && k.Tag == "!!merge"
}

func isNull(n *yaml.Node) bool {
	n = deref(n)
	return n.Kind == 0 || (n.Kind == yaml.ScalarNode && n.Tag == "!!null")
}

// kindOf names what a value is, for messages.
func kindOf(n *yaml.Node) string {
	switch n = deref(n); n.Kind {
	case yaml.MappingNode:
		return "a map"
	case yaml.SequenceNode:
		return "a list"
	}
	switch n.Tag {
	case "!!null":
		return "nothing"
	case "!!bool":
		return "a boolean"
	case "!!int", "!!float":
		return "a number"
	case "!!timestamp":
		return "a date"
	case "!!str":
		return "text"
	}
	return "of a type that fleets do not use"
}
