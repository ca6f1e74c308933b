package spec

import (
	"encoding/json"
	"reflect"

	"github.com/kktctl/kktctl/spec/diag"
	"gopkg.in/yaml.v3"
)

// Written is a part of a file whose form is a service's own: it is kept as it
// was written until somebody who knows the form decodes it. The zero Written
// stands for nothing.
type Written struct {
	node    *yaml.Node
	file    string
	section string // of the resource that it belongs to; empty outside of one
	name    string
	path    []step // of node in the resource
}

// written keeps a value for later.
func (r *reader) written(n *yaml.Node) Written {
	return Written{node: n, file: r.file, section: r.section, name: r.name, path: append([]step(nil), r.path...)}
}

// IsZero tells whether nothing was written.
func (w Written) IsZero() bool { return w.node == nil || isNull(w.node) }

// Equal tells whether both stand at the same place.
func (w Written) Equal(o Written) bool { return w.Pos() == o.Pos() }

// Pos is where it stands.
func (w Written) Pos() diag.Pos {
	if w.node == nil {
		return diag.Pos{File: w.file}
	}
	return diag.Pos{File: w.file, Line: w.node.Line, Column: w.node.Column}
}

// Decode fills out, a pointer to a struct, by its JSON names: keys that it
// does not know, values of another type and keys given twice are errors, each
// with its place. Letter case of keys does not matter, for the documents of
// the services spell them in several ways.
func (w Written) Decode(out any) diag.List {
	r := w.reader()
	if w.node == nil {
		return nil
	}
	r.typed(w.node, reflect.ValueOf(out).Elem())
	return r.list.sorted()
}

func (w Written) reader() *reader {
	r := newReader()
	r.file, r.section, r.name, r.path = w.file, w.section, w.name, append([]step(nil), w.path...)
	r.list.order[w.file] = 0
	return r
}

// Report makes a diagnostic about the value at a path such as
// content.positions[0].price; when there is none, about what would hold it.
func (w Written) Report(severity diag.Severity, path, summary, hint string) diag.Diagnostic {
	r := w.reader()
	n := w.node
	for _, s := range splitPath(path) {
		r.path = append(r.path, s)
		if n != nil {
			if below, key := child(n, s); below != nil {
				n = below
				r.path[len(r.path)-1].key = key
			}
		}
	}
	if n == nil {
		n = &yaml.Node{}
	}
	r.report(severity, n, hint, "%s", []any{summary})
	return r.list.sorted()[0]
}

// child is the value below n and its key as it is written; nil when there is
// none.
func child(n *yaml.Node, s step) (*yaml.Node, string) {
	n = deref(n)
	switch {
	case s.key == "" && n.Kind == yaml.SequenceNode && s.index < len(n.Content):
		return n.Content[s.index], ""
	case s.key != "" && n.Kind == yaml.MappingNode:
		return value(n, s.key)
	}
	return nil, ""
}

// value finds a key of a map, also one that comes through a merge key, and how
// it is written.
func value(n *yaml.Node, key string) (*yaml.Node, string) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if k := deref(n.Content[i]); !isMerge(k) && sameKey(k.Value, key) {
			return n.Content[i+1], k.Value
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if !isMerge(n.Content[i]) {
			continue
		}
		src := deref(n.Content[i+1])
		sources := []*yaml.Node{src}
		if src.Kind == yaml.SequenceNode {
			sources = src.Content
		}
		for _, m := range sources {
			if m = deref(m); m.Kind == yaml.MappingNode {
				if v, written := value(m, key); v != nil {
					return v, written
				}
			}
		}
	}
	return nil, ""
}

// unmarshaler is what decodes a scalar of its own.
var unmarshaler = reflect.TypeFor[json.Unmarshaler]()
