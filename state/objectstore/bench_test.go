package objectstore_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/kktctl/kktctl/state/statetest"
)

// BenchmarkAppend: one entry at a time, and from 64 callers.
func BenchmarkAppend(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			endpoint, _ := serve(b)
			s, lease, _ := begin(b, options(endpoint))
			b.ResetTimer()
			for left := b.N; left > 0; left -= callers {
				var wg sync.WaitGroup
				for range min(callers, left) {
					wg.Go(func() {
						if err := s.Append(context.Background(), lease, entries(1)); err != nil {
							b.Error(err)
						}
					})
				}
				wg.Wait()
			}
		})
	}
}

// BenchmarkLoad: a snapshot of so many tills.
func BenchmarkLoad(b *testing.B) {
	for _, tills := range []int{1_000, 100_000} {
		b.Run(fmt.Sprintf("tills=%d", tills), func(b *testing.B) {
			endpoint, _ := serve(b)
			s, lease, snap := begin(b, options(endpoint))
			for i := range tills {
				snap.Resources[fmt.Sprintf("kkts.till-%d", i)] = *statetest.Resource(fmt.Sprint(i), i)
			}
			if err := s.Compact(context.Background(), lease, snap); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if got, _, err := s.Load(context.Background()); err != nil || len(got.Resources) != tills {
					b.Fatal(err)
				}
			}
		})
	}
}
