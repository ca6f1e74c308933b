package apply_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/apply"
	"github.com/kktctl/kktctl/state"
)

// FuzzDecodeUnwritten: a copy of what could not be written is read whole, or
// up to a torn end, or refused; what was read is written back the same.
func FuzzDecodeUnwritten(f *testing.F) {
	u := apply.Unwritten{Lineage: "lineage", Serial: 7, Entries: []state.Entry{
		{Event: "paid", Address: "kkts.a", Resource: &state.Resource{Status: state.StatusLive}, SettledIntent: "i"},
		{Event: "b", Address: "kkts.b", Delete: true},
	}}
	data, err := u.Encode(state.Codec{})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add(data[:len(data)-9])
	f.Add([]byte("{}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := apply.DecodeUnwritten(data, state.Codec{})
		if err != nil {
			if !errors.Is(err, state.ErrCorrupt) && !errors.Is(err, state.ErrNewer) {
				t.Fatalf("an error of no kind: %v", err)
			}
			return
		}
		once, err := got.Encode(state.Codec{})
		if err != nil {
			t.Fatalf("cannot be written back: %v", err)
		}
		again, err := apply.DecodeUnwritten(once, state.Codec{})
		if err != nil || again.Torn != 0 {
			t.Fatalf("cannot be read back: %+v, %v", again, err)
		}
		again.Torn = got.Torn
		if d := cmp.Diff(got, again); len(got.Entries) > 0 && d != "" {
			t.Fatal(d)
		}
	})
}
