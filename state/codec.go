package state

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"slices"
	"unicode/utf8"
)

// The bounds on what is read. A file beyond them is not a state of ours.
const (
	MaxSnapshot = 1 << 30 // bytes of an encoded snapshot
	MaxJournal  = 1 << 30 // bytes of a journal
	MaxEntry    = 4 << 20 // bytes of one encoded journal entry

	// MaxSerial is the highest serial that is written or read: no state lives
	// to see it, every JSON reader and database takes it, and sums of serials
	// do not overflow.
	MaxSerial uint64 = 1 << 53
)

// checkSerial refuses a serial that no kktctl gave.
func checkSerial(serial uint64) error {
	if serial > MaxSerial {
		return fmt.Errorf("the serial %d is beyond all that is possible, %d", serial, MaxSerial)
	}
	return nil
}

// checksumLine begins the last line but one of an encoded snapshot.
const checksumLine = "\"checksum\": \"crc32c:"

// header is the part of a snapshot that says whether the rest can be read.
type header struct {
	Version *int `json:"version"`
}

// file is a snapshot as it is written: with a checksum over all before it.
type file struct {
	Snapshot
	Pulled   *Pulled `json:"pulled"` // in a copy that left its store; it says nothing to who loads it
	Checksum string  `json:"checksum"`
}

// Encode gives the one byte form of a snapshot: JSON with the header first,
// then one resource a line and one intent a line, sorted, so that it diffs
// well, and a checksum over all that stands above it.
func Encode(s *Snapshot) ([]byte, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.Grow(256 + 512*len(s.Resources))
	fmt.Fprintf(&b, "{\n\"version\": %d,\n\"lineage\": ", Version)
	w := lineWriter{buf: &b}
	w.value(s.Lineage)
	fmt.Fprintf(&b, ",\n\"serial\": %d,\n\"fleet\": ", s.Serial)
	w.value(s.Fleet)
	b.WriteString(",\n\"resources\": ")
	writeMap(&w, s.Resources)
	b.WriteString(",\n\"intents\": ")
	writeMap(&w, s.Intents)
	writeHistory(&w, s)
	b.WriteString(",\n")
	if w.err != nil {
		return nil, fmt.Errorf("encode the state: %w", w.err)
	}
	fmt.Fprintf(&b, "%s%08x\"\n}\n", checksumLine, checksum(b.Bytes()))
	return b.Bytes(), nil
}

// lineWriter writes JSON values without line breaks and keeps the first error.
type lineWriter struct {
	buf *bytes.Buffer
	err error
}

func (w *lineWriter) value(v any) {
	if w.err != nil {
		return
	}
	enc := json.NewEncoder(w.buf)
	enc.SetEscapeHTML(false)
	if w.err = enc.Encode(v); w.err == nil {
		w.buf.Truncate(w.buf.Len() - 1) // Encode ends with a line break
	}
}

func writeMap[V any](w *lineWriter, m map[string]V) {
	w.buf.WriteByte('{')
	for i, key := range slices.Sorted(maps.Keys(m)) {
		if i > 0 {
			w.buf.WriteByte(',')
		}
		w.buf.WriteByte('\n')
		w.value(key)
		w.buf.WriteString(": ")
		w.value(m[key])
	}
	if len(m) > 0 {
		w.buf.WriteByte('\n')
	}
	w.buf.WriteByte('}')
}

// writeHistory writes the history, its runs and where the state went, where
// there are any.
func writeHistory(w *lineWriter, s *Snapshot) {
	if len(s.History) > 0 {
		w.buf.WriteString(",\n\"history\": ")
		writeMap(w, s.History)
	}
	if len(s.Runs) > 0 {
		w.buf.WriteString(",\n\"runs\": ")
		writeMap(w, s.Runs)
	}
	if s.Moved != nil {
		w.buf.WriteString(",\n\"moved\": ")
		w.value(s.Moved)
	}
}

// Decode reads what Encode wrote. It tells ErrNewer from ErrCorrupt and says
// what is wrong; a snapshot without a checksum (edited by hand, on purpose) is
// accepted.
func Decode(data []byte) (*Snapshot, error) {
	f, err := decodeFile(data)
	if err != nil {
		return nil, err
	}
	return &f.Snapshot, nil
}

func decodeFile(data []byte) (*file, error) {
	if len(data) > MaxSnapshot {
		return nil, fmt.Errorf("%w: larger than %d bytes", ErrCorrupt, MaxSnapshot)
	}
	f := file{}
	err := decodeStrict(data, &f)
	if v := versionOf(data, &f, err); v > Version {
		return nil, fmt.Errorf("%w: its format is %d, this build reads up to %d", ErrNewer, v, Version)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	if f.Version != Version {
		return nil, fmt.Errorf("%w: format %d is not known", ErrCorrupt, f.Version)
	}
	if err := verify(data, f.Checksum); err != nil {
		return nil, fmt.Errorf("%w\nhint: restore the previous generation; after an edit on purpose, remove the checksum line", err)
	}
	if err := f.check(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	f.fill()
	return &f, nil
}

// versionOf gives the version even of a snapshot whose other fields this
// build does not know.
func versionOf(data []byte, f *file, err error) int {
	if err == nil {
		return f.Version
	}
	var h header
	if json.Unmarshal(data, &h) != nil || h.Version == nil {
		return 0
	}
	return *h.Version
}

// decodeStrict reads exactly one JSON value. Unknown fields are refused:
// dropping them silently would lose what another build remembered.
func decodeStrict(data []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return errors.New("it ends too early")
		}
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			line := 1 + bytes.Count(data[:min(int(syntax.Offset), len(data))], []byte{'\n'})
			return fmt.Errorf("line %d: %w", line, err)
		}
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows its end")
	}
	return nil
}

func verify(data []byte, sum string) error {
	if sum == "" {
		return nil
	}
	i := bytes.LastIndex(data, []byte("\n"+checksumLine))
	if i < 0 || sum != fmt.Sprintf("crc32c:%08x", checksum(data[:i+1])) {
		return fmt.Errorf("%w: the checksum does not match the content", ErrCorrupt)
	}
	return nil
}

// check finds what can not be written and read back as it is.
func (s *Snapshot) check() error {
	if s.Lineage == "" {
		return errors.New("the state has no lineage")
	}
	if err := checkSerial(s.Serial); err != nil {
		return err
	}
	for address, r := range s.Resources {
		if err := checkResource(address, &r); err != nil {
			return err
		}
	}
	if err := s.checkHistory(); err != nil {
		return err
	}
	for id := range s.Intents {
		if id == "" || !utf8.ValidString(id) {
			return fmt.Errorf("intent id %q is not usable", id)
		}
	}
	return nil
}

func checkResource(address string, r *Resource) error {
	if address == "" || !utf8.ValidString(address) {
		return fmt.Errorf("resource address %q is not usable", address)
	}
	for action, w := range r.Workflows {
		if w == nil || !utf8.ValidString(action) {
			return fmt.Errorf("%s: workflow %q is empty", address, action)
		}
	}
	return nil
}

// fill makes the maps that callers write to.
func (s *Snapshot) fill() {
	if s.Resources == nil {
		s.Resources = map[string]Resource{}
	}
	if s.Intents == nil {
		s.Intents = map[string]Intent{}
	}
}

// checksum is CRC-32C: it finds damage, not malice.
func checksum(b []byte) uint32 {
	return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli))
}
