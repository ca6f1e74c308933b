package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/invopop/jsonschema"

	"github.com/kktctl/kktctl/docs/schema"
	"github.com/kktctl/kktctl/spec"
)

// schemaFolder is where the schemas are published from.
var schemaFolder = filepath.Join("..", "..", "docs", "schema")

// TestSchemas has the published schemas be those of the code; -update writes
// them anew.
func TestSchemas(t *testing.T) {
	made := madeSchemas(t)
	for name, s := range made {
		s.Version, s.ID = jsonschema.Version, jsonschema.ID(schema.URL(name))
		want := schemaText(t, s)
		path := filepath.Join(schemaFolder, schema.File(name))
		if *update {
			if err := os.WriteFile(path, want, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not current (%v): make generate", path, err)
		}
	}
	files, err := filepath.Glob(filepath.Join(schemaFolder, "*.json"))
	if err != nil || len(files) != len(made) {
		t.Errorf("%d schemas are published, %d are made (%v)", len(files), len(made), err)
	}
}

// madeSchemas are all that is published, by name.
func madeSchemas(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()
	page := readFleetPage(t)
	fleet := fleetSchemas{spec.FleetOutline(), page, "the file"}.of("", true)
	fleet.Title = "kktctl fleet file"
	fleet.Description = "A fleet of online cash registers as declared, or one file of a folder of them. `kktctl validate` checks what a schema cannot: check digits, references, duplicates."
	receipt := fleetSchemas{spec.ReceiptOutline(), page, "a receipt's file"}.of("", true)
	receipt.Title = "kktctl receipt file"
	receipt.Description = "A receipt or a correction for `kktctl receipt send` and `kktctl receipt correct`."
	all := machineSchemas(t)
	all["fleet"], all["receipt"] = fleet, receipt
	return all
}

// schemaText is a schema as it is published.
func schemaText(t *testing.T, s *jsonschema.Schema) []byte {
	t.Helper()
	compact, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	for escape, char := range map[string]string{`\u003c`: "<", `\u003e`: ">", `\u0026`: "&"} {
		compact = bytes.ReplaceAll(compact, []byte(escape), []byte(char))
	}
	var b bytes.Buffer
	if err := json.Indent(&b, compact, "", "  "); err != nil {
		t.Fatal(err)
	}
	return append(b.Bytes(), '\n')
}
