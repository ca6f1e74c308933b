package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"

	"github.com/kktctl/kktctl/docs/schema"
	"github.com/kktctl/kktctl/spec"
)

// accepted tells whether kktctl takes a fleet.
func accepted(text string) (bool, string) {
	_, list := spec.Parse(".", []spec.Source{{Name: "f.yaml", Data: []byte(text)}})
	if list.HasErrors() {
		return false, list.Err().Error()
	}
	return true, ""
}

// TestExamplesConform: the examples conform to their schemas and name them in
// their first line.
func TestExamplesConform(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "examples", "*.yaml"))
	if err != nil || len(files) < 4 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := "fleet"
		if strings.Contains(string(data), "\nreceipt:") || strings.Contains(string(data), "\ncorrection:") {
			name = "receipt"
		}
		if first, _, _ := strings.Cut(string(data), "\n"); first != schema.Modeline(name) {
			t.Errorf("%s begins with %q, not with %q", file, first, schema.Modeline(name))
		}
		if err := yamlConforms(name, data); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// TestScriptFleetsConform: each fleet of the scripts that kktctl takes conforms
// to the schema.
func TestScriptFleetsConform(t *testing.T) {
	base, err := os.ReadFile(filepath.Join("testdata", "base.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	scripts, err := filepath.Glob(filepath.Join("testdata", "script", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	fleets := 0
	for _, script := range scripts {
		a, err := txtar.ParseFile(script)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range a.Files {
			if !strings.HasSuffix(f.Name, ".yaml") {
				continue
			}
			for _, text := range []string{string(f.Data), string(base) + string(f.Data)} {
				if ok, _ := accepted(text); !ok {
					continue
				}
				fleets++
				if err := yamlConforms("fleet", []byte(text)); err != nil {
					t.Errorf("%s: %s: %v", script, f.Name, err)
				}
			}
		}
	}
	if fleets < 100 {
		t.Errorf("%d fleets were looked at", fleets)
	}
}

// wrongInForm tells of what a schema can know.
func wrongInForm(why string) bool {
	if strings.Contains(why, "is a date") { // a text to an editor
		return false
	}
	for _, words := range []string{
		"unknown key", "must be a map", "must be a list", "must be true or false", "must be a whole number", "must be a number",
		"must be text", "is not one of ", "unknown name", "is a number without a unit", "is a number\n", "is a boolean\n",
	} {
		if strings.Contains(why, words) {
			return true
		}
	}
	return false
}

// TestSchemaAgreesWithReader changes each value of the example that has every
// key: what kktctl takes, the schema takes, and what is wrong in its form for
// kktctl is wrong for the schema.
func TestSchemaAgreesWithReader(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "examples", "everything.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		t.Fatal(err)
	}
	fleet, err := publishedSchema("fleet")
	if err != nil {
		t.Fatal(err)
	}
	taken, unknown := 0, 0
	var look func(path string, n *yaml.Node)
	try := func(what string) {
		text, err := yaml.Marshal(&root)
		if err != nil {
			t.Fatal(err)
		}
		ok, why := accepted(string(text))
		formal := wrongInForm(why)
		if !ok && !formal {
			return
		}
		conform := fleet.Validate(written(root.Content[0]))
		switch {
		case formal:
			unknown++
			if conform == nil {
				t.Errorf("%s: the schema takes it, kktctl does not: %s", what, why)
			}
		default:
			taken++
			if conform != nil {
				t.Errorf("%s: kktctl takes it, the schema does not: %v", what, conform)
			}
		}
	}
	look = func(path string, n *yaml.Node) {
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			k, v, all := n.Content[i], *n.Content[i+1], n.Content
			at := strings.TrimPrefix(path+"."+k.Value, ".")
			key := k.Value
			k.Value += "x"
			try(at + ": another key")
			k.Value = key
			n.Content = slices.Concat(all[:i], all[i+2:])
			try(at + ": left out")
			n.Content = all
			for _, other := range []string{"~", "[]", "[x]", "{}", "x", "'1'", "1", "true", "2026-01-15", "1.5"} {
				var doc yaml.Node
				if err := yaml.Unmarshal([]byte(other), &doc); err != nil {
					t.Fatal(err)
				}
				*n.Content[i+1] = *doc.Content[0]
				try(at + ": " + other)
			}
			*n.Content[i+1] = v
			if at != "checks.counter.receipt" && at != "checks.kiosk.receipt" {
				look(at, n.Content[i+1])
			}
		}
		for i := 0; n.Kind == yaml.SequenceNode && i < len(n.Content); i++ {
			look(path+"[]", n.Content[i])
		}
	}
	look("", root.Content[0])
	if taken < 100 || unknown < 50 {
		t.Errorf("%d fleets were taken, %d were wrong in their form", taken, unknown)
	}
}

