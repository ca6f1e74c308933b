package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/state"
)

// breakstate STATE puts a folder in the place of the state's journal as soon
// as the service has taken a signature, before it answers.
func cmdBreakState(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: breakstate STATE")
	}
	journal := ts.MkAbs(args[0]) + ".journal"
	s, done := serviceOf(ts), false
	breaks := func(w *sim.World) {
		for _, a := range w.Applications {
			if a.Signed && !done {
				done = true
				if os.Rename(journal, journal+".away") == nil {
					_ = os.Mkdir(journal, 0o700) // the script finds out
				}
			}
		}
	}
	s.onChange.Store(&breaks)
}

// mendstate STATE puts the journal back.
func cmdMendState(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: mendstate STATE")
	}
	journal := ts.MkAbs(args[0]) + ".journal"
	ts.Check(os.Remove(journal))
	ts.Check(os.Rename(journal+".away", journal))
}

// keptfile sets KEPT to the file that the last message tells to recover.
func cmdKeptFile(ts *testscript.TestScript, neg bool, _ []string) {
	m := regexp.MustCompile(`state recover (\S+)`).FindStringSubmatch(ts.ReadFile("stderr"))
	if neg || m == nil {
		ts.Fatalf("the last message names no copy")
	}
	ts.Setenv("KEPT", m[1])
}

func unwritten(t *testing.T) apply.Unwritten {
	t.Helper()
	return apply.Unwritten{Fleet: "sever", Lineage: "l", Serial: 4, Entries: []state.Entry{
		{Event: "done pay", Address: "kkts.a", Resource: &state.Resource{}, At: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)},
	}}
}

func newTestEmergency(dirs ...string) *emergency {
	return &emergency{dirs: dirs, name: "sever.emergency.x"}
}

// The copy is beside the state, else where temporary files are; its owner
// only may read it.
func TestEmergency(t *testing.T) {
	beside, temp, none := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "none")
	for _, c := range []struct{ first, want string }{{beside, beside}, {none, temp}} {
		e := newTestEmergency(c.first, temp)
		path, err := e.Keep(unwritten(t), nil)
		if err != nil || filepath.Dir(path) != c.want {
			t.Fatalf("kept in %s: %v", path, err)
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode() != fs.FileMode(0o600) {
			t.Errorf("%v, %v", info.Mode(), err)
		}
		u, err := readUnwritten(path, state.Codec{})
		if err != nil || u.Serial != 4 || len(u.Entries) != 1 || u.Entries[0].Event != "done pay" {
			t.Errorf("read back: %+v, %v", u, err)
		}
		files, err := os.ReadDir(c.want)
		if err != nil || len(files) != 1 {
			t.Errorf("left over: %v, %v", files, err)
		}
	}
	if path, err := newTestEmergency(none, none).Keep(unwritten(t), nil); err == nil || path != "" {
		t.Errorf("kept in %q nowhere: %v", path, err)
	}
}

func TestEmergencyName(t *testing.T) {
	e := newEmergency("dir/sever.kktstate", "../../sever", state.Codec{}, time.Date(2026, 11, 22, 0, 15, 33, 0, time.UTC))
	dir := t.TempDir()
	e.dirs = []string{dir}
	path, err := e.Keep(unwritten(t), nil)
	if err != nil || filepath.Dir(path) != dir || !strings.HasPrefix(filepath.Base(path), "sever.emergency.20261122T001533Z.") {
		t.Errorf("kept in %s: %v", path, err)
	}
}

func TestReadUnwrittenRefuses(t *testing.T) {
	dir := t.TempDir()
	for name, data := range map[string]string{"empty": "", "foreign": "kind: Fleet\n", "plan": "{}", "binary": "\x00\x1b[2J"} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readUnwritten(path, state.Codec{}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := readUnwritten(dir, state.Codec{}); err == nil {
		t.Error("a folder: accepted")
	}
}
