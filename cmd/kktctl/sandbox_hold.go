package main

import (
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/state/local"
)

// holdWorld keeps a world's file for one process: of two that serve it, each
// would write over what the other was told. The lock ends with the process;
// its file stays, for one that is removed could be locked twice.
func holdWorld(path string) (release func(), err error) {
	if path == "" {
		return func() {}, nil
	}
	if err := checkFolder(path, "--world"); err != nil {
		return nil, err
	}
	name := path + ".lock"
	lock, err := local.OS{}.TryLock(name)
	switch {
	case err != nil:
		return nil, diag.Diagnostic{Summary: "the world " + path + " cannot be kept for this process: " + writeReason(err), Hint: "--world names a file in a folder that can be written to"}
	case lock == nil:
		return nil, diag.Diagnostic{Summary: "the world " + path + " is served by another kktctl sandbox", Hint: "end that one, or serve another file"}
	}
	return func() { _ = lock.Close() }, nil
}
