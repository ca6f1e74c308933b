package main

import (
	"maps"
	"slices"
)

// sortedKeys gives the keys of a map in order: what a person reads must not
// depend on a map's.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
