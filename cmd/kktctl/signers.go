package main

import (
	"path/filepath"

	"github.com/kktctl/kktctl/providers/ofd/signer"
	"github.com/kktctl/kktctl/providers/ofd/signer/exec"
	"github.com/kktctl/kktctl/providers/ofd/signer/outbox"
	"github.com/kktctl/kktctl/spec"
)

// signers makes the declared signers. Programs start in the fleet's folder,
// outboxes lie beside it.
func signers(fleet *spec.Fleet) (map[string]signer.Signer, error) {
	out := make(map[string]signer.Signer, len(fleet.Signers))
	for _, name := range sortedKeys(fleet.Signers) {
		d := fleet.Signers[name]
		if len(d.Exec) > 0 {
			out[name] = exec.New(d.Exec, exec.Options{Detached: d.Detached, Decode: d.Decode, Dir: fleet.Dir})
			continue
		}
		out[name] = outbox.New(outboxDir(fleet, d), outbox.Options{Detached: d.Detached, Decode: d.Decode})
	}
	return out, nil
}

// outboxDir is the folder in which people sign; empty for a program.
func outboxDir(fleet *spec.Fleet, s spec.Signer) string {
	if s.Outbox == "" || filepath.IsAbs(s.Outbox) {
		return s.Outbox
	}
	return filepath.Join(fleet.Dir, s.Outbox)
}
