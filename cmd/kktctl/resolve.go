package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/providers/ofd/partner"
	"github.com/kktctl/kktctl/spec"
)

type resolveOptions struct {
	Sent, NotSent bool
	ID            string
	Action        string
	LockTimeout   time.Duration
}

func newResolveCmd(a *App, g *globals) *cobra.Command {
	var o resolveOptions
	cmd := &cobra.Command{
		Use:   "resolve ADDRESS --sent|--not-sent",
		Short: "Settle an outcome that only a person can know",
		Long: `Records a person's word on a call whose outcome is not known: whether it
happened. Ask the service before you answer: after --not-sent the call is made
again.

For a company whose client cabinet kktctl did not make, companies.NAME --sent
--id AGREEMENT gives the OfdAgreementId that orders need, or puts right one that
was given before.`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeAddress(g, 1),
		RunE:              func(cmd *cobra.Command, args []string) error { return a.runResolve(cmd.Context(), g, args[0], o) },
	}
	f := cmd.Flags()
	f.BoolVar(&o.Sent, "sent", false, "it happened")
	f.BoolVar(&o.NotSent, "not-sent", false, "it did not happen: it is sent again")
	f.StringVar(&o.ID, "id", "", "what it gave, such as the id of the application")
	f.StringVar(&o.Action, "action", "", "which step, when several are unknown")
	lockTimeoutFlag(f, &o.LockTimeout)
	cmd.MarkFlagsMutuallyExclusive("sent", "not-sent")
	cmd.MarkFlagsOneRequired("sent", "not-sent")
	return cmd
}

func (a *App) runResolve(ctx context.Context, g *globals, address string, o resolveOptions) error {
	if o.Sent == o.NotSent {
		return fmt.Errorf("say which: --sent or --not-sent")
	}
	if err := o.checkID(); err != nil {
		return err
	}
	named := address
	address = spec.AddressOf(named)
	if o.Sent && o.ID != "" && address == spec.CompanyAddress(spec.NameOf(address)) {
		return a.runResolveCompany(ctx, g, address, o)
	}
	err := a.editState(ctx, g, edit{"resolve", o.LockTimeout}, func(s *apply.Session) error {
		address = apply.AddressIn(s.Snapshot(), named)
		return s.Resolve(ctx, address, planner.Action(o.Action), o.Sent, o.ID)
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(a.Out, "Recorded for %s.%s\n", address, a.goOn(g, "resume"))
	if o.Sent && address == spec.CompanyAddress(spec.NameOf(address)) {
		fmt.Fprintf(a.Out, "That names no agreement, which orders need: %s resolve %s --sent --id AGREEMENT gives it.\n", a.program(g), address)
	}
	return nil
}

// checkID refuses what no service gives, before it is recorded for good.
func (o resolveOptions) checkID() error {
	switch {
	case o.ID == "":
		return nil
	case o.NotSent:
		return errors.New("--id names what was given: it goes with --sent")
	case o.ID == "AGREEMENT", o.ID == "ORDERID", o.ID == "APPLICATION":
		return fmt.Errorf("--id is %s\nhint: write the id itself in its place, as the partner's cabinet shows it", o.ID)
	}
	if err := partner.CheckName("resource", o.ID); err != nil {
		return fmt.Errorf("--id: %w", err)
	}
	return nil
}

// runResolveCompany gives the agreement of a company, be it that the making of
// its cabinet is unknown, or that kktctl never made it. The state may be new.
func (a *App) runResolveCompany(ctx context.Context, g *globals, address string, o resolveOptions) error {
	fleet, err := a.loadFleet(g)
	if err != nil {
		return err
	}
	if err := partner.CheckAgreementID(o.ID); err != nil {
		return fmt.Errorf("--id %s: %w\nhint: write the OfdAgreementId of the company, as the service names it in an application or the partner's cabinet shows it", o.ID, err)
	}
	company, ok := fleet.Companies[spec.NameOf(address)]
	if !ok {
		return fmt.Errorf("%s is not in the fleet file", address)
	}
	store, err := a.openState(g, fleet)
	if err != nil {
		return err
	}
	s, err := a.openSession(ctx, g, store, fleet.Name, "resolve", o.LockTimeout)
	if err != nil {
		return err
	}
	next := "plan"
	if w := s.Snapshot().Resources[address].Workflows[string(planner.CreateCabinet)]; w != nil && (w.Unknown || w.Resolution != nil) {
		next, err = "resume", s.Resolve(ctx, address, planner.CreateCabinet, true, o.ID)
	} else {
		err = s.GiveAgreement(ctx, address, company, o.ID)
	}
	if err := errors.Join(err, s.Close(ctx)); err != nil {
		return err
	}
	fmt.Fprintf(a.Out, "Recorded for %s.%s\n", address, a.goOn(g, next))
	return nil
}
