package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// importWork is what an import reads and remembers with.
type importWork struct {
	fleet   *spec.Fleet
	backend *backend       // nil when nothing live is read
	session *apply.Session // nil when nothing is remembered
	prior   planner.Prior
}

// openImport opens the service and the state, under its lock when the state is
// to remember what is imported.
func (a *App) openImport(ctx context.Context, g *globals, o importOptions, t *importTarget) (*importWork, error) {
	w := &importWork{fleet: t.fleet}
	if o.Refresh {
		if p := t.fleet.Provider.Partner; p.APIKey.IsZero() && !p.V1() && !g.Sandbox {
			return nil, diag.Diagnostic{
				Summary: "provider.partner has no credentials, with which the live tills are read", Pos: p.Pos,
				Hint: "add provider: {partner: {inn: \"…\", apiKey: env:OFD_API_KEY}} to the fleet file",
			}
		}
		b, err := a.openBackend(g, t.fleet, forImport)
		if err != nil {
			return nil, err
		}
		w.backend = b
	}
	store, err := a.openState(g, t.fleet)
	if err != nil {
		return nil, errors.Join(err, w.close(ctx))
	}
	if o.Refresh && !o.DryRun && !t.stdout {
		if w.session, err = a.openSession(ctx, g, store, t.fleet.Name, "import", o.LockTimeout); err != nil {
			return nil, errors.Join(err, w.close(ctx))
		}
		w.prior = apply.PriorOf(w.session.Snapshot())
		return w, nil
	}
	snap, err := a.load(ctx, g, store)
	if err == nil {
		err = checkFleet(snap, t.fleet.Name, store.Location())
	}
	if err != nil {
		return nil, errors.Join(err, w.close(ctx))
	}
	w.prior = apply.PriorOf(snap)
	return w, nil
}

func (w *importWork) close(ctx context.Context) error {
	var err error
	if w.backend != nil {
		err = w.backend.close()
	}
	if w.session != nil {
		err = errors.Join(err, w.session.Close(ctx))
	}
	return err
}

// observe reads the lists of what is live: one call each, however many tills
// there are.
func (w *importWork) observe(ctx context.Context) (planner.Live, error) {
	live, err := w.backend.observer.Observe(ctx, planner.Needs{Tills: true, Renta: w.backend.members})
	if err != nil {
		return live, fmt.Errorf("the live state could not be read: %w", err)
	}
	return live, nil
}

// importAhead is what the next plan is going to do with what is imported.
type importAhead struct {
	adopt []planner.Step // done by the import itself
	steps []planner.Step // left for an apply
	notes diag.List
}

// ahead plans with the new file and what is live, and picks out what is about
// the new tills.
func (w *importWork) ahead(c *composed, live planner.Live, now time.Time) importAhead {
	var out importAhead
	if !live.TillsRead || len(c.names) == 0 {
		return out
	}
	codes := map[string]string{}
	for name := range c.names {
		if k := c.fleet.KKTs[name]; k.ActivationCode.Literal != "" {
			codes[k.Resource()] = k.ActivationCode.Literal
		}
	}
	plan := planner.New(planner.Input{Fleet: c.fleet, Codes: codes, Prior: w.prior, Live: live, Now: now})
	for _, s := range plan.Steps {
		switch {
		case !c.names[spec.NameOf(s.Address)] || !spec.IsKKTAddress(s.Address):
		case s.Action == planner.Adopt:
			out.adopt = append(out.adopt, s)
		default:
			out.steps = append(out.steps, s)
		}
	}
	for _, d := range plan.Diagnostics {
		if spec.IsKKTAddress(d.Address) && c.names[spec.NameOf(d.Address)] {
			d.Severity = max(d.Severity, diag.Warning)
			out.notes = append(out.notes, d)
		}
	}
	return out
}

// adopt has the state remember the tills as they are live.
func (w *importWork) adopt(ctx context.Context, steps []planner.Step) error {
	if w.session == nil || len(steps) == 0 {
		return nil
	}
	return w.session.Adopt(ctx, steps)
}
