package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/kktctl/kktctl/providers/ofd/signer"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
)

// The bounds of what is read of an outbox: documents are a few KiB.
const (
	maxSidecar  = 64 << 10
	maxDocument = 16 << 20
)

// declared is the signer of a till's company as the fleet file declares it.
type declared struct {
	name   string
	outbox string // folder; empty for a program
	spec.Signer
}

// declaredSigner finds the signer that a till's document is meant for; nil
// when the fleet file cannot be read, is of another fleet, or does not tell.
func (a *App) declaredSigner(g *globals, snap *state.Snapshot, address string, w *state.Workflow) *declared {
	fleet, _ := spec.Load(g.File)
	if fleet == nil || fleet.Name != snap.Fleet {
		return nil
	}
	company := fleet.KKTs[spec.NameOf(address)].Company
	if w.Data.Desired != nil { // what the application was made with
		company = w.Data.Desired.Company
	}
	name := fleet.Companies[company].Signatory.Signer
	s, ok := fleet.Signers[name]
	if !ok {
		return nil
	}
	return &declared{name: name, outbox: outboxDir(fleet, s), Signer: s}
}

// checkSignature refuses a signature that the declared signer would not have
// made: of another form, or of another document.
func checkSignature(d *declared, file, signature, address string, w *state.Workflow) error {
	if d == nil {
		return nil
	}
	if err := signer.CheckForm(signature, d.Detached); err != nil {
		return fmt.Errorf("%s, for the signer %s (%s): %w", file, d.name, d.Pos, err)
	}
	content, known := signer.Content(signature)
	if !known || d.outbox == "" {
		return nil
	}
	path, document := laidOut(d.outbox, address, w)
	if document == nil || bytes.Equal(content, document) {
		return nil
	}
	return fmt.Errorf("%s: what it signs is not the document of %s\nhint: sign %s as it is, byte for byte", file, address, path)
}

// laidOut reads the document that was laid out for a step; nil when it is not
// found. What is found twice is not judged.
func laidOut(dir, address string, w *state.Workflow) (path string, content []byte) {
	if w.Data.DocumentID == "" {
		return "", nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", nil
	}
	for _, e := range entries {
		about := filepath.Join(dir, e.Name())
		if filepath.Ext(about) != ".json" || !isOf(about, address, w.Data) {
			continue
		}
		for _, ext := range []string{".b64", ".xml"} {
			name := strings.TrimSuffix(about, ".json") + ext
			data, err := readBounded(name, maxDocument)
			switch {
			case err != nil:
			case content != nil:
				return "", nil
			default:
				path, content = name, data
			}
		}
	}
	return path, content
}

// isOf tells whether a document's description names the step's document.
func isOf(about, address string, d state.WorkflowData) bool {
	data, err := readBounded(about, maxSidecar)
	if err != nil {
		return false
	}
	var of struct{ Address, ApplicationID, DocumentID string }
	if json.Unmarshal(data, &of) != nil {
		return false
	}
	return of.Address == address && of.ApplicationID == d.ApplicationID && of.DocumentID == d.DocumentID
}
