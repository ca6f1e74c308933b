package main

import (
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/local"
)

// mortalFS is the machine's file system for a process that dies before its
// n-th change: from then on nothing works.
type mortalFS struct {
	local.OS
	left *int
}

var errDead = errors.New("dead")

func (f mortalFS) change() error {
	if *f.left <= 0 {
		return errDead
	}
	*f.left--
	return nil
}

func (f mortalFS) Create(name string) (local.File, error) {
	if err := f.change(); err != nil {
		return nil, err
	}
	file, err := f.OS.Create(name)
	return mortalFile{file, f}, err
}

func (f mortalFS) OpenWrite(name string) (local.File, error) {
	file, err := f.OS.OpenWrite(name)
	return mortalFile{file, f}, err
}

func (f mortalFS) Open(name string) (local.File, error) {
	if *f.left <= 0 {
		return nil, errDead
	}
	return f.OS.Open(name)
}

func (f mortalFS) Rename(from, to string) error {
	if err := f.change(); err != nil {
		return err
	}
	return f.OS.Rename(from, to)
}

func (f mortalFS) Remove(name string) error {
	if err := f.change(); err != nil {
		return err
	}
	return f.OS.Remove(name)
}

func (f mortalFS) TryLock(name string) (io.Closer, error) {
	if err := f.change(); err != nil {
		return nil, err
	}
	return f.OS.TryLock(name)
}

type mortalFile struct {
	local.File
	fs mortalFS
}

func (f mortalFile) WriteAt(p []byte, off int64) (int, error) {
	if err := f.fs.change(); err != nil {
		return 0, err
	}
	return f.File.WriteAt(p, off)
}

func (f mortalFile) Truncate(size int64) error {
	if err := f.fs.change(); err != nil {
		return err
	}
	return f.File.Truncate(size)
}

// However a move of the state is cut short, never are there two states to go
// on with; the same command ends it.
func TestMigrateKilledAnywhere(t *testing.T) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	for name, env := range map[string]map[string]string{
		"plain":     {},
		"encrypted": {"KKTCTL_STATE_RECIPIENTS": id.Recipient().String(), "KKTCTL_STATE_IDENTITY": id.String()},
	} {
		t.Run(name, func(t *testing.T) {
			between := 0
			for n := 1; ; n++ {
				if n > 200 {
					t.Fatal("it never ends")
				}
				done, none := migrateKilled(t, env, n)
				if none {
					between++
				}
				if done {
					break
				}
			}
			if between == 0 {
				t.Error("no death left the moment between the two marks")
			}
		})
	}
}

// migrateKilled kills a move before its n-th change, and has it ended.
func migrateKilled(t *testing.T, env map[string]string, n int) (done, none bool) {
	t.Helper()
	dir := t.TempDir()
	from, to := filepath.Join(dir, "a.kktstate"), filepath.Join(dir, "b.kktstate")
	makeState(t, from)
	left := n
	code, text := runApp(t, env, []local.Option{local.WithFS(mortalFS{left: &left})}, "state", "migrate", "--to", to, "--state", from)
	if code == 0 && left > 0 {
		return true, false
	}
	here, _ := runApp(t, env, nil, "state", "list", "--state", from)
	there, _ := runApp(t, env, nil, "state", "list", "--state", to)
	if here == 0 && there == 0 {
		t.Fatalf("killed at %d: both states can be gone on with\n%s", n, text)
	}
	if code, text := runApp(t, env, nil, "state", "migrate", "--to", to, "--state", from); code != 0 {
		t.Fatalf("killed at %d: the move was not ended:\n%s", n, text)
	}
	if code, text := runApp(t, env, nil, "state", "list", "--state", to); code != 0 || !strings.Contains(text, "kkts.a") {
		t.Fatalf("killed at %d: the state is not there:\n%s", n, text)
	}
	if code, text := runApp(t, env, nil, "state", "list", "--state", from); code == 0 {
		t.Fatalf("killed at %d: the old state is there still:\n%s", n, text)
	}
	return false, here != 0 && there != 0
}

func makeState(t *testing.T, path string) {
	t.Helper()
	s := local.Open(path)
	lease, err := s.Lock(t.Context(), state.LockRequest{Holder: "test", Operation: "test"})
	if err != nil {
		t.Fatal(err)
	}
	snap := state.NewSnapshot("sever")
	entry := state.Entry{Event: "adopt", Address: "kkts.a", Resource: &state.Resource{Status: state.StatusLive}}
	if err := errors.Join(s.Init(t.Context(), lease, snap), s.Append(t.Context(), lease, []state.Entry{entry}), s.Unlock(t.Context(), lease)); err != nil {
		t.Fatal(err)
	}
}

// runApp runs one command as a process of its own would.
func runApp(t *testing.T, env map[string]string, opts []local.Option, args ...string) (int, string) {
	t.Helper()
	a := testApp(t)
	var out bytes.Buffer
	a.Out, a.Err, a.StoreOptions = &out, &out, opts
	a.Env = func(name string) string { return env[name] }
	code := a.Main(append([]string{"-f", filepath.Join(t.TempDir(), "none.yaml")}, args...))
	return code, out.String()
}
