package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMutantsApply: every planted bug still finds the text that it changes,
// once.
func TestMutantsApply(t *testing.T) {
	mutants, err := load(planted)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mutants {
		now := map[string]string{} // files that an edit before has changed
		for _, e := range m.edits {
			text, changed := now[e.file]
			if !changed {
				data, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(e.file)))
				if err != nil {
					t.Errorf("%s: %v", m.name, err)
					continue
				}
				text = string(data)
			}
			if n := strings.Count(text, e.from); n != 1 {
				t.Errorf("%s: the old text stands %d times in %s", m.name, n, e.file)
			}
			now[e.file] = strings.Replace(text, e.from, e.to, 1)
		}
	}
}
