package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kktctl/kktctl/docs/schema"
	"github.com/kktctl/kktctl/importer"
	"github.com/kktctl/kktctl/providers/ofd"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// importedName is the file of a folder that imported tills are put into, unless
// --into says another.
const importedName = "imported.yaml"

// importTarget is the file that tills are written into, and the fleet that it
// is a part of.
type importTarget struct {
	fleet  *spec.Fleet
	shown  string // the file as it was named
	path   string // the file itself, behind links
	old    []byte // as it was read
	mode   fs.FileMode
	exists bool
	head   *importer.Head // of a fleet that begins here
	dir    string         // of the fleet
	others []spec.Source  // the other files of the fleet
	stdout bool
}

// openTarget reads the fleet and finds the file to write into. A fleet file
// that is not there is begun.
func (a *App) openTarget(g *globals, o importOptions) (*importTarget, error) {
	info, err := os.Stat(g.File)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return a.beginTarget(g, o, g.File)
	case err == nil && info.IsDir() && emptyFolder(g.File):
		return a.beginTarget(g, o, filepath.Join(g.File, "fleet.yaml"))
	}
	if err := o.needless(); err != nil {
		return nil, err
	}
	fleet, err := a.loadFleet(g)
	if err != nil {
		return nil, err
	}
	t := &importTarget{fleet: fleet, stdout: o.Into == "-", shown: g.File}
	dir, files, problems := spec.Sources(g.File)
	if problems.HasErrors() {
		return nil, problems.Err()
	}
	t.dir = dir
	if info.IsDir() {
		if t.shown, err = intoFolder(g.File, o.Into); err != nil {
			return nil, err
		}
	} else if o.Into != "" && o.Into != "-" && !sameFile(o.Into, g.File) {
		return nil, fmt.Errorf("--into %s: the fleet is the one file %s, so that tills elsewhere would not belong to it\nhint: leave --into out, or keep the fleet in a folder that -f names", shellWord(o.Into), shellWord(g.File))
	}
	for _, f := range files {
		if sameFile(f.Name, t.shown) {
			t.old, t.exists, t.shown = f.Data, true, f.Name
			continue
		}
		t.others = append(t.others, f)
	}
	return t, t.settle()
}

// emptyFolder tells whether no fleet file is in a folder.
func emptyFolder(dir string) bool {
	for _, glob := range []string{"*.yaml", "*.yml"} {
		if names, _ := filepath.Glob(filepath.Join(dir, glob)); len(names) > 0 {
			return false
		}
	}
	return true
}

// intoFolder finds the file of a folder that --into names.
func intoFolder(dir, into string) (string, error) {
	switch {
	case into == "" || into == "-":
		return filepath.Join(dir, importedName), nil
	case filepath.Base(into) == into:
		into = filepath.Join(dir, into)
	}
	name := filepath.Base(into)
	switch {
	case !sameFile(filepath.Dir(into), dir):
		return "", fmt.Errorf("--into %s is not in the folder %s, so that its tills would not belong to the fleet", shellWord(into), shellWord(dir))
	case strings.HasPrefix(name, ".") || !slices.Contains([]string{".yaml", ".yml"}, filepath.Ext(name)):
		return "", fmt.Errorf("--into %s is no fleet file\nhint: its name ends with .yaml and does not begin with a dot", shellWord(into))
	}
	return into, nil
}

func sameFile(a, b string) bool {
	if filepath.Clean(a) == filepath.Clean(b) {
		return true
	}
	x, err := os.Stat(a)
	y, err2 := os.Stat(b)
	return err == nil && err2 == nil && os.SameFile(x, y)
}

