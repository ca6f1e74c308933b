package main

import (
	"crypto/x509"
	"fmt"

	"github.com/hashicorp/go-multierror"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/providers/ofd"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// purpose is what a service is opened for. What is opened for a plan has no
// method that changes anything.
type purpose uint8

const (
	forPlan    purpose = iota
	forOffline         // a plan that reads nothing
	forApply
	forSilence  // silent tills: the lists that show them
	forReceipts // the receipts of Renta: nothing but its login is needed
	forFerma    // cloud tills: nothing but their certificates is needed
	forImport   // the lists of what is live: the partner's, and that of Renta where there is a login
)

// opening is what a service is opened for, and what with.
type opening struct {
	why       purpose
	kinds     []string                 // of receipts that will be printed
	documents map[string]*ofd.Document // by address
}

// backend is the service, real or simulated, as a command uses it.
type backend struct {
	fleet    *spec.Fleet
	codes    map[string]string // resolved activation codes by till address
	observer apply.Observer
	provider apply.Provider // nil for a plan
	members  bool           // the Renta list can be read
	receipts *ofd.Receipts  // for receipts only, with nothing else
	close    func() error
}

// openBackend is open for one purpose.
func (a *App) openBackend(g *globals, fleet *spec.Fleet, why purpose) (*backend, error) {
	return a.open(g, fleet, opening{why: why})
}

// open resolves the secrets and makes the clients; nothing is called yet.
func (a *App) open(g *globals, fleet *spec.Fleet, o opening) (*backend, error) {
	s := &secrets{dir: fleet.Dir, env: a.Env}
	switch {
	case g.Sandbox:
		return a.openSandbox(g, fleet, o)
	case o.why == forOffline:
		codes, err := activationCodes(fleet, s.value)
		return offline(fleet, codes), err
	}
	if err := checkEndpoint(g.Endpoint); err != nil {
		return nil, err
	}
	a.tellEndpoint(g)
	var c ofd.Config
	var codes map[string]string
	var err error
	if o.why == forFerma {
		c, err = a.fermaConfig(g, fleet, s)
	} else {
		c, codes, err = a.realConfig(g, fleet, s, o.why)
	}
	a.showDiagnostics(g, s.notes)
	if err != nil {
		return nil, err
	}
	c.Documents = o.documents
	return newBackend(fleet, codes, c, o.why, func() error { return nil })
}

// offline is a backend that is never asked for anything but its codes.
func offline(fleet *spec.Fleet, codes map[string]string) *backend {
	return &backend{fleet: fleet, codes: codes, close: func() error { return nil }}
}

// newBackend makes the clients of one purpose.
func newBackend(fleet *spec.Fleet, codes map[string]string, c ofd.Config, why purpose, closing func() error) (*backend, error) {
	b := &backend{fleet: fleet, codes: codes, members: c.RentaLogin != "", close: closing}
	if why == forReceipts {
		receipts, err := ofd.NewReceipts(c)
		b.receipts = receipts
		return b, err
	}
	if why == forPlan || why == forSilence || why == forImport {
		o, err := ofd.NewObserver(c)
		if err != nil {
			return nil, err
		}
		b.observer = o
		return b, nil
	}
	p, err := ofd.New(c)
	if err != nil {
		return nil, err
	}
	b.observer, b.provider = p, p
	return b, nil
}

// plainConfig is what no secret is needed for.
func (a *App) plainConfig(g *globals, fleet *spec.Fleet) ofd.Config {
	return ofd.Config{
		Fleet: fleet, Endpoint: g.Endpoint, UserAgent: "kktctl/" + version, Now: a.Now, Logger: a.callLog(g), Dial: a.Dial,
	}
}

// realConfig resolves everything that the real service needs; all that is
// missing is told at once.
func (a *App) realConfig(g *globals, fleet *spec.Fleet, s *secrets, why purpose) (ofd.Config, map[string]string, error) {
	c := a.plainConfig(g, fleet)
	var missing *multierror.Error
	note := func(err error) {
		if err != nil {
			missing = multierror.Append(missing, err)
		}
	}
	var err error
	c.RootCAs, err = rootsOf(fleet.Provider.CABundle, "provider.caBundle", s)
	note(err)
	if why == forReceipts {
		note(rentaLogin(fleet, s, &c, true))
		return c, nil, missing.ErrorOrNil()
	}
	note(partnerCredentials(fleet, s, &c))
	if why == forSilence {
		if len(planner.SilenceNeeds(fleet, a.now()).Receipts) > 0 {
			note(rentaLogin(fleet, s, &c, true))
		}
		return c, nil, missing.ErrorOrNil()
	}
	note(rentaLogin(fleet, s, &c, false))
	if why == forImport {
		return c, nil, missing.ErrorOrNil()
	}
	codes, err := activationCodes(fleet, s.value)
	note(err)
	if why == forApply {
		c.Signers, err = signers(fleet)
		note(err)
		_ = fermaAccess(fleet, s, &c) // the step that needs it tells what is missing
	}
	if err := missing.ErrorOrNil(); err != nil {
		return c, nil, err
	}
	return c, codes, nil
}

// partnerCredentials resolves the key of the partner API v2, or the login of v1
// when there is none: only what is used is read.
func partnerCredentials(fleet *spec.Fleet, s *secrets, c *ofd.Config) error {
	p := fleet.Provider.Partner
	var err error
	switch {
	case !p.APIKey.IsZero():
		c.APIKey, err = s.value(p.APIKey, "provider.partner.apiKey")
		return err
	case p.V1():
		login, noLogin := s.value(p.Login, "provider.partner.login")
		password, noPassword := s.value(p.Password, "provider.partner.password")
		c.PartnerLogin, c.PartnerPassword = login, password
		if noLogin != nil || noPassword != nil {
			return multierror.Append(nil, noLogin, noPassword)
		}
		return nil
	case len(fleet.KKTs) == 0:
		return nil
	}
	return diag.Diagnostic{
		Summary: "provider.partner.apiKey is not declared", Pos: p.Pos, Hint: "add apiKey: env:OFD_API_KEY",
	}
}

// rentaLogin resolves the login of Renta. A fleet without members does
// without it, unless its receipts are asked for.
func rentaLogin(fleet *spec.Fleet, s *secrets, c *ofd.Config, receipts bool) error {
	r := fleet.Provider.Renta
	needed := receipts
	for _, k := range fleet.KKTs {
		needed = needed || k.Renta != ""
	}
	if r.IsZero() {
		if !needed {
			return nil
		}
		d := diag.Diagnostic{
			Summary: "provider.renta is not declared, but tills are to be members of a shopping centre",
			Hint:    "add renta: {login: env:RENTA_LOGIN, password: env:RENTA_PASSWORD} to provider",
		}
		if receipts {
			d.Summary = "provider.renta is not declared, and receipts are read with its login"
		}
		return d
	}
	login, noLogin := s.value(r.Login, "provider.renta.login")
	password, noPassword := s.value(r.Password, "provider.renta.password")
	if noLogin != nil || noPassword != nil {
		if needed {
			return multierror.Append(nil, noLogin, noPassword).ErrorOrNil()
		}
		return nil // nothing declared needs it; a former member's removal says so itself
	}
	c.RentaLogin, c.RentaPassword = login, password
	return nil
}

// rootsOf reads the declared roots of trust; nil means the system's.
func rootsOf(ref spec.Secret, what string, s *secrets) (*x509.CertPool, error) {
	if ref.IsZero() {
		return nil, nil
	}
	pem, err := s.public(ref, what)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, secretError(ref, what, "there is no certificate in it", "it is a file of PEM certificates")
	}
	return pool, nil
}

// callLog tells of each call with -v.
func (a *App) callLog(g *globals) func(string) {
	if !g.Verbose {
		return nil
	}
	return func(line string) { fmt.Fprintln(a.Err, view.Clean(line)) }
}
