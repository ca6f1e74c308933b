package state

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
)

// Codec writes and reads the stored forms of a state. Its zero value writes
// plain text, as the package's functions do; Encrypted gives one that
// encrypts. A Codec belongs to one store: it is handed to it when the store is
// opened, and used for all that is written and read there. Copies of it are
// the same Codec. It may be used from several goroutines.
type Codec struct {
	keys  *keys // nil: plain
	plain bool  // reads what is encrypted, writes plain text
}

// Encrypted gives a Codec that encrypts for the recipients of s, and reads
// with its identities. When s has no recipients, what is written is encrypted
// for those that the state was encrypted for when it was read.
func Encrypted(s Sealer) Codec { return Codec{keys: newKeys(s)} }

// Plain gives a Codec that reads what c reads and writes plain text.
func (c Codec) Plain() Codec { return Codec{keys: c.keys, plain: true} }

// Recipients gives the public keys for which is encrypted from now on; none
// when plain text is written.
func (c Codec) Recipients() []string {
	to, err := c.target()
	if err != nil {
		return nil
	}
	return to
}

func (c Codec) target() ([]string, error) {
	if c.keys == nil || c.plain {
		return nil, nil
	}
	return c.keys.target()
}

// Stored gives the public keys for which the snapshot was encrypted that was
// read last; none when it was plain, or when there was none.
func (c Codec) Stored() []string {
	if c.keys == nil {
		return nil
	}
	c.keys.mu.Lock()
	defer c.keys.mu.Unlock()
	return c.keys.stored
}

// Keep has what is written encrypted as what it is made of was, where c has
// recipients of no declaration: a copy of an encrypted state is encrypted too.
// Stored are the recipients of the original; none leaves c as it is. It fails
// where there are some and c cannot encrypt.
func (c Codec) Keep(stored []string) error {
	switch {
	case len(stored) == 0:
		return nil
	case c.keys == nil || c.plain:
		return fmt.Errorf("%w for %s, and the copy would be plain text: nothing was written", ErrSealed, naming(stored))
	}
	c.keys.mu.Lock()
	defer c.keys.mu.Unlock()
	c.keys.kept = slices.Clone(stored)
	return nil
}

// Encode is the package's Encode, encrypted where that is asked for.
func (c Codec) Encode(s *Snapshot) ([]byte, error) {
	data, err := Encode(s)
	if err != nil || c.keys == nil {
		return data, err
	}
	c.keys.of(s.Lineage)
	to, err := c.target()
	if err != nil || len(to) == 0 {
		return data, err
	}
	return encodeSealed(c, s, data)
}

// Decode is the package's Decode. What is encrypted and cannot be read is an
// ErrSealed; what does not fit its clear header is ErrCorrupt.
func (c Codec) Decode(data []byte) (*Snapshot, error) {
	if isSealed(data) {
		return decodeSealed(c, data)
	}
	s, err := Decode(data)
	if err == nil && c.keys != nil {
		c.keys.met(headerOf(s), true)
	}
	return s, err
}

// DecodeHeader is the package's DecodeHeader. A Codec whose keys do not open
// what is encrypted refuses it: it must not write there.
func (c Codec) DecodeHeader(r io.Reader) (Header, error) {
	h, err := DecodeHeader(r)
	switch {
	case err != nil:
		return h, err
	case c.keys == nil && h.sealed != nil:
		return h, sealedFor(h.Recipients())
	case c.keys == nil:
		return h, nil
	}
	if e := h.sealed; e != nil {
		if _, err := c.keys.open(e.Key, h.Lineage, e.Recipients); err != nil {
			return h, err
		}
	}
	c.keys.met(h, false)
	return h, nil
}

// EncodeHeader is the package's EncodeHeader.
func (c Codec) EncodeHeader(lineage string, base uint64) ([]byte, error) {
	if c.keys != nil {
		c.keys.of(lineage)
	}
	to, err := c.target()
	if err != nil {
		return nil, err
	}
	h := JournalHeader{Version: Version, Lineage: lineage, Base: base, Sealed: len(to) > 0}
	return appendLine(nil, h, 0, 0)
}

// EncodeGroup is the package's EncodeGroup. One that encrypts has to have met
// the state before: its snapshot, or the header of either part.
func (c Codec) EncodeGroup(entries []Entry) ([]byte, error) {
	to, err := c.target()
	switch {
	case err != nil:
		return nil, err
	case len(to) == 0:
		return EncodeGroup(entries)
	}
	return encodeGroup(entries, c.sealEntries())
}

// DecodeJournal is the package's DecodeJournal.
func (c Codec) DecodeJournal(data []byte) (*Journal, error) {
	return decodeJournal(data, &opener{codec: c})
}

// Envelope is something encrypted: a data key, wrapped for the recipients by
// age, and the content, sealed with it.
type Envelope struct {
	Sealed     string   `json:"sealed,omitempty"` // the cipher: SealedWith
	Recipients []string `json:"recipients,omitempty"`
	Key        []byte   `json:"key,omitempty"`
	Data       []byte   `json:"data"`
}

// SealedWith is the one cipher in use: AES-256 in GCM, the random nonce of 96
// bits first.
const SealedWith = "aes-256-gcm"

// Seal encrypts content that belongs to the state of a lineage, and binds it
// to what stands beside it in the clear; nil when nothing is to be encrypted.
func (c Codec) Seal(what, lineage string, clear any, content []byte) (*Envelope, error) {
	to, err := c.target()
	if err != nil || len(to) == 0 {
		return nil, err
	}
	key, err := c.keys.own(lineage, to)
	if err != nil {
		return nil, err
	}
	bound, err := binding(what, to, clear)
	if err != nil {
		return nil, err
	}
	return &Envelope{Sealed: SealedWith, Recipients: to, Key: key.wrapped, Data: key.aead.Seal(nil, nil, content, bound)}, nil
}

// Open gives what Seal was given, when all that stands beside it is the same.
func (c Codec) Open(what, lineage string, clear any, e *Envelope) ([]byte, error) {
	if e.Sealed != SealedWith {
		return nil, fmt.Errorf("%w: it is encrypted in a way (%.40q) that this build does not know", ErrNewer, e.Sealed)
	}
	if c.keys == nil {
		return nil, sealedFor(e.Recipients)
	}
	key, err := c.keys.open(e.Key, lineage, e.Recipients)
	if err != nil {
		return nil, err
	}
	bound, err := binding(what, e.Recipients, clear)
	if err != nil {
		return nil, err
	}
	content, err := key.aead.Open(nil, nil, e.Data, bound)
	if err != nil {
		return nil, fmt.Errorf("%w: what is encrypted does not belong to its header, or was changed", ErrCorrupt)
	}
	return content, nil
}

// binding is what sealed content is bound to.
func binding(what string, to []string, clear any) ([]byte, error) {
	b, err := json.Marshal([]any{"kktctl", what, to, clear})
	if err != nil {
		return nil, fmt.Errorf("encrypt: %w", err)
	}
	return b, nil
}
