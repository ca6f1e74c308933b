package spec

import (
	"path/filepath"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"
)

const secretHint = "keep the secret out of the file: write env:NAME or file:PATH"

var (
	variableForm = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,127}$`)
	codeForm     = regexp.MustCompile(`^[A-Za-z0-9-]{4,64}$`)
)

// reference takes env:NAME and file:PATH apart; ok is false for anything else.
func reference(s string) (secret Secret, ok bool) {
	kind, name, found := strings.Cut(s, ":")
	switch {
	case !found:
	case SecretKind(kind) == SecretEnv:
		ok = variableForm.MatchString(name)
	case SecretKind(kind) == SecretFile:
		ok = name != "" && strings.TrimSpace(name) == name && len(name) <= 1024
	}
	if !ok {
		return Secret{}, false
	}
	return Secret{Kind: SecretKind(kind), Name: name}, true
}

// SecretReference takes env:NAME and file:PATH apart, for a value that comes
// from outside of a fleet file; ok is false for anything else.
func SecretReference(s string) (secret Secret, ok bool) { return reference(s) }

// secret reads a reference to a secret. What is not one may be the secret
// itself and is never printed.
func (r *reader) secret(n *yaml.Node) Secret {
	r.mayText(TextSecret)
	s, ok := r.secretText(n, secretHint)
	if !ok || s == "" {
		return Secret{}
	}
	ref, ok := reference(s)
	if !ok {
		r.errorAt(n, secretHint, "must be a reference to a secret, env:NAME or file:PATH; the value that stands here is not shown")
		return Secret{}
	}
	if r.folder(n, ref) {
		return Secret{}
	}
	ref.Pos = r.pos(n)
	return ref
}

// folder reports a reference whose path can only be a folder's.
func (r *reader) folder(n *yaml.Node, ref Secret) bool {
	if ref.Kind != SecretFile || filepath.Base(ref.Name) != "." && filepath.Base(ref.Name) != ".." && !strings.HasSuffix(ref.Name, "/") {
		return false
	}
	r.errorAt(n, "write the path of a file in it", "%s is a folder", quote(ref.String()))
	return true
}

// secretText is textOK without ever printing the value.
func (r *reader) secretText(n *yaml.Node, hint string) (string, bool) {
	r.may(func(p *Place) { p.Text = true })
	n = deref(n)
	if isNull(n) {
		return "", true
	}
	if n.Kind != yaml.ScalarNode || n.Tag != "!!str" {
		r.errorAt(n, hint, "must be text, this is %s", kindOf(n))
		return "", false
	}
	s := strings.TrimSpace(n.Value)
	if strings.IndexFunc(s, hidden) >= 0 || len(s) > 2*maxText {
		r.errorAt(n, hint, "holds characters that do not print, or is too long; the value is not shown")
		return "", false
	}
	return s, true
}

// secretFile reads a reference that must be to a file: certificates are.
func (r *reader) secretFile(n *yaml.Node) Secret {
	s := r.secret(n)
	r.mayText(TextFile)
	if s.Kind == SecretEnv {
		r.errorAt(n, "write file:PATH", "must be a file, file:PATH")
		return Secret{}
	}
	return s
}

// code reads an activation code: the code itself, a reference, or auto.
func (r *reader) code(n *yaml.Node) Code {
	r.mayText(TextCode)
	n = deref(n)
	if n.Kind == yaml.ScalarNode && number(n) {
		r.errorAt(n, "write the code in quotes", "is a number and may lose zeros; the code is not shown")
		return Code{}
	}
	s, ok := r.secretText(n, codeHint)
	switch {
	case !ok || s == "":
		return Code{}
	case s == "auto":
		return Code{Auto: true, Pos: r.pos(n)}
	case strings.EqualFold(s, "auto"):
		r.errorAt(n, "write auto in small letters", "%q is neither auto nor a code", s)
		return Code{}
	}
	if ref, ok := reference(s); ok {
		if r.folder(n, ref) {
			return Code{}
		}
		ref.Pos = r.pos(n)
		return Code{Ref: ref, Pos: ref.Pos}
	}
	if !codeForm.MatchString(s) {
		r.errorAt(n, codeHint, "is not an activation code; it is not shown")
		return Code{}
	}
	return Code{Literal: s, Pos: r.pos(n)}
}

const codeHint = "write the code (Latin letters and digits), env:NAME, file:PATH, or auto"
