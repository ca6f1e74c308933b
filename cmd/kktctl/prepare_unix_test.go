//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestPrepareNamesWhatIsMissing: without openssl, node and leave to install,
// scripts/prepare.sh ends well and says which tests are skipped.
func TestPrepareNamesWhatIsMissing(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Fatal(err) // make test is run by it
	}
	bin := t.TempDir()
	for _, tool := range []string{"dirname", "find", "sort", "head", "cksum", "cat", "tr"} {
		path, err := exec.LookPath(tool)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(bin, tool)); err != nil {
			t.Fatal(err)
		}
	}
	var out, said bytes.Buffer
	cmd := exec.Command(bash, filepath.Join("..", "..", "scripts", "prepare.sh"))
	cmd.Env = []string{"PATH=" + bin, "KKTCTL_TEST_INSTALL=no", "XDG_CACHE_HOME=" + t.TempDir()}
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, &said)
	}
	for _, want := range []string{"openssl has no ГОСТ engine", "node or npm is absent"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("%q is not told: %s", want, &said)
		}
	}
	if out.Len() > 0 && !strings.HasPrefix(out.String(), "export KKTCTL_TEST_") {
		t.Errorf("not for eval: %s", &out)
	}
}
