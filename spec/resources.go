package spec

import (
	"github.com/kktctl/kktctl/spec/diag"
	"gopkg.in/yaml.v3"
)

// resources reads the maps of named things that one section has in all files,
// and tells where each is declared. A name is known even when what it stands
// for is wrong, so that references to it are not blamed.
func resources[T any](r *reader, all sections, name string, read func(r *reader, key, n *yaml.Node) T) (map[string]T, map[string]diag.Pos) {
	if r.outline != nil {
		outlineResources(r, name, read)
		return nil, nil
	}
	size := 0
	for _, s := range all[name] {
		size += len(deref(s.value).Content) / 2
	}
	values, places := make(map[string]T, size), make(map[string]diag.Pos, size)
	for _, s := range all[name] {
		r.file = s.file
		r.within(name, func() {
			if !r.wantMap(s.value) {
				return
			}
			r.entries(deref(s.value), places, false, func(k, v *yaml.Node) {
				r.inResource(name, k.Value, func() { values[k.Value] = read(r, k, v) })
			})
		})
	}
	return values, places
}

// entries visits the entries of a map of named things, and of those merged in.
func (r *reader) entries(n *yaml.Node, places map[string]diag.Pos, merged bool, visit func(k, v *yaml.Node)) {
	merges := false
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := deref(n.Content[i]), n.Content[i+1]
		if isMerge(k) {
			merges = true
			continue
		}
		if r.entryName(k) && r.declared(k, places, merged) {
			visit(k, v)
		}
	}
	for i := 0; merges && i+1 < len(n.Content); i += 2 {
		if isMerge(n.Content[i]) {
			r.mergeSources(n.Content[i+1], func(src *yaml.Node) { r.entries(src, places, true, visit) })
		}
	}
}

// entryName checks what a resource is called. Names are taken as written: a
// shop called 0012 needs no quotes.
func (r *reader) entryName(k *yaml.Node) bool {
	if k.Kind != yaml.ScalarNode || checkName(k.Value) != nil {
		shown := "this"
		if k.Kind == yaml.ScalarNode {
			shown = quote(k.Value)
		}
		r.errorAt(k, nameHint, "%s is not a name", shown)
		return false
	}
	return true
}

// declared takes note of a name; false when it is taken.
func (r *reader) declared(k *yaml.Node, places map[string]diag.Pos, merged bool) bool {
	first, again := places[k.Value]
	if again && !merged {
		r.errorAt(k, "keep one of them, or give one another name", "%s is given twice, first at %s", k.Value, first)
	}
	if !again {
		places[k.Value] = r.pos(k)
	}
	return !again
}
