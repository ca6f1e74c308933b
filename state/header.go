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
	dec := json.NewDecoder(io.LimitReader(r, MaxSnapshot))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return h, fmt.Errorf("%w: it does not begin like a state", ErrCorrupt)
	}
	if err := h.fields(dec); err != nil {
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
