package spec

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

const headerHint = "a fleet file starts with \"apiVersion: kktctl/v1\" and \"kind: Fleet\""

// Bounds of one YAML tree. maxDepth is far above what a fleet needs; aliases
// may add maxExpansion nodes to what is written.
const (
	maxDepth     = 64
	maxExpansion = 5_000_000
)

// plainText refuses what is not text before the YAML parser sees it: its own
// messages name neither the place nor the reason.
func (r *reader) plainText(data []byte) bool {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		r.fileError(1, "the file is UTF-16", "save it as UTF-8")
		return false
	}
	for i := 0; i < len(data); {
		c, size := rune(data[i]), 1
		if c >= utf8.RuneSelf {
			c, size = utf8.DecodeRune(data[i:])
		}
		if size == 1 && c == utf8.RuneError {
			r.fileError(lineAt(data, i), "the file is not UTF-8 text", "save it as UTF-8 (it may be in windows-1251)")
			return false
		}
		if (c < ' ' && c != '\n' && c != '\r' && c != '\t') || c == 0x7F {
			r.fileError(lineAt(data, i), "the file holds a control character ("+strconv.QuoteRune(c)+"): it is damaged, or no text", "write the fleet as YAML text")
			return false
		}
		i += size
	}
	return true
}

// How the YAML library tells the place.
var (
	syntaxLine    = regexp.MustCompile(`^line (\d+): `)
	unknownAnchor = regexp.MustCompile(`^unknown anchor '(.*)'`)
)

func lineAt(data []byte, i int) int { return 1 + bytes.Count(data[:i], []byte("\n")) }

// syntaxError reports what the YAML parser says. An anchor's name is left out:
// it is taken from a value, and a value may be a secret.
func (r *reader) syntaxError(data []byte, err error) {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 0
	if m := syntaxLine.FindStringSubmatch(text); m != nil {
		line, _ = strconv.Atoi(m[1])
		text = text[len(m[0]):]
	}
	hint := "check the indentation, and put values with : # * & { [ in quotes"
	if m := unknownAnchor.FindStringSubmatch(text); m != nil {
		if i := bytes.Index(data, []byte("*"+m[1])); i >= 0 {
			line = lineAt(data, i)
		}
		text, hint = "an alias (*name) refers to an anchor (&name) that is not defined before it", "put a value that begins with * in quotes"
	}
	if strings.Contains(text, "tab") || strings.Contains(text, "cannot start any token") {
		hint = "indent with spaces, not tabs, and put values that begin with @ or ` in quotes"
	}
	r.fileError(line, "this is not YAML: "+text, hint)
}

// treeSize measures a tree: how many nodes it has once aliases are expanded.
type treeSize struct {
	sizes  map[*yaml.Node]int // of anchors; -1 while one is being measured
	deep   *yaml.Node         // a node below maxDepth
	cyclic *yaml.Node         // an alias inside its own anchor
	plain  int
}

// boundedTree refuses trees that are nested too deep, contain themselves or
// grow beyond measure when aliases are expanded, so that nothing that walks
// them later needs a bound of its own.
func (r *reader) boundedTree(root *yaml.Node) bool {
	t := treeSize{sizes: map[*yaml.Node]int{}}
	size, _ := t.measure(root, 0)
	switch {
	case t.deep != nil:
		r.errorAt(t.deep, "a fleet needs no more than a dozen levels", "nested deeper than %d levels", maxDepth)
	case t.cyclic != nil:
		r.errorAt(t.cyclic, "refer to an anchor only after its value has ended", "this alias refers to what contains it")
	case size-t.plain > maxExpansion:
		r.errorAt(root, "write out what is repeated, or put it in defaults", "aliases expand to more than %d values", maxExpansion)
	default:
		return true
	}
	return false
}

// measure counts n and what is under it, and returns its height too.
func (t *treeSize) measure(n *yaml.Node, depth int) (size, height int) {
	if depth > maxDepth {
		t.deep = n
	}
	if t.deep != nil || t.cyclic != nil {
		return 1, 0
	}
	if n.Kind == yaml.AliasNode {
		return t.measureAlias(n, depth)
	}
	if n.Anchor != "" {
		t.sizes[n] = -1
	}
	t.plain++
	size = 1
	for _, c := range n.Content {
		s, h := t.measure(c, depth+1)
		size = min(size+s, 1<<40) // saturates: a bomb would overflow
		height = max(height, h+1)
	}
	if n.Anchor != "" {
		t.sizes[n] = size<<8 | min(height, 255)
	}
	return size, height
}

func (t *treeSize) measureAlias(n *yaml.Node, depth int) (size, height int) {
	t.plain++
	packed := t.sizes[n.Alias]
	if packed < 0 {
		t.cyclic = n
		return 1, 0
	}
	size, height = packed>>8, packed&255
	if depth+height > maxDepth {
		t.deep = n
	}
	return size, height
}