// TestWrongFleetsDoNotConform: what an editor has to show.
func TestWrongFleetsDoNotConform(t *testing.T) {
	base, err := os.ReadFile(filepath.Join("testdata", "base.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	till := "kkts:\n  a:\n    serial: \"1\"\n    fn: {number: \"9287440300784224\"}\n"
	if err := yamlConforms("fleet", []byte(string(base)+till)); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"an unknown key at the top": string(base) + till + "kktz: {}\n",
		"a misspelt key of a till":  string(base) + till + "    adress: x\n",
		"a number for text":         string(base) + strings.Replace(till, `"1"`, "1", 1),
		"a short ФН":                string(base) + strings.Replace(till, "9287440300784224", "928744030078422", 1),
		"no ФН":                     string(base) + "kkts:\n  a: {serial: \"1\"}\n",
		"an unknown mode of use":    string(base) + till + "    usage: [internets]\n",
		"a mode twice":              string(base) + till + "    usage: [internet, internet]\n",
		"a number for ffd":          string(base) + till + "    ffd: 1.2\n",
		"a word for a boolean":      string(base) + till + "    book: yes please\n",
		"a time without seconds":    string(base) + till + "    report: {at: 2026-11-20T10:15, document: \"1\", sign: \"1\"}\n",
		"a time with a zone":        string(base) + till + "    report: {at: 2026-11-20T10:15:00Z, document: \"1\", sign: \"1\"}\n",
		"a span without a unit":     string(base) + till + "policy: {renewBefore: 30}\n",
		"a span of months":          string(base) + till + "policy: {renewBefore: 1m}\n",
		"a bound below zero":        string(base) + till + "policy: {maxUnregister: -1}\n",
		"prune without a reason":    string(base) + till + "policy: {prune: true}\n",
		"a literal secret":          strings.Replace(string(base), "env:OFD_API_KEY", "secret", 1) + till,
		"a name with a blank":       string(base) + strings.Replace(till, "  a:", "  \"a b\":", 1),
		"another version":           strings.Replace(string(base), "kktctl/v1", "kktctl/v2", 1) + till,
		"a name without the header": "name: x\n",
		"two kinds of signer":       "signers: {s: {exec: [a], outbox: b}}\n",
		"a signer of no kind":       "signers: {s: {decode: true}}\n",
		"an entrepreneur's КПП":     "companies: {a: {inn: \"526208146302\", name: x, kpp: \"525201001\"}}\n",
		"no КПП":                    "companies: {a: {inn: \"5252012620\", name: x}}\n",
		"a till's serial for all":   "defaults: {serial: \"1\"}\n",
		"a list for a map":          "companies: [x]\n",
		"an order of none":          "orders: {a: {company: x, quantity: 0, tariff: Urgent1M, fn: fn15, payment: bill}}\n",
		"a query in an address":     "provider: {endpoint: \"https://ofd.ru?key=1\"}\n",
	} {
		if yamlConforms("fleet", []byte(text)) == nil {
			t.Errorf("%s conforms to the schema", name)
		}
	}
	for name, text := range map[string]string{
		"both":       "{kind: orangedata, company: a, id: x, receipt: {}, correction: {}}",
		"neither":    "{kind: orangedata, company: a, id: x}",
		"no id":      "{kind: orangedata, company: a, receipt: {a: 1}}",
		"a wrong id": "{kind: orangedata, company: a, id: \"a b\", receipt: {a: 1}}",
		"a kind":     "{kind: ferma, company: a, id: x, receipt: {a: 1}}",
	} {
		if yamlConforms("receipt", []byte(text)) == nil {
			t.Errorf("%s conforms to the schema of a receipt", name)
		}
	}
}

// TestSchemasAreOfDraft7Too: older editors know draft 7 only. Under it the
// schemas say the same.
func TestSchemasAreOfDraft7Too(t *testing.T) {
	for _, name := range schema.Names() {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema.Text(name)))
		if err != nil {
			t.Fatal(err)
		}
		doc.(map[string]any)["$schema"] = "http://json-schema.org/draft-07/schema#"
		c := jsonschema.NewCompiler()
		if err := c.AddResource(schema.URL(name), doc); err != nil {
			t.Fatal(err)
		}
		s, err := c.Compile(schema.URL(name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if name != schema.Fleet {
			continue
		}
		text, err := os.ReadFile(filepath.Join("..", "..", "examples", "everything.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		var root yaml.Node
		if err := yaml.Unmarshal(text, &root); err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(written(root.Content[0])); err != nil {
			t.Error(err)
		}
		if err := s.Validate(map[string]any{"kktz": map[string]any{}}); err == nil {
			t.Error("a misspelt key is let pass")
		}
	}
	for _, word := range []string{"unevaluated", "dependentRequired", "dependentSchemas", "prefixItems", "$anchor", "$dynamicRef", "minContains"} {
		for _, name := range schema.Names() {
			if bytes.Contains(schema.Text(name), []byte(`"`+word)) {
				t.Errorf("%s has %s, which draft 7 has not", name, word)
			}
		}
	}
}
