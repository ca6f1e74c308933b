package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/local"
)

// statePlace is where a state is, and what the fleet file says of that place.
type statePlace struct {
	location   string     // path or URL, free of passwords
	given      string     // what named it, for messages: --state or state.url
	dir        string     // that references are relative to
	declared   bool       // a fleet file was read: what it does not declare is not wanted
	fleetState spec.State // what the fleet file says of its own place
	plain      bool       // it is to be plain text, whatever is declared
	accept     bool       // it is taken though a newer one was seen
	newer      seenMark   // what is about to be put in its place; zero for none
	settings   spec.State // zero when the fleet file is of another place, or there is none
}

// statePlaceOf finds the state of a command. fleet may be nil when --state is
// given. Credentials that the fleet file declares are for its own url, so that
// a --state of another one gets none of them; its encryption is the fleet's
// wherever the state is.
func statePlaceOf(g *globals, fleet *spec.Fleet) (statePlace, error) {
	p := statePlace{location: statePath(g, fleet), given: "--state", dir: "."}
	if fleet != nil {
		p.dir, p.declared, p.fleetState = fleet.Dir, true, fleet.State
	}
	switch {
	case fleet == nil || g.Sandbox:
	case g.State == "" || g.State == fleet.State.URL:
		p.settings = fleet.State
	default:
		p.settings = spec.State{Encryption: fleet.State.Encryption}
	}
	if g.State == "" && fleet != nil && fleet.State.URL != "" {
		p.given = "state.url"
	}
	if err := spec.CheckStateURL(p.location); err != nil {
		return p, diag.Diagnostic{
			Summary: p.given + " " + err.Error(),
			Hint:    "a state is at https://host/path, s3://bucket/key, postgres://user@host/database or in a file; credentials are given by state.username and state.password of the fleet file, or KKTCTL_STATE_USERNAME and KKTCTL_STATE_PASSWORD",
		}
	}
	if g.Sandbox && spec.StateScheme(p.location) != "" {
		return p, errors.New("--state: the sandbox keeps its state in a file\nhint: give a path, or leave --state out")
	}
	return p, nil
}

// openState opens the state of a fleet. What it opens is closed when the
// command ends.
func (a *App) openState(g *globals, fleet *spec.Fleet) (state.Store, error) {
	p, err := statePlaceOf(g, fleet)
	if err != nil {
		return nil, err
	}
	return a.openPlace(g, p)
}

func (a *App) openPlace(g *globals, p statePlace) (state.Store, error) {
	o, err := a.stateCodec(g, p)
	if err != nil {
		return nil, err
	}
	s, err := a.openScheme(g, p, o.codec)
	if err != nil {
		return nil, err
	}
	if a.opened == nil {
		a.opened = map[state.Store]opened{}
	}
	a.opened[s] = o
	if c, ok := s.(io.Closer); ok {
		a.closers = append(a.closers, c)
	}
	return s, nil
}

// openScheme has one function for each kind of store, in a file of its own.
func (a *App) openScheme(g *globals, p statePlace, codec state.Codec) (state.Store, error) {
	scheme := spec.StateScheme(p.location)
	if scheme == "" {
		if err := checkFolder(p.location, p.given); err != nil {
			return nil, err
		}
		return local.Open(p.location, append([]local.Option{local.WithCodec(codec)}, a.StoreOptions...)...), nil
	}
	access, err := a.stateAccess(g, p)
	if err != nil {
		return nil, err
	}
	access.Codec = codec
	switch scheme {
	case "http", "https":
		return openHTTPStore(access)
	case "s3":
		return openS3Store(access)
	case "postgres", "postgresql":
		return openPostgresStore(access)
	}
	return nil, fmt.Errorf("%s: states are not kept at %s://", p.given, scheme)
}

// closeStores gives back what the stores of this command hold: connections,
// files. A lock that is still held stays so until its term is over.
func (a *App) closeStores() {
	for _, c := range a.closers {
		_ = c.Close() // all that counts was durable before
	}
	a.closers = nil
}

// stateFolder is where files that belong to a state lie: beside it, or beside
// the fleet file when the state is elsewhere.
func stateFolder(g *globals, location string) string {
	if strings.Contains(location, "://") {
		location = g.File
	}
	return filepath.Dir(location)
}
