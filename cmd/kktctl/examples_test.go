package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestExamples has the commands work that stand at the top of the examples.
func TestExamples(t *testing.T) {
	from := filepath.Join("..", "..", "examples")
	files, err := filepath.Glob(filepath.Join(from, "*.yaml"))
	if err != nil || len(files) < 4 {
		t.Fatal(files, err)
	}
	from, err = filepath.Abs(from)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		dir := t.TempDir()
		if err := os.CopyFS(filepath.Join(dir, "examples"), os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
		t.Chdir(dir)
		data, err := os.ReadFile(filepath.Join("examples", filepath.Base(file)))
		if err != nil {
			t.Fatal(err)
		}
		commands := 0
		for line := range strings.Lines(string(data)) {
			command, ok := strings.CutPrefix(line, "#   kktctl ")
			if !ok {
				continue
			}
			commands++
			if strings.Contains(command, " apply ") {
				continue // TestExample does that
			}
			runReadme(t, "$ kktctl "+strings.TrimSpace(command)+"\n")
		}
		if commands == 0 {
			t.Errorf("%s: no command stands at its top", file)
		}
	}
}
