package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/state"
)

// The schemas of what machines read are made from the Go types whose JSON it
// is: comments are descriptions, constants of a type are its words. Objects may
// gain keys, so that they do not close with additionalProperties.

const mayGain = " Objects may gain keys and words within one formatVersion: a reader lets pass what it does not know."

// typeSchemas makes schemas from types.
type typeSchemas struct {
	reflector *jsonschema.Reflector
	words     map[string][]any // of the types of strings, by package path and name
}

func newTypeSchemas(t *testing.T) *typeSchemas {
	t.Helper()
	s := &typeSchemas{words: map[string][]any{}}
	s.reflector = &jsonschema.Reflector{
		Anonymous: true, ExpandedStruct: true, AllowAdditionalProperties: true, Mapper: s.mapped,
	}
	for _, dir := range []string{"planner", "apply", "spec", "spec/diag", "state", "cmd/kktctl/internal/view"} {
		path := filepath.Join("..", "..", filepath.FromSlash(dir))
		for _, err := range []error{
			s.reflector.AddGoComments("github.com/kktctl/kktctl/cmd/kktctl", path),
			s.constants("github.com/kktctl/kktctl/"+dir, path),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	for key, text := range s.reflector.CommentMap {
		s.reflector.CommentMap[key] = strings.Join(strings.Fields(text), " ")
	}
	return s
}

// constants takes the words down that the constants of each type are.
func (s *typeSchemas) constants(pkg, dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if filepath.Ext(e.Name()) != ".go" || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, e.Name()), nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			v, ok := n.(*ast.ValueSpec)
			if !ok || len(v.Values) != 1 {
				return true
			}
			kind, named := v.Type.(*ast.Ident)
			value, literal := v.Values[0].(*ast.BasicLit)
			if named && literal && value.Kind == token.STRING {
				if word, err := strconv.Unquote(value.Value); err == nil {
					s.words[pkg+"."+kind.Name] = append(s.words[pkg+"."+kind.Name], word)
				}
			}
			return true
		})
	}
	return nil
}

// mapped makes the schemas of types that are not as reflection sees them.
func (s *typeSchemas) mapped(t reflect.Type) *jsonschema.Schema {
	switch {
	case t == reflect.TypeFor[diag.Severity]():
		return &jsonschema.Schema{Type: "string", Enum: []any{diag.Error.String(), diag.Warning.String(), diag.Note.String()}}
	case t.Kind() == reflect.String && t.PkgPath() != "" && s.wordsOf(t) != nil:
		return &jsonschema.Schema{Type: "string", Enum: s.wordsOf(t)}
	case t.Kind() == reflect.Uint64:
		return &jsonschema.Schema{Type: "integer", Minimum: "0"}
	case t.Kind() == reflect.Map && s.wordsOf(t.Key()) != nil && t.Elem().Kind() == reflect.Int:
		return &jsonschema.Schema{
			Type: "object", PropertyNames: &jsonschema.Schema{Enum: s.wordsOf(t.Key())},
			AdditionalProperties: &jsonschema.Schema{Type: "integer"},
		}
	}
	return nil
}

func (s *typeSchemas) wordsOf(t reflect.Type) []any {
	return s.words[t.PkgPath()+"."+t.Name()]
}

// of makes the schema of a document; version is its formatVersion, 0 for none.
func (s *typeSchemas) of(document any, version int, title, text string) *jsonschema.Schema {
	out := s.reflector.Reflect(document)
	out.Title, out.Description = title, text+mayGain
	if v, ok := out.Properties.Get("formatVersion"); ok {
		v.Const = version
		v.Description = "of this form; another one is not compatible"
	}
	return out
}

