// Package outbox lays documents out in a folder for people to sign. A
// signature put beside a document, under its name with .sig, .p7s or
// .sig.base64 added, is found by the next run.
//
// For each document there are
//
//	TILL_ACTION_ID_HASH.b64        what is to be signed, byte for byte (.xml when decoded)
//	TILL_ACTION_ID_HASH.json       whose it is, and its original file name
//	TILL_ACTION_ID_HASH.b64.sig    the signature, when it is there
//
// The hash is over till, application, document and content: a document that
// was made anew never meets the signature of the one before. Files stay after
// use, as a record of what was signed; removing them is the owner's decision.
package outbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/kktctl/kktctl/providers/ofd/signer"
)

const (
	dirMode  fs.FileMode = 0o750
	fileMode fs.FileMode = 0o640 // the group may be those who sign
	maxText              = 200   // characters of a wire text in the sidecar
)

// Options change what is laid out and expected.
type Options struct {
	Detached bool // people make detached signatures
	Decode   bool // the decoded document is signed, not its base64 text
}

// Signer is a folder in which people sign.
type Signer struct {
	dir  string
	opts Options
}

var _ signer.Signer = (*Signer)(nil)

// New gives the signer for a folder, which is made when it is first needed.
func New(dir string, opts Options) *Signer { return &Signer{dir: dir, opts: opts} }

// Sign returns the signature that lies beside the document, or lays the
// document out and returns *signer.Pending.
func (s *Signer) Sign(ctx context.Context, doc signer.Document) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	sig, err := s.sign(doc)
	var pending *signer.Pending
	if err != nil && !errors.As(err, &pending) {
		return "", fmt.Errorf("%s: outbox: %w", doc.Address, err)
	}
	return sig, err
}

func (s *Signer) sign(doc signer.Document) (string, error) {
	content, ext := []byte(doc.Content), ".b64"
	if s.opts.Decode {
		var err error
		if content, err = signer.DecodeContent(doc.Content); err != nil {
			return "", err
		}
		ext = ".xml"
	}
	stem := filepath.Join(s.dir, Name(doc))
	if err := s.layOut(stem, ext, content, doc); err != nil {
		return "", err
	}
	for _, suffix := range []string{".sig", ".p7s", ".sig.base64"} {
		for _, base := range []string{stem + ext, stem} {
			sig, err := s.signature(base+suffix, content)
			if err != nil || sig != "" {
				return sig, err
			}
		}
	}
	return "", &signer.Pending{Path: stem + ext, Want: stem + ext + ".sig"}
}

// sidecar tells people what a document is.
type sidecar struct {
	Address       string `json:"address"`
	ApplicationID string `json:"applicationId,omitempty"`
	DocumentID    string `json:"documentId,omitempty"`
	FileName      string `json:"fileName,omitempty"`
	Detached      bool   `json:"detached"`
}

func (s *Signer) layOut(stem, ext string, content []byte, doc signer.Document) error {
	if err := os.MkdirAll(s.dir, dirMode); err != nil {
		return err
	}
	about, err := json.MarshalIndent(sidecar{
		Address: signer.Clean(doc.Address, maxText), ApplicationID: signer.Clean(doc.ApplicationID, maxText),
		DocumentID: signer.Clean(doc.DocumentID, maxText), FileName: signer.Clean(doc.FileName, maxText),
		Detached: s.opts.Detached,
	}, "", "  ")
	if err != nil {
		return err
	}
	if err := put(stem+".json", append(about, '\n')); err != nil {
		return err
	}
	return put(stem+ext, content)
}

// put writes a file whole, or leaves it when it is there as it should be.
func put(name string, data []byte) (err error) {
	if old, err := readPlain(name, int64(len(data))+1); err == nil && bytes.Equal(old, data) {
		return nil
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".tmp-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(data)
	if err = errors.Join(err, f.Chmod(fileMode), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// signature reads a signature of content; "" when there is none yet.
func (s *Signer) signature(name string, content []byte) (string, error) {
	data, err := readPlain(name, signer.MaxSignature+1)
	if errors.Is(err, fs.ErrNotExist) || (err == nil && len(data) == 0) {
		return "", nil // an empty file is one that is being copied
	}
	if err != nil {
		return "", err
	}
	sig, err := signer.Normalize(data)
	if err == nil {
		err = signer.CheckForm(sig, s.opts.Detached)
	}
	if err == nil {
		err = signer.CheckContent(sig, content)
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return sig, nil
}

// readPlain reads at most limit bytes of a plain file. Links are refused: they
// could lead anywhere.
func readPlain(name string, limit int64) ([]byte, error) {
	info, err := os.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a plain file", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	opened, err := f.Stat()
	if err == nil && !os.SameFile(info, opened) {
		err = fmt.Errorf("%s changed while it was opened", name)
	}
	var data []byte
	if err == nil {
		data, err = io.ReadAll(io.LimitReader(f, limit))
	}
	return data, errors.Join(err, f.Close())
}
