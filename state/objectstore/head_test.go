package objectstore

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kktctl/kktctl/state"
)

// FuzzHead: a head is refused or is exactly what was written.
func FuzzHead(f *testing.F) {
	h := head{Lineage: "l", Fleet: "sever", Serial: 3, Epoch: 2, Writes: map[uint64]string{2: "w"}, Snapshot: &part{Name: "n"}, Header: []byte("h")}
	data, err := h.encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"head":2}`))
	f.Add([]byte(`{"head":1,"lock":{}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := decodeHead(data)
		if err != nil {
			if !errors.Is(err, state.ErrCorrupt) && !errors.Is(err, state.ErrNewer) {
				t.Fatalf("neither damaged nor newer: %v", err)
			}
			return
		}
		if again, err := h.encode(); err != nil || string(again) != string(data) {
			t.Fatalf("%q was read as %q", data, again)
		}
	})
}

func TestHeadVersions(t *testing.T) {
	if _, err := decodeHead([]byte(`{"head":2,"unheard":1}`)); !errors.Is(err, state.ErrNewer) {
		t.Errorf("a newer head: %v", err)
	}
	var h head
	for epoch := range uint64(40) {
		h.wrote(epoch, "w")
	}
	if len(h.Writes) != maxWrites || h.Writes[39] == "" {
		t.Errorf("%d writes are remembered: %v", len(h.Writes), h.Writes)
	}
}

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"s3://states/sever.kktstate":              "states sever.kktstate",
		"s3://states/fleets/a b/sever":            "states fleets/a b/sever",
		"s3://states":                             "s3://BUCKET/KEY",
		"s3://states/":                            "s3://BUCKET/KEY",
		"s3://states/folder/":                     "s3://BUCKET/KEY",
		"s3:///key":                               "s3://BUCKET/KEY",
		"s3://states/key?region=x":                "has no ?",
		"s3://states/" + strings.Repeat("k", 901): "at most 900 bytes",
	} {
		u, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		bucket, key, err := Parse(u)
		got := bucket + " " + key
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

// TestServerClock: what lasts is counted from a time that the server has not
// reached, what ended from one that it has.
func TestServerClock(t *testing.T) {
	date := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC) // far from the process's clock
	c := &serverClock{}
	rt := c.watch(answering(func(*http.Request) (*http.Response, error) {
		return &http.Response{Header: http.Header{"Date": {date.Format(http.TimeFormat)}}}, nil
	}))
	if _, err := rt.RoundTrip(&http.Request{}); err != nil {
		t.Fatal(err)
	}
	early, late := c.earliest(), c.latest()
	if early.Before(date) || late.Before(date.Add(time.Second)) || late.Sub(date) > time.Minute || late.Sub(early) < time.Second {
		t.Fatalf("the server says %s; at the earliest %s, at the latest %s", date, early, late)
	}
}

type answering func(*http.Request) (*http.Response, error)

func (f answering) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
