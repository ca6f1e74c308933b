package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/state"
)

func newStateRekeyCmd(a *App, g *globals) *cobra.Command {
	var plain bool
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "rekey",
		Short: "Encrypt the whole state anew",
		Long: `Encrypts the whole state anew, with a new key, for the recipients that
state.encryption of the fleet file declares; with --plain it is decrypted for
good. A change of the recipients does the same by itself when a command next
writes. Copies made before, and older versions that a store keeps, stay as they
are: whoever could read them still can.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.runStateRekey(cmd.Context(), g, plain, timeout)
		},
	}
	cmd.Flags().BoolVar(&plain, "plain", false, "decrypt it for good")
	lockTimeoutFlag(cmd.Flags(), &timeout)
	return cmd
}

func (a *App) runStateRekey(ctx context.Context, g *globals, plain bool, timeout time.Duration) error {
	p, err := a.statePlace(g)
	if err != nil {
		return err
	}
	p.plain = plain
	if plain && len(p.settings.Encryption.Recipients) > 0 {
		return diag.Diagnostic{
			Summary: "state.encryption is declared: the next command that writes would encrypt the state again",
			Hint:    "take recipients out of the fleet file first, and give the identity as KKTCTL_STATE_IDENTITY",
			Pos:     p.settings.Encryption.Pos,
		}
	}
	store, snap, err := a.existingAt(ctx, g, p)
	if err != nil {
		return err
	}
	to := a.opened[store].codec.Recipients()
	had := a.opened[store].codec.Stored()
	switch {
	case plain && len(had) == 0:
		fmt.Fprintf(a.Out, "%s is plain text already: nothing was changed.\n", store.Location())
		return nil
	case !plain && len(to) == 0:
		return diag.Diagnostic{
			Summary: "nothing says for whom the state is to be encrypted",
			Hint:    "declare state.encryption: {recipients: [age1…], identity: env:NAME} in the fleet file; age-keygen makes the keys",
		}
	}
	err = a.inSession(ctx, g, store, snap.Fleet, edit{"state rekey", timeout}, func(s *apply.Session) error {
		return errors.Join(s.Rewrite(ctx), s.Record(ctx, stateEvent("state rekey")))
	})
	if err != nil {
		return err
	}
	if plain {
		fmt.Fprintf(a.Out, "%s is plain text.\n", store.Location())
		return nil
	}
	fmt.Fprintf(a.Out, "%s is encrypted with a new key, for %s.\n", store.Location(), keyNames(to))
	return nil
}

// stateAddress is the address under which the history keeps what happened to
// the state itself.
const stateAddress = "state"

// stateEvent is an entry of the history that is about the state itself.
func stateEvent(what string) state.Entry {
	return state.Entry{Event: what, Address: stateAddress, Log: true}
}

func newStateAcceptCmd(a *App, g *globals) *cobra.Command {
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "accept",
		Short: "Take a state that is older than one seen before",
		Long: `Takes the state as it is stored, though this machine has seen a newer one, or
though it was encrypted and is plain text now. Without it every command refuses
such a state: somebody who has no key could have put it there. Use it after a
backup was restored on purpose; what was done since that backup is not in the
state then, and could be done again.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.runStateAccept(cmd.Context(), g, timeout) },
	}
	lockTimeoutFlag(cmd.Flags(), &timeout)
	return cmd
}

func (a *App) runStateAccept(ctx context.Context, g *globals, timeout time.Duration) error {
	p, err := a.statePlace(g)
	if err != nil {
		return err
	}
	p.accept = true
	store, snap, err := a.existingAt(ctx, g, p)
	if err != nil {
		return err
	}
	serial := snap.Serial
	m, known := a.readMark(snap.Lineage)
	if codec := a.opened[store].codec; !known || (serial >= m.Serial && (len(codec.Stored()) > 0 || len(codec.Recipients()) == 0)) {
		fmt.Fprintf(a.Out, "%s is not older than what was seen here: there is nothing to accept.\n", store.Location())
		return nil
	}
	err = a.inSession(ctx, g, store, snap.Fleet, edit{"state accept", timeout}, func(s *apply.Session) error {
		// It goes on behind all that was seen: no serial is given twice.
		next := s.Snapshot()
		next.Serial = max(next.Serial, m.Serial) + 1
		if err := s.Replace(ctx, next); err != nil {
			return err
		}
		return s.Record(ctx, stateEvent("state accept"))
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(a.Out, "%s is taken as it is, with serial %d; %d was seen before.\n", store.Location(), serial, m.Serial)
	return nil
}
