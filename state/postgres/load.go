package postgres

import (
	"bytes"
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/kktctl/kktctl/state"
)

// The kinds of rows that loadSQL gives, in its order.
const (
	kindState = iota
	kindSnapshot
	kindPart
	kindGroup
)

// loadSQL reads a state as it is at one moment, $2 generations ago. What is
// left of a state that lost its row, or was set back to none, comes as a
// snapshot.
const loadSQL = `
WITH s AS (SELECT format, generation - $2 AS generation, last FROM {schema}.states WHERE name = $1)
SELECT 0 AS kind, generation AS a, last AS b, 0::bigint AS c, format::bigint AS d, '' AS text, ''::bytea AS data FROM s
UNION ALL
SELECT 1, generation, serial, size, 0, lineage, head FROM {schema}.snapshots
WHERE name = $1 AND generation = CASE WHEN (SELECT generation FROM s) > 0 THEN (SELECT generation FROM s) ELSE generation END
UNION ALL
SELECT 2, part, 0, 0, 0, '', data FROM {schema}.parts WHERE name = $1 AND generation = (SELECT generation FROM s)
UNION ALL
SELECT 3, first, last, epoch, 0, '', data FROM {schema}.journal WHERE name = $1 AND generation = (SELECT generation FROM s)
ORDER BY 1, 2`

// group is a row of the journal.
type group struct {
	first, last, epoch int64
	data               []byte
}

// stored is what the tables hold of one generation.
type stored struct {
	row         bool
	format      int64
	generation  int64
	last        int64 // where the state ends
	has         bool  // a snapshot
	serial      int64
	size        int64
	lineage     string
	head        []byte
	parts       [][]byte
	missingPart int // the first one that is missing, -1 when none is
	groups      []group
}

// read reads a generation: the present one, or the one before.
func (s *Store) read(ctx context.Context, ago int) (*stored, error) {
	var got *stored
	err := s.try(ctx, s.opts.patience.read, again, func(ctx context.Context) error {
		got = &stored{missingPart: -1}
		return s.ask(ctx, loadSQL, []any{s.place.state, ago}, got.add)
	})
	if is(err, undefinedTable, undefinedSchema) {
		return &stored{}, nil
	}
	return got, err
}

func (g *stored) add(rows pgx.Rows) error {
	var kind int32
	var a, b, c, d int64
	var text string
	var data []byte
	if err := rows.Scan(&kind, &a, &b, &c, &d, &text, &data); err != nil {
		return err
	}
	switch kind {
	case kindState:
		g.row, g.generation, g.last, g.format = true, a, b, d
	case kindSnapshot:
		g.has, g.serial, g.size, g.lineage, g.head = true, b, c, text, data
	case kindPart:
		if a != int64(len(g.parts)) && g.missingPart < 0 {
			g.missingPart = len(g.parts)
		}
		g.parts = append(g.parts, data)
	case kindGroup:
		g.groups = append(g.groups, group{a, b, c, data})
	}
	return nil
}

// Load reads the state. It takes no lock, and makes no tables.
func (s *Store) Load(ctx context.Context) (*state.Snapshot, []string, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	if err := s.found(ctx); err != nil {
		return nil, nil, err
	}
	got, err := s.read(ctx, 0)
	if err != nil {
		return nil, nil, s.tell(err)
	}
	if err := s.checkRows(got); err != nil || got.generation == 0 {
		return nil, nil, err
	}
	snap, err := s.decodeSnapshot(got)
	if err != nil {
		return nil, nil, err
	}
	entries, err := s.decodeJournal(got)
	if err != nil {
		return nil, nil, err
	}
	if err := snap.Replay(entries); err != nil {
		return nil, nil, fmt.Errorf("%s: the journal: %w", s.location, err)
	}
	return snap, nil, nil
}

// checkRows finds what is missing.
func (s *Store) checkRows(g *stored) error {
	switch {
	case g.row && g.format > format:
		return fmt.Errorf("%s: %w: its rows in the database are of format %d, this build reads up to %d", s.location, state.ErrNewer, g.format, format)
	case g.row && (g.format < format || g.generation < 0):
		return s.corrupt("its row in states has impossible numbers")
	case !g.row && g.has:
		return s.rowless()
	case g.generation == 0 && g.has:
		return s.corrupt("its row in states says that it was never written, but its snapshots are there")
	case g.generation == 0:
		return nil
	case !g.has:
		return s.corrupt("its snapshot of generation %d is missing", g.generation)
	}
	return nil
}

