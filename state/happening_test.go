package state

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// teller applies entries with the next serials.
func teller(s *Snapshot) func(e Entry) {
	return func(e Entry) {
		e.Serial, e.Log = s.Serial+1, true
		e.At = time.Date(2026, 11, 20, 12, 0, int(e.Serial), 0, time.UTC)
		s.Apply(e)
	}
}

func told(list []Happening) string {
	var parts []string
	for _, h := range list {
		parts = append(parts, fmt.Sprintf("%s:%s", h.Address, h.What))
	}
	return strings.Join(parts, " ")
}

func TestHistoryFollowsMoves(t *testing.T) {
	s := NewSnapshot("sever")
	tell := teller(s)
	tell(Entry{Event: "one", Address: "kkts.a", Resource: &Resource{}})
	tell(Entry{Event: "two", Address: "kkts.b", Resource: &Resource{}})
	// They swap their names.
	tell(Entry{Event: "move", Address: "kkts.a", Delete: true, Peer: "kkts.b"})
	tell(Entry{Event: "move", Address: "kkts.b", Delete: true, Peer: "kkts.a"})
	tell(Entry{Event: "move", Address: "kkts.b", Resource: &Resource{}, Peer: "kkts.a"})
	tell(Entry{Event: "move", Address: "kkts.a", Resource: &Resource{}, Peer: "kkts.b"})
	tell(Entry{Event: "three", Address: "kkts.b", Resource: &Resource{}})
	for address, want := range map[string]string{
		"kkts.b":    "kkts.a:one kkts.a:move kkts.b:move kkts.b:three",
		"kkts.a":    "kkts.b:two kkts.b:move kkts.a:move",
		"kkts.none": "",
	} {
		if got := told(s.HistoryOf(address)); got != want {
			t.Errorf("%s: got %s, want %s", address, got, want)
		}
	}
	if n := len(s.AllHistory()); n != 7 {
		t.Errorf("%d events in all", n)
	}
	// Back and forth, more often than is kept.
	for range 3 * MaxEvents {
		tell(Entry{Event: "move", Address: "kkts.b", Delete: true, Peer: "kkts.c"})
		tell(Entry{Event: "move", Address: "kkts.c", Resource: &Resource{}, Peer: "kkts.b"})
		tell(Entry{Event: "move", Address: "kkts.c", Delete: true, Peer: "kkts.b"})
		tell(Entry{Event: "move", Address: "kkts.b", Resource: &Resource{}, Peer: "kkts.c"})
	}
	if n := len(s.HistoryOf("kkts.b")); n == 0 || n > 2*MaxEvents {
		t.Errorf("%d events of a till that was moved often", n)
	}
}

func TestHistoryIsBoundedAndNotShared(t *testing.T) {
	s := NewSnapshot("sever")
	tell := teller(s)
	for i := range 3 * MaxEvents {
		tell(Entry{Event: fmt.Sprint(i), Address: "kkts.a", Resource: &Resource{}, Run: &Provenance{ID: fmt.Sprintf("r%d", i), Who: "anna"}})
	}
	c := s.Clone()
	tell(Entry{Event: "last", Address: "kkts.a", Delete: true})
	if got := told(c.HistoryOf("kkts.a")); strings.Contains(got, "last") || !strings.HasSuffix(got, ":59") {
		t.Errorf("the copy has %s", got)
	}
	list := s.HistoryOf("kkts.a")
	if len(list) != MaxEvents || list[MaxEvents-1].What != "last" || list[0].By.ID != "r41" {
		t.Errorf("kept: %s", told(list))
	}
	if len(s.Runs) != 3*MaxEvents {
		t.Errorf("%d runs before", len(s.Runs))
	}
	s.ForgetRuns()
	if len(s.Runs) != MaxEvents-1 {
		t.Errorf("%d runs are left", len(s.Runs))
	}
	data, err := Encode(s)
	if err != nil {
		t.Fatal(err)
	}
	back, err := Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(s, back); d != "" {
		t.Errorf("the history does not come back (-want +got):\n%s", d)
	}
}

func TestWithoutHistoryTheFormIsAsItWas(t *testing.T) {
	data, err := Encode(NewSnapshot("sever"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(data), "history") || strings.Contains(string(data), "runs") {
		t.Errorf("an empty history is written:\n%s", data)
	}
}

// BenchmarkHistory: an event costs the same, however large the fleet is.
func BenchmarkHistory(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := NewSnapshot("sever")
			tell := teller(s)
			by := &Provenance{ID: "r"}
			addresses := make([]string, n)
			for i := range addresses {
				addresses[i] = fmt.Sprintf("kkts.till-%06d", i)
				for range MaxEvents {
					tell(Entry{Event: "adopt", Address: addresses[i], Run: by})
				}
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				tell(Entry{Event: "done register", Address: addresses[i%n], Run: by})
				i++
			}
		})
	}
}
