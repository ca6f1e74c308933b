package importer

import (
	"errors"
	"strings"

	"gopkg.in/yaml.v3"
)

// errChanged is told of a file whose meaning would have changed.
var errChanged = errors.New("the file is written in a way that nothing can be added to without changing it\nhint: put the entries of kkts: on lines of their own, or give a folder with -f, where imported tills get a file of their own")

// verify compares what was made with what is there: the same keys and values
// in the same order, and behind those of a section its new entries.
func (d *Document) verify(text []byte, sections []Section) error {
	root, err := parse(text)
	if err != nil || root == nil {
		return errChanged
	}
	more := map[string][]Entry{}
	for _, s := range sections {
		if len(s.Entries) > 0 {
			more[s.Name] = s.Entries
		}
	}
	had := 0
	if d.root != nil {
		had = len(d.root.Content)
	}
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, v := root.Content[i], root.Content[i+1]
		var old *yaml.Node
		if i < had {
			if !sameNode(d.root.Content[i], key) {
				return errChanged
			}
			old = d.root.Content[i+1]
		}
		entries := more[key.Value]
		delete(more, key.Value)
		switch {
		case len(entries) == 0 && (old == nil || !sameNode(old, v)), len(entries) > 0 && !grown(old, v, entries):
			return errChanged
		}
	}
	if len(more) > 0 || len(root.Content) < had {
		return errChanged
	}
	return nil
}

// grown tells whether a map is what it was, and behind that the entries.
func grown(old, v *yaml.Node, entries []Entry) bool {
	had := 0
	if old != nil && old.Kind == yaml.MappingNode {
		had = len(old.Content)
	}
	if v.Kind != yaml.MappingNode || len(v.Content) != had+2*len(entries) || old != nil && old.Anchor != v.Anchor {
		return false
	}
	for i := range had {
		if !sameNode(old.Content[i], v.Content[i]) {
			return false
		}
	}
	for i, e := range entries {
		if v.Content[had+2*i].Value != e.Name || !holds(v.Content[had+2*i+1], e.Fields) {
			return false
		}
	}
	return true
}

// holds tells whether a map has just these keys and values.
func holds(v *yaml.Node, fields []Field) bool {
	if v.Kind != yaml.MappingNode || len(v.Content) != 2*len(fields) {
		return false
	}
	for i, f := range fields {
		k, v := v.Content[2*i], v.Content[2*i+1]
		ok := k.Value == f.Key
		switch f.Value.form {
		case formMap:
			ok = ok && holds(v, f.Value.fields)
		case formNull:
			ok = ok && v.Tag == "!!null"
		default:
			ok = ok && v.Tag == "!!str" && v.Value == f.Value.text
		}
		if !ok {
			return false
		}
	}
	return true
}

// sameNode compares two trees, but for where they stand and their comments.
func sameNode(a, b *yaml.Node) bool {
	if a.Kind != b.Kind || a.Tag != b.Tag || !sameValue(a, b) || a.Anchor != b.Anchor || a.Style != b.Style || len(a.Content) != len(b.Content) {
		return false
	}
	for i := range a.Content {
		if !sameNode(a.Content[i], b.Content[i]) {
			return false
		}
	}
	return true
}

// sameValue compares two scalars. How many line ends a block of text has at the
// end of a file changes when something follows it; a fleet does not read them.
func sameValue(a, b *yaml.Node) bool {
	if a.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return strings.TrimSpace(a.Value) == strings.TrimSpace(b.Value)
	}
	return a.Value == b.Value
}
