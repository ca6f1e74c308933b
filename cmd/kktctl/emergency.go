package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/state"
)

// emergency keeps what a session could not write: in one file beside the
// state, or beside the fleet file when the state is elsewhere, or where
// temporary files are when that folder cannot be written either. Like the
// state, the file has no secret in it, is its owner's only, and is encrypted
// for whom the state is.
type emergency struct {
	dirs  []string // in the order in which they are tried
	name  string
	last  string // where the copy is
	codec state.Codec
}

func newEmergency(folder, fleet string, codec state.Codec, now time.Time) *emergency {
	return &emergency{
		codec: codec,
		dirs:  []string{folder, os.TempDir()},
		name:  fmt.Sprintf("%s.emergency.%s.%d", fleet, now.UTC().Format("20060102T150405Z"), os.Getpid()),
	}
}

// Keep implements apply.Emergency. When the copy has to move, the one kept
// before stays: it is a part of the new one.
func (e *emergency) Keep(u apply.Unwritten, _ error) (string, error) {
	data, err := u.Encode(e.codec)
	if err != nil {
		return e.last, err
	}
	var failed []error
	for _, dir := range e.dirs {
		path := filepath.Join(dir, filepath.Base(e.name))
		if err := writeWhole(path, data); err != nil {
			failed = append(failed, err)
			continue
		}
		e.last = path
		return path, nil
	}
	return e.last, errors.Join(failed...)
}

// writeWhole writes a file that its owner only may read, durably, whole or
// not at all.
func writeWhole(path string, data []byte) error { return replaceFile(path, data, 0o600) }

// replaceFile writes a file durably, whole or not at all: whoever reads it
// meanwhile sees the old one or the new one.
func replaceFile(path string, data []byte, mode fs.FileMode) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*") // 0600
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if mode != 0o600 {
		err = errors.Join(err, f.Chmod(mode))
	}
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncFolder(dir)
}

// syncFolder makes the names in a folder durable, where that can be done.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if errors.Is(err, fs.ErrPermission) {
		return nil
	}
	if err != nil {
		return err
	}
	_ = d.Sync() // not every system has it; the content is durable, the name is seen by whoever looks now
	return d.Close()
}
