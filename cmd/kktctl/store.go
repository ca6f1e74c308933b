package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/state"
)

// store opens the state that the flags name. Only when no --state is given is
// the fleet file needed to find it, so that a state can be looked at and
// unlocked while the file is broken.
func (a *App) store(g *globals) (state.Store, error) {
	p, err := a.statePlace(g)
	if err != nil {
		return nil, err
	}
	return a.openPlace(g, p)
}

// statePlace finds the state that the flags name.
func (a *App) statePlace(g *globals) (statePlace, error) {
	if g.State != "" {
		fleet, _ := spec.Load(g.File) // nil when it cannot be used: the environment has to do
		return statePlaceOf(g, fleet)
	}
	fleet, err := a.loadFleet(g)
	if err != nil {
		return statePlace{}, err
	}
	return statePlaceOf(g, fleet)
}

// load reads a state and tells what was repaired.
func (a *App) load(ctx context.Context, g *globals, store state.Store) (*state.Snapshot, error) {
	snap, notices, err := store.Load(ctx)
	if err != nil {
		return nil, fmt.Errorf("the state %s cannot be used: %w", store.Location(), err)
	}
	a.showNotices(g, notices)
	if snap == nil {
		return nil, nil
	}
	if err := snap.Here(); err != nil {
		return nil, fmt.Errorf("the state %s cannot be used: %w", store.Location(), err)
	}
	if a.opened[store].place.accept {
		return snap, nil
	}
	return snap, a.notOlder(ctx, g, store, snap)
}

// loadExisting is load for commands that make no sense without a state.
func (a *App) loadExisting(ctx context.Context, g *globals) (state.Store, *state.Snapshot, error) {
	p, err := a.statePlace(g)
	if err != nil {
		return nil, nil, err
	}
	return a.existingAt(ctx, g, p)
}

func (a *App) existingAt(ctx context.Context, g *globals, p statePlace) (state.Store, *state.Snapshot, error) {
	store, err := a.openPlace(g, p)
	if err != nil {
		return nil, nil, err
	}
	snap, err := a.load(ctx, g, store)
	if err != nil {
		return nil, nil, err
	}
	if snap == nil {
		return nil, nil, noState(store)
	}
	return store, snap, nil
}

func noState(store state.Store) error {
	return diag.Diagnostic{
		Summary: "there is no state at " + store.Location() + " yet",
		Hint:    "it is made by the first kktctl apply; --state names another place",
	}
}

// openSession takes the lock, waiting for it up to timeout.
func (a *App) openSession(ctx context.Context, g *globals, store state.Store, fleet, operation string, timeout time.Duration) (*apply.Session, error) {
	req := state.LockRequest{Holder: a.holder(), Operation: operation}
	var s *apply.Session
	err := a.whenFree(ctx, g, timeout, func() (err error) {
		s, err = apply.Open(ctx, store, fleet, req, a.Now)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.Credit(a.provenance())
	s.Emergency = newEmergency(stateFolder(g, store.Location()), fleet, a.codecOf(store), a.Now())
	s.Ended = func(snap *state.Snapshot) { a.remember(store, snap) }
	if !a.opened[store].place.accept {
		s.Trust = func(ctx context.Context, snap *state.Snapshot) error { return a.notOlder(ctx, g, store, snap) }
	}
	a.showNotices(g, s.Notices)
	if err := a.trust(ctx, g, store, s); err != nil {
		return nil, errors.Join(err, s.Close(ctx))
	}
	return s, nil
}

// whenFree tries to take a lock until it is free, up to timeout.
func (a *App) whenFree(ctx context.Context, g *globals, timeout time.Duration, take func() error) error {
	deadline, told := time.Now().Add(timeout), ""
	for {
		err := take()
		var locked *state.LockedError
		if !errors.As(err, &locked) {
			return err
		}
		if time.Now().After(deadline) {
			return a.lockedBy(g, locked)
		}
		if told != locked.Info.ID && timeout >= time.Second {
			told = locked.Info.ID
			fmt.Fprintf(a.Err, "Waiting up to %s for the lock of the state: %s has it (%s).\n", timeout, view.Clean(locked.Info.Holder), view.Clean(locked.Info.Operation))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(min(time.Second, max(time.Until(deadline), time.Millisecond))):
		}
	}
}

// lockedBy tells who holds the state, and the command that takes it from one
// that is gone: on a line of its own, to be copied.
func (a *App) lockedBy(g *globals, e *state.LockedError) error {
	until := ""
	if !e.Info.Expires.IsZero() {
		until = ", until " + e.Info.Expires.UTC().Format(time.RFC3339) + " unless it is renewed"
	}
	return diag.Diagnostic{
		Summary: fmt.Sprintf("the state %s is locked by %s (%s, since %s%s)",
			e.Location, e.Info.Holder, e.Info.Operation, e.Info.Created.UTC().Format(time.RFC3339), until),
		Hint: fmt.Sprintf("wait for it to end, or say --lock-timeout 10m; if that process is gone for certain:\n%s unlock %s",
			a.program(g), e.Info.ID),
	}
}

// edit is what a change of the state is called, and how long it waits for the
// lock.
type edit struct {
	operation   string
	lockTimeout time.Duration
}

// editState runs change under the lock of an existing state.
func (a *App) editState(ctx context.Context, g *globals, e edit, change func(*apply.Session) error) error {
	store, snap, err := a.loadExisting(ctx, g)
	if err != nil {
		return err
	}
	return a.inSession(ctx, g, store, snap.Fleet, e, change)
}

// inSession runs change under the lock of a state.
func (a *App) inSession(ctx context.Context, g *globals, store state.Store, fleet string, e edit, change func(*apply.Session) error) error {
	s, err := a.openSession(ctx, g, store, fleet, e.operation, e.lockTimeout)
	if err != nil {
		return err
	}
	return errors.Join(change(s), s.Close(ctx))
}

func (a *App) showNotices(g *globals, notices []string) {
	var list diag.List
	for _, n := range notices {
		d := fromText(n)
		d.Severity = diag.Warning
		list = append(list, d)
	}
	a.showDiagnostics(g, list)
}

// holder says who works: shown to whoever finds the state locked, and kept in
// the journal.
func (a *App) holder() string {
	name := a.Env("USER")
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown host"
	}
	return fmt.Sprintf("%s@%s pid %d", name, host, os.Getpid())
}
