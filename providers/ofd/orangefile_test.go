package ofd_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/providers/ofd/ferma/orangedata"
	"github.com/kktctl/kktctl/spec"
)

// TestOrangeFilesHoldEveryField reads the document's examples out of the files
// of users, in which all of them have a place: JSON is YAML.
func TestOrangeFilesHoldEveryField(t *testing.T) {
	for name, c := range map[string]struct {
		key        string
		read, want any
	}{
		"receipt.json":    {"receipt", &orangedata.Receipt{}, &orangedata.Receipt{}},
		"correction.json": {"correction", &orangedata.Correction{}, &orangedata.Correction{}},
	} {
		text, err := os.ReadFile(filepath.Join("ferma", "orangedata", "testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, c.want); err != nil {
			t.Fatal(err)
		}
		file, list := spec.ParseReceipt(spec.Source{Name: name, Data: []byte(
			`{"kind": "orangedata", "company": "sever", "id": "1", "` + c.key + `": ` + string(text) + "}",
		)}, func() string { return "" })
		if list.HasErrors() {
			t.Fatal(list.Err())
		}
		written := file.Receipt
		if c.key == "correction" {
			written = file.Correction
		}
		if list := written.Decode(c.read); len(list) > 0 {
			t.Error(list.Err())
		}
		if diff := cmp.Diff(c.want, c.read); diff != "" {
			t.Errorf("%s is read as another one:\n%s", name, diff)
		}
	}
}
