package state_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/statetest"
)

// journal makes a journal of groups of the given sizes after base 10 and
// tells where each group ends.
func journal(t testing.TB, sizes ...int) (data []byte, ends []int, entries []state.Entry) {
	t.Helper()
	data, err := state.EncodeHeader("lineage", 10)
	if err != nil {
		t.Fatal(err)
	}
	ends = append(ends, len(data))
	for _, size := range sizes {
		var group []state.Entry
		for range size {
			serial := uint64(11 + len(entries) + len(group))
			a := fmt.Sprintf("kkts.c%d", serial)
			group = append(group, state.Entry{Serial: serial, Epoch: 3, Event: "phase", Address: a, Resource: statetest.Resource(a, 1)})
		}
		b, err := state.EncodeGroup(group)
		if err != nil {
			t.Fatal(err)
		}
		data, entries = append(data, b...), append(entries, group...)
		ends = append(ends, len(data))
	}
	return data, ends, entries
}

func TestJournal(t *testing.T) {
	data, _, entries := journal(t, 1, 3, 2)
	j, err := state.DecodeJournal(data)
	if err != nil {
		t.Fatal(err)
	}
	want := &state.Journal{Header: state.JournalHeader{Version: 1, Lineage: "lineage", Base: 10}, Entries: entries, Valid: int64(len(data))}
	if d := cmp.Diff(want, j); d != "" || j.Last() != 16 {
		t.Errorf("last %d (-want +got):\n%s", j.Last(), d)
	}
}

// TestJournalTorn cuts at every offset, also with zeros in the place of what
// is missing: whole groups stay, and nothing of a group that is not whole.
func TestJournalTorn(t *testing.T) {
	data, ends, _ := journal(t, 1, 3)
	for cut := ends[0]; cut <= len(data); cut++ {
		zeros := append(bytes.Clone(data[:cut]), make([]byte, len(data)-cut)...)
		for name, torn := range map[string][]byte{"cut": data[:cut], "zeros": zeros} {
			j, err := state.DecodeJournal(torn)
			if err != nil {
				t.Fatalf("%s at %d: %v", name, cut, err)
			}
			whole, valid := 0, ends[0]
			if cut >= ends[1] {
				whole, valid = 1, ends[1]
			}
			if cut >= ends[2] {
				whole, valid = 4, ends[2]
			}
			if len(j.Entries) != whole || j.Valid != int64(valid) || j.Torn != int64(len(torn)-valid) {
				t.Fatalf("%s at %d: %d entries, valid %d, torn %d", name, cut, len(j.Entries), j.Valid, j.Torn)
			}
		}
	}
}

// TestJournalLostSector has a sector of the last group never written.
func TestJournalLostSector(t *testing.T) {
	data, ends, _ := journal(t, 1, 1, 4)
	last := ends[2]
	for begin := last; begin < len(data); begin = (begin/512 + 1) * 512 {
		end := min((begin/512+1)*512, len(data))
		lost := bytes.Clone(data)
		clear(lost[begin:end])
		j, err := state.DecodeJournal(lost)
		if err != nil || len(j.Entries) != 2 || j.Valid != int64(last) {
			t.Errorf("sector %d to %d: %+v, %v", begin, end, j, err)
		}
	}
	early := bytes.Clone(data) // a hole in a group that others follow
	clear(early[ends[0]:512])
	if ends[0] < 512 && ends[1] > 512 {
		if _, err := state.DecodeJournal(early); !errors.Is(err, state.ErrCorrupt) {
			t.Errorf("a hole in an early group: %v", err)
		}
	}
}

