package planner

import (
	"fmt"
	"testing"

	"github.com/kktctl/kktctl/spec"
)

// BenchmarkPlan: the time of a plan grows with the number of tills, not faster.
func BenchmarkPlan(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		w := newWorld()
		for i := range n {
			w.declare(i, func(k *spec.KKT) { k.Renta = "galereya"; k.ActivationCode.Auto = true })
		}
		w.code("POOL", n)
		b.Run(fmt.Sprintf("new/%d", n), func(b *testing.B) { benchmark(b, w, 3*n) })
		idle(w)
		b.Run(fmt.Sprintf("idle/%d", n), func(b *testing.B) { benchmark(b, w, 0) })
		for i := range w.Live.Tills {
			w.Live.Tills[i].Place = "elsewhere"
		}
		b.Run(fmt.Sprintf("drift/%d", n), func(b *testing.B) { benchmark(b, w, n) })
	}
}

func benchmark(b *testing.B, w *world, want int) {
	b.ReportAllocs()
	for b.Loop() {
		if p := w.plan(); len(p.Steps) != want {
			b.Fatalf("%d steps, want %d", len(p.Steps), want)
		}
	}
}

// idle makes the fleet live as declared; the service spells addresses its own way.
func idle(w *world) {
	for _, k := range w.Fleet.KKTs {
		a := w.Fleet.AttributesOf(k)
		a.RNM = w.nextRNM(k.Serial)
		w.Prior.Resources[k.Resource()] = Resource{Registered: true, Serial: k.Serial, RNM: a.RNM, INN: a.INN, Attributes: &a, Renta: k.Renta}
		w.Live.Tills = append(w.Live.Tills, Till{
			RNM: a.RNM, Serial: k.Serial, FN: a.FN, Model: a.Model, Address: "Г МОСКВА, УЛ ЛЕНИНСКАЯ СЛОБОДА, Д " + a.Address.Full[len("г Москва, ул Ленинская Слобода, д "):],
			Place: a.Place, ContractStart: w.Now,
		})
		w.Live.Renta = append(w.Live.Renta, RentaTill{RNM: a.RNM, Serial: k.Serial, FN: a.FN})
	}
}
