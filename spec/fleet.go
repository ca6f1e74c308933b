package spec

import (
	"slices"

	"github.com/kktctl/kktctl/spec/diag"
	"gopkg.in/yaml.v3"
)

// APIVersion and FileKind stand at the top of every fleet.
const (
	APIVersion = "kktctl/v1"
	FileKind   = "Fleet"
)

// section is a top-level key of one file.
type section struct {
	file  string
	value *yaml.Node
}

// sections are the top-level keys of all files. Those of named resources may
// be in several files; each of the others is in one.
type sections map[string][]section

func topLevel() []string {
	return []string{
		"apiVersion", "kind", "name", "state", "provider", "signers", "centres", "companies", "defaults", "kkts",
		"orders", "checks", "policy", "notify",
	}
}

// shared tells the sections that several files may have: the header, and the
// maps of named resources.
func shared(name string) bool {
	return !slices.Contains([]string{"name", "state", "provider", "defaults", "policy", "notify"}, name)
}

// fleet decodes all files. Sections are read in the order in which they refer
// to one another, not in that of the files.
func (r *reader) fleet(docs []document) *Fleet {
	all := r.gather(docs)
	f := &Fleet{Provider: defaultProvider(), Policy: Policy{RenewBefore: defaultRenewBefore}}
	r.header(docs, all, f)
	r.single(all, "state", func(n *yaml.Node) { r.state(n, &f.State) })
	r.single(all, "provider", func(n *yaml.Node) { providerSchema().read(r, n, &f.Provider) })
	f.Signers, r.known.signers = resources(r, all, "signers", (*reader).signer)
	f.Centres, r.known.centres = resources(r, all, "centres", (*reader).centre)
	f.Companies, r.known.companies = resources(r, all, "companies", (*reader).company)
	r.known.owners = f.Companies
	f.KKTs, f.Defaults, r.known.kkts = r.kkts(all)
	f.Orders, _ = resources(r, all, "orders", (*reader).order)
	f.Checks, _ = resources(r, all, "checks", (*reader).check)
	r.single(all, "policy", func(n *yaml.Node) { r.policy(n, &f.Policy) })
	r.single(all, "notify", func(n *yaml.Node) { f.Notify = r.notify(n) })
	return f
}

// kkts reads the tills over the fleet's defaults, which it returns too.
func (r *reader) kkts(all sections) (map[string]KKT, KKT, map[string]diag.Pos) {
	defaults := fleetDefaults()
	var inherited given
	s := tillSchema()
	r.single(all, "defaults", func(n *yaml.Node) { inherited = r.defaults(n, s, &defaults) })
	tills, places := resources(r, all, "kkts", func(r *reader, key, n *yaml.Node) KKT {
		return r.till(s, key, n, defaults, inherited)
	})
	return tills, defaults.KKT, places
}

// defaults reads what tills have in common. What belongs to one till is
// refused here: shared by all it would be wrong for all but one.
func (r *reader) defaults(n *yaml.Node, tills schema[till], out *till) given {
	s := slices.Concat(commonFields(), schema[till]{{"fn", (*reader).fnDefaults}})
	for _, f := range tills[len(s)-1:] {
		if f.name != "fn" {
			s = append(s, field[till]{f.name, refuseDefault})
		}
	}
	g := s.read(r, n, out)
	return g & (1<<len(commonFields()) - 1) // the common keys come first in both schemas
}

func refuseDefault(r *reader, n *yaml.Node, _ *till) {
	r.may(func(p *Place) { p.Refused = true })
	r.errorAt(n, "move it to the till", "belongs to one till and has no default")
}

func (r *reader) fnDefaults(n *yaml.Node, t *till) {
	s := schema[till]{
		{"number", refuseDefault},
		{"type", func(r *reader, n *yaml.Node, t *till) { t.FN.Type = FNType(r.oneOf(n, fnTypes()...)) }},
	}
	s.read(r, n, t)
}

// gather sorts the top-level keys of all files out.
func (r *reader) gather(docs []document) sections {
	all := sections{}
	places := map[string]diag.Pos{}
	for _, d := range docs {
		r.file = d.file
		r.gatherFile(d, all, places)
	}
	return all
}

func (r *reader) gatherFile(d document, all sections, places map[string]diag.Pos) {
	here := map[string]bool{}
	for i := 0; i+1 < len(d.root.Content); i += 2 {
		k, v := deref(d.root.Content[i]), d.root.Content[i+1]
		switch first, again := places[k.Value], here[k.Value]; {
		case k.Kind != yaml.ScalarNode || isMerge(k):
			r.errorAt(k, "keys at the top of a fleet file are plain words", "this key cannot stand here")
		case !slices.Contains(topLevel(), k.Value):
			if !extension(k.Value) {
				r.errorAt(k, r.similar(k.Value, topLevel()), "unknown key %s", quote(k.Value))
			}
		case again || (!shared(k.Value) && !first.IsZero()):
			r.errorAt(k, "keep one of them", "%s is given twice, first at %s", k.Value, first)
		default:
			here[k.Value] = true
			places[k.Value] = r.pos(k)
			all[k.Value] = append(all[k.Value], section{file: d.file, value: v})
		}
	}
}

// extension tells keys that hold nothing but anchors for use elsewhere.
func extension(key string) bool { return len(key) > 2 && key[:2] == "x-" }

// header checks what stands at the top of the files.
func (r *reader) header(docs []document, all sections, f *Fleet) {
	r.constant(docs, all, "apiVersion", APIVersion)
	r.constant(docs, all, "kind", FileKind)
	if len(all["name"]) == 0 {
		r.missing(docs, "name", "name: it names the fleet's state")
	}
	r.single(all, "name", func(n *yaml.Node) {
		r.mayText(TextName)
		f.Name = r.needChecked(n, checkName, nameHint)
	})
}

// constant checks a key that has one value; files beside the first may leave
// it out.
func (r *reader) constant(docs []document, all sections, key, want string) {
	r.within(key, func() { r.may(func(p *Place) { p.Words = []string{want} }) })
	if len(all[key]) == 0 {
		r.missing(docs, key, key+": "+want)
	}
	for _, s := range all[key] {
		r.file = s.file
		r.within(key, func() {
			if got, ok := r.needText(s.value); ok && got != want {
				r.errorAt(s.value, "write "+key+": "+want, "%s is not known to this version of kktctl", quote(got))
			}
		})
	}
}

func (r *reader) missing(docs []document, key, hint string) {
	if len(docs) == 0 {
		return
	}
	r.file = docs[0].file
	r.errorAt(docs[0].root, "write "+hint, "%s is missing", key)
}

// single reads a section that is given once.
func (r *reader) single(all sections, name string, read func(*yaml.Node)) {
	for _, s := range all[name] {
		r.file = s.file
		r.within(name, func() { read(s.value) })
	}
}
