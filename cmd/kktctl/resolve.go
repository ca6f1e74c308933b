package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
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
again.`,
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
	address = spec.AddressOf(address)
	err := a.editState(ctx, g, edit{"resolve", o.LockTimeout}, func(s *apply.Session) error {
		return s.Resolve(ctx, address, planner.Action(o.Action), o.Sent, o.ID)
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(a.Out, "Recorded for %s. Go on with: %s resume\n", address, a.program(g))
	return nil
}
