package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/state"
)

func newStateMigrateCmd(a *App, g *globals) *cobra.Command {
	var to string
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "migrate --to PLACE",
		Short: "Move the state to another place",
		Long: `Moves the state to PLACE, a path or URL, under the locks of both: it is copied,
read back and compared, and then the old one is marked as moved, so that nobody
goes on with it. PLACE must not hold another state. However it is cut short, at
most one of the two can be gone on with, and the same command ends the move.

Credentials of the fleet file go to its own state.url; the other place takes
them from KKTCTL_STATE_USERNAME, KKTCTL_STATE_PASSWORD and so on. Where
state.encryption is declared the new place is encrypted; an encrypted state is
never decrypted by a move.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.runStateMigrate(cmd.Context(), g, to, timeout)
		},
	}
	cmd.Flags().StringVar(&to, "to", "", "the new place: a path, https://…, s3://… or postgres://…")
	must(cmd.MarkFlagRequired("to"))
	lockTimeoutFlag(cmd.Flags(), &timeout)
	return cmd
}

// move is a state on its way from one store to another.
type move struct {
	a        *App
	g        *globals
	from, to end
	source   *state.Snapshot // as it was found
}

// end is one of the two stores, locked.
type end struct {
	place statePlace
	store state.Store
	lock  *held // nil: not yet
}

func (a *App) runStateMigrate(ctx context.Context, g *globals, to string, timeout time.Duration) error {
	m, err := a.newMove(g, to)
	if err != nil {
		return err
	}
	ctx, in := a.watchInterrupts(ctx)
	defer in.end()
	if err := m.lock(ctx, timeout); err != nil {
		return err
	}
	moved, err := m.run(ctx)
	if err = errors.Join(err, m.unlock(context.WithoutCancel(ctx))); err != nil {
		return err
	}
	if !moved {
		fmt.Fprintf(a.Out, "The state was moved to %s before: nothing was changed.\n", m.to.store.Location())
		return nil
	}
	fmt.Fprintf(a.Out, "Moved the state from %s to %s. Name the new place by state.url in the fleet file, or by --state; the old one is refused from now on, and can be removed.\n",
		m.from.store.Location(), m.to.store.Location())
	return nil
}

// newMove opens both stores.
func (a *App) newMove(g *globals, to string) (*move, error) {
	m := &move{a: a, g: g}
	var err error
	if m.from.place, err = a.statePlace(g); err != nil {
		return nil, err
	}
	if m.to.place, err = placeTo(m.from.place, to); err != nil {
		return nil, err
	}
	if g.Sandbox {
		return nil, errors.New("the sandbox keeps its state in a file, beside its simulated service: it is not moved")
	}
	if m.from.store, err = a.openPlace(g, m.from.place); err != nil {
		return nil, err
	}
	if m.to.store, err = a.openPlace(g, m.to.place); err != nil {
		return nil, err
	}
	if samePlace(m.from.store.Location(), m.to.store.Location()) {
		return nil, diag.Diagnostic{Summary: "--to: the state is there: " + m.from.store.Location(), Hint: "name another place"}
	}
	for _, s := range []state.Store{m.from.store, m.to.store} {
		if o := a.opened[s]; o.sealer != nil {
			if err := readable(o.sealer); err != nil {
				return nil, err
			}
		}
	}
	return m, nil
}

// placeTo is the place that a state goes to. What the fleet file says of its
// url holds for that url, whichever end it is.
func placeTo(from statePlace, to string) (statePlace, error) {
	p := from
	p.location, p.given = to, "--to"
	p.settings = spec.State{Encryption: from.settings.Encryption}
	if from.fleetState.URL == to {
		p.settings = from.fleetState
	}
	if err := spec.CheckStateURL(to); err != nil {
		return p, diag.Diagnostic{
			Summary: "--to " + err.Error(),
			Hint:    "give https://host/path, s3://bucket/key, postgres://user@host/database or a path; credentials by KKTCTL_STATE_USERNAME and KKTCTL_STATE_PASSWORD",
		}
	}
	if spec.StateScheme(to) == "" && to == "" {
		return p, errors.New("--to names no place")
	}
	return p, nil
}

func samePlace(a, b string) bool {
	if spec.StateScheme(a) == "" && spec.StateScheme(b) == "" {
		x, err1 := filepath.Abs(a)
		y, err2 := filepath.Abs(b)
		return err1 == nil && err2 == nil && x == y
	}
	return a == b
}

func (m *move) lock(ctx context.Context, timeout time.Duration) error {
	req := state.LockRequest{Holder: m.a.holder(), Operation: "state migrate"}
	for _, e := range []*end{&m.from, &m.to} {
		var err error
		if e.lock, err = m.a.lockStore(ctx, m.at(e), e.store, req, timeout); err != nil {
			return errors.Join(err, m.unlock(context.WithoutCancel(ctx)))
		}
	}
	return nil
}

// at gives the flags that name one of the two ends, for the commands that are
// shown to a person.
func (m *move) at(e *end) *globals {
	if e != &m.to {
		return m.g
	}
	g := *m.g
	g.State = e.place.location
	return &g
}

func (m *move) unlock(ctx context.Context) error {
	var errs []error
	for _, e := range []*end{&m.to, &m.from} {
		if e.lock != nil {
			errs = append(errs, e.lock.unlock(ctx))
		}
	}
	return errors.Join(errs...)
}

// run moves the state, or ends a move that was cut short. The old place is the
// state until it is marked; the copy is none until that mark is durable.
func (m *move) run(ctx context.Context) (bool, error) {
	var err error
	if m.source, err = m.load(ctx, m.from.store); err != nil {
		return false, err
	}
	there, err := m.load(ctx, m.to.store)
	if err != nil {
		return false, err
	}
	if m.source == nil {
		return false, noState(m.from.store)
	}
	done, err := m.movedBefore(there)
	if done || err != nil {
		return false, err
	}
	if err := m.a.keepCopySealed(m.g, m.to.store, m.a.codecOf(m.from.store).Stored()); err != nil {
		return false, err
	}
	if m.source.Moved == nil {
		if err := m.a.notOlder(ctx, m.g, m.from.store, m.source); err != nil {
			return false, err
		}
		if err := m.copy(ctx, there); err != nil {
			return false, err
		}
	}
	return true, m.settle(ctx)
}

func (m *move) load(ctx context.Context, s state.Store) (*state.Snapshot, error) {
	snap, notices, err := s.Load(ctx)
	if err != nil {
		return nil, fmt.Errorf("the state %s cannot be used: %w", s.Location(), err)
	}
	m.a.showNotices(m.g, notices)
	return snap, nil
}

// movedBefore judges what is found at the two ends; true when there is nothing
// left to do.
func (m *move) movedBefore(there *state.Snapshot) (bool, error) {
	from, to := m.from.store.Location(), m.to.store.Location()
	switch away := m.source.Moved; {
	case away != nil && away.To != to:
		return false, fmt.Errorf("nothing was moved: %w", m.source.Here())
	case away != nil && there == nil:
		return false, fmt.Errorf("the state %s says that it was moved to %s, but there is none\nhint: put back what was there; the copy in %s can be taken by hand, without its line moved: kktctl state push", from, to, from)
	case there == nil:
		return false, nil
	case there.Lineage != m.source.Lineage:
		return false, diag.Diagnostic{Summary: fmt.Sprintf("nothing was moved: there is another state at %s, of the fleet %q and lineage %s", to, there.Fleet, there.Lineage), Hint: "name a place that is empty"}
	case away != nil:
		return there.Moved == nil, nil
	case there.Moved == nil:
		return false, diag.Diagnostic{
			Summary: fmt.Sprintf("nothing was moved: both %s (serial %d) and %s (serial %d) hold this state", from, m.source.Serial, to, there.Serial),
			Hint:    "keep the one that is right; kktctl state push puts it in the place of the other and tells whether they went apart",
		}
	case there.Serial > m.source.Serial:
		return false, fmt.Errorf("nothing was moved: %w: %s has serial %d, %s had %d", state.ErrSerial, from, m.source.Serial, to, there.Serial)
	}
	return false, nil
}

// copy puts a copy at the new place that says whose it is, reads it back, and
// marks the old place as moved. That mark is the moment of the move.
func (m *move) copy(ctx context.Context, there *state.Snapshot) error {
	arriving := m.source.Clone()
	arriving.ForgetRuns()
	arriving.Moved = m.mark()
	arriving.Moved.From = m.from.store.Location()
	write := m.to.store.Init
	if there != nil {
		write = m.to.store.Compact
	}
	if err := write(ctx, m.to.lock.lease, arriving); err != nil {
		return fmt.Errorf("%s could not be written: %w", m.to.store.Location(), err)
	}
	if err := m.verify(ctx, arriving); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err // interrupted: the old place is the state
	}
	if err := m.renew(ctx); err != nil {
		return err
	}
	left := m.source.Clone()
	left.Serial++
	left.Moved = m.mark()
	left.Moved.To = m.to.store.Location()
	if err := m.from.store.Compact(context.WithoutCancel(ctx), m.from.lock.lease, left); err != nil {
		return fmt.Errorf("%s could not be marked as moved, and is still the state: %w", m.from.store.Location(), err)
	}
	m.source = left
	return nil
}

// renew sees to it that both locks are still held at the moment of the move.
func (m *move) renew(ctx context.Context) error {
	for _, e := range []end{m.from, m.to} {
		if err := e.store.Renew(ctx, e.lock.lease); err != nil {
			return fmt.Errorf("%s: %w", e.store.Location(), err)
		}
	}
	return nil
}

func (m *move) mark() *state.Moved {
	return &state.Moved{At: m.a.now(), Who: m.a.holder()}
}

// verify reads the copy back as another process would.
func (m *move) verify(ctx context.Context, want *state.Snapshot) error {
	again, err := m.a.openPlace(m.g, m.to.place)
	if err != nil {
		return err
	}
	got, _, err := again.Load(ctx)
	if err != nil || got == nil {
		return fmt.Errorf("what was written to %s cannot be read back; %s is still the state: %w", again.Location(), m.from.store.Location(), errors.Join(err, state.ErrCorrupt))
	}
	a, err1 := state.Hash(want)
	b, err2 := state.Hash(got)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	if a != b {
		return fmt.Errorf("what %s gives back is not what was written to it; %s is still the state: %w", again.Location(), m.from.store.Location(), state.ErrCorrupt)
	}
	return nil
}

// settle makes the copy the state, now that the old one is marked.
func (m *move) settle(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	here, err := m.load(ctx, m.to.store)
	if err != nil {
		return err
	}
	if here == nil {
		return noState(m.to.store)
	}
	here.Moved = nil
	here.Serial = max(here.Serial, m.source.Serial)
	if err := m.to.store.Compact(ctx, m.to.lock.lease, here); err != nil {
		return fmt.Errorf("%s could not be written; the same command ends the move: %w", m.to.store.Location(), err)
	}
	by := m.a.provenance()
	by.ID, by.Who, by.Operation = m.to.lock.lease.ID, m.a.holder(), "state migrate"
	e := stateEvent("state migrate")
	e.At, e.Who, e.Run, e.Peer = m.a.now(), by.Who, &by, m.from.store.Location()
	return m.to.store.Append(ctx, m.to.lock.lease, []state.Entry{e})
}
