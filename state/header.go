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
	return nil
}
