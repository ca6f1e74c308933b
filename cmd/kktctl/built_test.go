package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// built builds kktctl as users have it, without the race detector, which takes
// memory and time of its own. replaced are files that the build takes another
// text for.
func built(t *testing.T, replaced map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "kktctl")
	args := []string{"build", "-o", program}
	if len(replaced) > 0 {
		overlay := map[string]map[string]string{"Replace": {}}
		for name, text := range replaced {
			path, err := filepath.Abs(name)
			check(t, err)
			other := filepath.Join(dir, filepath.Base(name))
			check(t, os.WriteFile(other, []byte(text), 0o600))
			overlay["Replace"][path] = other
		}
		text, err := json.Marshal(overlay)
		check(t, err)
		check(t, os.WriteFile(filepath.Join(dir, "overlay.json"), text, 0o600))
		args = append(args, "-overlay", filepath.Join(dir, "overlay.json"))
	}
	if out, err := exec.Command("go", append(args, ".")...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// What a call tells after its command has ended goes nowhere.
func TestNothingIsWrittenAfterTheEnd(t *testing.T) {
	var b bytes.Buffer
	w := &lineWriter{w: &b}
	for _, line := range []string{"during\n", "after\n"} {
		if n, err := w.Write([]byte(line)); n != len(line) || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		w.end()
	}
	if b.String() != "during\n" {
		t.Errorf("%q", b.String())
	}
}
