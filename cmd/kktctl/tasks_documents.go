package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/cmd/kktctl/internal/view"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/providers/ofd"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/state"
)

func newTasksDocumentsCmd(a *App, g *globals) *cobra.Command {
	var to string
	cmd := &cobra.Command{
		Use:   "documents ADDRESS --to DIR",
		Short: "Save the papers of a till's application",
		Long: `Saves the papers of the application that runs for a till, or of the last one
that ended: what waits to be signed, the tax service's answers (the РНМ, the
card of registration, a refusal), the card of a simplified registration, and
the printed form. Files are named by kktctl, not by the service, and are for
their owner alone; one that is there with other content is kept.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.runTasksDocuments(cmd.Context(), g, args[0], to)
		},
		ValidArgsFunction: completeAddress(g, 1),
	}
	cmd.Flags().Var((*fileName)(&to), "to", "folder to save them in; it is made when it is not there")
	must(cmd.MarkFlagRequired("to"))
	must(cmd.MarkFlagDirname("to"))
	return cmd
}

// papers is what reads the papers of an application.
type papers interface {
	Papers(ctx context.Context, id string, simplified bool, each func(ofd.Paper) error) error
}

func (a *App) runTasksDocuments(ctx context.Context, g *globals, address, to string) error {
	_, snap, err := a.loadExisting(ctx, g)
	if err != nil {
		return err
	}
	address = apply.AddressIn(snap, address)
	app, err := lastApplication(snap, address)
	if err != nil {
		return err
	}
	fleet, err := a.loadFleet(g)
	if err != nil {
		return err
	}
	b, err := a.openBackend(g, fleet, forPlan)
	if err != nil {
		return err
	}
	ctx, in := a.watchInterrupts(ctx)
	defer in.end()
	source, ok := b.observer.(papers)
	if !ok {
		return errors.Join(errors.New("the service has no papers"), b.close())
	}
	return errors.Join(a.saveAll(ctx, source, address, app, to), b.close())
}

// lastApplication is the application that runs for a till, else the last one
// that ended.
func lastApplication(snap *state.Snapshot, address string) (state.Application, error) {
	r, err := resourceOf(snap, address)
	if err != nil {
		return state.Application{}, err
	}
	for _, action := range []planner.Action{planner.Register, planner.Reregister, planner.Unregister} {
		if w := r.Workflows[string(action)]; w != nil && w.Data.ApplicationID != "" {
			return state.Application{ID: w.Data.ApplicationID, Action: w.Action, Simplified: w.Data.Simplified}, nil
		}
	}
	if r.Application != nil {
		return *r.Application, nil
	}
	return state.Application{}, diag.Diagnostic{
		Address: address, Summary: "kktctl has made no application of it",
		Hint: "papers of an application that was made elsewhere are in the partner's cabinet",
	}
}

// maxPapersSize bounds the papers of one application together, in bytes.
const maxPapersSize = 256 << 20

// saveAll saves what can be had, and tells of what cannot.
func (a *App) saveAll(ctx context.Context, source papers, address string, app state.Application, to string) error {
	dir, err := openPaperDir(to)
	if err != nil {
		return fmt.Errorf("--to %s: %w\nhint: %s", to, err, paperDirHint)
	}
	defer dir.close()
	missing, size := 0, 0
	err = source.Papers(ctx, app.ID, app.Simplified, func(p ofd.Paper) error {
		if p.Err != nil {
			missing++
			_, err := fmt.Fprintf(a.Err, "not saved: %s: %s\n", view.Clean(p.Name), view.Clean(p.Err.Error()))
			return err
		}
		if size += len(p.Data); size > maxPapersSize {
			return fmt.Errorf("the papers of %s are larger than %d MiB together: the rest was not saved", address, maxPapersSize>>20)
		}
		name, what, err := dir.save(paperName(address, app.ID, p.Name), p.Ext, p.Data)
		if err != nil {
			return fmt.Errorf("%s: %w", filepath.Join(to, name), err)
		}
		_, err = fmt.Fprintf(a.Out, "%s  %s  %d bytes\n", what, view.Clean(filepath.Join(to, name)), len(p.Data))
		return err
	})
	if err == nil && missing > 0 {
		err = fmt.Errorf("%d of the papers of %s could not be had\nhint: they may not be there yet; the partner's cabinet has them too", missing, address)
	}
	return err
}
