package local_test

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/kktctl/kktctl/state/local"
)

// machine is a local.FS on a disk, for one process. It counts operations, and
// stops, fails or leaves out syncs as it is told.
type machine struct {
	*disk
	n       int // operations so far
	changed int // those that change something
	stopAt  int // the change that is not made any more, from 1; 0: none
	soon    int // when not 0: so many changes after a failure, or after, it stops, too
	after   string
	stopped bool
	fail    func(op string, n int) failing // decides about operation n; nil: none fails
	without string                         // the sync that does nothing
	syncs   map[string]int                 // how often each sync was asked for
	renamed string                         // what the next SyncDir is for
}

// failing is how an operation fails; the zero value does not.
type failing struct {
	err   error
	short bool // a write writes a part and tells so without an error
}

func (m *machine) op(kind, name string, changes bool) (failing, error) {
	if m.stopped {
		return failing{}, errStopped
	}
	m.n++
	if changes {
		if m.changed++; m.changed == m.stopAt {
			m.stopped = true
			return failing{}, errStopped
		}
	}
	f := failing{}
	if m.fail != nil {
		f = m.fail(kind+" "+name, m.n)
	}
	if m.soon > 0 && (kind+" "+name == m.after || f != failing{}) {
		m.stopAt, m.soon = m.changed+m.soon, 0
	}
	if f.err != nil {
		return f, &fs.PathError{Op: kind, Path: name, Err: f.err}
	}
	return f, nil
}

// synced tells whether a sync is done at all.
func (m *machine) synced(site string) bool {
	if m.syncs != nil {
		m.syncs[site]++
	}
	return m.without != site
}

func (m *machine) find(kind, name string) (*inode, error) {
	name = filepath.Base(name)
	if _, err := m.op(kind, name, false); err != nil {
		return nil, err
	}
	m.renamed = "" // its folder is synced before anything else is done
	n := m.names[name]
	if n == nil {
		return nil, &fs.PathError{Op: kind, Path: name, Err: fs.ErrNotExist}
	}
	return n, nil
}

// Lstat implements local.FS.
func (m *machine) Lstat(name string) (fs.FileInfo, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.find("lstat", name)
	if err != nil {
		return nil, err
	}
	return info{name: filepath.Base(name), size: int64(len(n.cache)), inode: n}, nil
}

// SameFile implements local.FS.
func (m *machine) SameFile(a, b fs.FileInfo) bool { return a.(info).inode == b.(info).inode }

// Open implements local.FS.
func (m *machine) Open(name string) (local.File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.find("open", name)
	if err != nil {
		return nil, err
	}
	return &handle{m: m, inode: n, name: filepath.Base(name)}, nil
}

// OpenWrite implements local.FS.
func (m *machine) OpenWrite(name string) (local.File, error) { return m.Open(name) }

// Create implements local.FS.
func (m *machine) Create(name string) (local.File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	name = filepath.Base(name)
	if _, err := m.op("create", name, true); err != nil {
		return nil, err
	}
	if m.names[name] != nil {
		m.set(name, nil)
	}
	n := &inode{}
	m.set(name, n)
	return &handle{m: m, inode: n, name: name, did: "create"}, nil
}

// Rename implements local.FS.
func (m *machine) Rename(from, to string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	from, to = filepath.Base(from), filepath.Base(to)
	if _, err := m.op("rename", to, true); err != nil {
		return err
	}
	n := m.names[from]
	if n == nil {
		return fs.ErrNotExist
	}
	m.set(to, n)
	m.set(from, nil)
	m.renamed = to
	return nil
}

// Remove implements local.FS.
func (m *machine) Remove(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	name = filepath.Base(name)
	if _, err := m.op("remove", name, true); err != nil {
		return err
	}
	if m.names[name] == nil {
		return fs.ErrNotExist
	}
	m.set(name, nil)
	return nil
}

// SyncDir implements local.FS.
func (m *machine) SyncDir(string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	site := "folder after renaming " + m.renamed
	if m.renamed == "" {
		site = "folder before reading"
	}
	m.renamed = ""
	if _, err := m.op("syncdir", ".", true); err != nil {
		return err
	}
	if m.synced(site) {
		m.syncNames()
	}
	return nil
}

// Lock implements local.FS.
func (m *machine) Lock(_ context.Context, name string) (io.Closer, error) {
	c, err := m.TryLock(name)
	if err == nil && c == nil {
		err = context.DeadlineExceeded
	}
	return c, err
}

// TryLock implements local.FS.
func (m *machine) TryLock(name string) (io.Closer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	name = filepath.Base(name)
	if _, err := m.op("lock", name, false); err != nil {
		return nil, err
	}
	n := m.names[name]
	if n == nil {
		n = &inode{}
		m.set(name, n)
	}
	if m.locks[n] {
		return nil, nil
	}
	m.locks[n] = true
	return unlock(func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		if !m.stopped { // else the disk belongs to the next process by now
			delete(m.locks, n)
		}
	}), nil
}

type unlock func()

func (u unlock) Close() error {
	u()
	return nil
}

// handle is an open file.
type handle struct {
	m     *machine
	inode *inode
	name  string
	off   int
	did   string // the last operation but syncing
}

func (h *handle) Read(p []byte) (int, error) {
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	if _, err := h.m.op("read", h.name, false); err != nil {
		return 0, err
	}
	h.did = "read"
	if h.off >= len(h.inode.cache) {
		return 0, io.EOF
	}
	n := copy(p, h.inode.cache[h.off:])
	h.off += n
	return n, nil
}

// WriteAt writes a part of what it should when it fails.
func (h *handle) WriteAt(p []byte, off int64) (int, error) {
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	f, err := h.m.op("write", h.name, true)
	h.did = "write"
	switch {
	case h.m.stopped:
		return 0, err
	case f != failing{}:
		p = p[:len(p)*2/3]
		fallthrough
	default:
		h.inode.write(p, off)
		return len(p), err
	}
}

func (h *handle) Sync() error {
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	_, err := h.m.op("sync", h.name, true)
	switch {
	case h.m.stopped:
		return err
	case err != nil:
		h.inode.sync(true)
		return err
	}
	if h.m.synced(fmt.Sprintf("%s after %s", h.name, h.did)) {
		h.inode.sync(false)
	}
	return nil
}

func (h *handle) Truncate(size int64) error {
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	if _, err := h.m.op("truncate", h.name, true); err != nil {
		return err
	}
	if h.did == "write" {
		h.did = "taking back"
	} else {
		h.did = "cutting"
	}
	h.inode.truncate(size)
	return nil
}

func (h *handle) Stat() (fs.FileInfo, error) {
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	if _, err := h.m.op("stat", h.name, false); err != nil {
		return nil, err
	}
	return info{name: h.name, size: int64(len(h.inode.cache)), inode: h.inode}, nil
}

func (h *handle) Close() error { return nil }

// info is the FileInfo of an inode.
type info struct {
	name  string
	size  int64
	inode *inode
}

func (i info) Name() string     { return i.name }
func (i info) Size() int64      { return i.size }
func (info) Mode() fs.FileMode  { return 0o600 }
func (info) ModTime() time.Time { return time.Time{} }
func (info) IsDir() bool        { return false }
func (info) Sys() any           { return nil }
