package planner

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kktctl/kktctl/spec"
)

// drawWorld makes a fleet in which anything may be the case.
func drawWorld(t *rapid.T) *world {
	w := newWorld()
	w.Fleet.Policy.Prune = rapid.Bool().Draw(t, "prune")
	w.Fleet.Policy.PruneReason = spec.ReasonLost
	w.AllowUnregister = rapid.SampledFrom([]int{0, 100}).Draw(t, "allowUnregister")
	w.Fleet.Policy.RenewBefore = 30 * 24 * time.Hour
	for i := range rapid.IntRange(0, 4).Draw(t, "codes") {
		w.code(fmt.Sprintf("POOLCODE%d", i), rapid.IntRange(0, 4).Draw(t, "left"), func(c *Code) {
			c.Tariff = rapid.SampledFrom([]string{"Green", "Red"}).Draw(t, "tariff")
			c.Expires = rapid.SampledFrom([]time.Time{{}, testNow().Add(time.Hour), testNow().Add(48 * time.Hour), testNow().Add(-time.Hour)}).Draw(t, "expires")
		})
	}
	n := rapid.IntRange(1, 8).Draw(t, "tills")
	for i := range n {
		drawTill(t, w, i+1)
	}
	drawNames(t, w)
	drawOthers(t, w)
	return w
}

func drawTill(t *rapid.T, w *world, n int) {
	addr := w.declare(n, func(k *spec.KKT) {
		k.Renta = rapid.SampledFrom([]string{"", "", "galereya", "atrium"}).Draw(t, "renta")
		k.Tariff = rapid.SampledFrom([]string{"", "green"}).Draw(t, "wantTariff")
	})
	switch rapid.IntRange(0, 5).Draw(t, "code") {
	case 0:
		w.edit(addr, func(k *spec.KKT) { k.ActivationCode = spec.Code{Auto: true} })
	case 1:
		w.pays(addr, fmt.Sprintf("POOLCODE%d", rapid.IntRange(0, 4).Draw(t, "which")))
	}
	if k := w.kkt(addr); !k.ActivationCode.IsZero() {
		w.edit(addr, func(k *spec.KKT) { k.Book = rapid.Bool().Draw(t, "book") })
	}
	if rapid.IntRange(0, 5).Draw(t, "booked") == 0 {
		w.recordBooking(addr, "POOLCODE0", rapid.IntRange(0, 4).Draw(t, "wasLeft"))
	}
	if rapid.Bool().Draw(t, "live") {
		row := w.list(addr)
		switch rapid.IntRange(0, 3).Draw(t, "service") {
		case 1:
			row.ContractStart = testNow().Add(-time.Hour)
		case 2:
			row.ContractStart, row.ContractEnd = testNow().Add(-time.Hour), testNow().Add(time.Hour)
		case 3:
			row.ContractStart, row.ContractEnd = testNow().Add(-400*time.Hour), testNow().Add(-time.Hour)
		}
		row.FNEnd = testNow().Add(time.Hour)
		if rapid.IntRange(0, 4).Draw(t, "namesake") == 0 { // another maker's till with this number
			other := *row
			other.RNM, other.FN = fmt.Sprintf("000000000%07d", n), fmt.Sprintf("99990789%08d", n)
			w.Live.Tills = append(w.Live.Tills, other)
		}
	}
	switch rapid.IntRange(0, 4).Draw(t, "record") {
	case 0:
		w.record(addr, func(r *Resource) { r.Registered, r.Unregistered = false, true })
	case 1, 2:
		w.record(addr, func(r *Resource) {
			r.Renta = w.kkt(addr).Renta
			if rapid.Bool().Draw(t, "paid") {
				r.PaidCode, r.PaidAt = spec.RecordCode("key", "POOLCODE0"), testNow().Add(-50*time.Hour)
			}
		})
	}
	drawRunning(t, w, addr)
	for range rapid.IntRange(0, 2).Draw(t, "members") {
		w.member(addr, func(m *RentaTill) { m.FN = rapid.SampledFrom([]string{m.FN, "9251440300000001"}).Draw(t, "memberFN") })
	}
	drawWish(t, w, addr)
}

