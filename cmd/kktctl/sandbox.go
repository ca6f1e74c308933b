package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
	"github.com/kktctl/kktctl/providers/ofd/sim"
)

type sandboxOptions struct {
	Listen string
	World  string
}

func newSandboxCmd(a *App, g *globals) *cobra.Command {
	var o sandboxOptions
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "Serve a simulated service to try things on",
		Long: `Serves the simulated service: the partner API and Renta, with a tax service
that answers. What it knows, its world, is read from a file and saved there
after each change.

Without --world it serves an empty world that is forgotten at the end.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.runSandbox(cmd.Context(), o) },
	}
	cmd.Flags().StringVar(&o.Listen, "listen", "127.0.0.1:0", "address to listen on; keep it on this machine")
	cmd.PersistentFlags().StringVar(&o.World, "world", "", "file that the world is kept in")
	cmd.AddCommand(newSandboxTillCmd(a, g, &o))
	return cmd
}

func (a *App) runSandbox(ctx context.Context, o sandboxOptions) error {
	ctx, in := a.watchInterrupts(ctx)
	defer in.end()
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
	address, err := service.Start(o.Listen)
	if err != nil {
		return fmt.Errorf("the sandbox cannot listen on %s: %w", o.Listen, err)
	}
	a.greet(address, service.Snapshot())
	<-ctx.Done()
	err = keeper.finish(service)
	fmt.Fprintln(a.Err, "The sandbox is closed.")
	return err
}

// greet tells how kktctl is pointed at the sandbox.
func (a *App) greet(address string, world *sim.World) {
	fmt.Fprintf(a.Out, "Listening on %s\n\nIn another terminal:\n  export KKTCTL_ENDPOINT=%s\n", address, address)
	if len(world.APIKeys) > 0 {
		fmt.Fprintf(a.Out, "  export OFD_API_KEY=%s\n", shellWord(world.APIKeys[0]))
	}
	for _, login := range sortedKeys(world.RentaLogins) {
		fmt.Fprintf(a.Out, "  export RENTA_LOGIN=%s RENTA_PASSWORD=%s\n", shellWord(login), shellWord(world.RentaLogins[login].Password))
		break
	}
	fmt.Fprintf(a.Out, "  kktctl plan\n\nCtrl-C ends it.\n")
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
