package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

const other = "what somebody else has put there"

// cmdOverwrite DIR PATTERN gives the one file that matches other content; cmdKept
// wants it to be there still.
func cmdOverwrite(ts *testscript.TestScript, neg bool, args []string) {
	ts.Check(os.WriteFile(onlyFile(ts, neg, args), []byte(other), 0o600))
}

func cmdKept(ts *testscript.TestScript, neg bool, args []string) {
	if data, err := os.ReadFile(onlyFile(ts, neg, args)); err != nil || string(data) != other {
		ts.Fatalf("the file was overwritten: %q, %v", data, err)
	}
}

func onlyFile(ts *testscript.TestScript, neg bool, args []string) string {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: overwrite|kept DIR PATTERN")
	}
	found, err := filepath.Glob(filepath.Join(ts.MkAbs(args[0]), args[1]))
	if err != nil || len(found) != 1 {
		ts.Fatalf("%v %v", found, err)
	}
	return found[0]
}

// cmdPrivate DIR wants a folder of files that only their owner can read, and
// nothing left of their making.
func cmdPrivate(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: private DIR")
	}
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	for _, e := range entries {
		info, err := e.Info()
		ts.Check(err)
		if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 || strings.HasPrefix(e.Name(), ".") {
			ts.Fatalf("%s has mode %v", e.Name(), info.Mode())
		}
	}
}
