package state

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
)

// Pulled is in a copy that was taken out of a store by hand: what was stored
// then, so that the copy is put back only in the place of that.
type Pulled struct {
	Serial uint64 `json:"serial"`
	Hash   string `json:"hash"` // see Hash
}

// Hash gives a hash of all that a state says, in hex. It is the same before
// and after a compaction.
func Hash(s *Snapshot) (string, error) {
	s = s.Clone()
	s.ForgetRuns()
	if len(s.Runs) == 0 {
		s.Runs = nil
	}
	data, err := Encode(s)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}

// EncodePulled is Encode for a copy that leaves the store.
func EncodePulled(s *Snapshot) ([]byte, error) {
	hash, err := Hash(s)
	if err != nil {
		return nil, err
	}
	data, err := Encode(s)
	if err != nil {
		return nil, err
	}
	b := bytes.NewBuffer(data[:bytes.LastIndex(data, []byte(checksumLine))])
	b.WriteString("\"pulled\": ")
	w := lineWriter{buf: b}
	if w.value(Pulled{s.Serial, hash}); w.err != nil {
		return nil, w.err
	}
	b.WriteString(",\n")
	fmt.Fprintf(b, "%s%08x\"\n}\n", checksumLine, checksum(b.Bytes()))
	return b.Bytes(), nil
}

// DecodePulled reads a copy that leaves or enters a store; Pulled is nil when
// it does not say of what it is one.
func DecodePulled(data []byte, c Codec) (*Snapshot, *Pulled, error) {
	if isSealed(data) {
		s, err := c.Decode(data)
		return s, nil, err
	}
	f, err := decodeFile(data)
	if err != nil {
		return nil, nil, err
	}
	return &f.Snapshot, f.Pulled, nil
}

// ErrFork tells that the state that is given does not go on from the stored
// one.
var ErrFork = errors.New("the two states went apart")

// Follows tells whether a state may be put in the place of the stored one, as
// far as the two can tell: it has to be of the same lineage, and either to be
// made of just what is stored now (pulled), or to be later and to know all
// that the stored one's history names, as a copy does that was pulled before an
// older state was restored. The same state is no error.
func Follows(stored, given *Snapshot, pulled *Pulled) error {
	if stored.Lineage != given.Lineage {
		return fmt.Errorf("%w: stored %s, given %s", ErrLineage, stored.Lineage, given.Lineage)
	}
	hash, err := Hash(stored)
	if err != nil {
		return err
	}
	own, err := Hash(given)
	switch {
	case err != nil:
		return err
	case own == hash, pulled != nil && pulled.Serial == stored.Serial && pulled.Hash == hash:
		return nil
	case pulled != nil && pulled.Serial < stored.Serial:
		return fmt.Errorf("%w: the given one was pulled at serial %d, the stored one has gone on to %d since", ErrFork, pulled.Serial, stored.Serial)
	case given.Serial < stored.Serial:
		return fmt.Errorf("%w: stored %d, given %d", ErrSerial, stored.Serial, given.Serial)
	case given.Serial == stored.Serial, pulled != nil && pulled.Serial == stored.Serial:
		return fmt.Errorf("%w: both have serial %d, and they differ", ErrFork, stored.Serial)
	}
	return knows(stored, given)
}

// knows finds an event that the given state has not heard of.
func knows(stored, given *Snapshot) error {
	for address, events := range stored.History {
		if len(events) == 0 {
			continue
		}
		last, theirs := events[len(events)-1], given.History[address]
		if slices.Contains(theirs, last) || (len(theirs) == MaxEvents && theirs[0].Serial > last.Serial) {
			continue
		}
		return fmt.Errorf("%w: the given one does not know of %q of %s, serial %d, that the stored one does", ErrFork, last.What, address, last.Serial)
	}
	return nil
}