// machineSchemas are the schemas of what machines read, by name.
func machineSchemas(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()
	s := newTypeSchemas(t)
	return map[string]*jsonschema.Schema{
		"plan": s.of(planFile{}, planner.FormatVersion, "kktctl plan",
			"What `kktctl plan --json`, `kktctl show --json` and --json-into write, and what `kktctl plan --out` saves."),
		"events": events(s.of(apply.Event{}, apply.EventsFormatVersion, "kktctl event",
			"One line of `kktctl apply --json` and `kktctl resume --json`: a JSON object, its type first.")),
		"drift": s.of(planner.DriftReport{}, planner.DriftFormatVersion, "kktctl drift report",
			"What `kktctl drift --json` writes."),
		"tasks": s.of(struct {
			FormatVersion int          `json:"formatVersion"`
			Tasks         []apply.Task `json:"tasks"`
		}{}, 1, "kktctl tasks", "What `kktctl tasks --json` writes: what people owe."),
		"history": s.of(struct {
			FormatVersion int               `json:"formatVersion"`
			History       []state.Happening `json:"history"`
		}{}, 1, "kktctl state history", "What `kktctl state history --json` writes: who did what, and when."),
		"receipt-sent": s.of(view.SentDocument{}, 1, "kktctl receipt, sent",
			"What `receipt send`, `receipt correct` and `receipt status` write with --json."),
		"receipt-shown": s.of(struct {
			FormatVersion int `json:"formatVersion"`
			view.FullReceipt
		}{}, 1, "kktctl receipt, printed", "What `kktctl receipt show --json` writes. Money is in kopecks."),
		"receipt-list": s.receiptLines(),
		"validation":   s.of(validation{}, validationVersion, "kktctl validation", "What `kktctl validate --json` writes."),
	}
}

// receiptLines is the schema of one line of a list of receipts.
func (s *typeSchemas) receiptLines() *jsonschema.Schema {
	out := s.of(struct {
		Type string `json:"type"`
		view.Receipt
	}{}, 0, "kktctl receipt, listed", "One line of `kktctl receipt list --json`: the version first, then the receipts, and a summary last. Money is in kopecks.")
	receipt := out.Required
	out.Required = []string{"type"}
	for _, key := range []string{"version", "formatVersion", "from", "to", "complete", "receipts", "totals"} {
		out.Properties.Set(key, lineKeys()[key])
	}
	line := func(word string, keys ...string) *jsonschema.Schema {
		p := jsonschema.NewProperties()
		p.Set("type", &jsonschema.Schema{Const: word})
		return &jsonschema.Schema{If: &jsonschema.Schema{Properties: p}, Then: &jsonschema.Schema{Required: keys}}
	}
	out.AllOf = []*jsonschema.Schema{
		line("version", "version", "formatVersion", "from", "to"), line("receipt", receipt...), line("summary", "complete", "receipts", "totals"),
	}
	return out
}

// lineKeys are the keys of the first line and the last.
func lineKeys() map[string]*jsonschema.Schema {
	return map[string]*jsonschema.Schema{
		"version": {Type: "string", Description: "of kktctl"}, "formatVersion": {Const: 1},
		"from": {Type: "string", Description: "by the tills' clocks"}, "to": {Type: "string", Description: "itself outside"},
		"complete": {Type: "boolean", Description: "the period was read to its end"},
		"receipts": {Type: "integer"}, "totals": {Type: "object", Description: "by operation"},
	}
}

// events tells what lines of each type have.
func events(s *jsonschema.Schema) *jsonschema.Schema {
	is := func(types ...apply.EventType) *jsonschema.Schema {
		words := make([]any, len(types))
		for i, t := range types {
			words[i] = string(t)
		}
		p := jsonschema.NewProperties()
		p.Set("type", &jsonschema.Schema{Enum: words})
		return &jsonschema.Schema{Properties: p}
	}
	has := func(keys ...string) *jsonschema.Schema { return &jsonschema.Schema{Required: keys} }
	s.AllOf = []*jsonschema.Schema{
		{If: is(apply.EventVersion), Then: has("version", "formatVersion")},
		{If: is(apply.EventSummary), Then: has("summary")},
		{If: is(
			apply.EventStart, apply.EventProgress, apply.EventDone, apply.EventWaiting, apply.EventFailed, apply.EventUnknown, apply.EventSkipped,
		), Then: has("id", "address", "action")},
	}
	return s
}

// TestTypeSchemasHaveWords: the words of each type are found.
func TestTypeSchemasHaveWords(t *testing.T) {
	s := newTypeSchemas(t)
	for _, of := range []reflect.Type{
		reflect.TypeFor[planner.Action](), reflect.TypeFor[planner.Wait](), reflect.TypeFor[planner.ComingKind](),
		reflect.TypeFor[planner.Condition](), reflect.TypeFor[planner.Verdict](), reflect.TypeFor[apply.EventType](),
	} {
		if len(s.wordsOf(of)) < 3 {
			t.Errorf("%s: %v; known: %v", of, s.wordsOf(of), slices.Sorted(maps.Keys(s.words)))
		}
	}
}
