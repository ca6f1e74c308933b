package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"

	"github.com/kktctl/kktctl/spec"
)

// The schemas of what people write are made of two sources: which keys there
// are, and of which form, the reader tells itself (spec.Outline); what they
// mean, and how their numbers are written, docs/fleet.md says.

// keyRow is a row of docs/fleet.md.
type keyRow struct{ form, byDefault, meaning string }

// fleetPage is docs/fleet.md: its tables by place and key.
type fleetPage map[string]map[string]keyRow

func readFleetPage(t *testing.T) fleetPage {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "docs", "fleet.md"))
	if err != nil {
		t.Fatal(err)
	}
	heading := regexp.MustCompile("^## `([^`]+)`")
	row := regexp.MustCompile("^\\| `([^`]+)`[^|]*\\|(.*)\\|(.*)\\|(.*)\\|$")
	page, place := fleetPage{}, ""
	for line := range strings.Lines(string(data)) {
		line = strings.ReplaceAll(strings.TrimSpace(line), `\|`, "\x00")
		if m := heading.FindStringSubmatch(line); m != nil {
			place = m[1]
			page[place] = map[string]keyRow{}
		}
		if m := row.FindStringSubmatch(line); m != nil {
			page[place][m[1]] = keyRow{cell(m[2]), cell(m[3]), cell(m[4])}
		}
	}
	return page
}

func cell(s string) string {
	s = regexp.MustCompile(`\[([^]]*)\]\([^)]*\)`).ReplaceAllString(s, "$1")
	return strings.TrimSpace(strings.ReplaceAll(s, "\x00", "|"))
}

// row finds what the page says of a place.
func (p fleetPage) row(file, place string) keyRow {
	i := strings.LastIndex(place, ".")
	table, key := place[:max(i, 0)], place[i+1:]
	if strings.HasPrefix(place, "defaults.") {
		table = strings.TrimSuffix("kkts.NAME."+strings.TrimPrefix(table, "defaults"), ".")
		table = strings.ReplaceAll(table, "..", ".")
	}
	table = strings.ReplaceAll(table, "[]", "")
	switch {
	case table == "":
		table = file
	case strings.HasSuffix(table, ".address"):
		table = "kkts.NAME.address"
	case strings.HasSuffix(table, ".closed"), strings.HasSuffix(table, ".installed"):
		table = "kkts.NAME.report"
	case strings.HasPrefix(table, "provider.ferma."):
		table = "provider.ferma.SERVICE"
	}
	return p[table][key]
}

// fleetSchemas makes a schema of an outline.
type fleetSchemas struct {
	outline spec.Outline
	page    fleetPage
	file    string // the table of the top
}

// of makes the schema of a place; needed forbids null.
func (f fleetSchemas) of(place string, needed bool) *jsonschema.Schema {
	p, row := f.outline[place], f.page.row(f.file, place)
	var forms []*jsonschema.Schema
	if p.Keys != nil {
		forms = append(forms, f.object(place, p))
	}
	if p.Names {
		forms = append(forms, &jsonschema.Schema{
			Type:          "object",
			PropertyNames: &jsonschema.Schema{Pattern: spec.TextName.Pattern()}, AdditionalProperties: f.of(place+".NAME", true),
		})
	}
	if p.Free {
		forms = append(forms, &jsonschema.Schema{Type: "object"})
	}
	if p.Pairs != nil {
		forms = append(forms, pairs(p.Pairs))
	}
	if p.List {
		list := &jsonschema.Schema{Type: "array", Items: f.of(place+"[]", true)}
		list.UniqueItems = len(f.outline[place+"[]"].Words) > 0
		forms = append(forms, list)
	}
	if p.Text {
		forms = append(forms, text(p, row))
	}
	if p.Scalar {
		forms = append(forms, &jsonschema.Schema{Type: "number"}, &jsonschema.Schema{Type: "boolean"})
	}
	if p.Boolean {
		forms = append(forms, &jsonschema.Schema{Type: "boolean"})
	}
	if p.Whole != nil {
		forms = append(forms, &jsonschema.Schema{Type: "integer", Minimum: whole(p.Whole[0]), Maximum: whole(p.Whole[1])})
	}
	if p.Number != nil {
		forms = append(forms, &jsonschema.Schema{
			Type: "number", Minimum: "0", Maximum: json.Number(strconv.FormatFloat(*p.Number, 'f', -1, 64)),
		})
	}
	s := anyOf(forms, !needed && !p.Filled)
	s.Description = description(row)
	s.Default = defaultOf(s, row)
	return s
}

