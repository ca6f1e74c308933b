package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/state"
)

// refusePull says why a state is not saved at a place.
func refusePull(path, why string) error {
	return diag.Diagnostic{
		Summary: fmt.Sprintf("state pull %s: %s", path, why),
		Hint:    "save it under another name, or remove the file if nobody needs it",
	}
}

// checkPullPlace refuses a place where no state can be saved, before anything
// is read.
func checkPullPlace(path string) error {
	if path == "" {
		return errors.New("state pull: the name of the file is empty\nhint: is a variable empty? - is standard output")
	}
	if err := checkFolder(path, "state pull"); err != nil {
		return err
	}
	if keptByKktctl(path) {
		return refusePull(path, "kktctl keeps other things under names like this")
	}
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return refusePull(path, reason(err))
	case info.IsDir():
		return refusePull(path, "it is a folder")
	case !info.Mode().IsRegular():
		return refusePull(path, "not a regular file")
	}
	return nil
}

// checkPullTarget refuses to save a state over anything but an earlier copy of
// the same one: neither over what is no state, nor over a state that is in use,
// whatever its name.
func checkPullTarget(path, lineage string, codec state.Codec) error {
	if err := checkPullPlace(path); err != nil {
		return err
	}
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return refusePull(path, reason(err))
	case len(bytes.TrimSpace(data)) == 0:
		return nil
	}
	snap, pulled, err := state.DecodePulled(data, codec)
	switch {
	case err != nil:
		return refusePull(path, "the file is there and is no copy of this state that can be read: it is not written over")
	case snap.Lineage != lineage:
		return refusePull(path, "the file is there and is a copy of another state: it is not written over")
	case pulled == nil && (!sealedCopy(data) || inUse(path)): // an encrypted copy is not marked as one
		return refusePull(path, "the file is there and is a state in use, no copy of one: it is not written over")
	}
	return nil
}

func sealedCopy(data []byte) bool {
	_, _, err := state.DecodePulled(data, state.Codec{})
	return errors.Is(err, state.ErrSealed)
}

// inUse tells of files that lie beside a state that commands work with.
func inUse(path string) bool {
	for _, suffix := range []string{".journal", ".lock"} {
		if _, err := os.Lstat(path + suffix); !errors.Is(err, fs.ErrNotExist) {
			return true
		}
	}
	return false
}
