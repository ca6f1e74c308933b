package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/pflag"

	"github.com/kktctl/kktctl/spec/diag"
)

// The rules of reports into files:
//
//   - They stand beside what people read and never change it.
//   - A document is written whole or not at all; a stream of events line by
//     line, from the moment that something is sent.
//   - Only an earlier report of the same form is written over. What ends
//     before there is a report leaves the file as it was.
//   - A pipe, a device or a link is written to as it is: --json-into /dev/fd/3.
//   - "-" is refused: standard output is for people, or --format says else.

// reportFile is a file for one form of what a command shows, written beside
// what people read: --json-into FILE and its kin.
type reportFile struct {
	flag  string // with its dashes
	path  string // empty when it was not asked for
	knows known  // an earlier report by its beginning
}

// reportFiles are those that one command may write.
type reportFiles []*reportFile

// flag adds --NAME FILE. Only an earlier report, or an empty file, is written
// over.
func (r *reportFiles) flag(f *pflag.FlagSet, name, usage string, knows known) *reportFile {
	file := &reportFile{flag: "--" + name, knows: knows}
	f.Var((*fileName)(&file.path), name, usage)
	*r = append(*r, file)
	return file
}

// otherFile is a file that a command writes by another flag, for check.
func otherFile(flag, path string) *reportFile { return &reportFile{flag: flag, path: path} }

// check refuses files that cannot be written or must not be, and one file for
// two flags, before anything is read or sent. The others are files that the
// same command writes by flags of their own.
func (r reportFiles) check(others ...*reportFile) error {
	taken := map[string]string{}
	for _, o := range append(slices.Clone(others), r...) {
		if o.path == "" {
			continue
		}
		name := o.path
		if abs, err := filepath.Abs(name); err == nil {
			name = abs
		}
		if flag, ok := taken[name]; ok {
			return fmt.Errorf("%s and %s name the same file: %s\nhint: give each a file of its own", flag, o.flag, o.path)
		}
		taken[name] = o.flag
	}
	for _, file := range r {
		if err := file.check(); err != nil {
			return err
		}
	}
	return nil
}

func (r *reportFile) given() bool { return r != nil && r.path != "" }

// check refuses what cannot be written or must not be.
func (r *reportFile) check() error {
	if !r.given() {
		return nil
	}
	refuse := func(why, hint string) error {
		return diag.Diagnostic{Summary: fmt.Sprintf("%s %s: %s", r.flag, r.path, why), Hint: hint}
	}
	if r.path == "-" {
		return refuse("standard output is for people here", r.flag+" names a file; for standard output alone there are --format and --json")
	}
	if err := checkFolder(r.path, r.flag); err != nil {
		return err
	}
	if keptByKktctl(r.path) {
		return refuse("kktctl keeps other things under names like this", "give it another name")
	}
	info, err := os.Stat(r.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return refuse(reason(err), "name a file that can be written to")
	case info.IsDir():
		return refuse("it is a folder", "name a file in it")
	case info.Mode().IsRegular() && !r.writtenBefore():
		return refuse("the file is there and is no such report: it is not written over", "give the report another name, or remove the file")
	}
	return nil
}

// writtenBefore tells whether a file is empty or an earlier report.
func (r *reportFile) writtenBefore() bool {
	f, err := os.Open(r.path)
	if err != nil {
		return false
	}
	defer f.Close()
	head, err := io.ReadAll(io.LimitReader(f, maxReportHead))
	return err == nil && (len(bytes.TrimSpace(head)) == 0 || r.knows != nil && r.knows(head))
}

// mode is that of the earlier report: what somebody closed stays closed.
func (r *reportFile) mode() fs.FileMode {
	if info, err := os.Lstat(r.path); err == nil && info.Mode().IsRegular() {
		return info.Mode().Perm()
	}
	return 0o644
}

// direct tells of what cannot be replaced: pipes, devices, and links, be they
// to /dev/fd/3.
func (r *reportFile) direct() bool {
	info, err := os.Lstat(r.path)
	return err == nil && !info.Mode().IsRegular() && !info.IsDir()
}

// write writes a document, whole or not at all; nothing when the flag was not
// given. Others may read it: it is for other programs, as standard output is.
func (r *reportFile) write(encode func(io.Writer) error) error {
	if !r.given() {
		return nil
	}
	if err := r.check(); err != nil { // once more: the service was read meanwhile
		return err
	}
	var b bytes.Buffer
	err := encode(&b)
	switch {
	case err != nil:
	case r.direct():
		err = r.writeDirectly(b.Bytes())
	default:
		err = replaceFile(r.path, b.Bytes(), r.mode())
	}
	return r.failed(err)
}

func (r *reportFile) writeDirectly(data []byte) error {
	f, err := os.OpenFile(r.path, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

// stream opens the file for lines that are written as they come. The file is
// nil when the flag was not given.
func (r *reportFile) stream() (*os.File, error) {
	if !r.given() {
		return nil, nil
	}
	if err := r.check(); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(r.path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	return f, r.failed(err)
}

// failed says which report an error of writing is of.
func (r *reportFile) failed(err error) error {
	if err == nil {
		return nil
	}
	return diag.Diagnostic{
		Summary: fmt.Sprintf("%s %s could not be written: %s", r.flag, r.path, writeReason(err)),
		Hint:    r.flag + " names a file in a folder that can be written to",
	}
}
