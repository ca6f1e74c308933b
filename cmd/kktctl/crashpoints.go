//go:build crashpoints

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/kktctl/kktctl/state/local"
)

// The variables that steer a build with crash points. At point number
// KKTCTL_CRASH_AT the process kills itself; 0 means that it lives. Every point
// that was passed is written to the file KKTCTL_CRASH_LOG, one a line.
const (
	crashAt  = "KKTCTL_CRASH_AT"
	crashLog = "KKTCTL_CRASH_LOG"
)

// instrument puts a crash point before and after everything that changes a
// file of the state, and before, within and after every request.
func instrument(app *App) (done func()) {
	p := &points{}
	p.at, _ = strconv.Atoi(app.Env(crashAt)) // what is no number never comes
	if name := app.Env(crashLog); name != "" {
		log, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
		if err != nil {
			panic(err) // only the crash suite gets here
		}
		p.log = log
	}
	app.StoreOptions = append(app.StoreOptions, local.WithFS(pointFS{p: p}))
	dialer := &net.Dialer{}
	app.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dialer.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &pointConn{Conn: conn, p: p}, nil
	}
	return func() { p.pass("end") }
}

// points counts.
type points struct {
	mu  sync.Mutex // held while dying, so that nothing passes another point
	n   int
	at  int
	log *os.File
}

// pass counts one point, and ends the process there when it is the one.
func (p *points) pass(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n++
	if p.log != nil {
		fmt.Fprintf(p.log, "%d %s\n", p.n, name)
	}
	if p.n != p.at {
		return
	}
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL) // there is no way on from here
	select {}
}

// around puts a point before and after one operation on a file.
func (p *points) around(op, name string, f func() error) error {
	what := op + " " + filepath.Base(name)
	p.pass("before " + what)
	err := f()
	p.pass("after " + what)
	return err
}

// pointFS has points around what changes files or takes locks.
type pointFS struct {
	local.OS
	p *points
}

func (f pointFS) wrap(name string, file local.File, err error) (local.File, error) {
	if err != nil {
		return nil, err
	}
	return pointFile{File: file, p: f.p, name: name}, nil
}

// Open implements local.FS.
func (f pointFS) Open(name string) (local.File, error) {
	file, err := f.OS.Open(name)
	return f.wrap(name, file, err)
}

// OpenWrite implements local.FS.
func (f pointFS) OpenWrite(name string) (local.File, error) {
	file, err := f.OS.OpenWrite(name)
	return f.wrap(name, file, err)
}

// Create implements local.FS.
func (f pointFS) Create(name string) (file local.File, err error) {
	err = f.p.around("create", name, func() error {
		file, err = f.OS.Create(name)
		return err
	})
	return f.wrap(name, file, err)
}

// Rename implements local.FS.
func (f pointFS) Rename(from, to string) error {
	return f.p.around("rename", to, func() error { return f.OS.Rename(from, to) })
}

// Remove implements local.FS.
func (f pointFS) Remove(name string) error {
	return f.p.around("remove", name, func() error { return f.OS.Remove(name) })
}

// SyncDir implements local.FS, as Sync does.
func (f pointFS) SyncDir(string) error {
	return f.p.around("syncdir", ".", func() error { return nil })
}

// TryLock implements local.FS.
func (f pointFS) TryLock(name string) (l io.Closer, err error) {
	err = f.p.around("lock", name, func() error {
		l, err = f.OS.TryLock(name)
		return err
	})
	return l, err
}

type pointFile struct {
	local.File
	p    *points
	name string
}

// WriteAt implements local.File. The middle of what is written is a point
// too: a write may be torn.
func (f pointFile) WriteAt(data []byte, off int64) (n int, err error) {
	half := len(data) / 2
	err = f.p.around("write", f.name, func() error {
		if n, err = f.File.WriteAt(data[:half], off); err != nil {
			return err
		}
		f.p.pass("within write " + filepath.Base(f.name))
		more, err := f.File.WriteAt(data[half:], off+int64(half))
		n += more
		return err
	})
	return n, err
}

// Truncate implements local.File.
func (f pointFile) Truncate(size int64) error {
	return f.p.around("truncate", f.name, func() error { return f.File.Truncate(size) })
}

// Sync implements local.File. It syncs nothing: a process that is killed loses
// nothing that it has written, and the suite ends sooner. What a power loss
// takes is another suite's.
func (f pointFile) Sync() error {
	return f.p.around("sync", f.name, func() error { return nil })
}

// pointConn has points before a request is written, within its writing, after
// it, and when its answer begins to come.
type pointConn struct {
	net.Conn
	p     *points
	asked atomic.Pointer[string] // the request whose answer has not come
}

// Write implements net.Conn. Half of a request is a point too: nobody has
// been asked anything then.
func (c *pointConn) Write(data []byte) (int, error) {
	line, _, _ := strings.Cut(string(data), " HTTP/")
	line, _, _ = strings.Cut(line, "?") // what follows holds the token
	if len(data) > 0 && data[0] < ' ' {
		line = "TLS" // a record, which shows nothing
	}
	if c.asked.Load() != nil {
		line = *c.asked.Load() // a long request takes several writes
	}
	c.p.pass("before " + line)
	n, err := c.Conn.Write(data[:len(data)/2])
	if err != nil {
		return n, err
	}
	c.p.pass("within " + line)
	c.asked.Store(&line)
	more, err := c.Conn.Write(data[len(data)/2:])
	c.p.pass("sent " + line)
	return n + more, err
}

// Read implements net.Conn.
func (c *pointConn) Read(data []byte) (int, error) {
	n, err := c.Conn.Read(data)
	if line := c.asked.Swap(nil); line != nil {
		c.p.pass("answered " + *line)
	}
	return n, err
}
