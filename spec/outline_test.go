package spec

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// The outline of a fleet is what the decoder was heard to know of the example
// that has every key: the two are found in different ways.
func TestFleetOutline(t *testing.T) {
	heard, _ := heardIn(t)
	outline := FleetOutline()
	delete(heard, "defaults.fn")
	keys := map[string][]string{}
	for place, p := range outline {
		if p.Keys == nil || strings.HasPrefix(place, "defaults.") { // a till's maps
			continue
		}
		table := tableOf(strings.ReplaceAll(place, "[]", ""))
		if place == "" {
			table = "the file"
		}
		for _, key := range p.Keys {
			if !slices.Contains(keys[table], key) {
				keys[table] = append(keys[table], key)
			}
		}
	}
	for _, place := range slices.Sorted(maps.Keys(heard)) {
		want, got := slices.Sorted(maps.Keys(heard[place])), slices.Sorted(slices.Values(keys[place]))
		if !slices.Equal(want, got) {
			t.Errorf("%s: the outline has %v, the decoder knows %v", place, got, want)
		}
		delete(keys, place)
	}
	if len(keys) > 0 {
		t.Errorf("the decoder knows no %v", slices.Sorted(maps.Keys(keys)))
	}
}

// Each place tells what it takes: a function that reads on its own says so
// with may.
func TestOutlineTellsForms(t *testing.T) {
	for _, outline := range []Outline{FleetOutline(), ReceiptOutline()} {
		for place, p := range outline {
			if !p.Known() {
				t.Errorf("%s: its reader tells no form: r.may", place)
			}
		}
	}
}
