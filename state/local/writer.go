package local

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/kktctl/kktctl/state"
)

// writer is the journal, open for appending.
type writer struct {
	file File
	size int64  // up to the end of the last durable group
	last uint64 // serial of the last durable entry
}

func (w *writer) append(data []byte) error {
	if len(data) == 0 {
		return nil
	}
	if err := writeAt(w.file, data, w.size); err != nil {
		return err
	}
	if err := w.file.Sync(); err != nil {
		return err
	}
	w.size += int64(len(data))
	return nil
}

// failure remembers a failed write until the state is loaded anew.
type failure struct {
	cause  error
	undone bool         // the journal ends where it did before
	lease  *state.Lease // under which the write was made
	size   int64        // where the journal has to end
}

// fail takes back what a failed write left in the journal and refuses further
// writes: what the caller knows and what is stored may differ now.
func (s *Store) fail(w *writer, lease *state.Lease, cause error) error {
	undo := w.file.Truncate(w.size)
	if undo == nil {
		undo = w.file.Sync()
	}
	s.failed = &failure{cause: cause, undone: undo == nil, lease: lease, size: w.size}
	s.closeWriter()
	if undo != nil {
		return fmt.Errorf("append to %s: %w (and taking it back: %w)", s.journalPath(), cause, undo)
	}
	return fmt.Errorf("append to %s: %w", s.journalPath(), cause)
}

// repair takes back what fail could not, unless the lock has gone to another
// process, whose business it is then.
func (s *Store) repair() error {
	f := s.failed
	if f == nil || f.undone {
		return nil
	}
	if err := s.check(f.lease); errors.Is(err, state.ErrFenced) {
		f.undone = true
		return nil
	} else if err != nil {
		return err
	}
	file, err := s.fs.OpenWrite(s.journalPath())
	if err == nil {
		err = errors.Join(cut(file, f.size), file.Close())
	}
	if err != nil {
		return fmt.Errorf("repair %s after a failed write: %w", s.journalPath(), err)
	}
	f.undone = true
	return nil
}

func cut(f File, size int64) error {
	if err := f.Truncate(size); err != nil {
		return err
	}
	return f.Sync()
}

func (s *Store) closeWriter() {
	if s.writer != nil {
		_ = s.writer.file.Close() // all that counts was synced
		s.writer = nil
	}
}

// open gives the journal ready for appending. It is read anew unless it is
// the very file that this store wrote last.
func (s *Store) open() (*writer, error) {
	if s.failed != nil {
		return nil, fmt.Errorf("%s: nothing more is written after a write that failed: %w", s.path, s.failed.cause)
	}
	if s.writer != nil && s.current(s.writer) {
		return s.writer, nil
	}
	s.closeWriter()
	h, err := s.header()
	if err != nil {
		return nil, err
	}
	if h == nil {
		return nil, fmt.Errorf("there is no state %s yet", s.path)
	}
	if s.writer, err = s.openJournal(h); err != nil {
		return nil, err
	}
	return s.writer, nil
}

// current tells whether nobody touched the journal since this store did.
func (s *Store) current(w *writer) bool {
	there, err := s.fs.Lstat(s.journalPath())
	if err != nil {
		return false
	}
	ours, err := w.file.Stat()
	return err == nil && s.fs.SameFile(there, ours) && ours.Size() == w.size
}

// header reads the header of the snapshot, nil when there is no state.
func (s *Store) header() (*state.Header, error) {
	if there, err := s.exists(s.path); err != nil || !there {
		return nil, err
	}
	f, err := s.fs.Open(s.path)
	if err != nil {
		return nil, err
	}
	h, err := s.codec.DecodeHeader(f)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("%s: %w", s.path, err)
	}
	return &h, nil
}

// openJournal makes the journal fit the snapshot: a torn tail is cut, and a
// journal that is missing or wholly part of the snapshot is begun anew.
func (s *Store) openJournal(h *state.Header) (*writer, error) {
	data, err := s.read(s.journalPath(), state.MaxJournal, false)
	if err != nil {
		return nil, err
	}
	size, last := int64(0), h.Serial
	if data != nil {
		j, err := s.decode(data, h.Lineage, h.Serial)
		if err != nil {
			return nil, err
		}
		size, last = j.Valid, j.Last()
	}
	if data == nil || last < h.Serial {
		if size, err = s.begin(h.Lineage, h.Serial); err != nil {
			return nil, err
		}
		last = h.Serial
	}
	file, err := s.fs.OpenWrite(s.journalPath())
	if err != nil {
		return nil, err
	}
	if size < int64(len(data)) {
		if err := cut(file, size); err != nil {
			return nil, errors.Join(fmt.Errorf("cut the torn tail of %s: %w", s.journalPath(), err), file.Close())
		}
	}
	return &writer{file: file, size: size, last: last}, nil
}

// begin puts an empty journal that follows serial base in place.
func (s *Store) begin(lineage string, base uint64) (int64, error) {
	line, err := s.codec.EncodeHeader(lineage, base)
	if err != nil {
		return 0, err
	}
	return int64(len(line)), s.replace(s.journalPath(), bytes.Clone(line))
}

// decode reads a journal that must belong to the snapshot.
func (s *Store) decode(data []byte, lineage string, serial uint64) (*state.Journal, error) {
	j, err := s.codec.DecodeJournal(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.journalPath(), err)
	}
	if j.Header.Lineage != lineage {
		return nil, fmt.Errorf("%s: %w: the journal is of lineage %s, the state of %s: %w",
			s.journalPath(), state.ErrCorrupt, j.Header.Lineage, lineage, state.ErrLineage)
	}
	if j.Header.Base > serial {
		return nil, fmt.Errorf("%s: %w: the journal follows entry %d, the state ends with %d",
			s.journalPath(), state.ErrCorrupt, j.Header.Base, serial)
	}
	return j, nil
}
