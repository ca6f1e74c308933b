package spec

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Outline tells what may stand where in a file. A place is written as keys and
// dots: provider.partner.inn, kkts.NAME.fn for the ФН of any till, and
// kkts.NAME.automaticDevices[] for an element of a list; the file itself is "".
//
// It is told by the reader itself: what reads a file for a fleet is led through
// an empty one of every form, and each function says what it would take. So a
// key that the reader knows is in the outline, and no other.
type Outline map[string]*Place

// Place is what the reader takes at one place. Several forms may be right.
type Place struct {
	Keys    []string // of a map, in the order of the reader's table
	Needed  []string // those that must be there, or under defaults
	Names   bool     // a map of named things, each as the place NAME below
	List    bool     // a list, each element as the place [] below
	Free    bool     // a map in a service's own form
	Pairs   *Pairs   // a map of keys and single values of one's own
	Text    bool     // text
	Scalar  bool     // a number or a boolean that is taken for text
	Filled  bool     // neither empty nor null
	Words   []string // the only texts
	Kind    TextKind // of text
	Boolean bool
	Whole   *[2]int  // a whole number, from and to
	Number  *float64 // a number from 0 to this
	Refused bool     // the key is known and always an error
}

// Pairs is a map of one's own keys and single values. Key and Value are regular
// expressions.
type Pairs struct {
	Key   string
	Value string   // values are taken as they are written, numbers too, and null
	Kind  TextKind // or they are texts of this kind
	Most  int      // 0: no bound
}

// TextKind is what a text is, where its reader is one for such texts.
type TextKind string

// The kinds of text.
const (
	TextSecret    TextKind = "secret"     // env:NAME or file:PATH
	TextFile      TextKind = "file"       // file:PATH
	TextCode      TextKind = "code"       // an activation code, a secret, or auto
	TextName      TextKind = "name"       // of something declared elsewhere
	TextURL       TextKind = "url"        // http or https, without a login or a query
	TextDate      TextKind = "date"       // YYYY-MM-DD
	TextLocalTime TextKind = "local-time" // LocalTimeLayout
	TextClock     TextKind = "clock"      // HH:MM, to 24:00
	TextSpan      TextKind = "span"       // hours, days or weeks: 12h, 30d, 4w
)

// Pattern is a regular expression that such a text matches; empty where the
// form is not a matter of letters.
func (k TextKind) Pattern() string {
	const file = "file:.+"
	env := "env:" + strings.Trim(variableForm.String(), "^$")
	switch k {
	case TextSecret:
		return "^(" + env + "|" + file + ")$"
	case TextFile:
		return "^" + file + "$"
	case TextCode:
		return "^(" + env + "|" + file + "|" + strings.Trim(codeForm.String(), "^$") + ")$"
	case TextName:
		return nameForm.String()
	case TextURL:
		return "^https?://[^/?#@]+[^?#@]*$"
	case TextDate:
		return "^20[0-9]{2}-[0-9]{2}-[0-9]{2}$"
	case TextLocalTime:
		return "^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$"
	case TextClock:
		return "^([01]?[0-9]|2[0-4]):[0-5][0-9]$"
	case TextSpan:
		return "^[0-9]{1,5}[hdw]$"
	}
	return ""
}

// Known tells whether any form is told of the place.
func (p *Place) Known() bool {
	return p.Keys != nil || p.Names || p.List || p.Free || p.Pairs != nil || p.Text || p.Boolean || p.Whole != nil || p.Number != nil || p.Refused
}

// FleetOutline is the outline of a fleet file.
func FleetOutline() Outline {
	r := newReader()
	r.outline = Outline{"": {Keys: topLevel()}}
	for _, value := range probes() {
		root := &yaml.Node{Kind: yaml.MappingNode}
		for _, key := range topLevel() {
			root.Content = append(root.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key}, value)
		}
		r.fleet([]document{{root: root}})
	}
	return r.outline
}

// ReceiptOutline is the outline of a receipt's file.
func ReceiptOutline() Outline {
	r := newReader()
	r.outline = Outline{}
	r.receiptFile(probes()[0], func() string { return "" })
	return r.outline
}

// probes are empty values of every form.
func probes() []*yaml.Node {
	m, s := &yaml.Node{Kind: yaml.MappingNode}, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str"}
	return []*yaml.Node{m, s, {Kind: yaml.SequenceNode, Content: []*yaml.Node{m, s}}}
}

// may tells what the reader takes where it is.
func (r *reader) may(tell func(*Place)) {
	if r.outline == nil {
		return
	}
	at := r.place()
	if r.outline[at] == nil {
		r.outline[at] = &Place{}
	}
	tell(r.outline[at])
}

// mayText is may for a text of a kind.
func (r *reader) mayText(kind TextKind) {
	r.may(func(p *Place) { p.Text, p.Kind = true, kind })
}

// place gives the path of an outline.
func (r *reader) place() string {
	var b strings.Builder
	if r.section != "" {
		b.WriteString(r.section + ".NAME")
	}
	for _, s := range r.path {
		switch {
		case s.key == "":
			b.WriteString("[]")
		case b.Len() == 0:
			b.WriteString(s.key)
		default:
			b.WriteString("." + s.key)
		}
	}
	return b.String()
}

// outlined leads the reader of each key through every form.
func (s schema[T]) outlined(r *reader, n *yaml.Node, out *T) {
	keys := make([]string, len(s))
	for i := range s {
		keys[i] = s[i].name
	}
	r.may(func(p *Place) { p.Keys = keys })
	if n.Kind != yaml.MappingNode {
		return
	}
	for i := range s {
		r.within(s[i].name, func() {
			r.may(func(*Place) {}) // known, even when its reader tells no form
			for _, value := range probes() {
				s[i].read(r, value, out)
			}
		})
	}
}

// mayNeed tells that keys must be there.
func (r *reader) mayNeed(names []string) {
	r.may(func(p *Place) {
		for _, name := range names {
			if !slices.Contains(p.Needed, name) {
				p.Needed = append(p.Needed, name)
			}
		}
	})
}

// outlineResources leads the reader of a named thing through every form.
func outlineResources[T any](r *reader, name string, read func(r *reader, key, n *yaml.Node) T) {
	r.within(name, func() { r.may(func(p *Place) { p.Names = true }) })
	r.inResource(name, "NAME", func() {
		for _, value := range probes() {
			read(r, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: "NAME"}, value)
		}
	})
}