// settle follows links and takes the file's mode, before anything is read of
// the service.
func (t *importTarget) settle() error {
	t.path, t.mode = t.shown, 0o644
	if !t.exists || t.stdout {
		return nil
	}
	real, err := filepath.EvalSymlinks(t.shown)
	if err != nil {
		return fmt.Errorf("%s: %s", t.shown, reason(err))
	}
	info, err := os.Stat(real)
	if err != nil {
		return fmt.Errorf("%s: %s", t.shown, reason(err))
	}
	t.path, t.mode = real, info.Mode().Perm()
	f, err := os.OpenFile(real, os.O_WRONLY, 0) // a file that may not be written to is not replaced either
	if err != nil {
		return fmt.Errorf("%s cannot be written to: %s", t.shown, reason(err))
	}
	return f.Close()
}

// composed is the file as it is going to be.
type composed struct {
	base  []byte // what was added to: the file as it is, or the beginning of a new one
	text  []byte
	edits []importer.Edit
	fleet *spec.Fleet // of the new text
	names map[string]bool
	whole bool // the text is that of a new fleet
	// defaults are those of the fleet, which the tills do not repeat.
	defaults spec.KKT
}

// compose writes the tills into the text, and reads the fleet that comes of it.
func (t *importTarget) compose(r *importer.Result) (*composed, error) {
	c := &composed{base: t.old, names: map[string]bool{}}
	companies := r.CompanyEntries()
	if t.head != nil {
		head := *t.head
		head.Companies, head.Defaults = r.Companies, r.Common()
		c.base, companies = []byte(head.Text()), nil
	} else if !t.exists {
		c.base = []byte(schema.Modeline(schema.Fleet) + "\napiVersion: " + spec.APIVersion + "\nkind: " + spec.FileKind + "\n")
	}
	defaults := t.fleet.Defaults
	if t.head != nil {
		fleet, problems := spec.Parse(t.dir, []spec.Source{{Name: t.shown, Data: c.base}})
		if problems.HasErrors() {
			return nil, problems.Err()
		}
		defaults = fleet.Defaults
	}
	c.whole, c.defaults = t.head != nil, defaults
	doc, err := importer.Open(c.base)
	if err != nil {
		return nil, err
	}
	c.text, c.edits, err = doc.Insert(importer.Section{Name: "companies", Entries: companies}, importer.Section{Name: "kkts", Entries: r.Entries(defaults)})
	if err != nil {
		return nil, placedIn(t.shown, err)
	}
	for i := range r.Tills {
		c.names[r.Tills[i].Name] = true
	}
	return c, t.parse(c)
}

// placedIn says of which file an error is.
func placedIn(file string, err error) error {
	d := fromText(err.Error())
	d.Pos = diag.Pos{File: file}
	return d
}

// parse reads the new text as a part of the fleet: what could not be read is
// never written.
func (t *importTarget) parse(c *composed) error {
	files := append(slices.Clone(t.others), spec.Source{Name: t.shown, Data: c.text})
	slices.SortFunc(files, func(a, b spec.Source) int { return strings.Compare(a.Name, b.Name) })
	fleet, problems := spec.Parse(t.dir, files)
	if fleet != nil {
		problems = append(problems, ofd.CheckReceipts(fleet)...)
	}
	if problems.HasErrors() {
		return fmt.Errorf("nothing is written, for the fleet file would not be valid: %w", problems.Err())
	}
	c.fleet = fleet
	return nil
}

// write replaces the file, whole or not at all. One that somebody else has
// changed meanwhile is left as it is.
func (t *importTarget) write(text []byte) error {
	now, err := os.ReadFile(t.path)
	switch {
	case err != nil && !(errors.Is(err, fs.ErrNotExist) && !t.exists):
		return fmt.Errorf("%s: %s", t.shown, reason(err))
	case err == nil && (!t.exists || !bytes.Equal(now, t.old)):
		return fmt.Errorf("%s was changed meanwhile: nothing is written\nhint: import once more", t.shown)
	}
	if err := replaceFile(t.path, text, t.mode); err != nil {
		return fmt.Errorf("%s could not be written: %s", t.shown, writeReason(err))
	}
	return nil
}
