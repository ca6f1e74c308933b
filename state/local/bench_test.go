package local_test

import (
	"fmt"
	"testing"

	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/local"
	"github.com/kktctl/kktctl/state/statetest"
)

const many = 100_000

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
	s := local.Open(place(b))
	lease := lock(b, s)
	must(b, s.Init(b.Context(), lease, state.NewSnapshot("bench")))
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := s.Append(b.Context(), lease, []state.Entry{entry(1)}); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

func BenchmarkLoad(b *testing.B) {
	path := place(b)
	s := local.Open(path)
	must(b, s.Init(b.Context(), lock(b, s), big()))
	for b.Loop() {
		if got := load(b, path); len(got.Resources) != many {
			b.Fatal(len(got.Resources))
		}
	}
}

func BenchmarkCompact(b *testing.B) {
	s := local.Open(place(b))
	lease, snap := lock(b, s), big()
	must(b, s.Init(b.Context(), lease, snap))
	for b.Loop() {
		must(b, s.Compact(b.Context(), lease, snap))
	}
}

func BenchmarkClone(b *testing.B) {
	snap := big()
	for b.Loop() {
		snap.Clone()
	}
}
