package importer

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"
)

// Entry is a named thing to write under a section: a till, a company.
type Entry struct {
	Name   string
	Fields []Field
}

// Field is a key with its value.
type Field struct {
	Key   string
	Value Value
}

// Value is what stands behind a key: a text, a map, or null.
type Value struct {
	text   string
	fields []Field
	form   form
}

type form uint8

const (
	formText   form = iota // in quotes unless it reads as text without
	formQuoted             // always in quotes: a number that identifies something
	formWord               // without quotes: a name, a reference
	formMap
	formNull
)

// Text is a line of text; quotes are put around it where YAML needs them.
func Text(s string) Value { return Value{text: s} }

// Number is a number that identifies something: it is text, in quotes.
func Number(s string) Value { return Value{text: s, form: formQuoted} }

// Word is a name or a reference such as env:NAME: without quotes, unless YAML
// has another meaning for it.
func Word(s string) Value { return Value{text: s, form: formWord} }

// Null takes a default back.
func Null() Value { return Value{form: formNull} }

// Map is a map, written on one line.
func Map(fields ...Field) Value { return Value{fields: fields, form: formMap} }

// write adds the value to the text. In flow style some characters need quotes
// that do not in block style; as JSON all text has them, and so have keys.
func (v Value) write(b *strings.Builder, flow, json bool) {
	switch v.form {
	case formNull:
		b.WriteString("null")
	case formMap:
		writeMap(b, v.fields, json)
	case formWord:
		if !json && word.MatchString(v.text) && !reserved(v.text) {
			b.WriteString(v.text)
			return
		}
		writeQuoted(b, v.text)
	case formText:
		if !json && plain(v.text, flow) {
			b.WriteString(v.text)
			return
		}
		writeQuoted(b, v.text)
	default:
		writeQuoted(b, v.text)
	}
}

func writeMap(b *strings.Builder, fields []Field, json bool) {
	b.WriteByte('{')
	for i, f := range fields {
		if i > 0 {
			b.WriteString(", ")
		}
		writeKey(b, f.Key, json)
		b.WriteByte(' ')
		f.Value.write(b, true, json)
	}
	b.WriteByte('}')
}

// writeKey writes a key with its colon. Keys are names: they need no quotes but
// in JSON, and where YAML takes them for something else than text.
func writeKey(b *strings.Builder, key string, json bool) {
	if json || !textKey(key) {
		writeQuoted(b, key)
	} else {
		b.WriteString(key)
	}
	b.WriteByte(':')
}

// textKey tells whether a key is text without quotes to every reader of YAML: one
// that begins with a digit may be a number, a date or a time.
func textKey(key string) bool {
	if key == "" || reserved(key) {
		return false
	}
	if key[0] < '0' || key[0] > '9' {
		return true
	}
	var n yaml.Node
	if err := yaml.Unmarshal([]byte(key), &n); err != nil || len(n.Content) != 1 {
		return false
	}
	return n.Content[0].Tag == "!!str" && strings.Trim(key, "0123456789._-eExob") != ""
}

// plain tells whether YAML reads s as this very text without quotes, whatever
// its version. It says so of ordinary words only: «Магазин №1», «ул Ленина, д 2».
func plain(s string, flow bool) bool {
	first, cyrillic, spaced := true, false, false
	for _, r := range s {
		if first && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return false
		}
		first = false
		switch {
		case unicode.Is(unicode.Cyrillic, r):
			cyrillic = true
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune(".-/()«»№+_", r):
		case r == ' ':
			spaced = true
		case r == ',' && !flow:
		default:
			return false
		}
	}
	if first || strings.HasSuffix(s, " ") {
		return false
	}
	return cyrillic || spaced && !(s[0] >= '0' && s[0] <= '9') || safe(s)
}

var word = regexp.MustCompile(`^[A-Za-zА-Яа-яЁё][A-Za-zА-Яа-яЁё0-9._-]*(:[A-Za-z_][A-Za-z0-9_./-]*)?$`)

// reserved tells of words that mean something else than themselves in one
// version of YAML or another.
func reserved(s string) bool {
	return slices.Contains([]string{"null", "true", "false", "yes", "no", "on", "off", "y", "n"}, strings.ToLower(s))
}

// safe tells of words that are text in every version of YAML.
func safe(s string) bool {
	return slices.Contains([]string{"red", "yellow", "green", "blue", "orange", "fn15", "fn36", "auto"}, s)
}

// writeQuoted writes s in double quotes, as YAML and JSON both read it.
func writeQuoted(b *strings.Builder, s string) {
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < 0x20 || r == 0x7f || !unicode.IsPrint(r) && r != '\u00a0':
			if r > 0xffff {
				q := strconv.QuoteRuneToASCII(r)
				b.WriteString(q[1 : len(q)-1])
				continue
			}
			const hex = "0123456789abcdef"
			b.WriteString(`\u` + string([]byte{hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15]}))
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
}