// TestJournalEveryFlippedBit: whatever bit changes, also in the last entry,
// it is damage and not a torn write.
func TestJournalEveryFlippedBit(t *testing.T) {
	data, err := state.EncodeHeader("lineage", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, group := range [][]state.Entry{{{Serial: 1, Address: "kkts.a", Delete: true}}, {{Serial: 2}, {Serial: 3}}, {{Serial: 4, Event: "a b"}}} {
		b, err := state.EncodeGroup(group)
		if err != nil {
			t.Fatal(err)
		}
		data = append(data, b...)
	}
	for i := range data {
		for bit := range 8 {
			damaged := bytes.Clone(data)
			damaged[i] ^= 1 << bit
			if _, err := state.DecodeJournal(damaged); !errors.Is(err, state.ErrCorrupt) {
				t.Fatalf("byte %d (%q to %q): %v", i, data[i], damaged[i], err)
			}
		}
	}
}

func TestJournalRefuses(t *testing.T) {
	data, ends, _ := journal(t, 1, 1, 1)
	header := data[:ends[0]]
	newer := `{"journal":2,"lineage":"x","base":0}`
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"empty":         {nil, "no header"},
		"foreign":       {[]byte("apiVersion: kktctl/v1\nkind: Fleet\n"), "no header"},
		"cut header":    {header[:len(header)-1], "no header"},
		"group missing": {append(bytes.Clone(data[:ends[1]]), data[ends[2]:]...), "line 3 (offset " + fmt.Sprint(ends[1])},
		"group twice":   {append(bytes.Clone(data[:ends[1]]), data[ends[0]:]...), "line 3"},
		"no header":     {data[ends[0]:], "no header"},
		"two headers":   {append(bytes.Clone(header), data...), "line 2"},
		"a blank line":  {append(bytes.Clone(data), '\n'), "line 5"},
		"not ours":      {[]byte("00000000 00000024 0-0 " + newer + "\n"), "no header"},
	} {
		_, err := state.DecodeJournal(c.data)
		if !errors.Is(err, state.ErrCorrupt) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

func TestEncodeGroupRefuses(t *testing.T) {
	huge := statetest.Resource("x", 1)
	huge.Orphans = []string{strings.Repeat("x", state.MaxEntry)}
	for name, group := range map[string][]state.Entry{
		"no serial": {{Event: "x"}},
		"gap":       {{Serial: 1}, {Serial: 3}},
		"too large": {{Serial: 1, Address: "kkts.a", Resource: huge}},
	} {
		if _, err := state.EncodeGroup(group); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(encode(f, sample(f)))
	f.Add(encode(f, state.NewSnapshot("")))
	f.Add([]byte(`{"version":1,"lineage":"x","resources":{"kkts.a":{"identity":{"serial":"1"}}}}`))
	f.Add([]byte(`{"version":2}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := state.Decode(data)
		if err != nil {
			if !errors.Is(err, state.ErrCorrupt) && !errors.Is(err, state.ErrNewer) {
				t.Fatalf("an error of no kind: %v", err)
			}
			return
		}
		once, err := state.Encode(s)
		if err != nil {
			t.Fatalf("cannot be written back: %v", err)
		}
		again, err := state.Decode(once)
		if err != nil {
			t.Fatalf("cannot be read back: %v", err)
		}
		if twice := encode(t, again); !bytes.Equal(once, twice) {
			t.Fatalf("unstable:\n%s\n%s", once, twice)
		}
	})
}

func FuzzDecodeJournal(f *testing.F) {
	data, ends, _ := journal(f, 1, 2)
	f.Add(data)
	f.Add(data[:ends[1]+9])
	f.Add(append(bytes.Clone(data[:ends[1]]), make([]byte, 600)...))
	f.Fuzz(func(t *testing.T, data []byte) {
		j, err := state.DecodeJournal(data)
		if err != nil {
			if !errors.Is(err, state.ErrCorrupt) && !errors.Is(err, state.ErrNewer) {
				t.Fatalf("an error of no kind: %v", err)
			}
			return
		}
		if j.Valid+j.Torn != int64(len(data)) || j.Valid <= 0 || j.Torn < 0 {
			t.Fatalf("valid %d, torn %d of %d", j.Valid, j.Torn, len(data))
		}
		again, err := state.DecodeJournal(data[:j.Valid])
		if err != nil || again.Torn != 0 || len(again.Entries) != len(j.Entries) {
			t.Fatalf("what is valid is not: %+v, %v", again, err)
		}
	})
}
