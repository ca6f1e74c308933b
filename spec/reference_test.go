package spec

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// heardIn reads the example that has every key, and tells of each map in it
// which keys the decoder knows there, and which of them the example has. A new
// key is known here by itself: a new map is reached through its own key, which
// the example must have.
func heardIn(t *testing.T) (map[string]map[string]bool, string) {
	t.Helper()
	path := filepath.Join("..", "examples", "everything.yaml")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r := newReader()
	r.heard = map[string]map[string]bool{}
	r.file = path
	root := r.parse(data)
	if root == nil {
		t.Fatal(r.list.sorted())
	}
	r.fleet([]document{{file: path, root: root}})
	if list := r.list.sorted(); len(list) > 0 {
		t.Fatal(list)
	}
	out := map[string]map[string]bool{"the file": {}}
	for _, key := range topLevel() {
		v, _ := value(root, key)
		out["the file"][key] = v != nil
	}
	for place, keys := range r.heard {
		place = tableOf(place)
		if out[place] == nil {
			out[place] = map[string]bool{}
		}
		for key, used := range keys {
			out[place][key] = out[place][key] || used
		}
	}
	return out, string(data)
}

var listIndex = regexp.MustCompile(`\[\d+\]`)

// tableOf names the table of docs/fleet.md that a map is described in: maps of
// one form share one.
func tableOf(place string) string {
	place = strings.TrimSuffix(listIndex.ReplaceAllString(place, ""), ".")
	switch {
	case strings.HasSuffix(place, ".address"):
		return "kkts.NAME.address"
	case strings.HasSuffix(place, ".closed"), strings.HasSuffix(place, ".installed"):
		return "kkts.NAME.report"
	case strings.HasPrefix(place, "provider.ferma."):
		return "provider.ferma.SERVICE"
	}
	return place
}

// What docs/fleet.md lists and what the decoder knows are the same, and the
// example has all of it.
func TestReference(t *testing.T) {
	heard, example := heardIn(t)
	delete(heard, "defaults") // a till's keys; see below
	delete(heard, "defaults.fn")
	heard["a receipt's file"] = map[string]bool{}
	for _, f := range receiptSchema() {
		heard["a receipt's file"][f.name] = true // examples of their own
	}
	tables := referenceTables(t)
	for _, place := range slices.Sorted(maps.Keys(heard)) {
		for key, used := range heard[place] {
			if _, told := tables[place][key]; !told {
				t.Errorf("docs/fleet.md: %s: no row of %s", place, key)
			}
			if !used && !strings.Contains(example, "# "+key+": ") {
				t.Errorf("examples/everything.yaml: %s: no %s", place, key)
			}
		}
		for key := range tables[place] {
			if _, known := heard[place][key]; !known {
				t.Errorf("docs/fleet.md: %s: the decoder knows no %s", place, key)
			}
		}
	}
	for place := range tables {
		if heard[place] == nil {
			t.Errorf("docs/fleet.md: %s: there is no such map", place)
		}
	}
	var common, marked []string
	for _, f := range commonFields() {
		common = append(common, f.name)
	}
	common = append(common, "fn")
	for key, row := range tables["kkts.NAME"] {
		if strings.Contains(row, "•") {
			marked = append(marked, key)
		}
	}
	slices.Sort(common)
	slices.Sort(marked)
	if !slices.Equal(common, marked) {
		t.Errorf("docs/fleet.md marks %v for defaults, the decoder takes %v", marked, common)
	}
}

// Each word that a value can be stands in the reference.
func TestReferenceNamesTheValues(t *testing.T) {
	tables := referenceTables(t)
	for _, c := range []struct {
		place, key string
		words      []string
	}{
		{"kkts.NAME", "usage", usageNames},
		{"kkts.NAME", "agents", agentNames},
		{"kkts.NAME", "ignore", ignorable()},
		{"kkts.NAME", "registration", []string{string(RegistrationFull), string(RegistrationSimplified)}},
		{"kkts.NAME.fn", "type", fnTypes()},
		{"kkts.NAME.unregister", "reason", reasons()},
		{"policy", "pruneReason", reasons()},
		{"orders.NAME", "tariff", orderTariffs()},
		{"orders.NAME", "fn", fnTypes()},
		{"checks.NAME", "kind", []string{KindCheckOnline, KindOrangeData}},
	} {
		for _, word := range c.words {
			if !strings.Contains(tables[c.place][c.key], "`"+word+"`") {
				t.Errorf("docs/fleet.md: %s.%s does not name %s", c.place, c.key, word)
			}
		}
	}
}

// referenceTables are the rows of docs/fleet.md, by the first code of the
// heading that they stand under and by key.
func referenceTables(t *testing.T) map[string]map[string]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "docs", "fleet.md"))
	if err != nil {
		t.Fatal(err)
	}
	heading := regexp.MustCompile("^## `([^`]+)`")
	row := regexp.MustCompile("^\\| `([^`]+)`")
	out, place := map[string]map[string]string{}, ""
	for line := range strings.Lines(string(data)) {
		if m := heading.FindStringSubmatch(line); m != nil {
			place = m[1]
			out[place] = map[string]string{}
		}
		if m := row.FindStringSubmatch(line); m != nil {
			if out[place] == nil {
				t.Fatalf("docs/fleet.md: %q stands under no heading", line)
			}
			out[place][m[1]] = line
		}
	}
	return out
}

func TestExampleOfACorrection(t *testing.T) {
	path := filepath.Join("..", "examples", "correction.yaml")
	f, list := LoadReceipt(path, func() string { return "x" })
	if len(list) > 0 || f.Correction.IsZero() {
		t.Errorf("%v", list)
	}
}
