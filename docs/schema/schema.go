// Package schema holds the JSON Schemas that kktctl publishes: of the fleet
// file and the file of a receipt, which people write, and of what machines
// read. The files beside it are generated: make generate.
//
// They are of JSON Schema 2020-12 and keep to what draft 7 has too, but for
// $defs, so that editors of every age read them.
package schema

import (
	"embed"
	"encoding/json"
	"strings"
)

//go:embed *.schema.json
var files embed.FS

// Fleet is the name of the fleet file's schema.
const Fleet = "fleet"

// suffix ends the name of every file.
const suffix = ".schema.json"

// base is where the files are published. An address and not a path: a fleet
// file lies in a repository of its own.
const base = "https://raw.githubusercontent.com/kktctl/kktctl/main/docs/schema/"

// URL is where the schema of the name is published; it is its $id.
func URL(name string) string { return base + name + suffix }

// File is the name of a schema's file.
func File(name string) string { return name + suffix }

// Modeline is the first line of a YAML file of the form that the schema of the
// name describes: it tells editors with the YAML language server which one.
func Modeline(name string) string { return "# yaml-language-server: $schema=" + URL(name) }

// Names lists the schemas, sorted.
func Names() []string {
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), suffix))
	}
	return names
}

// Text is the schema of the name; nil when there is none.
func Text(name string) []byte {
	data, err := files.ReadFile(File(name))
	if err != nil {
		return nil
	}
	return data
}

// Title says what the schema of the name describes.
func Title(name string) string {
	var head struct {
		Title string `json:"title"`
	}
	if err := json.Unmarshal(Text(name), &head); err != nil {
		return ""
	}
	return head.Title
}
