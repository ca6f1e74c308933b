package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

func testSecrets(t *testing.T) *secrets {
	t.Helper()
	dir := t.TempDir()
	env := map[string]string{"SET": "from the environment"}
	return &secrets{dir: dir, env: func(name string) string { return env[name] }}
}

func (s *secrets) write(t *testing.T, name, data string, mode os.FileMode) {
	t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.WriteFile(path, []byte(data), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // whatever the umask is
		t.Fatal(err)
	}
}

func TestSecretValue(t *testing.T) {
	s := testSecrets(t)
	s.write(t, "key", "s3cret\r\n", 0o600)
	s.write(t, "inner", "two\nlines\n\n", 0o600)
	if err := os.Symlink("key", filepath.Join(s.dir, "link")); err != nil {
		t.Fatal(err)
	}
	for ref, want := range map[spec.Secret]string{
		{Kind: spec.SecretEnv, Name: "SET"}:                          "from the environment",
		{Kind: spec.SecretFile, Name: "key"}:                         "s3cret",
		{Kind: spec.SecretFile, Name: "link"}:                        "s3cret",
		{Kind: spec.SecretFile, Name: "inner"}:                       "two\nlines",
		{Kind: spec.SecretFile, Name: filepath.Join(s.dir, "inner")}: "two\nlines",
	} {
		got, err := s.value(ref, "x")
		if err != nil || got != want {
			t.Errorf("%s: %q, %v", ref, got, err)
		}
	}
	if len(s.notes) > 0 {
		t.Errorf("warned of private files: %v", s.notes)
	}
}

func TestSecretTroubles(t *testing.T) {
	s := testSecrets(t)
	s.write(t, "empty", "\n", 0o600)
	s.write(t, "huge", strings.Repeat("x", maxSecretSize+1), 0o600)
	pos := diag.Pos{File: "fleet.yaml", Line: 7, Column: 3}
	for ref, want := range map[spec.Secret]string{
		{Kind: spec.SecretEnv, Name: "UNSET", Pos: pos}:  "fleet.yaml:7:3: key: cannot use the secret env:UNSET: the variable UNSET is not set\nhint: set UNSET, or refer to a file with file:PATH",
		{Kind: spec.SecretFile, Name: "none", Pos: pos}:  "fleet.yaml:7:3: key: cannot use the secret file:none: no such file\nhint: the path is taken from the fleet file's folder",
		{Kind: spec.SecretFile, Name: "empty", Pos: pos}: "fleet.yaml:7:3: key: cannot use the secret file:empty: the file is empty\nhint: put the secret into it",
		{Kind: spec.SecretFile, Name: ".", Pos: pos}:     "fleet.yaml:7:3: key: cannot use the secret file:.: it is a folder\nhint: the path is taken from the fleet file's folder",
		{Kind: spec.SecretFile, Name: "huge", Pos: pos}:  "fleet.yaml:7:3: key: cannot use the secret file:huge: the file is larger than 256 KiB\nhint: is it the right file?",
	} {
		_, err := s.value(ref, "key")
		var d diag.Diagnostic
		if !errors.As(err, &d) || err.Error() != want {
			t.Errorf("%s: got\n%v\nwant\n%s", ref, err, want)
		}
	}
}

func TestExposedSecretIsWarnedOf(t *testing.T) {
	s := testSecrets(t)
	s.write(t, "key", "s3cret", 0o640)
	ref := spec.Secret{Kind: spec.SecretFile, Name: "key"}
	if _, err := s.value(ref, "signing key"); err != nil {
		t.Fatal(err)
	}
	if len(s.notes) != 1 || s.notes[0].Severity != diag.Warning || strings.Contains(s.notes[0].Error(), "s3cret") {
		t.Errorf("notes: %v", s.notes)
	}
	if _, err := s.public(ref, "roots"); err != nil || len(s.notes) != 1 {
		t.Errorf("a public file is warned of: %v, %v", s.notes, err)
	}
}
