package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/state"
)

// maxEmergency bounds an emergency copy: it holds the outcomes of the calls
// that were under way at one moment.
const maxEmergency = 64 << 20

func newStateRecoverCmd(a *App, g *globals) *cobra.Command {
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "recover FILE",
		Short: "Put back what could not be written to the state",
		Long: `Puts into the state what an earlier run knew and could not write: its error
named the FILE. All of it is put back or nothing; what does not fit the state
any more is refused; recovering twice changes nothing.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.runStateRecover(cmd.Context(), g, args[0], timeout)
		},
	}
	lockTimeoutFlag(cmd.Flags(), &timeout)
	return cmd
}

func (a *App) runStateRecover(ctx context.Context, g *globals, path string, timeout time.Duration) error {
	store, err := a.store(g)
	if err != nil {
		return err
	}
	u, err := readUnwritten(path, a.opened[store].fresh())
	if err != nil {
		return err
	}
	if u.Torn > 0 {
		a.showNotices(g, []string{fmt.Sprintf("%s ends with %d bytes that cannot be read; they are left out", path, u.Torn)})
	}
	n := 0
	err = a.editState(ctx, g, edit{"state recover", timeout}, func(s *apply.Session) error {
		var err error
		if n, err = s.Recover(ctx, u); err != nil {
			return fmt.Errorf("%s is not put into the state: %w", path, err)
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case n == 0:
		fmt.Fprintf(a.Out, "All of %s is in the state already: nothing was changed. The file is not needed any more.\n", path)
	default:
		fmt.Fprintf(a.Out, "Put into the state: %d of %d entries. The file %s is not needed any more.%s\n", n, len(u.Entries), path, a.goOn(g, "resume"))
	}
	return nil
}

// readUnwritten reads an emergency copy. It is input like any other.
func readUnwritten(path string, codec state.Codec) (*apply.Unwritten, error) {
	f, err := openRegular(path)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %s", path, reason(err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxEmergency+1))
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", path, err)
	}
	if len(data) > maxEmergency {
		return nil, fmt.Errorf("%s cannot be read: it is too large", path)
	}
	u, err := apply.DecodeUnwritten(data, codec)
	if errors.Is(err, state.ErrSealed) {
		return nil, fmt.Errorf("%s cannot be read: %w", path, err)
	}
	if err != nil {
		return nil, diag.Diagnostic{
			Summary: fmt.Sprintf("%s is not what an earlier run kept: %s", path, err),
			Hint:    "give the file that its error named: FLEET.emergency.TIME.PID",
		}
	}
	return u, nil
}
