package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"
)

// suite is a part of the tests: a package, and a pattern as go test takes it.
type suite struct{ folder, pattern string }

// edit puts one text in the place of another, which stands once in the file.
type edit struct{ file, from, to string }

// mutant is a planted bug.
type mutant struct {
	name    string
	promise string // what it breaks
	suites  []suite
	edits   []edit
}

// load reads the mutants in the order of their names.
func load(files fs.FS) ([]mutant, error) {
	names, err := fs.Glob(files, "testdata/*.txtar")
	if err != nil {
		return nil, err
	}
	var all []mutant
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		m, err := parse(strings.TrimSuffix(path.Base(name), ".txtar"), data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, m)
	}
	return all, nil
}

// parse reads a mutant: lines of "promise:" and "test:", then pairs of the
// files "old PATH" and "new".
func parse(name string, data []byte) (mutant, error) {
	m := mutant{name: name}
	archive := txtar.Parse(data)
	for line := range strings.Lines(string(archive.Comment)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch key {
		case "promise":
			m.promise = value
		case "test":
			folder, pattern, _ := strings.Cut(value, " ")
			m.suites = append(m.suites, suite{folder, pattern})
		default:
			return m, fmt.Errorf("%q is neither promise nor test", line)
		}
	}
	for i := 0; i+1 < len(archive.Files); i += 2 {
		file, ok := strings.CutPrefix(archive.Files[i].Name, "old ")
		if !ok || archive.Files[i+1].Name != "new" {
			return m, errors.New("an old text is followed by a new one")
		}
		m.edits = append(m.edits, edit{file, string(archive.Files[i].Data), string(archive.Files[i+1].Data)})
	}
	if m.promise == "" || len(m.suites) == 0 || len(m.edits) == 0 || len(archive.Files)%2 != 0 {
		return m, errors.New("a mutant has a promise, tests and edits")
	}
	return m, nil
}
