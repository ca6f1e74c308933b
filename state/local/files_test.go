package local_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/local"
)

func TestModes(t *testing.T) {
	path := place(t)
	seed(t, path)
	s := local.Open(path)
	lock(t, s)
	for _, suffix := range []string{"", ".journal", ".backup", ".journal.backup", ".lock", ".lock.mutex", ".lock.2"} {
		info, err := os.Lstat(path + suffix)
		must(t, err)
		if info.Mode() != 0o600 {
			t.Errorf("%s: mode %v", info.Name(), info.Mode())
		}
	}
	left, err := filepath.Glob(path + "*.tmp")
	if err != nil || len(left) > 0 {
		t.Errorf("left over: %q, %v", left, err)
	}
}

// TestBackup holds that the previous generation can be put back whole.
func TestBackup(t *testing.T) {
	path := place(t)
	want := seed(t, path)
	s := local.Open(path)
	must(t, s.Compact(t.Context(), lock(t, s), want))
	other := place(t)
	for _, suffix := range []string{"", ".journal"} {
		data, err := os.ReadFile(path + suffix + ".backup")
		must(t, err)
		must(t, os.WriteFile(other+suffix, data, 0o600))
	}
	if d := cmp.Diff(want, load(t, other)); d != "" {
		t.Errorf("the backup differs (-want +got):\n%s", d)
	}
	entries, err := s.History(t.Context())
	must(t, err)
	if len(entries) != 2 || entries[0].Serial != 3 || entries[1].Serial != 4 {
		t.Errorf("history: %+v", entries)
	}
}

func TestDamage(t *testing.T) {
	for name, c := range map[string]struct {
		suffix string
		change func(data []byte) []byte
		want   error
	}{
		"snapshot flipped": {"", func(b []byte) []byte { b[len(b)/2] ^= 1; return b }, state.ErrCorrupt},
		"snapshot cut":     {"", func(b []byte) []byte { return b[:len(b)/2] }, state.ErrCorrupt},
		"snapshot empty":   {"", func([]byte) []byte { return nil }, state.ErrCorrupt},
		"snapshot foreign": {"", func([]byte) []byte { return []byte("kind: Fleet\n") }, state.ErrCorrupt},
		"snapshot newer": {"", func(b []byte) []byte {
			return bytes.Replace(b, []byte(`"version": 1`), []byte(`"version": 2`), 1)
		}, state.ErrNewer},
		"journal flipped": {".journal", func(b []byte) []byte { b[len(b)/2] ^= 1; return b }, state.ErrCorrupt},
		"journal's last":  {".journal", func(b []byte) []byte { b[len(b)-9] ^= 1; return b }, state.ErrCorrupt},
		"journal empty":   {".journal", func([]byte) []byte { return nil }, state.ErrCorrupt},
		"other lineage": {".journal", func([]byte) []byte {
			b, _ := state.EncodeHeader("other", 0)
			return b
		}, state.ErrLineage},
	} {
		path := place(t)
		seed(t, path)
		data, err := os.ReadFile(path + c.suffix)
		must(t, err)
		must(t, os.WriteFile(path+c.suffix, c.change(data), 0o600))
		s := local.Open(path)
		_, _, err = s.Load(t.Context())
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), path+c.suffix) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
		if c.suffix == ".journal" {
			err := s.Append(t.Context(), lock(t, s), []state.Entry{entry(9)})
			if !errors.Is(err, c.want) {
				t.Errorf("%s: append: %v", name, err)
			}
		}
	}
}

func TestSnapshotMissing(t *testing.T) {
	path := place(t)
	seed(t, path)
	must(t, os.Remove(path))
	s := local.Open(path)
	if _, _, err := s.Load(t.Context()); !errors.Is(err, state.ErrCorrupt) {
		t.Errorf("load: %v", err)
	}
	if err := s.Init(t.Context(), lock(t, s), state.NewSnapshot("sever")); err == nil {
		t.Error("a new state was begun beside the old one's journal")
	}
}

func TestOddFiles(t *testing.T) {
	for name, c := range map[string]struct {
		put  func(path string) error
		want string
	}{
		"symlink": {func(path string) error {
			return errors.Join(os.WriteFile(path+"x", []byte("x"), 0o600), os.Symlink(path+"x", path))
		}, "symbolic link"},
		"dangling": {func(path string) error { return os.Symlink("/nonexistent", path) }, "symbolic link"},
		"folder":   {func(path string) error { return os.Mkdir(path, 0o700) }, "is a folder"},
	} {
		path := place(t)
		must(t, c.put(path))
		s := local.Open(path)
		if _, _, err := s.Load(t.Context()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: load: %v", name, err)
		}
		if err := s.Init(t.Context(), lock(t, s), state.NewSnapshot("x")); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: init: %v", name, err)
		}
	}
}

