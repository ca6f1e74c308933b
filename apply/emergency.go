package apply

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kktctl/kktctl/state"
)

// Unwritten is what a session knows and could not write to the state, such as
// the outcome of a call that was sent.
type Unwritten struct {
	Fleet   string
	Lineage string
	Serial  uint64 // of the last entry that the session saw in the state
	Entries []state.Entry
	// Before is what the session last saw of the addresses of Entries in the
	// state; nil: nothing. It tells later whether somebody went on with them.
	Before map[string]*state.Resource
	Torn   int64 // bytes at the end of a copy that could not be read
}

// Emergency keeps, outside the state, what could not be written to it.
type Emergency interface {
	// Keep makes u durable, in the place of what it kept for this session
	// before, and tells where.
	Keep(u Unwritten, why error) (path string, err error)
}

// Encode gives the form of a copy: a journal that goes on from Serial, so that
// it has a journal's checksums and bounds, encrypted where the codec encrypts.
func (u *Unwritten) Encode(c state.Codec) ([]byte, error) {
	data, err := c.EncodeHeader(u.Lineage, u.Serial)
	if err != nil {
		return nil, err
	}
	for i, e := range append(u.before(), u.Entries...) {
		e.Serial = u.Serial + uint64(i) + 1
		line, err := c.EncodeGroup([]state.Entry{e})
		if err != nil {
			return nil, err
		}
		data = append(data, line...)
	}
	return data, nil
}

// DecodeUnwritten reads what Encode gave. The fleet's name is not in it: the
// lineage tells what it belongs to.
func DecodeUnwritten(data []byte, c state.Codec) (*Unwritten, error) {
	j, err := c.DecodeJournal(data)
	if err != nil {
		return nil, err
	}
	u := &Unwritten{Lineage: j.Header.Lineage, Serial: j.Header.Base, Entries: j.Entries, Torn: j.Torn}
	u.takeBefore()
	return u, nil
}

// beforeEvent marks the entries of a copy that are none, but say what was.
const beforeEvent = "before"

// before gives the entries that stand for Before, first in a copy.
func (u *Unwritten) before() []state.Entry {
	var out []state.Entry
	for _, address := range slices.Sorted(maps.Keys(u.Before)) {
		r := u.Before[address]
		out = append(out, state.Entry{Event: beforeEvent, Address: address, Resource: r, Delete: r == nil})
	}
	return out
}

// takeBefore moves the entries at the beginning that stand for Before there.
func (u *Unwritten) takeBefore() {
	for len(u.Entries) > 0 {
		e := u.Entries[0]
		_, again := u.Before[e.Address]
		if e.Event != beforeEvent || e.Log || again || (e.Resource == nil) != e.Delete {
			return
		}
		if u.Before == nil {
			u.Before = map[string]*state.Resource{}
		}
		u.Before[e.Address], u.Entries = e.Resource, u.Entries[1:]
	}
}

// UnwrittenError is the error of a session that could not write what it knew.
type UnwrittenError struct {
	Err     error         // why the state could not be written
	Path    string        // of the copy, when there is one
	KeepErr error         // why there is none
	Entries []state.Entry // what is known
}

// Error says where the copy is and how it gets into the state.
func (e *UnwrittenError) Error() string {
	if e.KeepErr == nil {
		why, hint, found := strings.Cut(e.Err.Error(), "\nhint: ")
		if found { // the command stays the last line
			hint += "\n"
		}
		return fmt.Sprintf("%s\nhint: %swhat became of the last calls is kept in %s; when the state can be written again, put it there before anything else:\nkktctl state recover %s", why, hint, e.Path, e.Path)
	}
	var known []string
	for _, x := range e.Entries {
		known = append(known, x.Address+": "+x.Event)
	}
	return fmt.Sprintf("%s\nno copy could be kept either: %s\nwhat the state does not know: %s\nhint: the next apply settles it by reading; keep this message for what it cannot tell",
		e.Err, e.KeepErr, strings.Join(known, ", "))
}

// Unwrap gives why the state could not be written.
func (e *UnwrittenError) Unwrap() error { return e.Err }

// lost is what of a session stands outside the state.
type lost struct {
	entries   []state.Entry
	resources map[string]state.Resource // as those entries leave them
	before    map[string]*state.Resource
	path      string
	err       error
}

// outcome is update for what a transition led to. What cannot be written is
// kept outside: it may be the only trace of a call that was sent.
func (s *Session) outcome(ctx context.Context, address string, e state.Entry, change func(*state.Resource)) error {
	l := s.addressLock(address)
	l.Lock()
	defer l.Unlock()
	r := s.latest(address)
	change(&r)
	e.Address, e.Resource = address, &r
	entries := []state.Entry{e}
	err := s.Record(ctx, entries...)
	if err != nil {
		s.keep(entries[0])
	}
	return err
}

// latest is resource, with what could not be written.
func (s *Session) latest(address string) state.Resource {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, ok := s.lost.resources[address]; ok {
		return cloneResource(r)
	}
	return cloneResource(s.snap.Resources[address])
}

var errNoEmergency = errors.New("no place is given for it")

func (s *Session) keep(e state.Entry) {
	s.keeping.Lock()
	defer s.keeping.Unlock()
	e.Serial, e.Epoch = 0, s.lease.Epoch
	if e.At.IsZero() {
		e.At, e.Who = s.now().UTC(), s.who
	}
	s.mu.Lock()
	s.lost.entries = append(s.lost.entries, e)
	if s.lost.resources == nil {
		s.lost.resources, s.lost.before = map[string]state.Resource{}, map[string]*state.Resource{}
	}
	if _, ok := s.lost.before[e.Address]; !ok {
		s.lost.before[e.Address] = nil
		if r, ok := s.snap.Resources[e.Address]; ok {
			r = r.Clone()
			s.lost.before[e.Address] = &r
		}
	}
	s.lost.resources[e.Address] = *e.Resource
	u := Unwritten{Fleet: s.snap.Fleet, Lineage: s.snap.Lineage, Serial: s.snap.Serial, Entries: slices.Clone(s.lost.entries), Before: maps.Clone(s.lost.before)}
	why := s.broken
	s.mu.Unlock()

	path, err := "", errNoEmergency
	if s.Emergency != nil {
		path, err = s.Emergency.Keep(u, why)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lost.path, s.lost.err = path, err
}

// err tells why the session is broken, and what of it stands elsewhere. It is
// called with mu held.
func (s *Session) err() error {
	if s.broken == nil || len(s.lost.entries) == 0 {
		return s.broken
	}
	return &UnwrittenError{Err: s.broken, Path: s.lost.path, KeepErr: s.lost.err, Entries: slices.Clone(s.lost.entries)}
}
