package importer

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// Document is the text of a fleet file, of which more is to be made.
type Document struct {
	text  []byte
	root  *yaml.Node // nil when the file holds nothing
	lines []int      // where each line starts
	eol   string
	end   int // where the last line of content could stand: before "...", if it is there
}

// Open parses the text of a fleet file. One that holds nothing but comments is
// a document too.
func Open(text []byte) (*Document, error) {
	root, err := parse(text)
	if err != nil {
		return nil, err
	}
	d := &Document{text: text, root: root, lines: lineStarts(text), eol: "\n"}
	if i := bytes.IndexByte(text, '\n'); i > 0 && text[i-1] == '\r' {
		d.eol = "\r\n"
	}
	d.end = len(text)
	from := 0
	if root != nil {
		from = root.Line
	}
	for i := from; i < len(d.lines); i++ {
		if l := d.line(i); strings.HasPrefix(l, "...") && strings.TrimSpace(l[3:]) == "" {
			d.end = d.lines[i]
			break
		}
	}
	return d, nil
}

// parse gives the root of a file's only document; nil when there is none.
func parse(text []byte) (root *yaml.Node, err error) {
	defer func() {
		if p := recover(); p != nil { // the library reports some input so
			root, err = nil, errors.New("the file is not YAML")
		}
	}()
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("the file is not YAML: %w", err)
	}
	if len(doc.Content) == 0 || doc.Content[0].Kind == yaml.ScalarNode && doc.Content[0].Tag == "!!null" {
		return nil, nil
	}
	if doc.Content[0].Kind != yaml.MappingNode {
		return nil, errors.New("the file is no map of keys")
	}
	return doc.Content[0], nil
}

// lineStarts finds where lines begin, as YAML counts them: a line also ends
// with what other systems end lines with.
func lineStarts(text []byte) []int {
	starts := []int{0}
	for i := 0; i < len(text); {
		n := breakAt(text, i)
		if n == 0 {
			i++
			continue
		}
		i += n
		starts = append(starts, i)
	}
	return starts
}

// breakAt tells how many bytes the line end at i has; 0 when there is none.
func breakAt(text []byte, i int) int {
	switch rest := text[i:]; {
	case bytes.HasPrefix(rest, []byte("\r\n")):
		return 2
	case rest[0] == '\n' || rest[0] == '\r':
		return 1
	case bytes.HasPrefix(rest, []byte("\u0085")):
		return 2
	case bytes.HasPrefix(rest, []byte("\u2028")), bytes.HasPrefix(rest, []byte("\u2029")):
		return 3
	}
	return 0
}

// line gives the text of line i, counted from 0, with its end.
func (d *Document) line(i int) string {
	to := len(d.text)
	if i+1 < len(d.lines) {
		to = d.lines[i+1]
	}
	return string(d.text[d.lines[i]:to])
}

// indent counts the spaces that line i begins with.
func (d *Document) indent(i int) int {
	l := strings.TrimPrefix(d.line(i), "\ufeff")
	return len(l) - len(strings.TrimLeft(l, " "))
}

// offset finds the byte of a node's place: columns are characters.
func (d *Document) offset(n *yaml.Node) int {
	at := d.lines[n.Line-1]
	if at == 0 && bytes.HasPrefix(d.text, []byte("\ufeff")) {
		at += 3
	}
	for c := 1; c < n.Column && at < len(d.text); c++ {
		_, size := utf8.DecodeRune(d.text[at:])
		at += size
	}
	return at
}

// block is what stands under a key at the top of a file: lines from one behind
// the key's own to the last that belongs to it.
type block struct {
	key    int // line of the key, from 0
	indent int // of the keys at the top
	after  int // the byte behind the last line that belongs to the key
}

// blockOf finds the lines of a key at the top. Comments behind the last line of
// content belong to it when they are indented.
func (d *Document) blockOf(i int) block {
	key := d.root.Content[i]
	b := block{key: key.Line - 1, indent: d.indent(d.root.Content[0].Line - 1)}
	next := len(d.lines)
	for k := 0; k < len(d.root.Content); k += 2 {
		if l := d.root.Content[k].Line - 1; l > b.key && l < next {
			next = l
		}
	}
	last := b.key
	for l := next - 1; l > b.key; l-- {
		if d.lines[l] >= d.end {
			continue
		}
		text := strings.TrimSpace(d.line(l))
		if text != "" && (text[0] != '#' || d.indent(l) > b.indent) {
			last = l
			break
		}
	}
	b.after = d.end
	if last+1 < len(d.lines) {
		b.after = min(d.lines[last+1], d.end)
	}
	return b
}

// step is how far the file indents a level.
func (d *Document) step(section *yaml.Node) int {
	for _, n := range []*yaml.Node{section, d.root} {
		if n == nil || n.Kind != yaml.MappingNode || n.Style&yaml.FlowStyle != 0 {
			continue
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			k, v := n.Content[i], n.Content[i+1]
			if v.Kind != yaml.MappingNode || v.Style&yaml.FlowStyle != 0 || len(v.Content) == 0 {
				continue
			}
			if by := d.indent(v.Content[0].Line-1) - d.indent(k.Line-1); by > 0 {
				return by
			}
		}
	}
	return 2
}

// find gives the place of a key among those at the top; -1 when it is not there.
func (d *Document) find(section string) int {
	if d.root == nil {
		return -1
	}
	for i := 0; i+1 < len(d.root.Content); i += 2 {
		if d.root.Content[i].Value == section {
			return i
		}
	}
	return -1
}

// Edit is a change of a text: at a byte of the old one some are cut, and
// something is put in.
type Edit struct {
	At, Cut int
	Text    string
}

// Apply makes the edits, which do not overlap.
func Apply(text []byte, edits []Edit) []byte {
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b Edit) int { return a.At - b.At })
	size := len(text)
	for _, e := range edits {
		size += len(e.Text)
	}
	out := make([]byte, 0, size)
	last := 0
	for _, e := range edits {
		out = append(out, text[last:e.At]...)
		out = append(out, e.Text...)
		last = e.At + e.Cut
	}
	return append(out, text[last:]...)
}
