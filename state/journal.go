package state

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// A journal is a text file. Each line is
//
//	CHECKSUM LENGTH FIRST-LAST JSON
//
// with the CRC-32C (8 hex digits) of everything after the first space, the
// length of the JSON (8 hex digits) and the serials of the first and the last
// entry of the group that was made durable by one write. A group is whole or
// it is not there: no caller was told of its success before its last byte was
// durable. The first line binds the journal to its state; its group is 0-0.
// In an encrypted journal the JSON of a line is an Envelope.

// JournalHeader is the first line of a journal.
type JournalHeader struct {
	Version int    `json:"journal"`
	Lineage string `json:"lineage"`
	Base    uint64 `json:"base"`             // serial of the snapshot that the first entry follows
	Sealed  bool   `json:"sealed,omitempty"` // nothing in it is plain
}

// Journal is a decoded journal.
type Journal struct {
	Header  JournalHeader
	Entries []Entry
	Valid   int64 // bytes up to the end of the last whole group
	Torn    int64 // bytes after it: the remains of a write that nobody was told had succeeded
}

// Last gives the serial of the last entry, or the base when there is none.
func (j *Journal) Last() uint64 {
	if n := len(j.Entries); n > 0 {
		return j.Entries[n-1].Serial
	}
	return j.Header.Base
}

// EncodeHeader gives the first line of a journal.
func EncodeHeader(lineage string, base uint64) ([]byte, error) {
	return appendLine(nil, JournalHeader{Version: Version, Lineage: lineage, Base: base}, 0, 0)
}

// EncodeGroup gives the lines of entries that are made durable together.
// Their serials must be set and follow each other.
func EncodeGroup(entries []Entry) ([]byte, error) { return encodeGroup(entries, nil) }

// sealing encrypts the body of a line; nil leaves it as it is.
type sealing func(body []byte, first, last, serial uint64) ([]byte, error)

func encodeGroup(entries []Entry, seal sealing) ([]byte, error) {
	var b []byte
	if len(entries) == 0 {
		return nil, nil
	}
	first := entries[0].Serial
	last := first + uint64(len(entries)) - 1
	if err := checkSerial(max(first, last)); err != nil {
		return nil, err
	}
	for i := range entries {
		if entries[i].Serial != first+uint64(i) || first == 0 {
			return nil, fmt.Errorf("entry %d of the group has serial %d", i, entries[i].Serial)
		}
		body, err := lineBody(&entries[i])
		if err == nil && seal != nil {
			body, err = seal(body, first, last, entries[i].Serial)
		}
		if err != nil {
			return nil, err
		}
		b = appendBody(b, body, first, last)
	}
	return b, nil
}

// CheckEntry finds an entry that could not be read back as it is. A store
// calls it before it takes the entry into a group with those of others.
func CheckEntry(e *Entry) error {
	if err := e.check(); err != nil {
		return err
	}
	_, err := lineBody(e)
	return err
}

func (e *Entry) check() error {
	if (e.Resource != nil || e.Delete || e.Log) && (e.Address == "" || !utf8.ValidString(e.Address)) {
		return fmt.Errorf("entry %q: address %q is not usable", e.Event, e.Address)
	}
	if e.Resource != nil {
		if err := checkResource(e.Address, e.Resource); err != nil {
			return err
		}
	}
	if e.Run != nil && (e.Run.ID == "" || !utf8.ValidString(e.Run.ID)) {
		return fmt.Errorf("entry %q: the run has no usable id", e.Event)
	}
	if e.Intent != nil && (e.Intent.ID == "" || !utf8.ValidString(e.Intent.ID)) {
		return fmt.Errorf("entry %q: intent id %q is not usable", e.Event, e.Intent.ID)
	}
	return nil
}

func appendLine(b []byte, v any, first, last uint64) ([]byte, error) {
	body, err := lineBody(v)
	if err != nil {
		return nil, err
	}
	return appendBody(b, body, first, last), nil
}

func lineBody(v any) ([]byte, error) {
	var body bytes.Buffer
	w := lineWriter{buf: &body}
	if w.value(v); w.err != nil {
		return nil, fmt.Errorf("encode a journal entry: %w", w.err)
	}
	if body.Len() > MaxEntry {
		return nil, fmt.Errorf("a journal entry of %d bytes is larger than %d", body.Len(), MaxEntry)
	}
	return body.Bytes(), nil
}

func appendBody(b, body []byte, first, last uint64) []byte {
	rest := fmt.Appendf(nil, "%08x %d-%d ", len(body), first, last)
	rest = append(rest, body...)
	b = fmt.Appendf(b, "%08x ", checksum(rest))
	b = append(b, rest...)
	return append(b, '\n')
}

// line is one line taken apart.
type line struct {
	first, last uint64
	body        []byte
}

// parseLine reads one line without its line break.
func parseLine(text []byte) (line, error) {
	bad := errors.New("not a journal line")
	sum, rest, ok := bytes.Cut(text, []byte{' '})
	if !ok || len(sum) != 8 {
		return line{}, bad
	}
	if string(sum) != fmt.Sprintf("%08x", checksum(rest)) {
		return line{}, errors.New("the checksum does not match")
	}
	parts := bytes.SplitN(rest, []byte{' '}, 3)
	if len(parts) != 3 || string(parts[0]) != fmt.Sprintf("%08x", len(parts[2])) {
		return line{}, bad
	}
	from, to, ok := bytes.Cut(parts[1], []byte{'-'})
	first, err1 := strconv.ParseUint(string(from), 10, 64)
	last, err2 := strconv.ParseUint(string(to), 10, 64)
	if !ok || err1 != nil || err2 != nil || last < first || last > MaxSerial {
		return line{}, bad
	}
	return line{first, last, parts[2]}, nil
}

func decodeHeader(l line) (JournalHeader, error) {
	var h JournalHeader
	if err := json.Unmarshal(l.body, &h); err != nil {
		return h, fmt.Errorf("%w: journal header: %w", ErrCorrupt, err)
	}
	if h.Version > Version {
		return h, fmt.Errorf("%w: the journal's format is %d, this build reads up to %d", ErrNewer, h.Version, Version)
	}
	if h.Version != Version || h.Lineage == "" || l.last != 0 {
		return h, fmt.Errorf("%w: the journal has no header", ErrCorrupt)
	}
	if err := checkSerial(h.Base); err != nil {
		return h, fmt.Errorf("%w: journal header: %w", ErrCorrupt, err)
	}
	return h, nil
}
