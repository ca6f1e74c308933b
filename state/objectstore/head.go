package objectstore

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/kktctl/kktctl/state"
)

const (
	headVersion = 1
	maxHead     = 4 << 20  // bytes
	maxTail     = 64 << 10 // bytes of the journal's end that stand in the head itself
	maxPart     = 8 << 20  // bytes up to which parts of the journal are merged
	maxWrites   = 16       // epochs whose last write is remembered
)

// head is the object that everything hangs on.
type head struct {
	Version int    `json:"head"`
	Lineage string `json:"lineage"` // empty: there is no state yet
	Fleet   string `json:"fleet"`
	Serial  uint64 `json:"serial"` // of the last entry
	Epoch   uint64 `json:"epoch"`  // of the newest lock or forced unlock
	// Writes has the id of the last write of each of the last epochs: whoever
	// lost an answer finds out here, even when others have written since.
	Writes map[uint64]string `json:"writes"`
	Lock   *state.LockInfo   `json:"lock"`
	// Probed is the endpoint that was found to honour conditions.
	Probed string `json:"probed"`
	// The present generation.
	Snapshot *part  `json:"snapshot"`
	Header   []byte `json:"header"` // the journal's first line
	Parts    []part `json:"parts"`  // of the journal, in order
	Tail     []byte `json:"tail"`   // of the journal, after its parts
	// Before is the generation before.
	Before   *generation `json:"before"`
	Checksum string      `json:"checksum"`
}

// generation is a snapshot and the journal after it.
type generation struct {
	Snapshot *part  `json:"snapshot"`
	Header   []byte `json:"header"`
	Parts    []part `json:"parts"`
}

// part is an object that belongs to the state.
type part struct {
	Name   string `json:"name"` // what follows the key and a dot
	Size   int64  `json:"size"` // bytes
	SHA256 string `json:"sha256"`
}

// version is a head as it is stored.
type version struct {
	head
	etag string // empty: there is none
}

func (h *head) clone() head {
	c := *h
	c.Writes, c.Parts = maps.Clone(h.Writes), slices.Clone(h.Parts)
	if h.Lock != nil {
		lock := *h.Lock
		c.Lock = &lock
	}
	return c
}

// wrote notes the last write of an epoch.
func (h *head) wrote(epoch uint64, id string) {
	if h.Writes == nil {
		h.Writes = map[uint64]string{}
	}
	h.Writes[epoch] = id
	for len(h.Writes) > maxWrites {
		delete(h.Writes, slices.Min(slices.Collect(maps.Keys(h.Writes))))
	}
}

// names gives the names of all that belongs to the state.
func (h *head) names() map[string]bool {
	names := map[string]bool{}
	add := func(snap *part, parts []part) {
		if snap != nil {
			names[snap.Name] = true
		}
		for _, p := range parts {
			names[p.Name] = true
		}
	}
	add(h.Snapshot, h.Parts)
	if h.Before != nil {
		add(h.Before.Snapshot, h.Before.Parts)
	}
	return names
}

// size is that of the journal, in bytes.
func (h *head) size() int64 {
	n := int64(len(h.Tail))
	for _, p := range h.Parts {
		n += p.Size
	}
	return n
}

func (h head) encode() ([]byte, error) {
	h.Version, h.Checksum = headVersion, ""
	data, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("encode the state's head: %w", err)
	}
	h.Checksum = sum(data)
	if data, err = json.Marshal(h); err == nil && len(data) > maxHead {
		err = fmt.Errorf("the state's head would have %d bytes: the state has to be compacted", len(data))
	}
	return data, err
}

func decodeHead(data []byte) (head, error) {
	var v struct {
		Version int `json:"head"`
	}
	if err := json.Unmarshal(data, &v); err != nil {
		return head{}, fmt.Errorf("%w: it is no head of a state: %w", state.ErrCorrupt, err)
	}
	if v.Version > headVersion {
		return head{}, fmt.Errorf("%w: its head's format is %d, this build reads up to %d", state.ErrNewer, v.Version, headVersion)
	}
	var h head
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&h); err != nil {
		return head{}, fmt.Errorf("%w: its head: %w", state.ErrCorrupt, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return head{}, fmt.Errorf("%w: something follows its head", state.ErrCorrupt)
	}
	again, err := h.encode()
	if err != nil || !bytes.Equal(again, data) {
		return head{}, fmt.Errorf("%w: the checksum of its head does not match", state.ErrCorrupt)
	}
	if h.Lineage != "" && (h.Snapshot == nil || h.Header == nil) {
		return head{}, fmt.Errorf("%w: its head names no snapshot", state.ErrCorrupt)
	}
	return h, nil
}

func sum(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}
