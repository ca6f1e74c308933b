package spec

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/kktctl/kktctl/spec/diag"
	"gopkg.in/yaml.v3"
)

// maxDiagnostics bounds what is kept and printed: a hundred thousand tills
// with the same mistake need not say so a hundred thousand times.
const maxDiagnostics = 1000

// collector gathers diagnostics from all files.
type collector struct {
	order map[string]int // of files
	diags diag.List
	count map[diag.Severity]int // met, kept or not
}

// full tells that no more of the severity are kept. Warnings never take the
// room of errors.
func (c *collector) full(s diag.Severity) bool { return c.count[s] >= maxDiagnostics }

func (c *collector) add(d diag.Diagnostic) {
	if !c.full(d.Severity) {
		c.diags = append(c.diags, d)
	}
	c.count[d.Severity]++
}

// sorted returns the diagnostics in the order of the files. A mistake behind
// an anchor is met at each alias and said once.
func (c *collector) sorted() diag.List {
	slices.SortStableFunc(c.diags, func(a, b diag.Diagnostic) int {
		return cmp.Or(
			c.order[a.Pos.File]-c.order[b.Pos.File],
			a.Pos.Line-b.Pos.Line,
			a.Pos.Column-b.Pos.Column,
		)
	})
	list := slices.CompactFunc(c.diags, func(a, b diag.Diagnostic) bool {
		return a.Pos == b.Pos && a.Summary == b.Summary && a.Pos.Line > 0
	})
	for _, s := range []diag.Severity{diag.Error, diag.Warning} {
		if more := c.count[s] - maxDiagnostics; more > 0 {
			list = append(list, diag.Diagnostic{
				Severity: s, Summary: fmt.Sprintf("and %d more %ss", more, s), Hint: "correct these first",
			})
		}
	}
	return list
}

// reader walks the YAML trees of a fleet. It knows where it is, so that a
// check needs to say only what is wrong.
type reader struct {
	list    *collector
	form    form
	file    string
	section string // kkts, companies, …; empty outside of a named resource
	name    string // key of the resource in its section
	path    []step // inside the resource, or inside the file

	// heard takes down every map that was read, each key that its schema knows
	// and whether it was there; nil but in the test of docs/fleet.md.
	heard map[string]map[string]bool

	// outline is told by the functions that read; nil but in FleetOutline and
	// ReceiptOutline.
	outline Outline

	sources     map[string][]byte // the files as they are, for the places of expressions
	known       known
	comparisons int // that looking for similar names has made so far
}

// form is what kind of file is read, for messages.
type form struct{ name, begins string }

// step is one element of a path: a key, or an index of a list.
type step struct {
	key   string
	index int
}

// known holds what references can refer to, and what must not be given twice.
type known struct {
	signers, centres, companies, kkts map[string]diag.Pos
	serials, rnms, drives             map[string]claim
	owners                            map[string]Company // decoded companies
}

// claim is who holds a unique number.
type claim struct {
	kkt string
	pos diag.Pos
}

func newReader() *reader {
	return &reader{
		form:    form{"fleet", headerHint},
		list:    &collector{order: map[string]int{}, count: map[diag.Severity]int{}},
		sources: map[string][]byte{},
		known: known{
			serials: map[string]claim{}, rnms: map[string]claim{}, drives: map[string]claim{},
		},
	}
}

// within runs f one key deeper.
func (r *reader) within(key string, f func()) {
	r.path = append(r.path, step{key: key})
	f()
	r.path = r.path[:len(r.path)-1]
}

// at runs f for the element of a list.
func (r *reader) at(i int, f func()) {
	r.path = append(r.path, step{index: i})
	f()
	r.path = r.path[:len(r.path)-1]
}

// inResource runs f for a named resource, such as kkts.sloboda-1.
func (r *reader) inResource(section, name string, f func()) {
	path := r.path
	r.section, r.name, r.path = section, name, nil
	f()
	r.section, r.name, r.path = "", "", path
}

func (r *reader) pos(n *yaml.Node) diag.Pos {
	return diag.Pos{File: r.file, Line: n.Line, Column: n.Column}
}

// errorAt reports an error about the value at n.
func (r *reader) errorAt(n *yaml.Node, hint, format string, args ...any) {
	r.report(diag.Error, n, hint, format, args)
}

// warnAt reports a warning about the value at n.
func (r *reader) warnAt(n *yaml.Node, hint, format string, args ...any) {
	r.report(diag.Warning, n, hint, format, args)
}

// fileError reports an error about a file whose tree is not known.
func (r *reader) fileError(line int, summary, hint string) {
	r.list.add(diag.Diagnostic{Summary: summary, Pos: diag.Pos{File: r.file, Line: line}, Hint: hint})
}

func (r *reader) report(severity diag.Severity, n *yaml.Node, hint, format string, args []any) {
	d := diag.Diagnostic{Severity: severity, Pos: r.pos(n), Hint: hint}
	if r.list.full(severity) {
		r.list.add(d) // counted only: no time is spent on its text
		return
	}
	if r.section != "" {
		d.Address = r.section + "." + r.name
	}
	d.Summary = fmt.Sprintf(format, args...)
	if p := r.where(); p != "" {
		d.Summary = p + ": " + d.Summary
	}
	r.list.add(d)
}

// where gives the path inside the resource: fn.number, usage[2].
func (r *reader) where() string {
	var b strings.Builder
	for i, s := range r.path {
		switch {
		case s.key == "":
			b.WriteString("[" + strconv.Itoa(s.index) + "]")
		case i == 0:
			b.WriteString(s.key)
		default:
			b.WriteString("." + s.key)
		}
	}
	return b.String()
}
