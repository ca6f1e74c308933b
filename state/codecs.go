package state

import "io"

// Codec writes and reads the stored forms of a state. Its zero value writes
// plain text, as the package's functions do. A Codec belongs to one store: it
// is handed to it when the store is opened, and used for all that is written
// and read there.
type Codec struct{}

// Encode is the package's Encode.
func (c Codec) Encode(s *Snapshot) ([]byte, error) { return Encode(s) }

// Decode is the package's Decode.
func (c Codec) Decode(data []byte) (*Snapshot, error) { return Decode(data) }

// DecodeHeader is the package's DecodeHeader. It needs no key.
func (c Codec) DecodeHeader(r io.Reader) (Header, error) { return DecodeHeader(r) }

// EncodeHeader is the package's EncodeHeader.
func (c Codec) EncodeHeader(lineage string, base uint64) ([]byte, error) {
	return EncodeHeader(lineage, base)
}

// EncodeGroup is the package's EncodeGroup.
func (c Codec) EncodeGroup(entries []Entry) ([]byte, error) { return EncodeGroup(entries) }

// DecodeJournal is the package's DecodeJournal.
func (c Codec) DecodeJournal(data []byte) (*Journal, error) { return DecodeJournal(data) }
