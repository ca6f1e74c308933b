package importer

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Section is a key at the top of a fleet file with entries to add to it.
type Section struct {
	Name    string
	Entries []Entry
}

// manner is how entries are written.
type manner struct {
	indent int    // of an entry's name
	step   int    // from a name to its keys
	flow   bool   // each on one line: name: {…}
	json   bool   // in quotes, keys too
	spaced bool   // an empty line between two
	eol    string // line end
}

// Insert finds the edits that add the entries, and the text that they make.
// Nothing else of the text changes, byte for byte, but for a null that stood
// where entries go now.
func (d *Document) Insert(sections ...Section) ([]byte, []Edit, error) {
	var edits []Edit
	var absent []Section
	for _, s := range sections {
		if len(s.Entries) == 0 {
			continue
		}
		i := d.find(s.Name)
		if i < 0 {
			absent = append(absent, s)
			continue
		}
		more, err := d.insertInto(i, s)
		if err != nil {
			return nil, nil, err
		}
		edits = append(edits, more...)
	}
	if len(absent) > 0 {
		edits = append(edits, d.appendSections(absent)...)
	}
	text := Apply(d.text, edits)
	if err := d.verify(text, sections); err != nil {
		return nil, nil, err
	}
	return text, edits, nil
}

// insertInto adds entries to a key that is there.
func (d *Document) insertInto(i int, s Section) ([]Edit, error) {
	v := d.root.Content[i+1]
	switch {
	case v.Kind == yaml.AliasNode:
		return nil, fmt.Errorf("line %d: %s is an alias (*%s): nothing can be added to it\nhint: write the entries of %s out, or keep them in a file of a folder of their own", v.Line, s.Name, v.Value, s.Name)
	case v.Kind == yaml.MappingNode && v.Style&yaml.FlowStyle != 0:
		return d.insertFlow(d.offset(v), s, d.flowManner(v))
	case v.Kind == yaml.MappingNode && len(v.Content) > 0:
		return d.insertBlock(d.blockOf(i), s, d.mannerOf(v)), nil
	case v.Kind == yaml.ScalarNode && v.Tag == "!!null" && d.root.Style&yaml.FlowStyle == 0:
		b := d.blockOf(i)
		step := d.step(nil)
		edits := d.insertBlock(b, s, manner{indent: b.indent + step, step: step, eol: d.eol})
		if v.Value != "" { // a null that is written out makes room
			edits = append([]Edit{{At: d.offset(v), Cut: len(v.Value)}}, edits...)
		}
		return edits, nil
	}
	return nil, fmt.Errorf("line %d: %s is written in a way that nothing can be added to\nhint: write %s: with its entries below, each indented", v.Line, s.Name, s.Name)
}

// mannerOf takes the manner of the entries that are there.
func (d *Document) mannerOf(v *yaml.Node) manner {
	m := manner{indent: d.indent(v.Content[0].Line - 1), step: d.step(v), eol: d.eol}
	n := len(v.Content)
	last := v.Content[n-1]
	m.flow = last.Kind == yaml.MappingNode && last.Style&yaml.FlowStyle != 0 && len(last.Content) > 0
	if n >= 4 {
		l := v.Content[n-2].Line - 2 // the line above the last name
		for l > 0 && strings.HasPrefix(strings.TrimSpace(d.line(l)), "#") {
			l--
		}
		m.spaced = l >= 0 && strings.TrimSpace(d.line(l)) == ""
	}
	return m
}

// insertBlock adds entries below those that are there.
func (d *Document) insertBlock(b block, s Section, m manner) []Edit {
	var out strings.Builder
	for _, e := range s.Entries {
		if m.spaced {
			out.WriteString(m.eol)
		}
		e.write(&out, m)
	}
	return []Edit{{At: b.after, Text: d.wholeLines(b.after, out.String())}}
}

// wholeLines fits lines in at a byte where a line starts, or where the last one
// ends without a line end: it is left without.
func (d *Document) wholeLines(at int, lines string) string {
	if at == 0 || slices.Contains(d.lines, at) {
		return lines
	}
	return d.eol + strings.TrimSuffix(lines, d.eol)
}

// write adds the lines of the entry.
func (e Entry) write(b *strings.Builder, m manner) {
	b.WriteString(strings.Repeat(" ", m.indent))
	writeKey(b, e.Name, m.json)
	if m.flow {
		b.WriteByte(' ')
		writeMap(b, e.Fields, m.json)
		b.WriteString(m.eol)
		return
	}
	b.WriteString(m.eol)
	for _, f := range e.Fields {
		b.WriteString(strings.Repeat(" ", m.indent+m.step))
		writeKey(b, f.Key, m.json)
		b.WriteByte(' ')
		f.Value.write(b, false, m.json)
		b.WriteString(m.eol)
	}
}

// appendSections adds keys at the top that are not there yet, behind all else.
func (d *Document) appendSections(sections []Section) []Edit {
	if d.root != nil && d.root.Style&yaml.FlowStyle != 0 {
		return d.appendFlow(sections)
	}
	indent := 0
	if d.root != nil {
		indent = d.indent(d.root.Content[0].Line - 1)
	}
	step := d.step(nil)
	var out strings.Builder
	for i, s := range sections {
		if i > 0 || !d.blankBefore(d.end) {
			out.WriteString(d.eol)
		}
		out.WriteString(strings.Repeat(" ", indent) + s.Name + ":" + d.eol)
		for _, e := range s.Entries {
			e.write(&out, manner{indent: indent + step, step: step, eol: d.eol})
		}
	}
	return []Edit{{At: d.end, Text: d.wholeLines(d.end, out.String())}}
}

// blankBefore tells whether the line that ends before at is empty, or none is.
func (d *Document) blankBefore(at int) bool {
	l, _ := slices.BinarySearch(d.lines, at)
	if l < len(d.lines) && d.lines[l] == at {
		l--
		return l < 0 || strings.TrimSpace(d.line(l)) == ""
	}
	return false
}
