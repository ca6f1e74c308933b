package state

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// clearHeader is what an encrypted snapshot tells without a key. What is
// encrypted is bound to it, and repeats it.
type clearHeader struct {
	Version int    `json:"version"`
	Lineage string `json:"lineage"`
	Serial  uint64 `json:"serial"`
	Fleet   string `json:"fleet"`
}

// sealedFile is an encrypted snapshot as it is written.
type sealedFile struct {
	clearHeader
	Envelope
	Checksum string `json:"checksum"`
}

// The names of what is encrypted: nothing opens as something else.
const (
	sealedSnapshot = "snapshot"
	sealedEntry    = "entry"
)

// encodeSealed writes an encrypted snapshot: JSON, its header as that of a
// plain one, so that whoever keeps it can tell lineage and serial.
func encodeSealed(c Codec, s *Snapshot, content []byte) ([]byte, error) {
	h := clearHeader{Version: Version, Lineage: s.Lineage, Serial: s.Serial, Fleet: s.Fleet}
	e, err := c.Seal(sealedSnapshot, s.Lineage, h, content)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w := lineWriter{buf: &b}
	b.WriteByte('{')
	for _, f := range []struct {
		name  string
		value any
	}{
		{"version", h.Version},
		{"lineage", h.Lineage},
		{"serial", h.Serial},
		{"fleet", h.Fleet},
		{"sealed", e.Sealed},
		{"recipients", e.Recipients},
		{"key", e.Key},
		{"data", e.Data},
	} {
		fmt.Fprintf(&b, "\n%q: ", f.name)
		w.value(f.value)
		b.WriteByte(',')
	}
	b.WriteByte('\n')
	if w.err != nil {
		return nil, fmt.Errorf("encode the state: %w", w.err)
	}
	fmt.Fprintf(&b, "%s%08x\"\n}\n", checksumLine, checksum(b.Bytes()))
	if b.Len() > MaxSnapshot {
		return nil, fmt.Errorf("encode the state: it is larger than %d bytes", MaxSnapshot)
	}
	return b.Bytes(), nil
}

func headerOf(s *Snapshot) Header {
	return Header{Version: s.Version, Lineage: s.Lineage, Serial: s.Serial, Fleet: s.Fleet}
}

// isSealed tells whether a snapshot is an encrypted one.
func isSealed(data []byte) bool {
	h, err := DecodeHeader(bytes.NewReader(data))
	return err == nil && h.sealed != nil
}

func decodeSealed(c Codec, data []byte) (*Snapshot, error) {
	if len(data) > MaxSnapshot {
		return nil, fmt.Errorf("%w: larger than %d bytes", ErrCorrupt, MaxSnapshot)
	}
	f := sealedFile{}
	if err := decodeStrict(data, &f); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	if f.Checksum == "" {
		return nil, fmt.Errorf("%w: an encrypted state has to have its checksum", ErrCorrupt)
	}
	if err := verify(data, f.Checksum); err != nil {
		return nil, fmt.Errorf("%w\nhint: restore the previous generation, or a copy: what is encrypted cannot be edited", err)
	}
	content, err := c.Open(sealedSnapshot, f.Lineage, f.clearHeader, &f.Envelope)
	if err != nil {
		return nil, err
	}
	s, err := Decode(content)
	if err != nil {
		return nil, err
	}
	inside := clearHeader{Version: s.Version, Lineage: s.Lineage, Serial: s.Serial, Fleet: s.Fleet}
	if inside != f.clearHeader {
		return nil, fmt.Errorf("%w: its header is not that of what is encrypted", ErrCorrupt)
	}
	h := headerOf(s)
	h.sealed = &clearEnvelope{f.Sealed, f.Recipients, f.Key}
	c.keys.met(h, true)
	return s, nil
}

// sealedLine is the body of an encrypted line of a journal. The first line of
// a group has the key, for whom it was wrapped, and the cipher.
type sealedLine = Envelope

// place is where an entry stands; its line is bound to it.
type place struct {
	Lineage string `json:"lineage"`
	First   uint64 `json:"first"` // of the group
	Last    uint64 `json:"last"`
	Serial  uint64 `json:"serial"`
}

// sealEntries encrypts the bodies of a group's lines.
func (c Codec) sealEntries() func(body []byte, first, last, serial uint64) ([]byte, error) {
	return func(body []byte, first, last, serial uint64) ([]byte, error) {
		at := place{c.keys.present(), first, last, serial}
		e, err := c.Seal(sealedEntry, at.Lineage, at, body)
		if err != nil {
			return nil, err
		}
		if serial != first {
			e = &Envelope{Data: e.Data}
		}
		return json.Marshal(e)
	}
}

// opener decrypts the lines of a journal.
type opener struct {
	codec Codec
	group Envelope // of the first line of the present group
}

var errNotSealed = errors.New("it is not encrypted, though the state is")

// open gives the entry's own body.
func (o *opener) open(h JournalHeader, body []byte, first, last, serial uint64) ([]byte, error) {
	if !bytes.HasPrefix(body, []byte(`{"sealed":`)) && !bytes.HasPrefix(body, []byte(`{"data":`)) {
		return body, o.mayBePlain(h, serial)
	}
	var e sealedLine
	if err := decodeStrict(body, &e); err != nil {
		return nil, err
	}
	if serial == first {
		o.group = Envelope{Sealed: e.Sealed, Recipients: e.Recipients, Key: e.Key}
	} else if e.Sealed != "" || o.group.Sealed == "" {
		return nil, errors.New("it is encrypted otherwise than its group")
	}
	e.Sealed, e.Recipients, e.Key = o.group.Sealed, o.group.Recipients, o.group.Key
	return o.codec.Open(sealedEntry, h.Lineage, place{h.Lineage, first, last, serial}, &e)
}

// mayBePlain refuses what was put into an encrypted state by who has no key.
// Plain entries stay behind when encryption was turned on and the process then
// was killed before it could begin the journal anew: they are part of the
// snapshot.
func (o *opener) mayBePlain(h JournalHeader, serial uint64) error {
	o.group = Envelope{}
	if o.codec.keys == nil {
		return nil
	}
	if after, only := o.codec.keys.plainAfter(h.Lineage); only && serial > after {
		return errNotSealed
	}
	return nil
}
