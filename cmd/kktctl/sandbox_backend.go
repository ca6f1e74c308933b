package main

import (
	"context"
	"fmt"

	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
	"github.com/kktctl/kktctl/providers/ofd"
	"github.com/kktctl/kktctl/providers/ofd/signer"
	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/spec"
)

// openSandbox starts a simulated service inside this process. No secret of
// the fleet is read: the sandbox has its own, so that none ends in its file.
func (a *App) openSandbox(g *globals, fleet *spec.Fleet, o opening) (*backend, error) {
	path := worldPath(g, fleet)
	fmt.Fprintf(a.Err, "SANDBOX: a simulated service, kept in %s. Nothing real happens.\n\n", view.Clean(path))
	codes, err := activationCodes(fleet, func(ref spec.Secret, _ string) (string, error) { return sandboxCode(ref), nil })
	if err != nil || o.why == forOffline {
		return offline(fleet, codes), err
	}
	world, err := a.sandboxWorld(g, fleet, path)
	if err != nil {
		return nil, err
	}
	keeper := &worldKeeper{path: path}
	opts := sim.Options{Now: a.Now, Log: a.callLog(g)}
	if o.why == forApply || o.why == forFerma { // a plan changes nothing, not even a simulated service
		opts.OnChange = keeper.save
	}
	service := sim.New(world, opts)
	authority, err := sim.NewAuthority()
	if err != nil {
		return nil, err
	}
	address, err := service.StartTLS("127.0.0.1:0", authority)
	if err != nil {
		return nil, err
	}
	local := *fleet
	local.Provider.RequestsPerSecond = 0
	c := ofd.Config{
		Fleet: &local, Endpoint: address, UserAgent: "kktctl/" + version, Now: a.Now,
		APIKey: sim.DefaultAPIKey, PartnerLogin: sim.DefaultPartnerLogin, PartnerPassword: sim.DefaultPartnerPassword,
		RentaLogin: sim.DefaultRentaLogin, RentaPassword: sim.DefaultRentaPassword,
		Signers: sandboxSigners(fleet), Reports: sandboxDevice{service}, RootCAs: authority.Pool(),
	}
	if err := sandboxFerma(authority, fleet, o.kinds, &c); err != nil {
		return nil, err
	}
	if fleet.Provider.Partner.V1() { // the sandbox can do what the real service could
		c.APIKey = ""
	}
	c.Documents = o.documents
	return newBackend(&local, codes, c, o.why, func() error { return keeper.finish(service) })
}

// sandboxSigners replaces every declared signer.
func sandboxSigners(fleet *spec.Fleet) map[string]signer.Signer {
	out := map[string]signer.Signer{}
	for name := range fleet.Signers {
		out[name] = sandboxSigner{}
	}
	return out
}

// sandboxSigner signs as the simulated service expects it: worth nothing
// anywhere else.
type sandboxSigner struct{}

// Sign makes a signature that only the simulated service takes.
func (sandboxSigner) Sign(_ context.Context, doc signer.Document) (string, error) {
	return sim.SandboxSignature(doc.Content), nil
}

// sandboxDevice reads the reports that simulated tills print.
type sandboxDevice struct{ service *sim.Service }

// Report gives what the till with the factory number has printed.
func (d sandboxDevice) Report(_ context.Context, serial string) (spec.FiscalReport, bool, error) {
	r, ok := d.service.PrintedReport(serial)
	return spec.FiscalReport{At: r.At, Document: r.Document, Sign: r.Sign}, ok, nil
}
