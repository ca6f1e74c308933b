package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/state"
)

// seenMark is the newest serial of an encrypted state that this user has seen on
// this machine. Whoever can write to the store, but has no key, could put an
// older state in the place of a newer one, and steps that were done would be
// done again.
type seenMark struct {
	Lineage string `json:"lineage"`
	Serial  uint64 `json:"serial"`
}

// covers tells whether a state of this mark is as new as what was seen: to put
// it in the place of an older one is how that is mended.
func (m seenMark) covers(seen seenMark) bool {
	return m.Lineage == seen.Lineage && m.Serial >= seen.Serial
}

// markPath is where the mark of a lineage is; empty where there is no place
// for it.
func (a *App) markPath(lineage string) string {
	dir := a.Env("XDG_STATE_HOME")
	if !filepath.IsAbs(dir) {
		home := a.Env("HOME")
		if home == "" {
			return ""
		}
		dir = filepath.Join(home, ".local", "state")
	}
	sum := sha256.Sum256([]byte(lineage)) // what a lineage is called is the store's word
	return filepath.Join(dir, "kktctl", "serials", hex.EncodeToString(sum[:16])+".json")
}

// readMark gives what is remembered of a lineage, if anything.
func (a *App) readMark(lineage string) (seenMark, bool) {
	var m seenMark
	path := a.markPath(lineage)
	if path == "" {
		return m, false
	}
	data, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(data, &m) != nil || m.Lineage != lineage {
		return seenMark{}, false
	}
	return m, true
}

// remember keeps the serial of a state that was read or written. Where nothing
// can be kept, as in many a pipeline, the check is the next machine's.
func (a *App) remember(store state.Store, snap *state.Snapshot) {
	o := a.opened[store]
	path := a.markPath(snap.Lineage)
	if path == "" {
		return
	}
	m, known := a.readMark(snap.Lineage)
	switch {
	case o.place.plain || len(o.codec.Stored()) == 0:
		if known && len(o.codec.Recipients()) == 0 {
			_ = os.Remove(path) // it is plain on purpose
		}
		return
	case known && m.Serial >= snap.Serial:
		return
	}
	a.writeMark(path, seenMark{snap.Lineage, snap.Serial})
}

func (a *App) writeMark(path string, m seenMark) {
	data, err := json.Marshal(m)
	if err == nil && os.MkdirAll(filepath.Dir(path), 0o700) == nil {
		_ = writeWhole(path, append(data, '\n'))
	}
}

// notOlder refuses a state that is older than one seen here before, and
// remembers the others.
func (a *App) notOlder(ctx context.Context, g *globals, store state.Store, snap *state.Snapshot) error {
	m, known := a.readMark(snap.Lineage)
	o := a.opened[store]
	if known && snap.Serial < m.Serial && !o.place.newer.covers(m) {
		// Another process may have written, and remembered, since it was read.
		again, _, err := store.Load(ctx)
		if err != nil || again == nil || again.Serial < m.Serial {
			return a.olderState(g, store, snap.Serial, m.Serial)
		}
	}
	if known && len(o.codec.Stored()) == 0 && len(o.codec.Recipients()) > 0 {
		return diag.Diagnostic{
			Summary: fmt.Sprintf("the state %s is plain text, though it was encrypted when it was last seen here, with serial %d: somebody without a key may have put it there", store.Location(), m.Serial),
			Hint:    fmt.Sprintf("find out who did; when it is right, take it as it is, and it is encrypted again:\n%s state accept", a.program(g)),
		}
	}
	a.remember(store, snap)
	return nil
}

func (a *App) olderState(g *globals, store state.Store, serial, seen uint64) error {
	return diag.Diagnostic{
		Summary: fmt.Sprintf("the state %s has serial %d, but %d was seen here before: an older state was put in the place of the newer one, and what was done since could be done again", store.Location(), serial, seen),
		Hint: fmt.Sprintf("put the newer one back, where there is a copy of it: %s state push FILE; or, when the older one was restored on purpose and nothing was done since, take it as it is:\n%s state accept",
			a.program(g), a.program(g)),
	}
}

// trust decides whether a state may be written to.
func (a *App) trust(ctx context.Context, g *globals, store state.Store, s *apply.Session) error {
	if s.Exists() && !a.opened[store].place.accept {
		if err := a.notOlder(ctx, g, store, s.Snapshot()); err != nil {
			return err
		}
	}
	return a.secure(ctx, g, store, s)
}
