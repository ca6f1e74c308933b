package spec

import (
	"strings"

	"github.com/kktctl/kktctl/spec/fiscal"
	"gopkg.in/yaml.v3"
)

func signerSchema() schema[Signer] {
	return schema[Signer]{
		{"exec", func(r *reader, n *yaml.Node, s *Signer) { s.Exec = r.command(n) }},
		{"outbox", func(r *reader, n *yaml.Node, s *Signer) { s.Outbox, _ = r.needText(n) }},
		{"detached", func(r *reader, n *yaml.Node, s *Signer) { s.Detached = r.boolean(n) }},
		{"decode", func(r *reader, n *yaml.Node, s *Signer) { s.Decode = r.boolean(n) }},
	}
}

func (r *reader) signer(key, n *yaml.Node) Signer {
	v := Signer{Pos: r.pos(key)}
	s := signerSchema()
	g := s.read(r, n, &v)
	if !r.wasMap(n) && !isNull(n) {
		return v
	}
	const hint = "exec: [program, argument, …] signs by a program, outbox: FOLDER lays documents out for people"
	switch exec, outbox := s.has(g, "exec"), s.has(g, "outbox"); {
	case exec && outbox:
		r.errorAt(key, hint, "has both exec and outbox")
	case !exec && !outbox:
		r.errorAt(key, hint, "has neither exec nor outbox")
	}
	return v
}

// command reads a program and its arguments. Arguments are taken as they are
// written, so that numbers among them need no quotes.
func (r *reader) command(n *yaml.Node) []string {
	var args []string
	if d := deref(n); d.Kind == yaml.ScalarNode && !isNull(d) {
		r.errorAt(n, "write it as [program, argument, …]: no shell takes it apart", "must be a list, this is %s", kindOf(d))
		return nil
	}
	r.elements(n, func(e *yaml.Node) {
		r.may(func(p *Place) { p.Scalar = true })
		e = deref(e)
		if e.Kind == yaml.ScalarNode && (number(e) || e.Tag == "!!bool" || e.Tag == "!!timestamp") {
			args = append(args, e.Value)
			return
		}
		if s, ok := r.textOK(e); ok {
			args = append(args, s)
		}
	})
	r.noPIN(n, args)
	if r.wasList(n) && (len(deref(n).Content) == 0 || len(args) > 0 && args[0] == "") || isNull(n) {
		r.errorAt(n, "write it as [program, argument, …]", "names no program")
	}
	return args
}

// noPIN refuses a PIN or a password among the arguments: the file is read by
// many, and so is a list of processes.
func (r *reader) noPIN(n *yaml.Node, args []string) {
	const hint = "a signer's program gets the variables that begin with SIGNER_: give it there, by a script of your own if need be (docs/signing.md)"
	for i, arg := range args {
		switch name := strings.ToLower(strings.TrimLeft(arg, "-")); {
		case strings.HasPrefix(name, "pass:"):
			r.errorAt(n, hint, "a password stands on the command line")
		case i == 0 || name == strings.ToLower(arg) || i+1 == len(args) || strings.HasPrefix(args[i+1], "env:") || strings.HasPrefix(args[i+1], "file:"):
		case name == "pin" || name == "password" || name == "passwd":
			r.errorAt(n, hint, "a PIN stands on the command line, after %s", quote(arg))
		}
	}
}

func (r *reader) wasList(n *yaml.Node) bool { return deref(n).Kind == yaml.SequenceNode }

func (r *reader) centre(key, n *yaml.Node) Centre {
	s := schema[Centre]{
		{"inn", func(r *reader, n *yaml.Node, c *Centre) { c.INN = r.needChecked(n, fiscal.CheckINN, innHint) }},
		{"receipts", func(r *reader, n *yaml.Node, c *Centre) { c.Receipts = r.centreReceipts(n) }},
	}
	c := Centre{Pos: r.pos(key)}
	if g := s.read(r, n, &c); r.wasMap(n) || isNull(n) {
		s.need(r, key, g, "inn")
	}
	return c
}

// centreReceipts reads how the receipts of a centre are used; nil for null.
func (r *reader) centreReceipts(n *yaml.Node) *CentreReceipts {
	if isNull(n) {
		return nil
	}
	c := &CentreReceipts{Pos: r.pos(n)}
	s := schema[CentreReceipts]{
		{"silentAfter", func(r *reader, n *yaml.Node, c *CentreReceipts) { c.SilentAfter = r.silentAfter(n) }},
	}
	s.read(r, n, c)
	return c
}
