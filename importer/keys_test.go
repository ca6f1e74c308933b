package importer

import (
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// A key is the text that it was, to whoever reads the file.
func TestKeysAreText(t *testing.T) {
	for _, key := range []string{
		"null", "1", "0x10", "0o7", "0b1", "2026-01-01", "1e3", "1.5", "true", "no", "NO", "y", "1_000", "1.2.3", "7-a", "kkt-7358", "leninskaya-19-7358", "22-30",
	} {
		var b strings.Builder
		writeKey(&b, key, false)
		var n yaml.Node
		if err := yaml.Unmarshal([]byte(b.String()+" {}\n"), &n); err != nil {
			t.Fatal(key, err)
		}
		k := n.Content[0].Content[0]
		if k.Tag != "!!str" || k.Value != key {
			t.Errorf("%s is written as %s, which is %s %s", key, b.String(), k.Tag, k.Value)
		}
	}
	for _, key := range []string{"null", "1", "0x10", "2026-01-01", "no", "1_000"} {
		var b strings.Builder
		if writeKey(&b, key, false); b.String() != `"`+key+`":` {
			t.Errorf("%s is written as %s", key, b.String())
		}
	}
}
