package httpstore_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/httpstore"
	"github.com/kktctl/kktctl/state/httpstore/httpstoretest"
	"github.com/kktctl/kktctl/state/statetest"
)

// A long journal is sent packed, is read back whole, stays in the history after
// a compaction, and is refused when a packed part is missing or damaged.
func TestLongJournal(t *testing.T) {
	const n = 300
	server := &httpstoretest.Server{Dir: t.TempDir()}
	ts := httptest.NewServer(server)
	t.Cleanup(ts.Close)
	var sent int64
	s := open(t, httpstore.Config{Address: ts.URL, Transport: turn(func(r *http.Request) (*http.Response, error) {
		sent += max(r.ContentLength, 0)
		return http.DefaultTransport.RoundTrip(r)
	})})
	lease, err := s.Lock(t.Context(), state.LockRequest{Holder: "anna"})
	must(t, err)
	must(t, s.Init(t.Context(), lease, state.NewSnapshot("sever")))
	sent = 0
	for i := range n {
		must(t, s.Append(t.Context(), lease, []state.Entry{{Event: "phase", Address: fmt.Sprintf("kkts.c%d", i), Resource: statetest.Resource("7", 7)}}))
	}
	if limit := int64(n * 64 << 10); sent > limit {
		t.Errorf("%d appends send %d bytes, more than %d", n, sent, limit)
	}
	reader := open(t, httpstore.Config{Address: ts.URL})
	snap, _, err := reader.Load(t.Context())
	must(t, err)
	if snap.Serial != n || len(snap.Resources) != n {
		t.Fatalf("serial %d, %d resources", snap.Serial, len(snap.Resources))
	}
	whole, err := os.ReadFile(server.Document())
	must(t, err)
	text := string(whole)
	from := strings.Index(text, `"packed":[{"gzip":"`)
	if from < 0 {
		t.Fatal("nothing is packed")
	}
	first := text[from+len(`"packed":[`) : strings.Index(text[from:], `"}`)+from+3]
	for _, damaged := range []string{
		strings.Replace(text, first, "", 1),
		strings.Replace(text, first, "null,", 1),
		text[:from+200] + "AAAAAAAA" + text[from+208:],
	} {
		must(t, os.WriteFile(server.Document(), []byte(damaged), 0o600))
		if _, _, err := reader.Load(t.Context()); !errors.Is(err, state.ErrCorrupt) {
			t.Errorf("damaged: %v", err)
		}
	}
	must(t, os.WriteFile(server.Document(), whole, 0o600))
	must(t, s.Compact(t.Context(), lease, snap))
	must(t, s.Append(t.Context(), lease, entry()))
	entries, err := reader.History(t.Context())
	if err != nil || len(entries) != n+1 || entries[0].Address != "kkts.c0" || entries[n].Serial != n+1 {
		t.Errorf("history: %d entries, %v", len(entries), err)
	}
}
