package state

import (
	"bytes"
	"errors"
	"fmt"
)

// sector is the smallest unit that a disk writes whole. A write cut short by
// a power loss leaves zeros in whole sectors, or an end that is too early.
const sector = 512

// DecodeJournal reads a journal. What a write cut short can have left at its
// end is reported in Torn and left out; anything else that does not fit is
// ErrCorrupt with its line and offset. The two are told apart by what a torn
// write can look like: lines end in a line break that stands nowhere else, so
// a prefix of the last group never ends in a whole line that is wrong.
func DecodeJournal(data []byte) (*Journal, error) { return decodeJournal(data, &opener{}) }

func decodeJournal(data []byte, o *opener) (*Journal, error) {
	if len(data) > MaxJournal {
		return nil, fmt.Errorf("%w: the journal is larger than %d bytes", ErrCorrupt, MaxJournal)
	}
	d := decoder{data: data, journal: &Journal{}, opener: o}
	if err := d.header(); err != nil {
		return nil, err
	}
	for {
		more, err := d.group()
		if err != nil {
			return nil, err
		}
		if !more {
			d.journal.Torn = int64(len(data)) - d.journal.Valid
			return d.journal, nil
		}
	}
}

// decoder walks over a journal; journal.Valid is where the present group begins.
type decoder struct {
	data    []byte
	journal *Journal
	opener  *opener
	pos     int // where the next line begins
	line    int // its number less one
}

func (d *decoder) header() error {
	text, ok := d.next()
	l, err := parseLine(text)
	if !ok || err != nil {
		return d.corrupt(0, errors.New("the journal has no header"))
	}
	if d.journal.Header, err = decodeHeader(l); err != nil {
		return err
	}
	if d.journal.Header.Sealed && d.opener.codec.keys == nil {
		return sealedFor(nil)
	}
	d.journal.Valid = int64(d.pos)
	return nil
}

// next gives the next line; false when there is none that ends.
func (d *decoder) next() ([]byte, bool) {
	i := bytes.IndexByte(d.data[d.pos:], '\n')
	if i < 0 {
		return d.data[d.pos:], false
	}
	text := d.data[d.pos : d.pos+i]
	d.pos += i + 1
	d.line++
	return text, true
}

// group reads one group. False means that the journal ends here, with or
// without a torn tail.
func (d *decoder) group() (bool, error) {
	var entries []Entry
	first, last := d.journal.Last()+1, uint64(0)
	for serial := first; last == 0 || serial <= last; serial++ {
		start := d.pos
		text, ended := d.next()
		if !ended {
			return false, d.unended(text, start)
		}
		l, err := parseLine(text)
		if err != nil {
			return false, d.damaged(start, first, err)
		}
		if l.first != first || (last != 0 && l.last != last) {
			return false, d.corrupt(start, fmt.Errorf("group %d-%d where entry %d is due", l.first, l.last, serial))
		}
		last = l.last
		e, err := d.entry(l, serial)
		if err != nil {
			return false, d.refused(start, err)
		}
		entries = append(entries, e)
	}
	d.journal.Entries = append(d.journal.Entries, entries...)
	d.journal.Valid = int64(d.pos)
	return true, nil
}

// entry reads a line that is whole.
func (d *decoder) entry(l line, serial uint64) (Entry, error) {
	body, err := d.opener.open(d.journal.Header, l.body, l.first, l.last, serial)
	if err != nil {
		return Entry{}, err
	}
	return decodeEntry(body, serial)
}

// refused is corrupt for what may only be unreadable here.
func (d *decoder) refused(start int, err error) error {
	if errors.Is(err, ErrSealed) || errors.Is(err, ErrNewer) || errors.Is(err, errUnmet) {
		return err
	}
	return d.corrupt(start, err)
}

func decodeEntry(body []byte, serial uint64) (Entry, error) {
	var e Entry
	if err := decodeStrict(body, &e); err != nil {
		return e, err
	}
	if e.Serial != serial {
		return e, fmt.Errorf("entry %d where %d is due", e.Serial, serial)
	}
	return e, e.check()
}

// unended judges a last line without a line break: a torn write, unless the
// line is whole and only its line break was overwritten.
func (d *decoder) unended(text []byte, start int) error {
	if n := len(text); n > 0 && text[n-1] != 0 {
		if _, err := parseLine(text[:n-1]); err == nil {
			d.line++
			return d.corrupt(start, errors.New("the line break is damaged"))
		}
	}
	return nil
}

// damaged judges a wrong line that has an end. A torn write can leave one
// only when sectors before its end were never written, and only in the last
// group.
func (d *decoder) damaged(start int, first uint64, err error) error {
	line := d.line
	if !hole(d.data, int(d.journal.Valid)) {
		return d.corrupt(start, err)
	}
	for {
		text, ended := d.next()
		if !ended {
			return nil
		}
		if l, bad := parseLine(text); bad == nil && l.first != first {
			d.line = line
			return d.corrupt(start, err)
		}
	}
}

// hole tells whether sectors of zeros stand behind the offset from.
func hole(data []byte, from int) bool {
	for i := from; i < len(data); i++ {
		if data[i] != 0 {
			continue
		}
		start := i
		for i < len(data) && data[i] == 0 {
			i++
		}
		begins := start == from || start%sector == 0
		if i == len(data) || (begins && i%sector == 0) {
			return true
		}
	}
	return false
}

func (d *decoder) corrupt(offset int, err error) error {
	return fmt.Errorf("%w: journal line %d (offset %d): %w", ErrCorrupt, max(d.line, 1), offset, err)
}
