package apply

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/kktctl/kktctl/state"
)

// Recover puts what a session could not write into the state, all of it or
// nothing, and tells how many entries that were. What is in the state already
// is left out: recovering twice is no error. A copy that does not fit is
// refused: one of another state, one that follows entries which the state has
// lost, one of tills that somebody went on with since.
func (s *Session) Recover(ctx context.Context, u *Unwritten) (int, error) {
	snap := s.Snapshot()
	switch {
	case u.Lineage != snap.Lineage:
		return 0, fmt.Errorf("%w: the copy is of %s, the state of %s", state.ErrLineage, u.Lineage, snap.Lineage)
	case u.Serial > snap.Serial:
		return 0, fmt.Errorf("%w: the copy follows entry %d, the state ends with %d", state.ErrSerial, u.Serial, snap.Serial)
	}
	missing, err := s.missing(ctx, u, snap)
	if err != nil || len(missing) == 0 {
		return 0, err
	}
	n := len(missing)
	missing = append(missing, state.Entry{Event: "recover", At: s.now().UTC(), Who: s.who})
	return n, s.append(context.WithoutCancel(ctx), missing)
}

// missing gives the entries that the state does not have.
func (s *Session) missing(ctx context.Context, u *Unwritten, snap *state.Snapshot) ([]state.Entry, error) {
	since, err := s.since(ctx, u.Serial, snap.Serial)
	if errors.Is(err, errNotKept) && u.Before != nil {
		return u.unlike(snap)
	}
	if err != nil {
		return nil, err
	}
	missing := without(u.Entries, since)
	return missing, conflicts(missing, without(since, u.Entries))
}

// unlike is missing where what happened since is not known any more: what the
// state has of an address now is what it had before the copy, or has it all.
func (u *Unwritten) unlike(snap *state.Snapshot) ([]state.Entry, error) {
	after := map[string]*state.Resource{}
	for _, e := range u.Entries {
		after[e.Address] = e.Resource
	}
	var missing []state.Entry
	for _, e := range u.Entries {
		var now *state.Resource
		if r, ok := snap.Resources[e.Address]; ok {
			now = &r
		}
		before, known := u.Before[e.Address]
		_, open := snap.Intents[e.SettledIntent]
		switch {
		case same(now, after[e.Address]) && !open:
		case known && (same(now, before) || same(now, after[e.Address])):
			missing = append(missing, e)
		default:
			return nil, fmt.Errorf("%s: the state has gone on without the copy\nhint: look at it with kktctl state show %s; what the copy knows was settled by reading since, or is still to be resolved", e.Address, e.Address)
		}
	}
	return missing, nil
}

// untold is a record without what people were notified of: that a till was
// told of does not take it anywhere.
func untold(r *state.Resource) *state.Resource {
	if r == nil {
		return nil
	}
	c := cloneResource(*r)
	for _, w := range c.Workflows {
		w.Told = nil
	}
	return &c
}

// same tells whether two records say the same, apart from notifications.
func same(a, b *state.Resource) bool {
	x, err1 := json.Marshal(untold(a))
	y, err2 := json.Marshal(untold(b))
	return err1 == nil && err2 == nil && bytes.Equal(x, y)
}

var errNotKept = errors.New("what happened in the state since is not kept any more")

// since gives the entries after serial first up to last.
func (s *Session) since(ctx context.Context, first, last uint64) ([]state.Entry, error) {
	if first == last {
		return nil, nil
	}
	h, ok := s.store.(state.Historian)
	if !ok {
		return nil, fmt.Errorf("the state has gone on from entry %d to %d since: %w", first, last, errNotKept)
	}
	all, err := h.History(ctx)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(e state.Entry) bool { return e.Serial <= first || e.Serial > last })
	if uint64(len(all)) != last-first {
		return nil, fmt.Errorf("the state has gone on from entry %d to %d since: %w", first, last, errNotKept)
	}
	return all, nil
}

// without gives the entries of a that are not in b.
func without(a, b []state.Entry) []state.Entry {
	in := map[string]bool{}
	for _, e := range b {
		in[content(e)] = true
	}
	var out []state.Entry
	for _, e := range a {
		if !in[content(e)] {
			out = append(out, e)
		}
	}
	return out
}

// content is what an entry says, wherever it stands.
func content(e state.Entry) string {
	e.Serial, e.Epoch = 0, 0
	b, err := json.Marshal(e)
	if err != nil { // a year beyond 9999: it cannot have been written
		return ""
	}
	return string(b)
}

// conflicts finds a till that another session went on with: its record, and
// what it settled by reading, are newer than the copy.
func conflicts(missing, since []state.Entry) error {
	for _, m := range missing {
		for _, e := range since {
			if e.Address == m.Address && e.Epoch != m.Epoch && e.Event != notifyEvent {
				return fmt.Errorf("%s: the state has gone on without the copy: entry %d (%s, by %s) is newer\nhint: look at it with kktctl state show %s; what the copy knows was settled by reading since, or is still to be resolved",
					m.Address, e.Serial, e.Event, e.Who, m.Address)
			}
		}
	}
	return nil
}