// object makes the schema of a map of known keys.
func (f fleetSchemas) object(place string, p *spec.Place) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "object", Properties: jsonschema.NewProperties(), AdditionalProperties: jsonschema.FalseSchema}
	for _, key := range p.Keys {
		below := strings.TrimPrefix(place+"."+key, ".")
		if f.outline[below].Refused {
			continue
		}
		needed := slices.Contains(p.Needed, key)
		s.Properties.Set(key, f.of(below, needed))
		if needed && !f.inherited(place, key) {
			s.Required = append(s.Required, key)
		}
	}
	if place == "" && f.outline["name"] != nil {
		s.PatternProperties = map[string]*jsonschema.Schema{"^x-.+": {Description: "anchors for use elsewhere"}}
	}
	if rule := rules()[f.file+"/"+place]; rule != nil {
		s.AllOf = rule
	}
	return s
}

// inherited tells whether defaults may hold all that a till's key needs.
func (f fleetSchemas) inherited(place, key string) bool {
	above := f.outline["defaults."+key]
	if place != "kkts.NAME" || above == nil || above.Refused {
		return false
	}
	for _, need := range f.outline[place+"."+key].Needed {
		if below := f.outline["defaults."+key+"."+need]; below == nil || below.Refused {
			return false
		}
	}
	return true
}

// rules are what holds between the keys of one map. They use nothing that
// draft 7 has not.
func rules() map[string][]*jsonschema.Schema {
	has := func(keys ...string) *jsonschema.Schema { return &jsonschema.Schema{Required: keys} }
	is := func(key string, value *jsonschema.Schema) *jsonschema.Schema {
		s := has(key)
		s.Properties = jsonschema.NewProperties()
		s.Properties.Set(key, value)
		return s
	}
	not := func(s *jsonschema.Schema) *jsonschema.Schema { return &jsonschema.Schema{Not: s} }
	return map[string][]*jsonschema.Schema{
		"the file/":                    {{If: has("name"), Then: has("apiVersion", "kind"), Comments: "a part of a folder needs no header"}},
		"the file/signers.NAME":        {{OneOf: []*jsonschema.Schema{has("exec"), has("outbox")}}},
		"the file/provider.partner":    {{AnyOf: []*jsonschema.Schema{has("apiKey"), has("login")}}, {If: has("login"), Then: has("password")}, {If: has("password"), Then: has("login")}},
		"the file/policy":              {{If: is("prune", &jsonschema.Schema{Const: true}), Then: has("pruneReason")}},
		"a receipt's file/":            {{OneOf: []*jsonschema.Schema{has("receipt"), has("correction")}}},
		"the file/companies.NAME":      {{If: is("inn", &jsonschema.Schema{Pattern: "^[0-9]{10}$"}), Then: has("kpp")}, {If: is("inn", &jsonschema.Schema{Pattern: "^[0-9]{12}$"}), Then: not(is("kpp", &jsonschema.Schema{Type: "string"}))}},
		"the file/checks.NAME.receipt": nil,
	}
}

func pairs(p *spec.Pairs) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "object", PropertyNames: &jsonschema.Schema{Pattern: p.Key}}
	if p.Most > 0 {
		most := uint64(p.Most)
		s.MaxProperties = &most
	}
	if p.Kind != "" {
		s.AdditionalProperties = anyOf([]*jsonschema.Schema{{Type: "string", Pattern: p.Kind.Pattern()}}, true)
		return s
	}
	s.AdditionalProperties = anyOf([]*jsonschema.Schema{{Type: "string", Pattern: p.Value}, {Type: "number"}, {Type: "boolean"}}, true)
	return s
}

