package postgres_test

import (
	"fmt"
	"testing"

	"github.com/kktctl/kktctl/internal/pgtest"
	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/postgres"
	"github.com/kktctl/kktctl/state/statetest"
)

const many = 100_000

// durableServer starts a server that waits for its disk.
func durableServer(b *testing.B) string {
	b.Helper()
	srv, err := pgtest.Start()
	if err != nil {
		absent(b, err)
	}
	b.Cleanup(func() { must(b, srv.Stop()) })
	return srv.Socket(pgtest.Owner, "postgres")
}

func big() *state.Snapshot {
	s := state.NewSnapshot("big")
	for i := range many {
		a := fmt.Sprintf("kkts.till-%06d", i)
		r := statetest.Resource(a, i)
		r.Workflows = nil
		s.Resources[a] = *r
	}
	return s
}

func BenchmarkAppend(b *testing.B) {
	s := open(b, durableServer(b))
	lease := begin(b, s)
	for _, callers := range []int{1, 32} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			b.SetParallelism(callers)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := s.Append(b.Context(), lease, []state.Entry{entry(1)}); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	s := open(b, durableServer(b))
	must(b, s.Init(b.Context(), lock(b, s), big()))
	for b.Loop() {
		if got := load(b, s); len(got.Resources) != many {
			b.Fatal(len(got.Resources))
		}
	}
}

func BenchmarkCompact(b *testing.B) {
	s := open(b, durableServer(b), postgres.WithLease(term))
	lease, snap := lock(b, s), big()
	must(b, s.Init(b.Context(), lease, snap))
	for b.Loop() {
		must(b, s.Compact(b.Context(), lease, snap))
	}
}