func drawRunning(t *rapid.T, w *world, addr string) {
	a := rapid.SampledFrom([]Action{"", "", "", Book, Register, Reregister, Unregister, Pay, AddKKT, RemoveKKT}).Draw(t, "running")
	r, ok := w.Prior.Resources[addr]
	if a == "" || !ok || a == Reregister && (!r.Registered || w.row(r.Serial) == nil) ||
		(a == Register || a == Book) && (r.Registered || w.row(r.Serial) != nil) || a == Unregister && !r.Registered {
		return
	}
	run := Running{Action: a, Phase: rapid.SampledFrom([]string{"draft", "signed"}).Draw(t, "phase"), Since: testNow(), Started: testNow()}
	want := w.Fleet.AttributesOf(w.kkt(addr))
	run.Desired = &want
	if a == Pay || a == Book {
		run.Code, run.CodeID = spec.RecordCode("key", "POOLCODE0"), "id-POOLCODE0"
	}
	r.Running = []Running{run}
	w.Prior.Resources[addr] = r
}

// drawWish changes the declaration after the state was made.
func drawWish(t *rapid.T, w *world, addr string) {
	w.edit(addr, func(k *spec.KKT) {
		switch rapid.IntRange(0, 12).Draw(t, "wish") {
		case 0:
			k.FN.Number = "9251440300000001"
		case 1:
			k.Address.Full = "г Тверь, ул Новая, д 1"
		case 2:
			k.Usage = []string{"offline"}
		case 3:
			k.Unregister = spec.ReasonStolen
		case 4:
			k.OFD.INN = "7709125605"
		case 5:
			k.Place = "склад"
			k.Ignore = []string{"place"}
		case 6:
			k.Registration = spec.RegistrationSimplified
		case 7:
			if row := w.row(k.Serial); row != nil {
				k.RNM = row.RNM
			}
		case 8:
			k.Renta = ""
		}
	})
}

// drawNames renames, swaps and drops tills of the file.
func drawNames(t *rapid.T, w *world) {
	names := slices.Sorted(maps.Keys(w.Fleet.KKTs))
	a, b := names[0], names[len(names)-1]
	put := func(k spec.KKT, name string) {
		code, ok := w.Codes["kkts."+k.Name]
		k.Name = name
		w.Fleet.KKTs[name] = k
		if ok {
			w.Codes["kkts."+name] = code
		}
	}
	x, y := w.Fleet.KKTs[a], w.Fleet.KKTs[b]
	switch rapid.IntRange(0, 3).Draw(t, "names") {
	case 1:
		delete(w.Fleet.KKTs, a)
	case 2:
		delete(w.Fleet.KKTs, a)
		put(x, "renamed")
	case 3:
		codeX, codeY := w.Codes["kkts."+a], w.Codes["kkts."+b]
		x.Name, y.Name = b, a
		w.Fleet.KKTs[a], w.Fleet.KKTs[b] = y, x
		w.Codes["kkts."+a], w.Codes["kkts."+b] = codeY, codeX
	}
}

func checkLaws(t *rapid.T, w *world, p *Plan) {
	at := map[string]int{}
	for i, s := range p.Steps {
		if _, twice := at[s.ID]; twice {
			t.Fatalf("%s is planned twice", s.ID)
		}
		for _, r := range s.Requires {
			if _, ok := at[r]; !ok {
				t.Fatalf("%s requires %s, which does not stand before it:\n%s", s.ID, r, outline(p))
			}
		}
		at[s.ID] = i
		if s.Action == Register {
			k, r := w.kkt(s.Address), w.Prior.Resources[s.Address]
			if w.row(k.Serial) != nil || k.RNM != "" || r.Registered && r.Serial == k.Serial {
				t.Fatalf("%s, but it is registered already", s.ID)
			}
			if k.Book && !k.ActivationCode.IsZero() && !w.booked(k.Serial) && !w.paying(k.Serial) && !slices.Contains(s.Requires, StepID(Book, s.Address)) {
				t.Fatalf("%s, and its booking is not waited for:\n%s", s.ID, outline(p))
			}
		}
	}
	checkCabinets(t, w, p)
	if p.Diagnostics.HasErrors() && p.Applyable {
		t.Fatal("applyable with errors")
	}
	checkBudget(t, w, p)
}

