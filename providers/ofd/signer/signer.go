// Package signer turns a document of an application into its electronic
// signature: by a program (exec) or by people who find the document in a
// folder (outbox). Signing a document twice is harmless; sending a signature
// twice is not, and that is not this package's business.
package signer

import (
	"context"
	"fmt"
)

// Document is what is to be signed. Everything in it but Address comes from
// the wire and is hostile until cleaned.
type Document struct {
	Address       string // of the till, such as kkts.sloboda-1
	ApplicationID string
	DocumentID    string
	FileName      string
	Content       string // base64 text exactly as received: this text itself is signed (004 §7.4)
}

// Signer makes signatures.
type Signer interface {
	// Sign returns the DER of a CMS signature in base64, without line breaks, or
	// *Pending when people have to sign.
	Sign(ctx context.Context, doc Document) (string, error)
}

// Pending says that people have to sign and where they find the document.
type Pending struct {
	Path string // of the document laid out
	Want string // where the signature is expected
}

// Error makes Pending an error.
func (p *Pending) Error() string {
	return fmt.Sprintf("waits for a signature: sign %s and put the signature at %s", p.Path, p.Want)
}
