package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/providers/ofd/signer"
)

// maxSignature bounds a signature's file: an attached CMS holds the document
// and a chain of certificates.
const maxSignature = 8 << 20

func newTasksSignCmd(a *App, g *globals) *cobra.Command {
	var file string
	var timeout time.Duration
	cmd := &cobra.Command{
		Use:   "sign ADDRESS --signature FILE",
		Short: "Give the signature of a till's document",
		Long:  "Records the signature (CMS as DER, PEM or base64) of the document that a till's application waits for. It is sent, once, by the next apply or resume.",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.runTasksSign(cmd.Context(), g, args[0], file, timeout)
		},
		ValidArgsFunction: completeAddress(g, 1),
	}
	lockTimeoutFlag(cmd.Flags(), &timeout)
	cmd.Flags().StringVar(&file, "signature", "", "file with the signature")
	must(cmd.MarkFlagRequired("signature"))
	return cmd
}

func (a *App) runTasksSign(ctx context.Context, g *globals, address, file string, timeout time.Duration) error {
	_, snap, err := a.loadExisting(ctx, g)
	if err != nil {
		return err
	}
	address = apply.AddressIn(snap, address)
	if _, err := apply.WaitingStep(snap, address, planner.WaitSignature); err != nil {
		return err // before the file: a right signature would not help either
	}
	signature, err := readSignature(file)
	if err != nil {
		return err
	}
	replaced := ""
	err = a.editState(ctx, g, edit{"tasks sign", timeout}, func(s *apply.Session) error {
		snap := s.Snapshot()
		if w := waitingFor(snap, address, planner.WaitSignature); w != nil {
			if err := checkSignature(a.declaredSigner(g, snap, address, w), file, signature, address, w); err != nil {
				return err
			}
			if w.Data.Signature != "" {
				replaced = " It replaces the one given before."
			}
		}
		return s.GiveSignature(ctx, address, signature)
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(a.Out, "The signature for %s is recorded.%s%s\n", address, replaced, a.goOn(g, "resume"))
	return nil
}

// readSignature reads a signature in any of its forms.
func readSignature(file string) (string, error) {
	const hint = "a CMS signature is expected, as DER, PEM or base64"
	data, err := readBounded(file, maxSignature)
	if err != nil {
		return "", fmt.Errorf("the signature %s cannot be read: %w\nhint: --signature names its file; %s", file, err, hint)
	}
	signature, err := signer.Normalize(data)
	if err != nil {
		return "", fmt.Errorf("%s: %w\nhint: %s", file, err, hint)
	}
	return signature, nil
}

// readBounded reads a regular file of at most so many bytes.
func readBounded(path string, limit int64) ([]byte, error) {
	f, err := openRegular(path)
	if err != nil {
		return nil, fmt.Errorf("%s", reason(err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("it is larger than %d MiB", limit>>20)
	}
	return data, nil
}
