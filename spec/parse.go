package spec

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/kktctl/kktctl/spec/diag"
	"gopkg.in/yaml.v3"
)

// document is the root map of one fleet file.
type document struct {
	file string
	root *yaml.Node
}

// Parse makes a fleet of files already read; dir is what relative paths in
// them are taken from. It does no I/O, and its time and memory are bounded by
// the size of the files, whatever they hold.
func Parse(dir string, files []Source) (*Fleet, diag.List) {
	r := newReader()
	var docs []document
	for i, src := range files {
		r.list.order[src.Name] = i
		r.file = src.Name
		if root := r.parse(src.Data); root != nil {
			docs = append(docs, document{file: src.Name, root: root})
		}
	}
	var fleet *Fleet
	if len(docs) == len(files) { // else references would be blamed on files that could not be read
		fleet = r.fleet(docs)
	}
	list := r.list.sorted()
	if list.HasErrors() || fleet == nil {
		return nil, list
	}
	fleet.Dir = dir
	fleet.Hash = hashOf(dir, files)
	return fleet, list
}

// hashOf is the SHA-256 of names and contents, each with its length before it
// so that no two fleets run together into the same bytes.
func hashOf(dir string, files []Source) string {
	h := sha256.New()
	for _, f := range files {
		name := f.Name
		if rel, err := filepath.Rel(dir, name); err == nil && !strings.HasPrefix(rel, "..") {
			name = rel
		}
		name = filepath.ToSlash(name)
		fmt.Fprintf(h, "%d:%s%d:", len(name), name, len(f.Data))
		h.Write(f.Data)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// parse reads the one YAML document of a file; nil when it reported an error.
func (r *reader) parse(data []byte) *yaml.Node {
	if !r.plainText(data) {
		return nil
	}
	r.sources[r.file] = data
	dec := yaml.NewDecoder(bytes.NewReader(data))
	doc, err := decodeNode(dec)
	if errors.Is(err, io.EOF) || (err == nil && len(doc.Content) == 0) {
		r.fileError(0, "the file is empty", r.form.begins)
		return nil
	}
	if err != nil {
		r.syntaxError(data, err)
		return nil
	}
	root := doc.Content[0]
	if !r.oneDocument(data, dec) || !r.boundedTree(root) {
		return nil
	}
	if isNull(root) {
		r.fileError(0, "the file is empty", r.form.begins)
		return nil
	}
	if root.Kind != yaml.MappingNode {
		r.errorAt(root, r.form.begins, "a %s file is a map of keys, this is %s", r.form.name, kindOf(root))
		return nil
	}
	return root
}

// oneDocument reports whatever stands behind the first document.
func (r *reader) oneDocument(data []byte, dec *yaml.Decoder) bool {
	next, err := decodeNode(dec)
	if errors.Is(err, io.EOF) {
		return true
	}
	if err != nil {
		r.syntaxError(data, err)
		return false
	}
	r.fileError(next.Line, "a second YAML document starts here", "keep one document in a file; a folder of files can be given with -f")
	return false
}

// decodeNode reads the next document. The YAML library reports some malformed
// input by panicking; a fleet file must never bring the program down.
func decodeNode(dec *yaml.Decoder) (n *yaml.Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			n, err = nil, fmt.Errorf("yaml: malformed document")
		}
	}()
	n = new(yaml.Node)
	return n, dec.Decode(n)
}
