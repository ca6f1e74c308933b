package spec_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/fiscal"
)

const header = `apiVersion: kktctl/v1
kind: Fleet
name: bench
centres:
  galereya: {inn: "7802870820"}
companies:
  sever: {inn: "5252012620", kpp: "525201001", name: ООО «Север»}
defaults:
  company: sever
`

// manyTills writes a fleet of n tills.
func manyTills(n int) string {
	var b strings.Builder
	b.WriteString(header + "kkts:\n")
	for i := range n {
		serial := fmt.Sprintf("%014d", 307404000000+i)
		fmt.Fprintf(&b, `  shop-%d:
    model: АТОЛ 42ФС
    serial: "%s"
    rnm: "%s"
    fn: {number: "73804408%08d", type: fn15}
    address: 115280, Москва, ул Ленинская Слобода, д %d
    place: Магазин №%d
    usage: [marking]
    activationCode: auto
    renta: galereya
`, i, serial, fiscal.RNMFor(uint64(i), "5252012620", serial), i, i, i)
	}
	return b.String()
}

func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "fleet.yaml")
			text := manyTills(n)
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				f, list := spec.Load(path)
				if len(list) > 0 || len(f.KKTs) != n {
					b.Fatal(list)
				}
			}
		})
	}
}
