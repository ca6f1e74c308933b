package httpstore

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kktctl/kktctl/state"
)

// documentVersion is no version of Terraform's states, so that a Terraform
// which is pointed at the same address refuses the document instead of taking
// it for an empty state. It is also the version of the document's own form.
const documentVersion = 1001

// The bounds of a document.
const (
	maxDocument = 1<<31 - 1 // bytes
	plainText   = 4 << 10   // bytes up to which a text is left readable
	tailText    = 32 << 10  // bytes of the journal's end that are sent as they are
)

// document is what the server keeps. Its first three keys are those that every
// state of Terraform's protocol has.
type document struct {
	Version int     `json:"version"`
	Serial  uint64  `json:"serial"`  // grows with every write, of any kind
	Lineage string  `json:"lineage"` // of the state; empty before the first snapshot
	Content content `json:"kktctl"`
}

// content is the state itself.
type content struct {
	Write string      `json:"write"` // an id of the write that made this document
	After string      `json:"after"` // of the last write under the lock before
	Epoch uint64      `json:"epoch"` // of the newest lock
	Lock  *lockRecord `json:"lock"`  // null when it was given back

	Last     uint64   `json:"last"` // serial of the last entry
	Snapshot *blob    `json:"snapshot,omitempty"`
	Packed   []*blob  `json:"packed,omitempty"`  // the journal's beginning: groups that were packed together
	Journal  []string `json:"journal,omitempty"` // its end: the header if nothing is packed, then one group an element

	// The journal of the generation before, for the history.
	Before []*blob `json:"before,omitempty"`
}

// lockRecord tells who holds the lock: the server's own record of it may not
// be readable (GitLab's is not).
type lockRecord struct {
	state.LockInfo
	Term time.Duration `json:"term"` // nanoseconds
}

// blob is a text: readable when it is small, packed otherwise.
type blob struct {
	Text string `json:"text,omitempty"`
	Gzip []byte `json:"gzip,omitempty"`
}

func pack(data []byte) (*blob, error) {
	if len(data) <= plainText && utf8.Valid(data) {
		return &blob{Text: string(data)}, nil
	}
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return &blob{Gzip: b.Bytes()}, nil
}

func (b *blob) unpack() ([]byte, error) {
	if len(b.Gzip) == 0 {
		return []byte(b.Text), nil
	}
	r, err := gzip.NewReader(bytes.NewReader(b.Gzip))
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(r, max(state.MaxSnapshot, state.MaxJournal)+1))
	if err != nil {
		return nil, err
	}
	return data, r.Close()
}

// appendGroup puts a group at the journal's end. Every write sends the whole
// document: an end that grew long is packed, once.
func (c *content) appendGroup(group string) error {
	c.Journal = append(slices.Clip(c.Journal), group)
	size := 0
	for _, g := range c.Journal {
		size += len(g)
	}
	if size <= tailText {
		return nil
	}
	b, err := pack([]byte(strings.Join(c.Journal, "")))
	if err != nil {
		return err
	}
	c.Packed, c.Journal = append(slices.Clip(c.Packed), b), nil
	return nil
}

// journal gives the journal's text.
func (c *content) journal() ([]byte, error) {
	data, err := unpackAll(c.Packed)
	if err != nil {
		return nil, err
	}
	return append(data, strings.Join(c.Journal, "")...), nil
}

// unpackAll gives the texts after each other.
func unpackAll(blobs []*blob) ([]byte, error) {
	var data []byte
	for _, b := range blobs {
		if b == nil {
			return nil, fmt.Errorf("%w: a part of the journal is null", state.ErrCorrupt)
		}
		part, err := b.unpack()
		if err != nil {
			return nil, fmt.Errorf("%w: %w", state.ErrCorrupt, err)
		}
		if data = append(data, part...); len(data) > state.MaxJournal {
			return nil, fmt.Errorf("%w: the journal is larger than %d bytes", state.ErrCorrupt, state.MaxJournal)
		}
	}
	return data, nil
}

func (d *document) encode() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(d)
	return b.Bytes(), err
}

// decodeDocument reads what a server gave. What is not ours is never written
// over.
func decodeDocument(data []byte) (*document, error) {
	var head struct {
		Version *int            `json:"version"`
		Ours    json.RawMessage `json:"kktctl"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, fmt.Errorf("%w: what the server keeps is not a whole document: %w\nhint: put an earlier version of it back, if the server keeps versions", state.ErrCorrupt, err)
	}
	switch {
	case head.Version == nil || *head.Version != documentVersion && head.Ours == nil:
		return nil, errors.New("what the server keeps at this address is no state of kktctl (Terraform's, by its form): it is left alone\nhint: give the fleet an address of its own")
	case *head.Version > documentVersion:
		return nil, fmt.Errorf("%w: its document is of version %d, this build reads %d", state.ErrNewer, *head.Version, documentVersion)
	case *head.Version != documentVersion:
		return nil, fmt.Errorf("%w: its document is of version %d, which is not known", state.ErrCorrupt, *head.Version)
	}
	d := &document{}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(d); err != nil {
		return nil, fmt.Errorf("%w: %w", state.ErrCorrupt, err)
	}
	if (d.Content.Snapshot == nil) != (d.Lineage == "") || d.Content.Snapshot == nil && len(d.Content.Journal)+len(d.Content.Packed) > 0 {
		return nil, fmt.Errorf("%w: the document lacks a part", state.ErrCorrupt)
	}
	return d, nil
}

// decode gives the state that a document holds, nil before the first snapshot,
// and the serial of its last entry.
func (s *Store) decode(d *document) (*state.Snapshot, uint64, error) {
	if d.Content.Snapshot == nil {
		return nil, 0, nil
	}
	snap, err := s.decodeState(d)
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", s.c.Address, err)
	}
	return snap, snap.Serial, nil
}

func (s *Store) decodeState(d *document) (*state.Snapshot, error) {
	data, err := d.Content.Snapshot.unpack()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", state.ErrCorrupt, err)
	}
	snap, err := s.codec.Decode(data)
	if err != nil {
		return nil, err
	}
	text, err := d.Content.journal()
	if err != nil {
		return nil, err
	}
	j, err := s.codec.DecodeJournal(text)
	if err != nil {
		return nil, err
	}
	if snap.Lineage != d.Lineage || j.Header.Lineage != d.Lineage {
		return nil, fmt.Errorf("%w: document, snapshot and journal are of the lineages %s, %s and %s: %w",
			state.ErrCorrupt, d.Lineage, snap.Lineage, j.Header.Lineage, state.ErrLineage)
	}
	if j.Torn > 0 || j.Header.Base != snap.Serial {
		return nil, fmt.Errorf("%w: the journal does not go with the snapshot", state.ErrCorrupt)
	}
	if err := snap.Replay(j.Entries); err != nil {
		return nil, err
	}
	if snap.Serial != d.Content.Last {
		return nil, fmt.Errorf("%w: the journal ends with entry %d, not with %d", state.ErrCorrupt, snap.Serial, d.Content.Last)
	}
	return snap, nil
}
