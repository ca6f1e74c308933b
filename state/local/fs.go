package local

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/gofrs/flock"
)

// FS is what the store asks of a file system. Tests put another one in its
// place, to stop between two operations or to lose what was not synced.
type FS interface {
	Lstat(name string) (fs.FileInfo, error)
	SameFile(a, b fs.FileInfo) bool
	// Open opens an existing file for reading, and for syncing what is read.
	Open(name string) (File, error)
	// OpenWrite opens an existing file for reading and writing.
	OpenWrite(name string) (File, error)
	// Create makes an empty file that only its owner may use, in place of any
	// other of that name.
	Create(name string) (File, error)
	Rename(from, to string) error
	Remove(name string) error
	// SyncDir makes the names in a folder durable.
	SyncDir(dir string) error
	// Lock waits for an advisory lock on a file, made when it is not there.
	Lock(ctx context.Context, name string) (io.Closer, error)
	// TryLock takes such a lock, or gives nil when another has it.
	TryLock(name string) (io.Closer, error)
}

// File is an open file of an FS.
type File interface {
	io.Reader
	io.WriterAt
	io.Closer
	Stat() (fs.FileInfo, error)
	Truncate(size int64) error
	Sync() error
}

// perm is the mode of all files: a state is nobody else's business.
const perm fs.FileMode = 0o600

// lockPoll is how often a lock that another process has for a moment is asked for.
const lockPoll = 5 * time.Millisecond

// OS is the FS of the machine.
type OS struct{}

var _ FS = OS{}

// Lstat implements FS.
func (OS) Lstat(name string) (fs.FileInfo, error) { return os.Lstat(name) }

// SameFile implements FS.
func (OS) SameFile(a, b fs.FileInfo) bool { return os.SameFile(a, b) }

// Open implements FS. A file that may only be read is opened all the same;
// its Sync does nothing.
func (OS) Open(name string) (File, error) {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err == nil {
		return f, nil
	}
	if f, err = os.Open(name); err != nil {
		return nil, err
	}
	return readOnly{f}, nil
}

type readOnly struct{ *os.File }

func (readOnly) Sync() error { return nil }

// OpenWrite implements FS.
func (OS) OpenWrite(name string) (File, error) { return asFile(os.OpenFile(name, os.O_RDWR, 0)) }

// Create implements FS. The old file is removed, not emptied: it may be a
// link to something else.
func (OS) Create(name string) (File, error) {
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return asFile(os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, perm))
}

func asFile(f *os.File, err error) (File, error) {
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Rename implements FS.
func (OS) Rename(from, to string) error { return os.Rename(from, to) }

// Remove implements FS.
func (OS) Remove(name string) error { return os.Remove(name) }

// SyncDir implements FS. Windows has no such operation and needs none.
func (OS) SyncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(filepath.Clean(dir))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Lock implements FS.
func (OS) Lock(ctx context.Context, name string) (io.Closer, error) {
	l := flock.New(name, flock.SetPermissions(perm))
	if _, err := l.TryLockContext(ctx, lockPoll); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// TryLock implements FS.
func (OS) TryLock(name string) (io.Closer, error) {
	l := flock.New(name, flock.SetPermissions(perm))
	ok, err := l.TryLock()
	if err != nil || !ok {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}
