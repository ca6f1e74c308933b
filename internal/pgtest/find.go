// Package pgtest starts PostgreSQL servers, and poolers in front of them, for
// tests: in a folder of their own, on the loopback, ended with the test.
package pgtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Find gives the folder with PostgreSQL's programs. KKTCTL_TEST_POSTGRES names
// it; otherwise it is Debian's newest, or what pg_config or the path has.
func Find() (string, error) {
	if dir := os.Getenv("KKTCTL_TEST_POSTGRES"); dir != "" {
		return dir, nil
	}
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // the pattern is well formed
	slices.SortFunc(dirs, func(a, b string) int { return major(b) - major(a) })
	if out, err := exec.CommandContext(context.Background(), "pg_config", "--bindir").Output(); err == nil {
		dirs = append(dirs, strings.TrimSpace(string(out)))
	}
	for _, dir := range append(dirs, filepath.SplitList(os.Getenv("PATH"))...) {
		if works(dir, "postgres") && works(dir, "initdb") {
			return dir, nil
		}
	}
	return "", fmt.Errorf("PostgreSQL is absent (Debian: postgresql)")
}

// major is the version in a folder of Debian's.
func major(dir string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(dir)))
	return n
}

func works(dir, program string) bool {
	out, err := exec.CommandContext(context.Background(), filepath.Join(dir, program), "--version").Output()
	return err == nil && strings.Contains(string(out), "PostgreSQL")
}

// FindBouncer gives the pooler.
func FindBouncer() (string, error) {
	for _, path := range []string{os.Getenv("KKTCTL_TEST_PGBOUNCER"), "pgbouncer", "/usr/sbin/pgbouncer"} {
		if found, err := exec.LookPath(path); err == nil && path != "" {
			return found, nil
		}
	}
	return "", fmt.Errorf("pgbouncer is absent (Debian: pgbouncer)")
}
