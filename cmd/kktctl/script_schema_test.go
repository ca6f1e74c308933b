package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"

	"github.com/kktctl/kktctl/docs/schema"
)

// compiled are the published schemas, with their formats asserted.
var compiled = sync.OnceValues(func() (map[string]*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	out := map[string]*jsonschema.Schema{}
	for _, name := range schema.Names() {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema.Text(name)))
		if err == nil {
			err = c.AddResource(schema.URL(name), doc)
		}
		if err != nil {
			return nil, err
		}
	}
	for _, name := range schema.Names() {
		s, err := c.Compile(schema.URL(name))
		if err != nil {
			return nil, err
		}
		out[name] = s
	}
	return out, nil
})

// publishedSchema is the schema of a name, ready to check with.
func publishedSchema(name string) (*jsonschema.Schema, error) {
	all, err := compiled()
	if err == nil && all[name] == nil {
		err = fmt.Errorf("there is no schema %s", name)
	}
	return all[name], err
}

// conforms checks a JSON document against a published schema; a stream of
// events is checked line by line.
func conforms(name string, text []byte) error {
	s, err := publishedSchema(name)
	if err != nil {
		return err
	}
	documents := [][]byte{text}
	if name == "events" || name == "receipt-list" {
		documents = bytes.SplitAfter(bytes.TrimSuffix(text, []byte("\n")), []byte("\n"))
	}
	for i, d := range documents {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(d))
		if err == nil {
			err = s.Validate(doc)
		}
		if err != nil {
			return fmt.Errorf("document %d: %w", i+1, err)
		}
	}
	return nil
}

// yamlConforms checks a YAML file against a published schema.
func yamlConforms(name string, text []byte) error {
	s, err := publishedSchema(name)
	if err != nil {
		return err
	}
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		return err
	}
	if len(root.Content) == 0 {
		return io.ErrUnexpectedEOF
	}
	return s.Validate(written(root.Content[0]))
}

// written is a YAML value as an editor's language server takes it: keys and
// dates are texts, and merge keys are followed.
func written(n *yaml.Node) any {
	switch n.Kind {
	case yaml.AliasNode:
		return written(n.Alias)
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, e := range n.Content {
			list[i] = written(e)
		}
		return list
	case yaml.MappingNode:
		m := map[string]any{}
		writtenMap(n, m)
		return m
	}
	if n.Tag == "!!timestamp" {
		return n.Value
	}
	var v any
	if err := n.Decode(&v); err != nil {
		return n.Value
	}
	return v
}

func writtenMap(n *yaml.Node, m map[string]any) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if k := n.Content[i]; k.Tag != "!!merge" {
			if _, there := m[k.Value]; !there {
				m[k.Value] = written(n.Content[i+1])
			}
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Tag != "!!merge" {
			continue
		}
		from := n.Content[i+1]
		if from.Kind == yaml.AliasNode {
			from = from.Alias
		}
		sources := []*yaml.Node{from}
		if from.Kind == yaml.SequenceNode {
			sources = from.Content
		}
		for _, s := range sources {
			if s.Kind == yaml.AliasNode {
				s = s.Alias
			}
			writtenMap(s, m)
		}
	}
}

// valid SCHEMA FILE checks a document, or each line of a stream of events,
// against a published schema; "valid events stdout" that of the last command.
func cmdValid(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: valid SCHEMA FILE")
	}
	check := conforms
	if args[0] == "junit" {
		check = func(_ string, text []byte) error { return checkJUnit(text) }
	} else if strings.HasSuffix(args[1], ".yaml") || strings.HasSuffix(args[1], ".yml") {
		check = yamlConforms
	}
	err := check(args[0], []byte(ts.ReadFile(args[1])))
	switch {
	case neg && err == nil:
		ts.Fatalf("%s conforms to the schema %s", args[1], args[0])
	case !neg:
		ts.Check(err)
	}
}
