package main

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"unicode/utf8"

	"github.com/kktctl/kktctl/providers/ofd/signer"
	"github.com/kktctl/kktctl/spec"
)

// The bounds on the parts of a paper's name: characters, and bytes of the
// service's part, so that a name fits into 255 bytes.
const (
	maxPaperTill = 24
	maxPaperID   = 8
	maxPaperName = 120
)

// paperName names a paper by its till, its application and what the service
// calls it, whatever that is: nothing but letters, digits, - and _ is left, and
// the till's name in front keeps it from being a device of Windows.
func paperName(address, id, name string) string {
	part := signer.Slug(name, maxPaperName)
	for len(part) > maxPaperName {
		_, size := utf8.DecodeLastRuneInString(part)
		part = part[:len(part)-size]
	}
	return signer.Slug(spec.NameOf(address), maxPaperTill) + "_" + signer.Slug(id, maxPaperID) + "_" + part
}

// paperDir is a folder that papers are saved in. Nothing is written outside of
// it, not through links either.
type paperDir struct{ root *os.Root }

// paperDirHint tells what --to wants.
const paperDirHint = "--to names a folder that can be written to; it is made when it is not there"

func openPaperDir(path string) (*paperDir, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, errors.New(reason(err))
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, errors.New(reason(err))
	}
	return &paperDir{root}, nil
}

func (d *paperDir) close() { _ = d.root.Close() }

// What became of a paper.
const (
	paperSaved = "saved  "
	paperThere = "there  "
	paperOther = "beside "
)

// save writes a paper, unless it is there as it is. What is there with other
// content is kept: the new one is put beside it, with a part of its hash in its
// name.
func (d *paperDir) save(stem, ext string, data []byte) (name, what string, err error) {
	name = stem + ext
	same, there, err := d.holds(name, data)
	switch {
	case err != nil:
		return name, "", err
	case same:
		return name, paperThere, nil
	case !there:
		return name, paperSaved, d.write(name, data)
	}
	sum := sha256.Sum256(data)
	name = stem + "_" + hex.EncodeToString(sum[:6]) + ext
	same, there, err = d.holds(name, data)
	switch {
	case err != nil:
		return name, "", err
	case same:
		return name, paperThere, nil
	case there:
		return name, "", errors.New("something else is there: it is kept, and nothing was saved")
	}
	return name, paperOther, d.write(name, data)
}

// holds tells whether a name is taken, and by the same content.
func (d *paperDir) holds(name string, data []byte) (same, there bool, err error) {
	info, err := d.root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, false, nil
	}
	if err != nil || !info.Mode().IsRegular() || info.Size() != int64(len(data)) {
		return false, true, err
	}
	f, err := d.root.Open(name)
	if err != nil {
		return false, true, err
	}
	old, err := io.ReadAll(io.LimitReader(f, int64(len(data))+1))
	return bytes.Equal(old, data), true, errors.Join(err, f.Close())
}

// write puts a file there whole or not at all, and over nothing.
func (d *paperDir) write(name string, data []byte) (err error) {
	temporary := ".paper-" + rand.Text()
	f, err := d.root.OpenFile(temporary, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.root.Remove(temporary)) }()
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := d.root.Link(temporary, name); err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	return d.copy(name, data) // the file system knows no links
}

// copy writes a file that is not there.
func (d *paperDir) copy(name string, data []byte) error {
	f, err := d.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}
