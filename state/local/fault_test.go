package local_test

import (
	"errors"
	"path/filepath"
	"sync"

	"github.com/kktctl/kktctl/state/local"
)

var errStopped = errors.New("the machine stopped")

// faultFS records what changes files, and stops or fails where it is told to.
type faultFS struct {
	local.OS

	mu      sync.Mutex
	ops     []string                     // such as "sync sever.kktstate.journal"
	stopAt  int                          // number of the operation that is not done any more, from 1
	stopped bool                         // nothing is done any more
	fail    func(op string, n int) error // fails an operation, n being the same one's number
	before  func(op string)              // called without the lock held
	seen    map[string]int
	opening func(name string) // called before a file is opened for reading
}

// do decides about one operation.
func (f *faultFS) do(kind, name string) error {
	op := kind + " " + filepath.Base(name)
	if f.before != nil {
		f.before(op)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.stopped {
		return errStopped
	}
	f.ops = append(f.ops, op)
	if f.stopAt > 0 && len(f.ops) >= f.stopAt {
		f.stopped = true
		return errStopped
	}
	if f.seen == nil {
		f.seen = map[string]int{}
	}
	f.seen[op]++
	if f.fail != nil {
		return f.fail(op, f.seen[op])
	}
	return nil
}

// take gives what was recorded since the last call.
func (f *faultFS) take() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	ops := f.ops
	f.ops = nil
	return ops
}

func (f *faultFS) wrap(name string, file local.File, err error) (local.File, error) {
	if err != nil {
		return nil, err
	}
	return &faultFile{File: file, fs: f, name: name}, nil
}

func (f *faultFS) Open(name string) (local.File, error) {
	if f.opening != nil {
		f.opening(filepath.Base(name))
	}
	file, err := f.OS.Open(name)
	return f.wrap(name, file, err)
}

func (f *faultFS) OpenWrite(name string) (local.File, error) {
	file, err := f.OS.OpenWrite(name)
	return f.wrap(name, file, err)
}

func (f *faultFS) Create(name string) (local.File, error) {
	if err := f.do("create", name); err != nil {
		return nil, err
	}
	file, err := f.OS.Create(name)
	return f.wrap(name, file, err)
}

func (f *faultFS) Rename(from, to string) error {
	if err := f.do("rename", to); err != nil {
		return err
	}
	return f.OS.Rename(from, to)
}

func (f *faultFS) Remove(name string) error {
	if err := f.do("remove", name); err != nil {
		return err
	}
	return f.OS.Remove(name)
}

func (f *faultFS) SyncDir(dir string) error {
	if err := f.do("syncdir", "."); err != nil {
		return err
	}
	return f.OS.SyncDir(dir)
}

type faultFile struct {
	local.File
	fs   *faultFS
	name string
}

// WriteAt writes half of what it should when it fails.
func (f *faultFile) WriteAt(p []byte, off int64) (int, error) {
	if err := f.fs.do("write", f.name); err != nil {
		n, _ := f.File.WriteAt(p[:len(p)/2], off)
		return n, err
	}
	return f.File.WriteAt(p, off)
}

func (f *faultFile) Sync() error {
	if err := f.fs.do("sync", f.name); err != nil {
		return err
	}
	return f.File.Sync()
}

func (f *faultFile) Truncate(size int64) error {
	if err := f.fs.do("truncate", f.name); err != nil {
		return err
	}
	return f.File.Truncate(size)
}
