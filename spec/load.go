package spec

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kktctl/kktctl/spec/diag"
)

// maxFileBytes bounds one fleet file. A till takes 300 to 600 bytes, so that a
// file may hold about a hundred thousand.
const maxFileBytes = 64 << 20

// maxFiles and maxTotalBytes bound a fleet folder.
const (
	maxFiles      = 10_000
	maxTotalBytes = 256 << 20
)

// Source is one fleet file: its name, as diagnostics print it, and contents.
type Source struct {
	Name string
	Data []byte
}

// Load reads a fleet from a file, or from all *.yaml and *.yml files of a
// folder, sorted by name; hidden files and sub-folders are left alone. The
// Fleet is nil when the list has errors; the list may hold warnings when it
// has none.
func Load(path string) (*Fleet, diag.List) {
	dir, files, list := Sources(path)
	if list.HasErrors() {
		return nil, list
	}
	return Parse(dir, files)
}

// Sources reads the files that Load parses; dir is what relative paths in them
// are taken from.
func Sources(path string) (dir string, files []Source, list diag.List) {
	info, err := os.Stat(path)
	if err != nil {
		return "", nil, unreadable(path, err)
	}
	switch {
	case !info.IsDir() && !info.Mode().IsRegular():
		return "", nil, unreadable(path, errNotAFile)
	case !info.IsDir():
		src, list := readSource(path, maxTotalBytes)
		return filepath.Dir(path), []Source{src}, list
	}
	files, list = readFolder(path)
	return path, files, list
}

// errNotAFile is said of pipes and devices: opening one may wait for ever.
var errNotAFile = errors.New("not a regular file")

// readFolder reads the fleet files of a folder.
func readFolder(path string) ([]Source, diag.List) {
	entries, err := os.ReadDir(path) // sorted by name
	if err != nil {
		return nil, unreadable(path, err)
	}
	var (
		files []Source
		list  diag.List
		total int
	)
	for _, e := range entries {
		if !fleetFile(path, e) {
			continue
		}
		if len(files) == maxFiles {
			return nil, tooMuch(path, fmt.Sprintf("more than %d fleet files", maxFiles))
		}
		src, bad := readSource(filepath.Join(path, e.Name()), maxTotalBytes-total)
		total += len(src.Data)
		files, list = append(files, src), append(list, bad...)
	}
	if len(files) == 0 && len(list) == 0 {
		return nil, diag.List{{
			Summary: "the folder has no *.yaml or *.yml file",
			Pos:     diag.Pos{File: path},
			Hint:    "name a fleet file with -f, or put one there",
		}}
	}
	return files, list
}

// fleetFile tells whether an entry of the fleet's folder is a fleet file.
// Links are followed; pipes and devices are not read.
func fleetFile(dir string, e os.DirEntry) bool {
	name := e.Name()
	if strings.HasPrefix(name, ".") || !slices.Contains([]string{".yaml", ".yml"}, filepath.Ext(name)) {
		return false
	}
	info, err := os.Stat(filepath.Join(dir, name))
	return err != nil || info.Mode().IsRegular() // an error is told by reading it
}

// readSource reads one file, up to the bounds.
func readSource(path string, room int) (Source, diag.List) {
	f, err := os.Open(path)
	if err != nil {
		return Source{}, unreadable(path, err)
	}
	defer f.Close()
	limit := min(maxFileBytes, room)
	data, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	if err != nil {
		return Source{}, unreadable(path, err)
	}
	if len(data) > limit {
		return Source{}, tooMuch(path, fmt.Sprintf("the file is larger than a fleet may be (%d MiB a file, %d MiB in all)",
			maxFileBytes>>20, maxTotalBytes>>20))
	}
	return Source{Name: path, Data: data}, nil
}

func unreadable(path string, err error) diag.List {
	var inner *os.PathError
	if errors.As(err, &inner) {
		err = inner.Err // the path is in Pos already
	}
	return diag.List{{
		Summary: fmt.Sprintf("cannot read the fleet: %v", err),
		Pos:     diag.Pos{File: path},
		Hint:    "-f takes a fleet file or a folder of them",
	}}
}

func tooMuch(path, summary string) diag.List {
	return diag.List{{Summary: summary, Pos: diag.Pos{File: path}, Hint: "split the fleet"}}
}