func (s *Store) decodeSnapshot(g *stored) (*state.Snapshot, error) {
	if g.missingPart >= 0 {
		return nil, s.corrupt("part %d of its snapshot of generation %d is missing", g.missingPart, g.generation)
	}
	data := bytes.Join(g.parts, nil)
	if int64(len(data)) != g.size {
		return nil, s.corrupt("its snapshot of generation %d has %d bytes, and %d were written", g.generation, len(data), g.size)
	}
	g.parts = nil
	snap, err := s.codec.Decode(data)
	if err != nil {
		return nil, fmt.Errorf("%s: its snapshot of generation %d: %w", s.location, g.generation, err)
	}
	if snap.Lineage != g.lineage || snap.Serial != uint64(g.serial) {
		return nil, s.corrupt("its snapshot of generation %d is of lineage %s and serial %d, its row in snapshots says %s and %d",
			g.generation, snap.Lineage, snap.Serial, clean(g.lineage), g.serial)
	}
	return snap, nil
}

// decodeJournal reads the entries. Nothing is cut short in a database: what
// does not fit was damaged.
func (s *Store) decodeJournal(g *stored) ([]state.Entry, error) {
	all := bytes.Clone(g.head)
	for _, r := range g.groups {
		all = append(all, r.data...)
	}
	j, err := s.codec.DecodeJournal(all)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: its journal of generation %d%s: %w", s.location, g.generation, s.damaged(g), err)
	case j.Torn > 0:
		return nil, s.corrupt("its journal of generation %d%s is cut short", g.generation, s.damaged(g))
	case j.Header.Lineage != g.lineage || j.Header.Base != uint64(g.serial):
		return nil, s.corrupt("its journal follows entry %d of lineage %s, and its snapshot ends with %d of %s",
			j.Header.Base, j.Header.Lineage, g.serial, clean(g.lineage))
	case j.Last() != uint64(g.last):
		return nil, s.corrupt("its journal ends with entry %d, and entry %d was written", j.Last(), g.last)
	}
	return j.Entries, s.checkGroups(g, j.Entries)
}

// checkGroups compares the rows with what is in them.
func (s *Store) checkGroups(g *stored, entries []state.Entry) error {
	for _, r := range g.groups {
		n := r.last - r.first + 1
		if n < 1 || n > int64(len(entries)) || entries[0].Serial != uint64(r.first) || entries[0].Epoch != uint64(r.epoch) {
			return s.corrupt("the row of entry %d in its journal does not fit what is in it", r.first)
		}
		entries = entries[n:]
	}
	return nil
}

// damaged names the first row of the journal that cannot be read by itself, or
// does not follow the one before.
func (s *Store) damaged(g *stored) string {
	next := g.serial + 1
	for _, r := range g.groups {
		if r.first != next {
			return fmt.Sprintf(", where entry %d is due", next)
		}
		next = r.last + 1
		head, err := s.codec.EncodeHeader(g.lineage, uint64(r.first-1))
		if err != nil {
			return ""
		}
		j, err := s.codec.DecodeJournal(append(head, r.data...))
		if err != nil || j.Torn > 0 || j.Last() != uint64(r.last) {
			return fmt.Sprintf(", the row of entries %d to %d", r.first, r.last)
		}
	}
	return ""
}

// History gives the entries of the journal and of the one before it.
func (s *Store) History(ctx context.Context) ([]state.Entry, error) {
	var all []state.Entry
	for _, ago := range []int{1, 0} {
		g, err := s.read(ctx, ago)
		if err != nil {
			return nil, s.tell(err)
		}
		if g.generation < 1 || !g.has {
			continue
		}
		if ago > 0 { // it ends where the next snapshot begins
			if n := len(g.groups); n > 0 {
				g.last = g.groups[n-1].last
			} else {
				g.last = g.serial
			}
		}
		entries, err := s.decodeJournal(g)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if n := len(all); n == 0 || e.Serial > all[n-1].Serial {
				all = append(all, e)
			}
		}
	}
	return all, nil
}