// booked tells whether a till stands in the state as booked, under any name.
func (w *world) booked(serial string) bool {
	for _, r := range w.Prior.Resources {
		if r.Booking != nil && r.Serial == serial {
			return true
		}
	}
	return false
}

// paying tells whether a payment of the till is under way.
func (w *world) paying(serial string) bool {
	for _, r := range w.Prior.Resources {
		if r.Serial == serial && slices.ContainsFunc(r.Running, func(x Running) bool { return x.Action == Pay }) {
			return true
		}
	}
	return false
}

func checkBudget(t *rapid.T, w *world, p *Plan) {
	used := map[string]int{}
	for _, s := range p.Steps {
		used[s.CodeID] += s.Cost.Codes
	}
	for _, c := range w.Live.Codes {
		fresh := 0
		for _, s := range p.Steps {
			if (s.Action == Pay || s.Action == Book) && s.Cost.Codes > 0 && s.CodeID == c.ID {
				fresh++
			}
		}
		if fresh > 0 && used[c.ID] > c.Left {
			t.Fatalf("%d payments with %s, which has %d left:\n%s", used[c.ID], c.ID, c.Left, outline(p))
		}
	}
}

func TestPlanLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		p := w.plan()
		checkLaws(t, w, p)
		if text := strings.ReplaceAll(mustJSON(p), "id-POOLCODE", ""); strings.Contains(text, "POOLCODE") {
			t.Fatalf("a code is in the plan:\n%s", text)
		}
	})
}

// TestPlanConverges: what a plan leads to needs no further plan, and nothing
// that cannot be taken back is planned a second time.
func TestPlanConverges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		done := map[string]bool{}
		for round := 0; ; round++ {
			p := w.plan()
			checkLaws(t, w, p)
			if p.Diagnostics.HasErrors() || !p.HasChanges() {
				return
			}
			if round > 3 {
				t.Fatalf("does not come to an end:\n%s", outline(p))
			}
			if round > 0 && done["complete"] && ids(p) != forgets(p) { // a pruned till is forgotten by the next plan
				t.Fatalf("a complete plan left something to do:\n%s", outline(p))
			}
			for _, s := range p.Steps {
				if s.Irreversible && s.Action != Continue && done[s.ID] {
					t.Fatalf("%s is planned again:\n%s", s.ID, outline(p))
				}
				done[s.ID] = done[s.ID] || s.Irreversible && s.Action != Continue
			}
			done["complete"] = p.Complete
			t.Logf("round %d:\n%s", round, outline(p))
			w.apply(p)
		}
	})
}

func TestPlanIsTheSameForTheSameInput(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		want := mustJSON(w.plan())
		in := w.Input
		in.Live.Tills = rapid.Permutation(in.Live.Tills).Draw(t, "tillOrder")
		in.Live.Codes = rapid.Permutation(in.Live.Codes).Draw(t, "codeOrder")
		in.Live.Renta = rapid.Permutation(in.Live.Renta).Draw(t, "rentaOrder")
		in.Live.Payments = rapid.Permutation(in.Live.Payments).Draw(t, "paymentOrder")
		in.Prior.Resources = maps.Clone(in.Prior.Resources)
		in.Prior.Others = maps.Clone(in.Prior.Others)
		if got := mustJSON(New(in)); got != want {
			t.Fatalf("another order of the same input:\n%s\nwas\n%s", got, want)
		}
	})
}

func forgets(p *Plan) string {
	var out []string
	for _, s := range p.Steps {
		if s.Action == Forget {
			out = append(out, s.ID)
		}
	}
	return strings.Join(out, " ")
}
