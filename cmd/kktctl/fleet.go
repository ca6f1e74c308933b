package main

import (
	"path/filepath"
	"strings"

	"github.com/kktctl/kktctl/providers/ofd"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// loadFleet reads the declaration. Its warnings are shown, its errors are the
// error.
func (a *App) loadFleet(g *globals) (*spec.Fleet, error) {
	fleet, list := loadSpec(g.File)
	if err := list.Err(); err != nil {
		return nil, err
	}
	a.showDiagnostics(g, list)
	return fleet, nil
}

// loadSpec reads a declaration and checks in it what the clients of the
// services know: the receipts of checks; and the rules of its policy.
func loadSpec(path string) (*spec.Fleet, diag.List) {
	fleet, list := spec.Load(path)
	if fleet == nil {
		return nil, list
	}
	list = append(list, checkRules(fleet)...)
	if list = append(list, ofd.CheckReceipts(fleet)...); list.HasErrors() {
		return nil, list
	}
	return fleet, list
}

// statePath is where a fleet's state is: where --state says, or the fleet
// file, or beside it. A sandbox has a state of its own, always in a file: what
// was tried must never be taken for what was done.
func statePath(g *globals, fleet *spec.Fleet) string {
	path := g.State
	if path == "" {
		path = declaredState(fleet)
	}
	if !g.Sandbox {
		return path
	}
	if g.State == "" && spec.StateScheme(path) != "" {
		path = filepath.Join(fleet.Dir, fleet.Name+stateSuffix)
	}
	if spec.StateScheme(path) != "" {
		return path // refused by who opens it
	}
	return strings.TrimSuffix(path, stateSuffix) + sandboxSuffix + stateSuffix
}

// declaredState is where the fleet file has the state.
func declaredState(fleet *spec.Fleet) string {
	switch u := fleet.State.URL; {
	case u == "":
		return filepath.Join(fleet.Dir, fleet.Name+stateSuffix)
	case spec.StateScheme(u) != "" || filepath.IsAbs(u):
		return u
	default:
		return filepath.Join(fleet.Dir, u)
	}
}

// worldPath is where the simulated service of --sandbox is kept.
func worldPath(g *globals, fleet *spec.Fleet) string {
	return strings.TrimSuffix(statePath(g, fleet), stateSuffix) + worldSuffix
}

// How the files are called that kktctl keeps.
const (
	stateSuffix   = ".kktstate"
	sandboxSuffix = ".sandbox"
	worldSuffix   = ".json"
)
