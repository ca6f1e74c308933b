package spec

import (
	"maps"
	"regexp"

	"gopkg.in/yaml.v3"
)

// MaxLabels bounds the labels of one till.
const MaxLabels = 32

// labelKeyForm and labelValueForm keep out what selectors are written with:
// commas, equals signs, exclamation marks, asterisks and question marks.
var (
	labelKeyForm   = regexp.MustCompile(`^[A-Za-zА-Яа-яЁё0-9]([A-Za-zА-Яа-яЁё0-9._/-]{0,61}[A-Za-zА-Яа-яЁё0-9])?$`)
	labelValueForm = regexp.MustCompile(`^[A-Za-zА-Яа-яЁё0-9]([A-Za-zА-Яа-яЁё0-9 ._/-]{0,61}[A-Za-zА-Яа-яЁё0-9])?$`)
)

const (
	labelKeyHint   = "a label's key is 1 to 63 letters, digits, dots, hyphens, slashes and underscores, and begins and ends with a letter or digit"
	labelValueHint = "a label's value is 1 to 63 letters, digits, spaces, dots, hyphens, slashes and underscores, and begins and ends with a letter or digit"
)

// IsLabelKey tells whether s can be the key of a label.
func IsLabelKey(s string) bool { return labelKeyForm.MatchString(s) }

// labels reads the labels of a till over those that defaults give it: key by
// key, and null takes one back, or all.
func (r *reader) labels(n *yaml.Node, inherited map[string]string) map[string]string {
	r.may(func(p *Place) {
		p.Pairs = &Pairs{Key: labelKeyForm.String(), Value: labelValueForm.String(), Most: MaxLabels}
	})
	if isNull(n) {
		return nil
	}
	if !r.wantMap(n) {
		return inherited
	}
	out := maps.Clone(inherited)
	if out == nil {
		out = map[string]string{}
	}
	r.labelPairs(deref(n), out, map[string]*yaml.Node{}, false)
	if len(out) > MaxLabels {
		r.errorAt(n, "keep those that tills are chosen by", "%d labels are more than the %d that a till may have", len(out), MaxLabels)
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func (r *reader) labelPairs(n *yaml.Node, out map[string]string, seen map[string]*yaml.Node, merged bool) {
	merges := false
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := deref(n.Content[i]), n.Content[i+1]
		switch {
		case isMerge(k):
			merges = true
		case k.Kind != yaml.ScalarNode || !labelKeyForm.MatchString(k.Value):
			shown := "this"
			if k.Kind == yaml.ScalarNode {
				shown = quote(k.Value)
			}
			r.errorAt(k, labelKeyHint, "%s is not the key of a label", shown)
		case seen[k.Value] == nil:
			seen[k.Value] = k
			r.within(k.Value, func() { r.label(v, k.Value, out) })
		case !merged:
			r.errorAt(k, "keep one of them", "%s is given twice, first at %s", k.Value, r.pos(seen[k.Value]))
		}
	}
	for i := 0; merges && i+1 < len(n.Content); i += 2 {
		if isMerge(n.Content[i]) {
			r.mergeSources(n.Content[i+1], func(src *yaml.Node) { r.labelPairs(src, out, seen, true) })
		}
	}
}

// label reads one value. It is taken as written: a region 52 needs no quotes.
func (r *reader) label(n *yaml.Node, key string, out map[string]string) {
	n = deref(n)
	switch {
	case isNull(n):
		delete(out, key)
	case n.Kind != yaml.ScalarNode:
		r.errorAt(n, "write one value", "must be one value, this is %s", kindOf(n))
	case !labelValueForm.MatchString(n.Value):
		r.errorAt(n, labelValueHint, "%s is not the value of a label", quote(n.Value))
	default:
		out[key] = n.Value
	}
}
