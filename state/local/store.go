// Package local keeps a state in files beside the fleet:
//
//	NAME.kktstate                 the snapshot
//	NAME.kktstate.journal         the entries since
//	NAME.kktstate.backup          the snapshot before, with .journal.backup
//	NAME.kktstate.lock            who holds the lock, and the fencing epoch
//	NAME.kktstate.lock.EPOCH      locked by the holder as long as it lives
//	NAME.kktstate.lock.mutex      locked for the moment of a write
//
// All are replaced whole (temporary file, fsync, rename, fsync of the folder)
// but the journal, which is appended to and synced before a caller is told of
// success. A crash at any point leaves either what was before an operation or
// what is after it.
package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"sync"
	"time"

	"github.com/kktctl/kktctl/state"
)

// mutexWait bounds the wait for another process that is writing.
const mutexWait = 30 * time.Second

// Store is a state in local files.
type Store struct {
	path    string
	fs      FS
	codec   state.Codec
	appends state.Appends

	mu     sync.Mutex // held for every write; guards what follows
	writer *writer    // the open journal, nil when it has to be opened
	failed *failure   // a write failed: nothing may be written before a load
	alive  map[string]io.Closer
}

var (
	_ state.Store     = (*Store)(nil)
	_ state.Historian = (*Store)(nil)
)

// Option changes how a Store works.
type Option func(*Store)

// WithFS puts another file system in the place of the machine's.
func WithFS(f FS) Option { return func(s *Store) { s.fs = f } }

// WithCodec has the files written and read by c, such as one that encrypts.
func WithCodec(c state.Codec) Option { return func(s *Store) { s.codec = c } }

// Open gives the store of the state at path, such as sever.kktstate. It
// touches no file; the state need not exist.
func Open(path string, opts ...Option) *Store {
	s := &Store{path: filepath.Clean(path), fs: OS{}, alive: map[string]io.Closer{}}
	for _, opt := range opts {
		opt(s)
	}
	s.appends.Commit = s.commit
	return s
}

// Location gives the path.
func (s *Store) Location() string { return s.path }

// Close gives back all that the process holds, without unlocking: the next
// one finds the state as if this process had ended.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closeWriter()
	var errs []error
	for id, l := range s.alive {
		errs = append(errs, l.Close())
		delete(s.alive, id)
	}
	return errors.Join(errs...)
}

func (s *Store) journalPath() string { return s.path + ".journal" }
func (s *Store) backupPath() string  { return s.path + ".backup" }
func (s *Store) lockPath() string    { return s.path + ".lock" }
func (s *Store) mutexPath() string   { return s.path + ".lock.mutex" }
func (s *Store) livePath(epoch uint64) string {
	return fmt.Sprintf("%s.lock.%d", s.path, epoch)
}

// exclusive runs f while no other process and no other goroutine writes.
func (s *Store) exclusive(ctx context.Context, f func() error) (err error) {
	ctx, cancel := context.WithTimeout(ctx, mutexWait)
	defer cancel()
	s.mu.Lock()
	defer s.mu.Unlock()
	guard, err := s.fs.Lock(ctx, s.mutexPath())
	if err != nil {
		return s.lockFailed(err)
	}
	defer func() { err = errors.Join(err, guard.Close()) }()
	return f()
}

func (s *Store) lockFailed(err error) error {
	dir := filepath.Dir(s.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s: the folder %s does not exist: %w", s.path, dir, err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s: the folder %s is not writable: %w", s.path, dir, err)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s: another process keeps writing: %w", s.path, err)
	}
	return fmt.Errorf("%s: %w", s.path, err)
}

// Init writes the first snapshot.
func (s *Store) Init(ctx context.Context, lease *state.Lease, snap *state.Snapshot) error {
	data, err := s.codec.Encode(snap)
	if err != nil {
		return err
	}
	return s.exclusive(ctx, func() error {
		if err := s.check(lease); err != nil {
			return err
		}
		for _, name := range []string{s.path, s.journalPath()} {
			there, err := s.exists(name)
			if err != nil {
				return err
			}
			if there {
				return fmt.Errorf("there is a state already: %s exists", name)
			}
		}
		return s.replace(s.path, data)
	})
}

// Renew tells whether the lease is still held. A local lock has no term: it
// ends with its process.
func (s *Store) Renew(ctx context.Context, lease *state.Lease) error {
	return s.exclusive(ctx, func() error { return s.check(lease) })
}
