package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestWireTestsExist keeps docs/wire-tests.md honest: each reading names a
// test, and every test that is named exists.
func TestWireTestsExist(t *testing.T) {
	root := filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(root, "docs", "wire-tests.md"))
	if err != nil {
		t.Fatal(err)
	}
	known := testNames(t, root)
	name := regexp.MustCompile("`((?:[a-z]+\\.(?:Test|Fuzz)\\w+)|script/\\w+)`")
	readings := 0
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| ---") || strings.HasSuffix(strings.TrimSpace(line), "| held by |") {
			continue
		}
		readings++
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		last := cells[len(cells)-1]
		if rest := strings.TrimSpace(name.ReplaceAllString(last, "")); rest != "" || strings.TrimSpace(last) == "" {
			t.Errorf("%s: %q names no test", cells[0], last)
		}
		for _, m := range name.FindAllStringSubmatch(last, -1) {
			if !known[m[1]] {
				t.Errorf("%s: there is no %s", cells[0], m[1])
			}
		}
	}
	if readings < 60 {
		t.Errorf("%d readings were found: the page has another form", readings)
	}
}

// testNames gives the tests of the repository as package.Test, and the scripts
// as script/name.
func testNames(t *testing.T, root string) map[string]bool {
	t.Helper()
	function := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	names := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != root:
			return filepath.SkipDir
		case filepath.Ext(path) == ".txtar":
			names["script/"+strings.TrimSuffix(d.Name(), ".txtar")] = true
		case strings.HasSuffix(path, "_test.go"):
			code, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			dir, err := filepath.Abs(filepath.Dir(path))
			if err != nil {
				return err
			}
			for _, m := range function.FindAllSubmatch(code, -1) {
				names[filepath.Base(dir)+"."+string(m[1])] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
