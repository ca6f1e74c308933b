package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// A mutant may make a suite run for ever, which is as good as a failure: the
// tests end themselves after a while, and with them what they started; patience
// is for go test as a whole, with what it builds.
const (
	limit    = "120s"
	patience = 5 * time.Minute
)

var (
	errSurvived = errors.New("SURVIVED")
	errBuild    = errors.New("DOES NOT BUILD")
)

// bench is a copy of the repository to break.
type bench struct {
	dir   string
	clean map[suite]error // what the suites say of the unbroken copy
}

// try plants a mutant and gives what caught it.
func (b *bench) try(ctx context.Context, m mutant) (string, error) {
	for _, s := range m.suites {
		if err := b.unbroken(ctx, s); err != nil {
			return "", err
		}
	}
	undo, err := b.plant(m.edits)
	defer undo()
	if err != nil {
		return "", err
	}
	for _, s := range m.suites {
		out, err := b.test(ctx, s)
		switch {
		case strings.Contains(out, "[build failed]") || strings.Contains(out, "[setup failed]"):
			return "", fmt.Errorf("%w: %s", errBuild, firstLine(out))
		case err != nil:
			return "caught by " + culprit(out, s), nil
		}
	}
	return "", errSurvived
}

// unbroken tells whether a suite passes, and tests something, on the unbroken
// copy. It is asked once.
func (b *bench) unbroken(ctx context.Context, s suite) error {
	if err, known := b.clean[s]; known {
		return err
	}
	out, err := b.test(ctx, s)
	switch {
	case err != nil:
		err = fmt.Errorf("FAILS WITHOUT IT: %s", culprit(out, s))
	case !strings.Contains(out, "--- PASS: "):
		err = fmt.Errorf("NO SUCH TEST: %s %s", s.folder, s.pattern)
	}
	b.clean[s] = err
	return err
}

func (b *bench) test(ctx context.Context, s suite) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "test", "-vet=off", "-failfast", "-count=1", "-timeout="+limit, "-v", "-run", s.pattern, s.folder)
	cmd.Dir = b.dir
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// plant makes the edits; undo puts the files back.
func (b *bench) plant(edits []edit) (undo func(), err error) {
	before := map[string][]byte{}
	undo = func() {
		for file, data := range before {
			_ = os.WriteFile(file, data, 0o600)
		}
	}
	for _, e := range edits {
		file := filepath.Join(b.dir, filepath.FromSlash(e.file))
		data, err := os.ReadFile(file)
		if err != nil {
			return undo, fmt.Errorf("DOES NOT APPLY: %w", err)
		}
		if n := strings.Count(string(data), e.from); n != 1 {
			return undo, fmt.Errorf("DOES NOT APPLY: the old text stands %d times in %s", n, e.file)
		}
		if _, known := before[file]; !known {
			before[file] = data
		}
		if err := os.WriteFile(file, []byte(strings.Replace(string(data), e.from, e.to, 1)), 0o600); err != nil {
			return undo, err
		}
	}
	return undo, nil
}

// culprit names the first test that failed.
func culprit(out string, s suite) string {
	if m := regexp.MustCompile(`--- FAIL: (\S+)`).FindStringSubmatch(out); m != nil {
		return m[1]
	}
	if strings.Contains(out, "panic: test timed out") {
		return s.folder + ": no end"
	}
	if strings.Contains(out, "panic: ") {
		return s.folder + ": a panic"
	}
	return s.folder + ": no end"
}

func firstLine(out string) string {
	for line := range strings.Lines(out) {
		if !strings.HasPrefix(line, "#") {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

// copyTree copies what the tests need: no history, nothing that was built.
func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, name)
		switch {
		case !d.IsDir() && name == ".git": // of a second work tree
			return nil
		case name == ".git" || name == "bin" || name == "dist":
			return filepath.SkipDir
		case d.IsDir():
			return os.MkdirAll(target, 0o700)
		case !d.Type().IsRegular():
			return nil
		}
		return copyFile(path, target)
	})
}

func copyFile(from, to string) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, info.Mode().Perm()|0o600)
}
