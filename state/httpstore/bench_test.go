package httpstore_test

import (
	"fmt"
	"net/http/httptest"
	"testing"

	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/httpstore"
	"github.com/kktctl/kktctl/state/httpstore/httpstoretest"
	"github.com/kktctl/kktctl/state/statetest"
)

// BenchmarkAppend writes one entry to a state of 100,000 tills: each sends the
// whole document.
func BenchmarkAppend(b *testing.B) {
	ts := httptest.NewServer(&httpstoretest.Server{Dir: b.TempDir()})
	defer ts.Close()
	s, err := httpstore.Open(httpstore.Config{Address: ts.URL})
	must(b, err)
	lease, err := s.Lock(b.Context(), state.LockRequest{Holder: "anna"})
	must(b, err)
	snap := state.NewSnapshot("sever")
	for i := range 100_000 {
		snap.Resources[fmt.Sprintf("kkts.c%d", i)] = *statetest.Resource(fmt.Sprintf("%014d", i), i)
	}
	must(b, s.Init(b.Context(), lease, snap))
	for b.Loop() {
		must(b, s.Append(b.Context(), lease, []state.Entry{{Event: "phase", Address: "kkts.c7", Resource: statetest.Resource("7", 7)}}))
	}
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
