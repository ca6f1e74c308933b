package importer

import (
	"errors"
	"strings"

	"gopkg.in/yaml.v3"
)

// errUnseen is told of a flow map whose end is not found.
var errUnseen = errors.New("where the map between braces ends is not clear\nhint: write it as lines, each key on its own")

// braces is a map between braces as it stands in the text.
type braces struct {
	open, close int // of the braces themselves
	last        int // behind the last thing that is neither space nor comment
	comma       bool
	empty       bool
}

// bracesAt reads a flow map from its opening brace, which stands at or behind
// from: an anchor or a tag may be before it.
func bracesAt(text []byte, from int) (braces, error) {
	i := from
	for i < len(text) && text[i] != '{' {
		i++
	}
	f := flowReader{text: text, at: i, start: true}
	b := braces{open: i, empty: true}
	depth := 0
	for f.at < len(text) {
		c := text[f.at]
		switch {
		case c == '#' && f.commentStarts():
			f.skipLine()
			continue
		case f.start && (c == '"' || c == '\''):
			if !f.skipQuoted(c) {
				return b, errUnseen
			}
			b.last, b.comma, b.empty = f.at, false, false
			continue
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				b.close = f.at
				return b, nil
			}
		}
		f.at++
		f.begins(c)
		if depth > 0 && !space(c) && f.at-1 > b.open {
			b.last, b.comma, b.empty = f.at, depth == 1 && c == ',', false
		}
	}
	return b, errUnseen
}

// flowReader goes over the text of a flow map.
type flowReader struct {
	text  []byte
	at    int
	start bool // a scalar would begin here: a quote opens one
}

// begins takes note of what the character just read means for the next one.
func (f *flowReader) begins(c byte) {
	switch {
	case strings.IndexByte("{}[],", c) >= 0:
		f.start = true
	case c == ':' || c == '?' || c == '-':
		f.start = f.start || f.at >= len(f.text) || space(f.text[f.at]) || c == ':' && strings.IndexByte("{}[],\"'", f.text[f.at]) >= 0
	case !space(c):
		f.start = false
	}
}

// commentStarts tells whether the # here begins a comment.
func (f *flowReader) commentStarts() bool { return f.at == 0 || space(f.text[f.at-1]) }

func (f *flowReader) skipLine() {
	for f.at < len(f.text) && f.text[f.at] != '\n' && f.text[f.at] != '\r' {
		f.at++
	}
}

// skipQuoted goes behind the closing quote; false when there is none.
func (f *flowReader) skipQuoted(quote byte) bool {
	for f.at++; f.at < len(f.text); f.at++ {
		switch c := f.text[f.at]; {
		case c == '\\' && quote == '"':
			f.at++
		case c == quote && quote == '\'' && f.at+1 < len(f.text) && f.text[f.at+1] == '\'':
			f.at++
		case c == quote:
			f.at++
			f.start = false
			return true
		}
	}
	return false
}

func space(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// flowManner is the manner inside braces: below the line of the section.
func (d *Document) flowManner(v *yaml.Node) manner {
	indent := d.indent(v.Line - 1)
	step := d.step(nil)
	if len(v.Content) > 0 && v.Content[0].Line > v.Line {
		indent, step = d.indent(v.Content[0].Line-1)-2, 2
	}
	return manner{
		indent: max(indent, 0) + step, step: step, flow: true, eol: d.eol,
		json: d.root.Style&yaml.FlowStyle != 0 && d.root.Content[0].Style&yaml.DoubleQuotedStyle != 0,
	}
}

// insertFlow adds entries to a map between braces, each on a line.
func (d *Document) insertFlow(from int, s Section, m manner) ([]Edit, error) {
	b, err := bracesAt(d.text, from)
	if err != nil {
		return nil, err
	}
	var lines strings.Builder
	for i, e := range s.Entries {
		if i > 0 {
			lines.WriteString("," + m.eol)
		}
		var one strings.Builder
		e.write(&one, m)
		lines.WriteString(strings.TrimSuffix(one.String(), m.eol))
	}
	return d.insertBetween(b, lines.String(), m), nil
}

// insertBetween puts lines before the closing brace, with the comma that
// belongs behind what is there.
func (d *Document) insertBetween(b braces, lines string, m manner) []Edit {
	before := string(d.text[b.open+1 : b.close])
	own := strings.TrimLeft(before[strings.LastIndexAny(before, "\n\r")+1:], " \t") == "" && strings.ContainsAny(before, "\n\r")
	comma := ","
	if b.empty || b.comma {
		comma = ""
	}
	switch {
	case own: // the brace has a line of its own
		at := b.open + 1 + strings.LastIndexAny(before, "\n\r") + 1
		edits := []Edit{{At: at, Text: lines + m.eol}}
		if comma != "" {
			edits = append([]Edit{{At: b.last, Text: comma}}, edits...)
		}
		return edits
	case b.empty:
		return []Edit{{At: b.open + 1, Text: m.eol + lines + m.eol + strings.Repeat(" ", m.indent)}}
	}
	return []Edit{{At: b.last, Text: comma + m.eol + lines}}
}

// appendFlow adds keys to a file that is one map between braces, such as JSON.
func (d *Document) appendFlow(sections []Section) []Edit {
	b, err := bracesAt(d.text, d.offset(d.root))
	if err != nil {
		return nil // said when the text is compared
	}
	m := d.flowManner(d.root)
	var lines strings.Builder
	for i, s := range sections {
		if i > 0 {
			lines.WriteString("," + m.eol)
		}
		lines.WriteString(strings.Repeat(" ", m.indent))
		writeKey(&lines, s.Name, m.json)
		inner := m
		inner.indent += m.step
		lines.WriteString(" {" + m.eol)
		for k, e := range s.Entries {
			if k > 0 {
				lines.WriteString("," + m.eol)
			}
			var one strings.Builder
			e.write(&one, inner)
			lines.WriteString(strings.TrimSuffix(one.String(), m.eol))
		}
		lines.WriteString(m.eol + strings.Repeat(" ", m.indent) + "}")
	}
	return d.insertBetween(b, lines.String(), m)
}
