package state_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/statetest"
)

func sample(t testing.TB) *state.Snapshot {
	t.Helper()
	s := state.NewSnapshot("sever")
	s.Serial = 7
	for i := range 5 {
		a := fmt.Sprintf("kkts.c%d", i)
		s.Resources[a] = *statetest.Resource(a, i)
	}
	s.Intents["i1"] = state.Intent{ID: "i1", Address: "kkts.c1", Effect: state.EffectPay, At: time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)}
	return s
}

func encode(t testing.TB, s *state.Snapshot) []byte {
	t.Helper()
	b, err := state.Encode(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestEncodeForm(t *testing.T) {
	s := sample(t)
	b := encode(t, s)
	if !json.Valid(b) {
		t.Fatalf("not JSON:\n%s", b)
	}
	want := []string{`{`, `"version": 1,`, `"lineage": "` + s.Lineage + `",`, `"serial": 7,`, `"fleet": "sever",`, `"resources": {`}
	lines := strings.Split(string(b), "\n")
	if d := cmp.Diff(want, lines[:len(want)]); d != "" {
		t.Errorf("header (-want +got):\n%s", d)
	}
	for i, key := range []string{"kkts.c0", "kkts.c1", "kkts.c2", "kkts.c3", "kkts.c4"} {
		if line := lines[len(want)+i]; !strings.HasPrefix(line, `"`+key+`": {`) {
			t.Errorf("line of %s: %.60s", key, line)
		}
	}
	for range 5 {
		if !bytes.Equal(b, encode(t, s.Clone())) {
			t.Fatal("the same snapshot gives other bytes")
		}
	}
}

func TestEncodeDiffsByLine(t *testing.T) {
	s := sample(t)
	before := strings.Split(string(encode(t, s)), "\n")
	r := s.Resources["kkts.c3"].Clone()
	r.Renta = "galereya"
	s.Resources["kkts.c3"] = r
	after := strings.Split(string(encode(t, s)), "\n")
	changed := 0
	for i := range before {
		if before[i] != after[i] {
			changed++
		}
	}
	if len(before) != len(after) || changed != 2 { // the resource and the checksum
		t.Errorf("%d lines changed of %d", changed, len(before))
	}
}

func TestDecode(t *testing.T) {
	s := sample(t)
	for name, want := range map[string]*state.Snapshot{"full": s, "empty": state.NewSnapshot("")} {
		got, err := state.Decode(encode(t, want))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
	h, err := state.DecodeHeader(bytes.NewReader(encode(t, s)))
	if want := (state.Header{Version: 1, Lineage: s.Lineage, Serial: 7, Fleet: "sever"}); err != nil || h != want {
		t.Errorf("header: %+v, %v", h, err)
	}
}

func TestDecodeEveryFlippedBit(t *testing.T) {
	b := encode(t, sample(t))
	for i := range b {
		damaged := bytes.Clone(b)
		damaged[i] ^= 1 << (i % 7)
		got, err := state.Decode(damaged)
		if err == nil && !equal(t, got, b) {
			t.Fatalf("byte %d (%q to %q) goes unnoticed", i, b[i], damaged[i])
		}
		if err != nil && !errors.Is(err, state.ErrCorrupt) && !errors.Is(err, state.ErrNewer) {
			t.Fatalf("byte %d: %v", i, err)
		}
	}
	for i := range b[:len(b)-2] {
		if _, err := state.Decode(b[:i]); !errors.Is(err, state.ErrCorrupt) {
			t.Fatalf("the first %d bytes: %v", i, err)
		}
	}
}

// equal tells whether a change was one of white space behind the checksum.
func equal(t *testing.T, got *state.Snapshot, b []byte) bool {
	want, err := state.Decode(b)
	return err == nil && cmp.Equal(want, got)
}

func TestDecodeRefuses(t *testing.T) {
	good := string(encode(t, sample(t)))
	edited := strings.Replace(good, `"sever"`, `"severe"`, 1)
	unsummed := edited[:strings.LastIndex(edited, ",\n\"checksum\"")] + "\n}\n"
	if s, err := state.Decode([]byte(unsummed)); err != nil || s.Fleet != "severe" {
		t.Errorf("edited on purpose: %v", err)
	}
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"edited":         {edited, state.ErrCorrupt},
		"newer":          {strings.Replace(good, `"version": 1`, `"version": 2`, 1), state.ErrNewer},
		"newer, unknown": {`{"version": 9, "lineage": [], "more": {}}`, state.ErrNewer},
		"version 0":      {`{"lineage": "x", "resources": {}}`, state.ErrCorrupt},
		"unknown field":  {`{"version": 1, "lineage": "x", "mystery": 1}`, state.ErrCorrupt},
		"no lineage":     {`{"version": 1}`, state.ErrCorrupt},
		"foreign":        {"apiVersion: kktctl/v1\n", state.ErrCorrupt},
		"two":            {unsummed + unsummed, state.ErrCorrupt},
		"nil workflow":   {`{"version":1,"lineage":"x","resources":{"kkts.a":{"identity":{"serial":"1"},"workflow":{"pay":null}}}}`, state.ErrCorrupt},
		"empty":          {"", state.ErrCorrupt},
	} {
		if _, err := state.Decode([]byte(c.text)); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

func TestReplay(t *testing.T) {
	s := sample(t) // at serial 7
	entry := func(serial uint64, address string) state.Entry {
		return state.Entry{Serial: serial, Address: address, Resource: statetest.Resource("new", 1)}
	}
	if err := s.Replay([]state.Entry{entry(6, "kkts.old"), entry(7, "kkts.old"), entry(8, "kkts.new")}); err != nil {
		t.Fatal(err)
	}
	if _, ok := s.Resources["kkts.old"]; ok || s.Serial != 8 || s.Resources["kkts.new"].Identity.Serial != "new" {
		t.Errorf("serial %d, resources %v", s.Serial, s.Resources)
	}
	if err := s.Replay([]state.Entry{entry(10, "kkts.gap")}); !errors.Is(err, state.ErrCorrupt) {
		t.Errorf("a gap: %v", err)
	}
}

// TestCloneSharesNothing fills every field there is, so that a field added
// later and forgotten in Clone is found.
func TestCloneSharesNothing(t *testing.T) {
	var s state.Snapshot
	fill(reflect.ValueOf(&s).Elem())
	c := s.Clone()
	if d := cmp.Diff(&s, c, cmpopts.EquateEmpty()); d != "" {
		t.Fatalf("the clone differs:\n%s", d)
	}
	noneShared(t, "snapshot", reflect.ValueOf(s), reflect.ValueOf(*c))
	var e state.Entry
	fill(reflect.ValueOf(&e).Elem())
	noneShared(t, "entry", reflect.ValueOf(e), reflect.ValueOf(e.Clone()))
}

func fill(v reflect.Value) {
	if v.Type() == reflect.TypeFor[time.Time]() {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		elem := reflect.New(v.Type().Elem()).Elem()
		fill(elem)
		v.SetMapIndex(reflect.ValueOf("k").Convert(v.Type().Key()), elem)
	case reflect.String:
		v.SetString("x")
	}
}

func noneShared(t *testing.T, path string, a, b reflect.Value) {
	t.Helper()
	switch a.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice:
		if a.IsNil() || b.IsNil() {
			if path != "" && a.Type() != reflect.TypeFor[*time.Location]() {
				t.Errorf("%s is nil", path)
			}
			return
		}
		if a.Pointer() == b.Pointer() {
			t.Errorf("%s is shared", path)
		}
	}
	switch a.Kind() {
	case reflect.Pointer:
		noneShared(t, path, a.Elem(), b.Elem())
	case reflect.Struct:
		for i := range a.NumField() {
			noneShared(t, path+"."+a.Type().Field(i).Name, a.Field(i), b.Field(i))
		}
	case reflect.Slice:
		noneShared(t, path+"[]", a.Index(0), b.Index(0))
	case reflect.Map:
		key := a.MapKeys()[0]
		noneShared(t, path+"{}", a.MapIndex(key), b.MapIndex(key))
	}
}
