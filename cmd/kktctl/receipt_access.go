package main

import (
	"context"
	"fmt"

	"github.com/hashicorp/go-multierror"

	"github.com/kktctl/kktctl/providers/ofd"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// receipts is what a command that has receipts printed opens: Ferma alone,
// with no other credential.
type receipts struct {
	operation string
	running
	kinds     []string                 // services that must be open before anything begins
	documents map[string]*ofd.Document // by address
}

// withReceipts opens Ferma and the state under its lock for do.
func (a *App) withReceipts(ctx context.Context, g *globals, fleet *spec.Fleet, r receipts, do func(*work) error) error {
	if !g.Sandbox {
		if err := checkAccess(fleet, r.kinds); err != nil {
			return err
		}
	}
	store, err := a.openState(g, fleet)
	if err != nil {
		return err
	}
	s, err := a.openSession(ctx, g, store, fleet.Name, r.operation, r.LockTimeout)
	if err != nil {
		return err
	}
	b, err := a.open(g, fleet, opening{why: forFerma, kinds: r.kinds, documents: r.documents})
	if err == nil {
		err = do(&work{g: g, fleet: b.fleet, backend: b, session: s})
		if closing := b.close(); closing != nil {
			err = multierror.Append(err, closing)
		}
	}
	if closing := s.Close(ctx); closing != nil {
		err = multierror.Append(err, fmt.Errorf("the state could not be closed: %w", closing))
	}
	return err
}

// checkAccess refuses before anything begins what no service is declared for.
func checkAccess(fleet *spec.Fleet, kinds []string) error {
	for _, kind := range kinds {
		declared, more := fleet.Provider.CheckOnline, ""
		if kind == spec.KindOrangeData {
			declared, more = fleet.Provider.OrangeData, ", signingKey: file:PATH"
		}
		if declared.Certificate.IsZero() {
			return diag.Diagnostic{
				Summary: "provider.ferma." + kind + " is not declared",
				Hint:    "add ferma: {" + kind + ": {endpoint: …, certificate: file:PATH, key: file:PATH" + more + "}} to provider",
			}
		}
	}
	return nil
}

// fermaConfig is realConfig for receipts: what other services need is not
// read.
func (a *App) fermaConfig(g *globals, fleet *spec.Fleet, s *secrets) (ofd.Config, error) {
	c := a.plainConfig(g, fleet)
	var err error
	if c.RootCAs, err = rootsOf(fleet.Provider.CABundle, "provider.caBundle", s); err != nil {
		return c, err
	}
	return c, fermaAccess(fleet, s, &c)
}
