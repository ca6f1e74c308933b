package state_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/sealed"
)

// keyPair makes a pair of keys of age.
func keyPair(t testing.TB) (public, private string) {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return id.Recipient().String(), id.String()
}

func sealer(t testing.TB, recipients []string, identity string) *sealed.Sealer {
	t.Helper()
	s, err := sealed.New(recipients, identity, "env:KEY")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// stored is a snapshot and the journal after it, as they are stored.
type stored struct {
	snapshot []byte
	header   []byte
	groups   [][]byte
}

func (s stored) journal() []byte {
	return append(bytes.Clone(s.header), bytes.Join(s.groups, nil)...)
}

// write writes a state of serial base with groups of two entries after it.
func write(t testing.TB, c state.Codec, snap *state.Snapshot, groups int) stored {
	t.Helper()
	var out stored
	var err error
	if out.snapshot, err = c.Encode(snap); err != nil {
		t.Fatal(err)
	}
	if out.header, err = c.EncodeHeader(snap.Lineage, snap.Serial); err != nil {
		t.Fatal(err)
	}
	serial := snap.Serial
	for range groups {
		var entries []state.Entry
		for range 2 {
			serial++
			entries = append(entries, state.Entry{Serial: serial, Event: fmt.Sprint("secret event ", serial), Address: "kkts.a", At: time.Unix(int64(serial), 0).UTC()})
		}
		g, err := c.EncodeGroup(entries)
		if err != nil {
			t.Fatal(err)
		}
		out.groups = append(out.groups, g)
	}
	return out
}

// read reads a whole state as a process does that has just started.
func read(c state.Codec, s stored) (*state.Snapshot, *state.Journal, error) {
	snap, err := c.Decode(s.snapshot)
	if err != nil {
		return nil, nil, err
	}
	j, err := c.DecodeJournal(s.journal())
	if err != nil {
		return snap, nil, err
	}
	return snap, j, snap.Replay(j.Entries)
}

func secretState(serial uint64) *state.Snapshot {
	s := state.NewSnapshot("sever")
	s.Serial = serial
	s.Resources["kkts.a"] = state.Resource{Identity: state.Identity{Serial: "secret serial"}}
	return s
}

func TestEncryptedIsReadBackByEachRecipient(t *testing.T) {
	pub1, key1 := keyPair(t)
	pub2, key2 := keyPair(t)
	want := secretState(4)
	s := write(t, state.Encrypted(sealer(t, []string{pub1, pub2}, key1)), want.Clone(), 3)
	for _, part := range [][]byte{s.snapshot, s.journal()} {
		if bytes.Contains(part, []byte("secret")) {
			t.Fatalf("readable without a key:\n%s", part)
		}
	}
	for _, key := range []string{key1, key2} {
		c := state.Encrypted(sealer(t, nil, key))
		snap, j, err := read(c, s)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.Resources, snap.Resources); diff != "" || snap.Serial != 10 || len(j.Entries) != 6 {
			t.Errorf("serial %d, %d entries, %s", snap.Serial, len(j.Entries), diff)
		}
		// Who has no recipients of his own goes on for those of the state.
		if got := c.Recipients(); len(got) != 2 {
			t.Errorf("goes on for %q", got)
		}
	}
	h, err := state.DecodeHeader(bytes.NewReader(s.snapshot))
	if err != nil || h.Lineage != want.Lineage || h.Serial != 4 || h.Fleet != "sever" || !h.Sealed() || len(h.Recipients()) != 2 {
		t.Errorf("the clear header reads %+v, %v", h, err)
	}
}