func TestNoFolder(t *testing.T) {
	s := local.Open(filepath.Join(t.TempDir(), "none", "x.kktstate"))
	if snap, _, err := s.Load(t.Context()); snap != nil || err != nil {
		t.Errorf("load: %v, %v", snap, err)
	}
	if _, err := s.Lock(t.Context(), state.LockRequest{}); err == nil || !strings.Contains(err.Error(), "does not exist") {
		t.Errorf("lock: %v", err)
	}
}

// readOnlyFS is the machine's, in a folder that may only be read: nothing can
// be made there, not even by root.
type readOnlyFS struct{ local.OS }

func (readOnlyFS) Create(name string) (local.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
}

func (readOnlyFS) Lock(_ context.Context, name string) (io.Closer, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
}

func TestUnwritableFolder(t *testing.T) {
	path := place(t)
	seed(t, path)
	s := local.Open(path, local.WithFS(readOnlyFS{}))
	if snap, _, err := s.Load(t.Context()); snap == nil || err != nil {
		t.Errorf("load: %v", err)
	}
	if _, err := s.Lock(t.Context(), state.LockRequest{}); err == nil || !strings.Contains(err.Error(), "not writable") {
		t.Errorf("lock: %v", err)
	}
}

func TestTakeover(t *testing.T) {
	path := place(t)
	s := local.Open(path)
	first := lock(t, s)
	must(t, s.Close()) // as when its process ends
	other := local.Open(path)
	if info, err := other.LockInfo(t.Context()); info != nil || err != nil {
		t.Errorf("the lock of one who has ended: %v, %v", info, err)
	}
	second := lock(t, other)
	if second.Previous == nil || *second.Previous != first.LockInfo || second.Epoch != first.Epoch+1 {
		t.Errorf("lease %+v, previous %+v", second.LockInfo, second.Previous)
	}
	if err := s.Renew(t.Context(), first); !errors.Is(err, state.ErrFenced) {
		t.Errorf("renew: %v", err)
	}
	left, err := filepath.Glob(path + ".lock.[0-9]*")
	if err != nil || len(left) != 1 {
		t.Errorf("lock files: %q, %v", left, err)
	}
}

// TestLockFileLost: epochs go on from the journal when somebody removed the
// lock file by hand, and a holder that still lives is fenced.
func TestLockFileLost(t *testing.T) {
	path := place(t)
	seed(t, path)
	s := local.Open(path)
	lease := lock(t, s)
	must(t, s.Append(t.Context(), lease, []state.Entry{entry(5)}))
	must(t, os.Remove(path+".lock"))
	next := lock(t, local.Open(path))
	if next.Epoch <= lease.Epoch {
		t.Errorf("epoch %d after %d", next.Epoch, lease.Epoch)
	}
	if err := s.Append(t.Context(), lease, []state.Entry{entry(6)}); !errors.Is(err, state.ErrFenced) {
		t.Errorf("append: %v", err)
	}
}

func TestLockFileDamaged(t *testing.T) {
	path := place(t)
	must(t, os.WriteFile(path+".lock", []byte("{"), 0o600))
	if _, err := local.Open(path).Lock(t.Context(), state.LockRequest{}); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("lock: %v", err)
	}
}

// TestLoadBetween has another store compact after the snapshot was read and
// before its journal is.
func TestLoadBetween(t *testing.T) {
	path := place(t)
	want := seed(t, path)
	other := local.Open(path)
	lease := lock(t, other)
	between := 0
	f := &faultFS{opening: func(name string) {
		if name == "sever.kktstate.journal" {
			if between++; between == 1 {
				must(t, other.Compact(t.Context(), lease, want))
			}
		}
	}}
	got, notices, err := local.Open(path, local.WithFS(f)).Load(t.Context())
	must(t, err)
	if d := cmp.Diff(want, got); d != "" || len(notices) > 0 || between != 2 {
		t.Errorf("notices %q, journal read %d times (-want +got):\n%s", notices, between, d)
	}
}

// TestLoadWhileCompacting reads all the time while another store writes.
// Serials never go back, and nothing looks torn.
func TestLoadWhileCompacting(t *testing.T) {
	path := place(t)
	snap := seed(t, path)
	s := local.Open(path)
	lease := lock(t, s)
	done := make(chan error, 1)
	go func() {
		done <- func() error {
			for n := range 60 {
				e := []state.Entry{entry(n), entry(n + 1)}
				if err := s.Append(t.Context(), lease, e); err != nil {
					return err
				}
				snap.Apply(e[0])
				snap.Apply(e[1])
				if n%3 == 0 {
					if err := s.Compact(t.Context(), lease, snap); err != nil {
						return err
					}
				}
			}
			return nil
		}()
	}()
	last := uint64(0)
	for reading := true; reading; {
		select {
		case err := <-done:
			must(t, err)
			reading = false
		default:
		}
		got := load(t, path)
		if got.Serial < last || got.Serial%2 != 0 {
			t.Fatalf("serial %d after %d", got.Serial, last)
		}
		last = got.Serial
	}
	if last != 4+120 {
		t.Errorf("last serial %d", last)
	}
}
