package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/kktctl/kktctl/providers/ofd/sim"
)

// quickSave is what a save may take to be made after every change.
const quickSave = 10 * time.Millisecond

// worldKeeper saves a simulated service after each change. A world of
// thousands of tills takes long to write: it is saved so that writing takes a
// tenth of the time, and at the end.
type worldKeeper struct {
	path   string // empty: nothing is kept
	last   time.Time
	cost   time.Duration
	behind bool // a change is not saved yet
	failed error
}

// save is called by the service, one change at a time.
func (k *worldKeeper) save(w *sim.World) {
	k.behind = true
	if k.cost > quickSave && time.Since(k.last) < 10*k.cost {
		return
	}
	k.write(w)
}

func (k *worldKeeper) write(w *sim.World) {
	began := time.Now()
	if err := w.Save(k.path); err != nil && k.failed == nil {
		k.failed = err
	}
	k.last, k.cost, k.behind = time.Now(), time.Since(began), false
}

// finish closes the service and saves what is left to save.
func (k *worldKeeper) finish(service *sim.Service) error {
	err := service.Close()
	if k.behind {
		k.write(service.Snapshot())
	}
	if k.failed != nil {
		err = errors.Join(err, fmt.Errorf("the simulated service could not be kept: %w", k.failed))
	}
	return err
}

// readWorld reads a simulated service; nil when there is none.
func readWorld(path string) (*sim.World, error) {
	world, err := sim.LoadWorld(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the simulated service cannot be read: %w\nhint: %s", err, worldHint(path))
	}
	return world, nil
}

// worldHint never tells people to remove a file that is not the tool's own.
func worldHint(path string) string {
	if strings.HasSuffix(path, sandboxSuffix+worldSuffix) {
		return "remove the file to begin anew"
	}
	return "this is not a world file: --world names one that kktctl sandbox keeps"
}