// A key that is wrong or missing is never an empty state, and nothing can be
// written on its account.
func TestWrongKey(t *testing.T) {
	pub, key := keyPair(t)
	_, other := keyPair(t)
	s := write(t, state.Encrypted(sealer(t, []string{pub}, key)), secretState(0), 1)
	for name, c := range map[string]state.Codec{
		"none":      {},
		"wrong":     state.Encrypted(sealer(t, nil, other)),
		"no reader": state.Encrypted(sealer(t, []string{pub}, "")),
	} {
		snap, err := c.Decode(s.snapshot)
		if snap != nil || !errors.Is(err, state.ErrSealed) || !strings.Contains(err.Error(), pub) || strings.Contains(err.Error(), other) {
			t.Errorf("%s: %v, %v", name, snap, err)
		}
		if _, err := c.DecodeJournal(s.journal()); !errors.Is(err, state.ErrSealed) {
			t.Errorf("%s: journal: %v", name, err)
		}
	}
	if _, err := (state.Codec{}).DecodeHeader(bytes.NewReader(s.snapshot)); !errors.Is(err, state.ErrSealed) {
		t.Errorf("without a key the header of what would be written to: %v", err)
	}
	if _, err := (state.Codec{}).DecodeJournal(s.header); !errors.Is(err, state.ErrSealed) {
		t.Errorf("an empty journal without a key: %v", err)
	}
	if _, err := state.Encrypted(sealer(t, []string{pub}, other)).DecodeHeader(bytes.NewReader(s.snapshot)); !errors.Is(err, state.ErrSealed) {
		t.Errorf("with a wrong key the header of what would be written to: %v", err)
	}
	// Recipients that only stand in the clear header are nobody to write for.
	c := state.Encrypted(sealer(t, nil, key))
	if _, err := c.DecodeHeader(bytes.NewReader(s.snapshot)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.EncodeGroup([]state.Entry{{Serial: 1, Event: "x"}}); err == nil {
		t.Error("written for recipients that nobody has verified")
	}
	if _, err := state.Encrypted(sealer(t, []string{pub}, key)).EncodeGroup([]state.Entry{{Serial: 1, Event: "x"}}); err == nil {
		t.Error("written to a state that was never met")
	}
}

// Whatever is edited, swapped, replayed, put in another order or left out
// between is noticed.
func TestTampering(t *testing.T) {
	pub, key := keyPair(t)
	codec := func() state.Codec { return state.Encrypted(sealer(t, []string{pub}, key)) }
	snap := secretState(4)
	s := write(t, codec(), snap, 3)
	other := write(t, codec(), secretState(4), 3)
	plain := write(t, state.Codec{}, snap, 3)
	edited := func(old, new string) []byte {
		b := bytes.Replace(s.snapshot, []byte(old), []byte(new), 1)
		return summed(b)
	}
	cases := map[string]stored{
		"edited serial":          {snapshot: edited(`"serial": 4`, `"serial": 5`), header: s.header, groups: s.groups},
		"edited fleet":           {snapshot: edited(`"sever"`, `"yug"`), header: s.header, groups: s.groups},
		"edited lineage":         {snapshot: edited(snap.Lineage, other.lineage(t)), header: other.header, groups: other.groups},
		"edited recipients":      {snapshot: edited(`"`+pub+`"`, `"`+pub+`", "age1x"`), header: s.header, groups: s.groups},
		"journal of another":     {snapshot: s.snapshot, header: other.header, groups: other.groups},
		"group of another":       {snapshot: s.snapshot, header: s.header, groups: [][]byte{s.groups[0], other.groups[1], s.groups[2]}},
		"group left out":         {snapshot: s.snapshot, header: s.header, groups: [][]byte{s.groups[0], s.groups[2]}},
		"group twice":            {snapshot: s.snapshot, header: s.header, groups: [][]byte{s.groups[0], s.groups[0], s.groups[1]}},
		"groups exchanged":       {snapshot: s.snapshot, header: s.header, groups: [][]byte{s.groups[1], s.groups[0]}},
		"group renumbered":       {snapshot: s.snapshot, header: s.header, groups: [][]byte{s.groups[0], renumbered(s.groups[0], "5-6", "7-8")}},
		"half a group":           {snapshot: s.snapshot, header: s.header, groups: [][]byte{renumbered(firstLine(s.groups[0]), "5-6", "5-5")}},
		"plain group":            {snapshot: s.snapshot, header: s.header, groups: [][]byte{s.groups[0], plain.groups[1]}},
		"plain journal":          {snapshot: s.snapshot, header: plain.header, groups: plain.groups},
		"without its checksum":   {snapshot: cutChecksum(s.snapshot), header: s.header},
		"a letter of the sealed": {snapshot: summed(flip(s.snapshot, `"data": "`)), header: s.header},
		"a letter of the key":    {snapshot: summed(flip(s.snapshot, `"key": "`)), header: s.header},
		"a letter of an entry":   {snapshot: s.snapshot, header: s.header, groups: [][]byte{renumbered(flip(s.groups[0], `"data":"`), "", "")}},
	}
	for name, c := range cases {
		if bytes.Equal(c.snapshot, s.snapshot) && bytes.Equal(c.journal(), s.journal()) {
			t.Errorf("%s: nothing was changed", name)
		}
		got, j, err := read(codec(), c)
		lineage := name == "journal of another" // the store compares the headers, see local
		if err == nil && (!lineage || j.Header.Lineage == got.Lineage) {
			t.Errorf("%s: not noticed, serial %d", name, got.Serial)
		}
	}
	if _, _, err := read(codec(), s); err != nil {
		t.Errorf("untouched: %v", err)
	}
}

func (s stored) lineage(t testing.TB) string {
	h, err := state.DecodeHeader(bytes.NewReader(s.snapshot))
	if err != nil {
		t.Fatal(err)
	}
	return h.Lineage
}

// Encryption is turned on by a new snapshot; a process that was killed before
// it began the journal anew leaves a plain one behind, all of it in the
// snapshot. The other way round it is the same.
func TestTurnedOnAndOff(t *testing.T) {
	pub, key := keyPair(t)
	c := state.Encrypted(sealer(t, []string{pub}, key))
	snap := secretState(4)
	plain := write(t, state.Codec{}, snap, 3)
	got, _, err := read(c, plain)
	if err != nil || len(c.Stored()) != 0 {
		t.Fatalf("plain: %v, stored for %q", err, c.Stored())
	}
	on, err := c.Encode(got)
	if err != nil {
		t.Fatal(err)
	}
	if got, _, err = read(c, stored{snapshot: on, header: plain.header, groups: plain.groups}); err != nil || got.Serial != 10 || len(c.Stored()) != 1 {
		t.Fatalf("turned on: %v, stored for %q", err, c.Stored())
	}
	s := write(t, c, got, 2)
	if got, _, err = read(c, s); err != nil {
		t.Fatal(err)
	}
	off, err := c.Plain().Encode(got)
	if err != nil || bytes.Contains(off, []byte("sealed")) {
		t.Fatalf("turned off: %v", err)
	}
	got, _, err = read(c, stored{snapshot: off, header: s.header, groups: s.groups})
	if err != nil || got.Serial != 14 || len(c.Stored()) != 0 {
		t.Errorf("turned off: %v, stored for %q", err, c.Stored())
	}
}

// The tail that a write cut short leaves is told from damage as in plain text.
func TestTornEncryptedTail(t *testing.T) {
	pub, key := keyPair(t)
	c := state.Encrypted(sealer(t, []string{pub}, key))
	s := write(t, c, secretState(0), 2)
	whole := s.journal()
	valid := len(s.header) + len(s.groups[0])
	for n := valid; n < len(whole); n++ {
		j, err := c.DecodeJournal(whole[:n])
		if err != nil || len(j.Entries) != 2 || j.Valid != int64(valid) || j.Torn != int64(n-valid) {
			t.Fatalf("cut at %d: %+v, %v", n, j, err)
		}
	}
}

func FuzzDecodeSealed(f *testing.F) {
	pub, key := keyPair(f)
	c := state.Encrypted(sealer(f, []string{pub}, key))
	s := write(f, c, secretState(4), 2)
	f.Add(s.snapshot, s.journal())
	f.Add(s.groups[0], s.header)
	f.Fuzz(func(t *testing.T, snapshot, journal []byte) {
		c := state.Encrypted(sealer(t, nil, key))
		got, err := c.Decode(snapshot)
		if (got == nil) != (err != nil) {
			t.Fatalf("%v, %v", got, err)
		}
		if err == nil && isEncrypted(snapshot) && !bytes.Equal(snapshot, s.snapshot) && got.Lineage == s.lineage(t) && got.Serial != 4 {
			t.Fatalf("another state: %+v", got)
		}
		if j, err := c.DecodeJournal(journal); err == nil && j.Valid+j.Torn != int64(len(journal)) {
			t.Fatalf("%+v", j)
		}
	})
}

func isEncrypted(data []byte) bool {
	h, err := state.DecodeHeader(bytes.NewReader(data))
	return err == nil && h.Sealed()
}

// Loading is a matter of seconds even where every command has left one group.
func BenchmarkDecodeSealedJournal(b *testing.B) {
	pub, key := keyPair(b)
	snap := secretState(0)
	c := state.Encrypted(sealer(b, []string{pub}, key))
	data, _ := c.EncodeHeader(snap.Lineage, 0)
	for serial := range uint64(2000) {
		own := state.Encrypted(sealer(b, []string{pub}, key)) // a process of its own
		if _, err := own.EncodeHeader(snap.Lineage, 0); err != nil {
			b.Fatal(err)
		}
		g, err := own.EncodeGroup([]state.Entry{{Serial: serial + 1, Event: "x"}})
		if err != nil {
			b.Fatal(err)
		}
		data = append(data, g...)
	}
	for b.Loop() {
		if _, err := state.Encrypted(sealer(b, nil, key)).DecodeJournal(data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSealedSnapshot(b *testing.B) {
	pub, key := keyPair(b)
	snap := secretState(0)
	for i := range 100_000 {
		snap.Resources[fmt.Sprintf("kkts.till-%06d", i)] = state.Resource{Status: state.StatusLive, Identity: state.Identity{Serial: fmt.Sprintf("%014d", i), RNM: "0000002950038403", INN: "5252012620"}}
	}
	c := state.Encrypted(sealer(b, []string{pub}, key))
	for b.Loop() {
		data, err := c.Encode(snap)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := c.Decode(data); err != nil {
			b.Fatal(err)
		}
	}
}
