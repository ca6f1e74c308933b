package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
	"github.com/kktctl/kktctl/providers/ofd/sim"
)

type sandboxOptions struct {
	Listen string
	World  string
	TLS    bool
	Certs  string // folder of the certificates
}

func newSandboxCmd(a *App, g *globals) *cobra.Command {
	var o sandboxOptions
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "Serve a simulated service to try things on",
		Long: `Serves the simulated service: the partner API and Renta, with a tax service
that answers. What it knows, its world, is read from a file and saved there
after each change.

Without --world it serves an empty world that is forgotten at the end.

With --tls it makes an authority with a client certificate, and a key to sign
the bodies of Orange Data with, and writes them to a folder. They are worth
nothing anywhere else. Without --tls the calls of Ferma are refused.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.runSandbox(cmd.Context(), o) },
	}
	cmd.Flags().StringVar(&o.Listen, "listen", "127.0.0.1:0", "address to listen on; keep it on this machine")
	cmd.Flags().BoolVar(&o.TLS, "tls", false, "serve with TLS, and with it Ferma, which wants a client certificate")
	cmd.Flags().Var((*fileName)(&o.Certs), "certs", "folder of the certificates of --tls, made when there are none (default sandbox-certs)")
	cmd.PersistentFlags().Var((*fileName)(&o.World), "world", "file that the world is kept in")
	cmd.AddCommand(newSandboxTillCmd(a, g, &o))
	return cmd
}

func (a *App) runSandbox(ctx context.Context, o sandboxOptions) error {
	ctx, in := a.watchInterrupts(ctx)
	defer in.end()
	release, err := holdWorld(o.World)
	if err != nil {
		return err
	}
	defer release()
	world, err := readWorldOrNew(o.World)
	if err != nil {
		return err
	}
	keeper := &worldKeeper{path: o.World}
	opts := sim.Options{Now: a.Now, Log: func(line string) { fmt.Fprintln(a.Err, view.Clean(line)) }}
	if o.World != "" {
		opts.OnChange = keeper.save
	}
	service := sim.New(world, opts)
	address, err := o.start(service)
	if err != nil {
		return err
	}
	a.greet(address, o, service.Snapshot())
	<-ctx.Done()
	err = keeper.finish(service)
	fmt.Fprintln(a.Err, "The sandbox is closed.")
	return err
}

// start serves with TLS or without.
func (o *sandboxOptions) start(service *sim.Service) (string, error) {
	listening := func(address string, err error) (string, error) {
		if err != nil {
			return "", fmt.Errorf("the sandbox cannot listen on %s: %w", o.Listen, err)
		}
		return address, nil
	}
	switch {
	case !o.TLS && o.Certs != "":
		return "", errors.New("--certs goes with --tls\nhint: add --tls")
	case !o.TLS:
		return listening(service.Start(o.Listen))
	}
	o.Certs = cmp.Or(o.Certs, "sandbox-certs")
	authority, err := sim.OpenAuthority(o.Certs)
	if err != nil {
		return "", fmt.Errorf("the certificates of the sandbox: %w\nhint: --certs names an empty folder, or one that was made so", err)
	}
	return listening(service.StartTLS(o.Listen, authority))
}

// greet tells how kktctl is pointed at the sandbox.
func (a *App) greet(address string, o sandboxOptions, world *sim.World) {
	fmt.Fprintf(a.Out, "Listening on %s\n\n", address)
	if o.TLS {
		a.tellCertificates(o.Certs)
	}
	fmt.Fprintf(a.Out, "In another terminal:\n  export KKTCTL_ENDPOINT=%s\n", address)
	if len(world.APIKeys) > 0 {
		fmt.Fprintf(a.Out, "  export OFD_API_KEY=%s\n", shellWord(world.APIKeys[0]))
	}
	for _, login := range sortedKeys(world.PartnerLogins) {
		fmt.Fprintf(a.Out, "  export OFD_LOGIN=%s OFD_PASSWORD=%s\n", shellWord(login), shellWord(world.PartnerLogins[login]))
		break
	}
	for _, login := range sortedKeys(world.RentaLogins) {
		fmt.Fprintf(a.Out, "  export RENTA_LOGIN=%s RENTA_PASSWORD=%s\n", shellWord(login), shellWord(world.RentaLogins[login].Password))
		break
	}
	fmt.Fprintf(a.Out, "  kktctl plan\n\nCtrl-C ends it.\n")
}

// tellCertificates tells what lies in the folder, as a fleet refers to it.
func (a *App) tellCertificates(dir string) {
	dir = view.Clean(dir)
	in := func(name string) string { return filepath.Join(dir, name) }
	fmt.Fprintf(a.Out, `Certificates and keys are in %s. In the fleet file:
  provider:
    caBundle: file:%s
    ferma:
      checkonline: {endpoint: https://ferma-c.ofd.ru, certificate: file:%s, key: file:%s}
      orangedata: {endpoint: https://ferma-o.ofd.ru, certificate: file:%s, key: file:%s, signingKey: file:%s}

`, dir, in(sim.FileCA), in(sim.FileClient), in(sim.FileClientKey), in(sim.FileClient), in(sim.FileClientKey), in(sim.FileSign))
}

func readWorldOrNew(path string) (*sim.World, error) {
	if path == "" {
		return &sim.World{}, nil
	}
	world, err := readWorld(path)
	if world == nil && err == nil {
		world = &sim.World{}
	}
	return world, err
}
