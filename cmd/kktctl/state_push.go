package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/state"
)

func newStatePushCmd(a *App, g *globals) *cobra.Command {
	var force bool
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "push FILE",
		Short: "Put a saved state in the place of the stored one",
		Long: `Puts the state in FILE, - for standard input, in the place of the stored one,
or where there is none yet. Refused is what does not go on from the stored one:
another lineage, an older serial, a copy that was pulled before the stored one
went on. --force takes it all the same, but for another lineage; what the stored
one knew is lost then, and steps could be done again. The store keeps the
previous generation, and the history names the push.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.runStatePush(cmd.Context(), g, args[0], force, timeout)
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "also one that does not go on from the stored one")
	lockTimeoutFlag(cmd.Flags(), &timeout)
	return cmd
}

func (a *App) runStatePush(ctx context.Context, g *globals, path string, force bool, timeout time.Duration) error {
	store, err := a.store(g)
	if err != nil {
		return err
	}
	codec := a.opened[store].fresh()
	given, pulled, err := a.readPulled(path, codec)
	if err != nil {
		return err
	}
	o := a.opened[store]
	o.place.newer = seenMark{given.Lineage, given.Serial}
	a.opened[store] = o
	stored, err := a.load(ctx, g, store)
	if err != nil {
		return err
	}
	if stored != nil && stored.Fleet != given.Fleet {
		return diag.Diagnostic{
			Summary: fmt.Sprintf("nothing was pushed: the state %s is of the fleet %q, the given one is of %q", store.Location(), stored.Fleet, given.Fleet),
			Hint:    "they are different states, also under --force; put the given one into a place of its own with --state",
		}
	}
	changed := false
	err = a.inSession(ctx, g, store, given.Fleet, edit{"state push", timeout}, func(s *apply.Session) error {
		if !s.Exists() {
			if err := a.keepCopySealed(g, store, codec.Stored()); err != nil {
				return err
			}
			changed = true
			return errors.Join(s.Replace(ctx, given), s.Record(ctx, stateEvent("state push")))
		}
		stored := s.Snapshot()
		same, err := mayPush(a.program(g), stored, given, pulled, force)
		if err != nil || same {
			return err
		}
		changed = true
		given.Serial = max(given.Serial, stored.Serial) + 1
		event := "state push"
		if force {
			event += " --force"
		}
		if err := s.Replace(ctx, given); err != nil {
			return err
		}
		return s.Record(ctx, stateEvent(event))
	})
	switch {
	case err != nil:
		return err
	case !changed:
		fmt.Fprintf(a.Out, "%s is just that already: nothing was changed.\n", store.Location())
	default:
		fmt.Fprintf(a.Out, "Put %s into %s. Look at what it leads to before anything is applied: %s plan\n", path, store.Location(), a.program(g))
	}
	return nil
}

// mayPush decides whether a state is put in the place of the stored one; true
// when they are the same.
func mayPush(program string, stored, given *state.Snapshot, pulled *state.Pulled, force bool) (bool, error) {
	have, err := state.Hash(stored)
	if err != nil {
		return false, err
	}
	want, err := state.Hash(given)
	if err != nil || have == want {
		return err == nil, err
	}
	err = state.Follows(stored, given, pulled)
	switch {
	case errors.Is(err, state.ErrLineage):
		return false, fmt.Errorf("nothing was pushed: %w\nhint: they are different states, also under --force; put the given one into a place of its own with --state", err)
	case err == nil || force:
		return false, nil
	}
	return false, fmt.Errorf("nothing was pushed: %w\nhint: pull the stored one and make the change in that, or say --force, and what the stored one knew is lost:\n%s state pull FILE", err, program)
}

// readPulled reads a state from a file or from standard input.
func (a *App) readPulled(path string, codec state.Codec) (*state.Snapshot, *state.Pulled, error) {
	in := a.In
	if path != "-" {
		f, err := openRegular(path)
		if err != nil {
			return nil, nil, fmt.Errorf("%s cannot be read: %s", path, reason(err))
		}
		defer f.Close()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, state.MaxSnapshot+1))
	if err != nil {
		return nil, nil, fmt.Errorf("%s cannot be read: %w", path, err)
	}
	s, pulled, err := state.DecodePulled(data, codec)
	switch {
	case errors.Is(err, state.ErrSealed):
		return nil, nil, fmt.Errorf("%s cannot be read: %w", path, err)
	case err != nil:
		return nil, nil, notPulled(path, data, err)
	case s.Serial > maxPushed:
		return nil, nil, diag.Diagnostic{
			Summary: fmt.Sprintf("%s cannot be pushed: its serial, %d, is none that kktctl gave", path, s.Serial),
			Hint:    "leave the serial as it was pulled: it is counted on by itself",
		}
	}
	if err := s.Here(); err != nil {
		return nil, nil, fmt.Errorf("%s cannot be pushed: %w", path, err)
	}
	return s, pulled, nil
}

// maxPushed leaves a pushed state room to be written on for ever.
const maxPushed = state.MaxSerial / 2

// notPulled tells what is wrong with a file that is no copy of a state.
func notPulled(path string, data []byte, err error) error {
	var says struct {
		Terraform string `json:"terraform_version"`
		Sealed    string `json:"sealed"`
	}
	_ = json.Unmarshal(data, &says) // whatever it is
	if says.Terraform != "" {
		return diag.Diagnostic{
			Summary: path + " is a state of Terraform, not one of kktctl",
			Hint:    "give what kktctl state pull saved; tills that are live come into a state by kktctl import",
		}
	}
	d := fromText(err.Error())
	d.Summary = path + " is not a state: " + d.Summary
	switch {
	case errors.Is(err, state.ErrNewer):
		d.Hint = "use the kktctl that wrote it, or a newer one"
	case says.Sealed != "":
		d.Hint = "take another copy of it: what is encrypted cannot be edited; to edit a state, pull it without --sealed"
	default:
		d.Hint = "give what kktctl state pull saved; after an edit on purpose, remove its checksum line"
	}
	return d
}
