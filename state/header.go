package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Header is the beginning of a snapshot.
type Header struct {
	Version int
	Lineage string
	Serial  uint64
	Fleet   string

	sealed *clearEnvelope // nil: the snapshot is plain
}

// clearEnvelope is what a snapshot tells of its encryption.
type clearEnvelope struct {
	Cipher     string
	Recipients []string
	Key        []byte // wrapped for them
}

// Sealed tells whether the snapshot is encrypted.
func (h *Header) Sealed() bool { return h.sealed != nil }

// Recipients gives the public keys for which the snapshot says that it is
// encrypted.
func (h *Header) Recipients() []string {
	if h.sealed == nil {
		return nil
	}
	return h.sealed.Recipients
}

// DecodeHeader reads no more of an encoded snapshot than its header.
func DecodeHeader(r io.Reader) (Header, error) {
	var h Header
	source := &reading{r: io.LimitReader(r, MaxSnapshot)}
	err := h.decode(json.NewDecoder(source))
	switch {
	case source.err != nil: // nothing is known of what could not be read
		return h, source.err
	case err != nil:
		return h, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	switch {
	case h.Version > Version:
		return h, fmt.Errorf("%w: its format is %d, this build reads up to %d", ErrNewer, h.Version, Version)
	case h.Version != Version || h.Lineage == "":
		return h, fmt.Errorf("%w: it has no header", ErrCorrupt)
	}
	if err := checkSerial(h.Serial); err != nil {
		return h, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return h, nil
}

// reading keeps the error of a reader, but for its end.
type reading struct {
	r   io.Reader
	err error
}

// Read implements io.Reader.
func (r *reading) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

func (h *Header) decode(dec *json.Decoder) error {
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return errors.New("it does not begin like a state")
	}
	return h.fields(dec)
}

// fields stops at the resources when all before them were found.
func (h *Header) fields(dec *json.Decoder) error {
	found := 0
	for dec.More() && found < 4 {
		key, err := dec.Token()
		if err != nil {
			return err
		}
		into := map[any]any{"version": &h.Version, "lineage": &h.Lineage, "serial": &h.Serial, "fleet": &h.Fleet}[key]
		if into == nil {
			into = new(json.RawMessage)
		} else {
			found++
		}
		if err := dec.Decode(into); err != nil {
			return err
		}
	}
	if found < 4 {
		return errors.New("its header is not complete")
	}
	return h.encryption(dec)
}

// encryption reads whether what follows is encrypted.
func (h *Header) encryption(dec *json.Decoder) error {
	if !dec.More() {
		return nil
	}
	// How anything else reads, such as the resources, is not asked here.
	if key, _ := dec.Token(); key != "sealed" {
		return nil
	}
	h.sealed = &clearEnvelope{}
	if err := dec.Decode(&h.sealed.Cipher); err != nil {
		return err
	}
	if key, err := dec.Token(); err != nil || key != "recipients" {
		return errors.New("it does not say for whom it is encrypted")
	}
	if err := dec.Decode(&h.sealed.Recipients); err != nil {
		return err
	}
	if key, err := dec.Token(); err != nil || key != "key" {
		return errors.New("it has no key")
	}
	return dec.Decode(&h.sealed.Key)
}
