package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/spec/fiscal"
)

type sandboxTillOptions struct {
	FN, Address, Place string
	Document           bool
	Receipts           int
	ReceiptFN          string
	Unregister         bool
}

func newSandboxTillCmd(a *App, g *globals, parent *sandboxOptions) *cobra.Command {
	var o sandboxTillOptions
	cmd := &cobra.Command{
		Use:   "till SERIAL",
		Short: "Change a simulated till behind kktctl's back",
		Long:  "Changes a till in a simulated service, as somebody does who works past kktctl: to see how drift is told. The world is the fleet's own sandbox unless --world names one; it must not be served meanwhile.",
		Args:  cobra.ExactArgs(1),
		RunE:  func(_ *cobra.Command, args []string) error { return a.runSandboxTill(g, parent.World, args[0], o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.FN, "fn", "", "it has another ФН")
	f.StringVar(&o.Address, "address", "", "it stands at another address")
	f.StringVar(&o.Place, "place", "", "it stands at another place")
	f.BoolVar(&o.Document, "document", false, "it sends a fiscal document")
	f.Var((*amount)(&o.Receipts), "receipts", "it prints so many receipts")
	f.StringVar(&o.ReceiptFN, "receipt-fn", "", "it prints them with another ФН than the list of tills shows")
	f.BoolVar(&o.Unregister, "unregister", false, "somebody deregistered it")
	cmd.MarkFlagsOneRequired("fn", "address", "place", "document", "receipts", "unregister")
	return cmd
}

func (a *App) runSandboxTill(g *globals, path, serial string, o sandboxTillOptions) error {
	path, err := a.worldFile(g, path)
	if err != nil {
		return err
	}
	release, err := holdWorld(path)
	if err != nil {
		return err
	}
	defer release()
	world, err := readWorld(path)
	if err != nil {
		return err
	}
	if world == nil {
		return fmt.Errorf("there is no simulated service at %s yet\nhint: it is made by %s apply", path, a.program(sandboxed(g)))
	}
	keeper := &worldKeeper{path: path}
	service := sim.New(world, sim.Options{Now: a.Now, OnChange: keeper.save})
	found := false
	service.Mutate(func(w *sim.World) {
		for _, t := range w.Tills {
			if fiscal.SameSerial(t.Serial, serial) && t.Registered() {
				o.change(t, sim.At(a.now()))
				found = true
			}
		}
	})
	if found && o.Receipts > 0 {
		if err := service.Print(sim.Printing{Serial: serial, Count: o.Receipts, FN: o.ReceiptFN}); err != nil {
			return err
		}
	}
	if !found {
		return fmt.Errorf("no registered till has the factory number %s in %s", serial, path)
	}
	if err := keeper.finish(service); err != nil {
		return err
	}
	fmt.Fprintf(a.Out, "The simulated till %s was changed.\n", serial)
	return nil
}

func (o sandboxTillOptions) change(t *sim.Till, now sim.Time) {
	if o.FN != "" {
		t.FN = o.FN
	}
	if o.Address != "" {
		t.Address = o.Address
	}
	if o.Place != "" {
		t.Place = o.Place
	}
	if o.Document {
		t.LastDocument = now
	}
	t.Unregistered = t.Unregistered || o.Unregister
}

// worldFile is the world named, or the one of the fleet's --sandbox.
func (a *App) worldFile(g *globals, path string) (string, error) {
	if path != "" {
		return path, nil
	}
	fleet, err := a.loadFleet(g)
	if err != nil {
		return "", err
	}
	return worldPath(sandboxed(g), fleet), nil
}

// sandboxed is the flags with --sandbox.
func sandboxed(g *globals) *globals {
	with := *g
	with.Sandbox = true
	return &with
}
