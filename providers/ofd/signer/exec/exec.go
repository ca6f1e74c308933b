// Package exec signs documents by a program: any that reads a document and
// writes a CMS signature, such as cryptcp or openssl cms.
//
// The program is run without a shell, once for a document. {in} and {out} in
// its arguments are replaced by files in a private folder that is removed
// afterwards; where one is absent, stdin or stdout is used in its place.
package exec

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/kktctl/kktctl/providers/ofd/signer"
)

// The bounds on the program.
const (
	DefaultTimeout = 5 * time.Minute // a person may have to enter a PIN
	maxStderr      = 4 << 10
	maxMessage     = 400 // characters of stderr in an error
	waitDelay      = 2 * time.Second
)

// Options change how the program is used.
type Options struct {
	Detached bool          // the program makes detached signatures
	Decode   bool          // the decoded document is signed, not its base64 text
	Timeout  time.Duration // 0 means DefaultTimeout
	Dir      string        // working folder; a relative program is found in it
}

// Signer runs a program.
type Signer struct {
	argv []string
	opts Options
}

var _ signer.Signer = (*Signer)(nil)

// New gives a signer that runs argv.
func New(argv []string, opts Options) *Signer {
	if opts.Timeout <= 0 {
		opts.Timeout = DefaultTimeout
	}
	return &Signer{argv: append([]string(nil), argv...), opts: opts}
}

// Sign runs the program over the document's content.
func (s *Signer) Sign(ctx context.Context, doc signer.Document) (string, error) {
	sig, err := s.sign(ctx, doc)
	if err != nil {
		return "", fmt.Errorf("%s: sign by %s: %w", doc.Address, s.program(), err)
	}
	return sig, nil
}

// program names the program without its arguments: they may hold a PIN.
func (s *Signer) program() string {
	if len(s.argv) == 0 {
		return "a program"
	}
	return signer.Clean(filepath.Base(s.argv[0]), 60)
}

func (s *Signer) sign(ctx context.Context, doc signer.Document) (_ string, err error) {
	if len(s.argv) == 0 || s.argv[0] == "" {
		return "", errors.New("no program is configured")
	}
	content := []byte(doc.Content)
	if s.opts.Decode {
		if content, err = signer.DecodeContent(doc.Content); err != nil {
			return "", err
		}
	}
	dir, err := os.MkdirTemp("", "kktctl-sign-")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	out, err := s.run(ctx, content, filepath.Join(dir, "document"), filepath.Join(dir, "signature"))
	if err != nil {
		return "", err
	}
	sig, err := signer.Normalize(out)
	if err != nil {
		return "", err
	}
	if err := signer.CheckForm(sig, s.opts.Detached); err != nil {
		return "", err
	}
	return sig, signer.CheckContent(sig, content)
}

// run gives what the program wrote.
func (s *Signer) run(ctx context.Context, content []byte, in, out string) ([]byte, error) {
	if err := os.WriteFile(in, content, 0o600); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	args, hasIn, hasOut := s.arguments(in, out)
	cmd := exec.CommandContext(ctx, s.path(), args...)
	stdout, stderr := &limited{max: signer.MaxSignature, fail: true}, &limited{max: maxStderr}
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr, cmd.WaitDelay = s.opts.Dir, environment(os.Environ()), stdout, stderr, waitDelay
	if !hasIn {
		cmd.Stdin = bytes.NewReader(content)
	}
	ownGroup(cmd)
	err := cmd.Run()
	if hasOut && errors.Is(err, exec.ErrWaitDelay) {
		err = nil // it left a daemon behind that keeps stdout, which nobody reads
	}
	if err != nil {
		return nil, s.failed(ctx, err, stdout, stderr)
	}
	if !hasOut {
		return stdout.buf.Bytes(), nil
	}
	return readOut(out)
}

// arguments replaces the placeholders.
func (s *Signer) arguments(in, out string) (args []string, hasIn, hasOut bool) {
	for _, a := range s.argv[1:] {
		hasIn = hasIn || strings.Contains(a, "{in}")
		hasOut = hasOut || strings.Contains(a, "{out}")
		args = append(args, strings.NewReplacer("{in}", in, "{out}", out).Replace(a))
	}
	return args, hasIn, hasOut
}

// path gives the program: a bare name is found in PATH, a relative path in Dir.
func (s *Signer) path() string {
	name := s.argv[0]
	if filepath.Base(name) == name || filepath.IsAbs(name) || s.opts.Dir == "" {
		return name
	}
	if abs, err := filepath.Abs(filepath.Join(s.opts.Dir, name)); err == nil {
		return abs
	}
	return name
}

func (s *Signer) failed(ctx context.Context, err error, stdout, stderr *limited) error {
	switch {
	case stdout.over:
		return fmt.Errorf("it wrote more than %d bytes", signer.MaxSignature)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		err = fmt.Errorf("it did not end in time: %w", ctx.Err())
	case ctx.Err() != nil:
		err = ctx.Err()
	}
	if said := signer.Clean(hide(stderr.buf.String(), os.Environ()), maxMessage); said != "" {
		return fmt.Errorf("%w: %s", err, said)
	}
	return err
}

func readOut(name string) ([]byte, error) {
	info, err := os.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("it ended well but wrote no signature to {out}")
	}
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("what it left at {out} is not a plain file")
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, signer.MaxSignature+1))
	return data, errors.Join(err, f.Close())
}

// limited keeps the first max bytes. What is more is an error or left out.
type limited struct {
	buf  bytes.Buffer
	max  int
	fail bool
	over bool
}

func (l *limited) Write(p []byte) (int, error) {
	room := l.max - l.buf.Len()
	if len(p) <= room {
		return l.buf.Write(p)
	}
	l.buf.Write(p[:room])
	if l.over = true; l.fail {
		return room, io.ErrShortWrite
	}
	return len(p), nil
}