// text makes the schema of a text.
func text(p *spec.Place, row keyRow) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "string", Pattern: p.Kind.Pattern()}
	words := codeWords(row.form)
	switch {
	case len(p.Words) > 0:
		for _, w := range p.Words {
			s.Enum = append(s.Enum, w)
		}
	case p.Kind == spec.TextDate:
		s.Format = "date"
	case s.Pattern != "":
	default:
		s.Pattern = writtenAs(row.form)
	}
	if len(p.Words) == 0 && len(words) > 1 && p.Kind == "" { // words are known, others are let through
		for _, w := range words {
			s.Examples = append(s.Examples, w)
		}
	}
	if p.Filled && s.Pattern == "" && s.Enum == nil {
		s.Pattern = `\S`
	}
	return s
}

var (
	exactDigits = regexp.MustCompile(`^([0-9]+) digits$`)
	someDigits  = regexp.MustCompile(`^([0-9]+) to ([0-9]+) digits$`)
)

// writtenAs gives the pattern of a form as docs/fleet.md words it.
func writtenAs(form string) string {
	if m := exactDigits.FindStringSubmatch(form); m != nil {
		return "^[0-9]{" + m[1] + "}$"
	}
	if m := someDigits.FindStringSubmatch(form); m != nil {
		return "^[0-9]{" + m[1] + "," + m[2] + "}$"
	}
	return map[string]string{
		"ИНН":                                               `^([0-9]{10}|[0-9]{12})$`,
		"ИНН, 10 digits or 12":                              `^([0-9]{10}|[0-9]{12})$`,
		"КПП, 9 digits":                                     `^[0-9]{4}[0-9A-Z]{2}[0-9]{3}$`,
		"ФИАС code, a UUID":                                 `^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`,
		"address of mail":                                   `^[^@\s]+@[^@\s]+\.[^@\s]+$`,
		"telephone number":                                  `^\+?[0-9() -]{10,}$`,
		"13 digits, or 15 for an entrepreneur":              `^([0-9]{13}|[0-9]{15})$`,
		"up to 20 digits, Latin letters, hyphens":           `^[0-9A-Za-z-]{1,20}$`,
		"1 to 64 Latin letters, digits and `. _ + @ : = -`": `^[A-Za-z0-9][A-Za-z0-9._+@:=-]{0,63}$`,
	}[form]
}

// anyOf joins forms, and null.
func anyOf(forms []*jsonschema.Schema, null bool) *jsonschema.Schema {
	switch {
	case len(forms) == 0:
		return &jsonschema.Schema{}
	case len(forms) > 1 && null:
		return &jsonschema.Schema{AnyOf: append(forms, &jsonschema.Schema{Type: "null"})}
	case len(forms) > 1:
		return &jsonschema.Schema{AnyOf: forms}
	}
	s := forms[0]
	if null {
		s.Extras = map[string]any{"type": []string{s.Type, "null"}}
		s.Type = ""
		if s.Enum != nil {
			s.Enum = append(s.Enum, nil)
		}
	}
	return s
}

func whole(n int) json.Number { return json.Number(strconv.Itoa(n)) }

// description says what a key means and what it is when it is left out.
func description(row keyRow) string {
	parts := []string{}
	for _, p := range []string{row.meaning, defaultWords(row.byDefault)} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	if len(parts) == 0 {
		return row.form
	}
	return strings.Join(parts, ". ")
}

func defaultWords(s string) string {
	switch {
	case s == "":
		return ""
	case strings.HasPrefix(s, "**needed**"):
		return strings.TrimSpace("Needed" + strings.TrimPrefix(s, "**needed**"))
	}
	return "Default: " + s
}

// defaultOf is the default as a value, where it is one.
func defaultOf(s *jsonschema.Schema, row keyRow) any {
	words := codeWords(row.byDefault)
	if len(words) == 1 && row.byDefault == "`"+words[0]+"`" && !strings.Contains(words[0], "NAME") {
		switch w := strings.Trim(words[0], `"`); w {
		case "true", "false":
			return w == "true"
		default:
			return w
		}
	}
	if n, err := strconv.Atoi(row.byDefault); err == nil && s.Type != "string" {
		return n
	}
	return nil
}

var codeWord = regexp.MustCompile("`([^`]*)`")

// codeWords are the words of a cell that are set as code.
func codeWords(s string) []string {
	var out []string
	for _, m := range codeWord.FindAllStringSubmatch(s, -1) {
		out = append(out, m[1])
	}
	return out
}
