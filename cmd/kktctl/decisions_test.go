package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDecisions keeps the list of decisions complete, each under its title.
func TestDecisions(t *testing.T) {
	dir := filepath.Join("..", "..", "docs", "decisions")
	index, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob(filepath.Join(dir, "0*.md"))
	if err != nil || len(pages) == 0 {
		t.Fatal(pages, err)
	}
	for _, page := range pages {
		data, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		title, _, _ := strings.Cut(strings.TrimPrefix(string(data), "# "), "\n")
		if row := "- [" + title + "](" + filepath.Base(page) + ")\n"; !strings.Contains(string(index), row) {
			t.Errorf("docs/decisions/README.md lacks %s", row)
		}
		if number, _, _ := strings.Cut(filepath.Base(page), "-"); !strings.HasPrefix(title, number+" ") {
			t.Errorf("%s is titled %s", page, title)
		}
	}
	if got := strings.Count(string(index), "\n- ["); got != len(pages) {
		t.Errorf("docs/decisions/README.md lists %d pages, there are %d", got, len(pages))
	}
}
