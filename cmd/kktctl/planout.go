package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec/diag"
)

// planName is the name that hints give a saved plan: never one that a person
// has just shown to be something else's.
const planName = "plan.json"

// maxPlanHead bounds what is read of a file to see whether it is a plan.
const maxPlanHead = 64 << 10

// checkPlanTarget refuses to save a plan where something else lies, or would
// lie: only another saved plan is written over.
func checkPlanTarget(path string) error {
	if err := checkFolder(path, "--out"); err != nil {
		return err
	}
	hint := "save it under another name: --out " + planName
	if filepath.Base(path) == planName {
		hint = "save it under another name, such as --out saved." + planName
	}
	refuse := func(why string) error {
		return diag.Diagnostic{Summary: fmt.Sprintf("--out %s: %s", path, why), Hint: hint}
	}
	if keptByKktctl(path) {
		return refuse("kktctl keeps other things under names like this")
	}
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return refuse(reason(err))
	case info.IsDir():
		return refuse("it is a folder")
	case !info.Mode().IsRegular():
		return refuse("not a regular file")
	case !holdsPlan(path):
		return refuse("the file is there and is no saved plan: it is not written over")
	}
	return nil
}

// keptByKktctl tells whether a name is one of those that states and simulated
// services have, be they there yet or not.
func keptByKktctl(path string) bool {
	name := filepath.Base(path)
	return strings.Contains(name, stateSuffix) || strings.HasSuffix(name, sandboxSuffix+worldSuffix)
}

// holdsPlan tells whether a file begins as savePlan begins one.
func holdsPlan(path string) bool {
	f, err := openRegular(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head, err := io.ReadAll(io.LimitReader(f, maxPlanHead))
	return err == nil && savedPlanHead(head)
}

// savedPlanHead tells whether a file begins as a saved plan, encrypted or not,
// of a format that this kktctl could have written.
func savedPlanHead(head []byte) bool {
	d := json.NewDecoder(bytes.NewReader(head))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return false
	}
	var kind string
	var sandbox bool
	var version int
	if !nextIs(d, "kind", &kind) || kind != savedPlanKind {
		return false
	}
	t, err := d.Token()
	if err == nil && t == "sandbox" {
		if d.Decode(&sandbox) != nil {
			return false
		}
		t, err = d.Token()
	}
	return err == nil && t == "formatVersion" && d.Decode(&version) == nil && version >= 1 && version <= planner.FormatVersion
}

// checkFolder refuses a file whose folder is not there, before anything is
// done for it.
func checkFolder(path, flag string) error {
	dir := filepath.Dir(path)
	info, err := os.Stat(dir)
	switch {
	case err == nil && info.IsDir():
		return nil
	case err == nil:
		return diag.Diagnostic{Summary: fmt.Sprintf("%s %s: %s is no folder", flag, path, dir), Hint: flag + " names a file in a folder that is there"}
	case errors.Is(err, fs.ErrNotExist):
		return diag.Diagnostic{Summary: fmt.Sprintf("%s %s: the folder %s does not exist", flag, path, dir), Hint: "make the folder, or name a file in another one"}
	}
	return diag.Diagnostic{Summary: fmt.Sprintf("%s %s: %s", flag, path, reason(err)), Hint: flag + " names a file in a folder that can be read"}
}

// writeReason is why a file could not be written, without the temporary name
// that it had.
func writeReason(err error) string {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return reason(path)
	case errors.As(err, &link):
		return link.Err.Error()
	}
	return err.Error()
}
