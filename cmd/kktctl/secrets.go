package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// maxSecretSize bounds a secret's file: a certificate chain fits well.
const maxSecretSize = 256 << 10

// secrets turns references into values. Values are handed on and kept
// nowhere; no message holds one.
type secrets struct {
	dir   string // that file: paths start from
	env   func(string) string
	notes diag.List // warnings met on the way
}

// value gives the secret that ref names. The error is a diag.Diagnostic with
// the place of the reference.
func (s *secrets) value(ref spec.Secret, what string) (string, error) {
	if ref.Kind == spec.SecretEnv {
		v := s.env(ref.Name)
		if v == "" {
			return "", secretError(ref, what, "the variable "+ref.Name+" is not set",
				fmt.Sprintf("set %s, or refer to a file with file:PATH", ref.Name))
		}
		return v, nil
	}
	data, err := s.file(ref, what, true)
	if err != nil {
		return "", err
	}
	v := strings.TrimRight(string(data), "\r\n")
	if v == "" {
		return "", secretError(ref, what, "the file is empty", "put the secret into it")
	}
	return v, nil
}

// public reads a file that others may read.
func (s *secrets) public(ref spec.Secret, what string) ([]byte, error) {
	return s.file(ref, what, false)
}

// file reads the file that ref names, whole.
func (s *secrets) file(ref spec.Secret, what string, private bool) ([]byte, error) {
	path := ref.Name
	if !filepath.IsAbs(path) {
		path = filepath.Join(s.dir, path)
	}
	f, err := openRegular(path)
	if err != nil {
		return nil, secretError(ref, what, reason(err), "the path is taken from the fleet file's folder")
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && private && exposed(info) {
		s.notes = append(s.notes, diag.Diagnostic{
			Severity: diag.Warning, Pos: ref.Pos,
			Summary: fmt.Sprintf("%s: others on this machine can read %s", what, ref),
			Hint:    "chmod 600 " + ref.Name,
		})
	}
	data, err := io.ReadAll(io.LimitReader(f, maxSecretSize+1))
	if err != nil {
		return nil, secretError(ref, what, reason(err), "")
	}
	if len(data) > maxSecretSize {
		return nil, secretError(ref, what, fmt.Sprintf("the file is larger than %d KiB", maxSecretSize>>10), "is it the right file?")
	}
	return data, nil
}

// openRegular opens a file and refuses folders, pipes and devices: reading
// one of those may never end. The check comes before the open, because
// opening a pipe waits for its writer.
func openRegular(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, fmt.Errorf("it is a folder")
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("not a regular file")
	}
	return os.Open(path)
}

// exposed tells whether others than the owner can read a file.
func exposed(info os.FileInfo) bool {
	return runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0
}

// reason takes the path off a file error: the reference names it already, and
// as it stands in the fleet file.
func reason(err error) string {
	switch {
	case os.IsNotExist(err):
		return "no such file"
	case os.IsPermission(err):
		return "permission denied"
	}
	if pe, ok := err.(*os.PathError); ok { //nolint:errorlint // os wraps nothing around it here
		return pe.Err.Error()
	}
	return err.Error()
}

func secretError(ref spec.Secret, what, why, hint string) error {
	return diag.Diagnostic{
		Summary: fmt.Sprintf("%s: cannot use the secret %s: %s", what, ref, why),
		Pos:     ref.Pos,
		Hint:    hint,
	}
}
