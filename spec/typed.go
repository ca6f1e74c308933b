package spec

import (
	"encoding/json"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// jsonNumber is a number as JSON and YAML both have it: no zeros before it, no
// signs of other bases, no separators.
var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`)

// typed decodes a value by the Go type that it is for.
func (r *reader) typed(n *yaml.Node, v reflect.Value) {
	n = deref(n)
	switch {
	case isNull(n):
		return
	case v.Kind() == reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		r.typed(n, v.Elem())
		return
	case v.CanAddr() && v.Addr().Type().Implements(unmarshaler) && (n.Kind == yaml.ScalarNode || v.Kind() != reflect.Struct):
		r.typedOwn(n, v)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		r.typedStruct(n, v)
	case reflect.Slice:
		r.elements(n, func(e *yaml.Node) {
			el := reflect.New(v.Type().Elem()).Elem()
			r.typed(e, el)
			v.Set(reflect.Append(v, el))
		})
	case reflect.String:
		r.typedString(n, v)
	case reflect.Bool:
		v.SetBool(r.boolean(n))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		r.typedInt(n, v)
	case reflect.Float32, reflect.Float64:
		if text, ok := r.numeral(n); ok {
			f, _ := strconv.ParseFloat(text, 64)
			v.SetFloat(f)
		}
	default:
		r.errorAt(n, "", "cannot be read")
	}
}

// numeral reads the digits of a number, as they were written.
func (r *reader) numeral(n *yaml.Node) (string, bool) {
	switch {
	case n.Kind != yaml.ScalarNode || !number(n):
		r.errorAt(n, "write digits without quotes", "must be a number, this is %s", kindOf(n))
	case !jsonNumber.MatchString(n.Value) || len(n.Value) > 32:
		r.errorAt(n, "write digits, with a dot before decimals", "%s is not a plain number", quote(n.Value))
	default:
		return n.Value, true
	}
	return "", false
}

func (r *reader) typedInt(n *yaml.Node, v reflect.Value) {
	text, ok := r.numeral(n)
	if !ok {
		return
	}
	i, err := strconv.ParseInt(text, 10, v.Type().Bits())
	if err != nil {
		r.errorAt(n, "this field counts in whole units", "must be a whole number of at most %d digits, this is %s", digitsOf(v.Type().Bits()), shorten(text))
		return
	}
	v.SetInt(i)
}

func digitsOf(bits int) int { return int(math.Log10(math.Pow(2, float64(bits-1)))) }

func (r *reader) typedString(n *yaml.Node, v reflect.Value) {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!timestamp" {
		v.SetString(n.Value) // a date is written as text
		return
	}
	if s, ok := r.textOK(n); ok {
		v.SetString(s)
	}
}

// typedOwn has a type read its own scalar, from the JSON of what was written.
func (r *reader) typedOwn(n *yaml.Node, v reflect.Value) {
	var data []byte
	switch {
	case n.Kind != yaml.ScalarNode:
		r.errorAt(n, "write one value", "must be one value, this is %s", kindOf(n))
		return
	case number(n):
		text, ok := r.numeral(n)
		if !ok {
			return
		}
		data = []byte(text)
	case n.Tag == "!!bool":
		data = strconv.AppendBool(nil, strings.EqualFold(n.Value, "true"))
	default:
		text, ok := n.Value, true
		if n.Tag != "!!timestamp" {
			text, ok = r.textOK(n)
		}
		if !ok {
			return
		}
		data, _ = json.Marshal(text)
	}
	if err := v.Addr().Interface().(json.Unmarshaler).UnmarshalJSON(data); err != nil {
		hint := "write it as the service's document does"
		if n.Tag == "!!str" {
			hint = "a number is written without quotes"
		}
		r.errorAt(n, hint, "%s cannot be read here: %s", quote(n.Value), shorten(err.Error()))
	}
}

// typedField is a field of a struct under its JSON name.
type typedField struct {
	name  string
	index []int
}

// typedFields lists the fields of a struct, those of embedded ones among them.
func typedFields(t reflect.Type) []typedField {
	var out []typedField
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || name == "-" || f.Anonymous && name == "" {
			continue
		}
		if name == "" {
			name = f.Name
		}
		out = append(out, typedField{name, f.Index})
	}
	return out
}

func (r *reader) typedStruct(n *yaml.Node, v reflect.Value) {
	if !r.wantMap(n) {
		return
	}
	r.typedPairs(n, v, typedFields(v.Type()), map[string]*yaml.Node{}, false)
}

func (r *reader) typedPairs(n *yaml.Node, v reflect.Value, fields []typedField, seen map[string]*yaml.Node, merged bool) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := deref(n.Content[i])
		if isMerge(k) {
			continue
		}
		f, ok := findField(fields, k)
		switch {
		case !ok:
			r.unknownField(k, fields)
		case seen[f.name] == nil:
			seen[f.name] = k
			r.within(f.name, func() { r.typed(n.Content[i+1], v.FieldByIndex(f.index)) })
		case !merged:
			r.errorAt(k, "keep one of them", "%s is given twice, first at %s", quote(k.Value), r.pos(seen[f.name]))
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if isMerge(n.Content[i]) {
			r.mergeSources(n.Content[i+1], func(src *yaml.Node) { r.typedPairs(src, v, fields, seen, true) })
		}
	}
}

func findField(fields []typedField, k *yaml.Node) (typedField, bool) {
	if k.Kind == yaml.ScalarNode {
		for _, f := range fields {
			if sameKey(f.name, k.Value) {
				return f, true
			}
		}
	}
	return typedField{}, false
}

func (r *reader) unknownField(k *yaml.Node, fields []typedField) {
	if k.Kind != yaml.ScalarNode {
		r.errorAt(k, "keys are plain words", "a key must be text, this is %s", kindOf(k))
		return
	}
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	r.errorAt(k, r.similar(k.Value, names), "unknown key %s", quote(k.Value))
}

// sameKey compares keys as the documents do: Requestid is RequestId.
func sameKey(a, b string) bool { return strings.EqualFold(a, b) }

// splitPath takes a path such as content.positions[0].price apart.
func splitPath(path string) []step {
	var out []step
	for part := range strings.SplitSeq(path, ".") {
		key, rest, _ := strings.Cut(part, "[")
		if key != "" {
			out = append(out, step{key: key})
		}
		for rest != "" {
			digits, more, _ := strings.Cut(rest, "]")
			if i, err := strconv.Atoi(digits); err == nil && i >= 0 {
				out = append(out, step{index: i})
			}
			rest = strings.TrimPrefix(more, "[")
		}
	}
	return out
}
