package planner

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

const testDay = 24 * time.Hour

// watched is a fleet that wants to hear of tills that are silent for 3 days.
func watched() *world {
	w := newWorld()
	w.Fleet.Policy.SilentAfter = 3 * testDay
	return w
}

// collecting is a fleet whose centre has its receipts read.
func collecting() *world {
	w := newWorld()
	w.Fleet.Centres["galereya"] = spec.Centre{INN: "7802870820", Receipts: &spec.CentreReceipts{SilentAfter: 3 * testDay}}
	w.Live.ReceiptsRead = true
	return w
}

// member declares a settled till of the centre.
func (w *world) inCentre(n int) string {
	addr := w.settled(n, renta)
	w.member(addr)
	return addr
}

// prints gives the till a last receipt of so long ago.
func (w *world) prints(addr string, ago time.Duration, fn string) {
	k := w.kkt(addr)
	if fn == "" {
		fn = k.FN.Number
	}
	received := w.Now.Add(-ago)
	w.Live.Receipts = append(w.Live.Receipts, LastReceipt{
		Serial: strings.TrimLeft(k.Serial, "0"), FN: fn, At: received.Add(3 * time.Hour), Received: received,
	})
}

func warnings(p *Plan) []string {
	var out []string
	for _, d := range p.Diagnostics {
		if d.Severity == diag.Warning {
			out = append(out, strings.TrimSpace(d.Address+" "+d.Summary))
		}
	}
	return out
}

func TestSilentTills(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(w *world) string
		after   *world
		want    string
		due     time.Duration // from now, of the block; 0: not known
	}{
		"silent for four days": {prepare: func(w *world) string {
			a := w.settled(1)
			w.row(w.kkt(a).Serial).LastReceived = w.Now.Add(-4 * testDay)
			return a
		}, after: watched(), want: "silent for 4 days: its last document at the OFD is of 2026-11-16", due: 26 * testDay},
		"by the till's clock only": {prepare: func(w *world) string {
			a := w.settled(1)
			w.row(w.kkt(a).Serial).LastDocument = w.Now.Add(-73*time.Hour + 3*time.Hour)
			return a
		}, after: watched(), want: "silent for 3 days: its last document at the OFD is of 2026-11-17", due: 30*testDay - 73*time.Hour},
		"not for so long": {prepare: func(w *world) string {
			a := w.settled(1)
			w.row(w.kkt(a).Serial).LastReceived = w.Now.Add(-3*testDay + time.Minute)
			return a
		}, after: watched()},
		"nothing declared": {prepare: func(w *world) string {
			a := w.settled(1)
			w.row(w.kkt(a).Serial).LastReceived = w.Now.Add(-40 * testDay)
			return a
		}, after: newWorld()},
		"a list that shows no document": {prepare: func(w *world) string {
			a := w.settled(1)
			w.row(w.kkt(a).Serial).LastDocument = time.Time{}
			return a
		}, after: watched()},
		"registered here, and nothing since": {prepare: func(w *world) string {
			a := w.settled(1)
			w.row(w.kkt(a).Serial).LastDocument = time.Time{}
			w.record(a, func(r *Resource) { r.AppliedAt = w.Now.Add(-5 * testDay) })
			return a
		}, after: watched(), want: "no document of it is known since 2026-11-15", due: 25 * testDay},
		"to be deregistered": {prepare: func(w *world) string {
			a := w.settled(1, func(k *spec.KKT) { k.Unregister = spec.ReasonLost })
			w.row(w.kkt(a).Serial).LastReceived = w.Now.Add(-4 * testDay)
			return a
		}, after: watched()},
		"a receipt tells more than the list": {prepare: func(w *world) string {
			a := w.settled(1)
			w.row(w.kkt(a).Serial).LastReceived = w.Now.Add(-4 * testDay)
			w.prints(a, time.Hour, "")
			return a
		}, after: watched()},
		"no receipts of late": {prepare: func(w *world) string {
			a := w.inCentre(1)
			w.prints(a, 4*testDay, "")
			w.row(w.kkt(a).Serial).LastReceived = w.Now.Add(-5 * testDay)
			w.row(w.kkt(a).Serial).LastDocument = time.Time{}
			return a
		}, after: collecting(), want: "silent for 4 days: its last receipt in the centre galereya is of 2026-11-16", due: 26 * testDay},
		"a receipt without its reception": {prepare: func(w *world) string {
			a := w.inCentre(1)
			w.prints(a, 3*testDay+time.Hour, "") // by Moscow's clock
			w.Live.Receipts[0].Received = time.Time{}
			w.row(w.kkt(a).Serial).LastDocument = time.Time{}
			return a
		}, after: collecting(), want: "silent for 3 days: its last receipt in the centre galereya is of 2026-11-17", due: 27*testDay - time.Hour},
		"no receipts, but documents": {prepare: func(w *world) string {
			a := w.inCentre(1)
			w.row(w.kkt(a).Serial).LastReceived = w.Now.Add(-time.Hour)
			return a
		}, after: collecting(), want: "no receipt of it came to the centre galereya since 2026-11-17", due: 30*testDay - time.Hour},
		"no receipts, and no documents for longer": {prepare: func(w *world) string {
			a := w.inCentre(1)
			w.row(w.kkt(a).Serial).LastReceived = w.Now.Add(-19 * testDay)
			return a
		}, after: collecting(), want: "silent for 19 days: its last document at the OFD is of 2026-11-01", due: 11 * testDay},
		"a document after the last receipt": {prepare: func(w *world) string {
			a := w.inCentre(1)
			w.prints(a, 8*testDay, "")
			w.row(w.kkt(a).Serial).LastReceived = w.Now.Add(-5 * testDay)
			return a
		}, after: collecting(), want: "silent for 5 days: its last document at the OFD is of 2026-11-15", due: 25 * testDay},
		"receipts of today": {prepare: func(w *world) string {
			a := w.inCentre(1)
			w.prints(a, time.Hour, "")
			return a
		}, after: collecting()},
		"no member yet": {prepare: func(w *world) string { return w.settled(1, renta) }, after: collecting()},
		"joined yesterday": {prepare: func(w *world) string {
			a := w.inCentre(1)
			w.record(a, func(r *Resource) { r.RentaSince = w.Now.Add(-testDay) })
			return a
		}, after: collecting()},
		"joined long ago": {prepare: func(w *world) string {
			a := w.inCentre(1)
			w.record(a, func(r *Resource) { r.RentaSince = w.Now.Add(-9 * testDay) })
			w.row(w.kkt(a).Serial).LastDocument = time.Time{}
			return a
		}, after: collecting(), want: "no receipt of it came to the centre galereya since 2026-11-17"},
		"a centre without receipts": {prepare: func(w *world) string {
			a := w.settled(1, func(k *spec.KKT) { k.Renta = "atrium" })
			w.member(a)
			return a
		}, after: collecting()},
		"receipts that were not read": {prepare: func(w *world) string {
			w.Live.ReceiptsRead = false
			return w.inCentre(1)
		}, after: collecting()},
	} {
		t.Run(name, func(t *testing.T) {
			w := c.after
			a := c.prepare(w)
			got := Watch(w.Input).Silent
			found := slices.ContainsFunc(warnings(w.plan()), func(s string) bool { return s == a+" "+c.want })
			if c.want == "" {
				if len(got) != 0 || slices.ContainsFunc(warnings(w.plan()), func(s string) bool { return strings.HasPrefix(s, a) }) {
					t.Errorf("%+v, %v", got, warnings(w.plan()))
				}
				return
			}
			if len(got) != 1 || got[0].Address != a || got[0].What() != c.want || !found {
				t.Fatalf("%+v, %v", got, warnings(w.plan()))
			}
			switch blocks := got[0].Blocks; {
			case c.due == 0 && !blocks.IsZero(), c.due != 0 && !blocks.Equal(w.Now.Add(c.due)):
				t.Errorf("it blocks on %s, want in %s", blocks, c.due)
			}
		})
	}
}

// A whole town without power is told in one line.
func TestManySilentTills(t *testing.T) {
	w := watched()
	for i := range 300 {
		a := w.settled(i)
		w.row(w.kkt(a).Serial).LastReceived = w.Now.Add(-4 * testDay)
	}
	p := w.plan()
	if got := warnings(p); len(got) != 1 || got[0] != "300 tills silent for longer than declared" || len(Watch(w.Input).Silent) != 300 {
		t.Errorf("%v", got)
	}
	if d := p.Diagnostics[0]; d.Hint != "kktctl tasks lists each of them" || !strings.HasSuffix(d.Detail, "and 290 more") {
		t.Errorf("%+v", d)
	}
}

// Thirty days without a document are told, before and after.
func TestWhatComesOfSilence(t *testing.T) {
	now := testNow()
	for _, c := range []struct {
		s    Silence
		want string
	}{
		{Silence{Now: now, Blocks: now.Add(testDay)}, "blocks: on 2026-11-21"},
		{Silence{Now: now, Blocks: now}, "30 days have passed"},
		{Silence{Now: now}, "for 30 days blocks"},
		{Silence{Now: now, Centre: "g", After: testDay, Since: now.Add(-2 * testDay), LastDocument: now.Add(-time.Hour)}, "it works, but prints no receipts"},
		{Silence{Now: now, Centre: "g", After: testDay, Since: now.Add(-2 * testDay), LastDocument: now.Add(-testDay), Blocks: now.Add(testDay)}, "blocks: on"},
	} {
		if got := c.s.Why(); !strings.Contains(got, c.want) {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

func TestPrintsWithAnotherFN(t *testing.T) {
	const other = "9251440300000001"
	for name, c := range map[string]struct {
		prepare func(w *world, a string)
		want    bool
	}{
		"another one":       {func(w *world, a string) { w.prints(a, time.Hour, other) }, true},
		"the same":          {func(w *world, a string) { w.prints(a, time.Hour, "") }, false},
		"none on the paper": {func(w *world, a string) { w.prints(a, time.Hour, ""); w.Live.Receipts[0].FN = "" }, false},
		"the list shows it": {func(w *world, a string) { w.prints(a, time.Hour, other); w.row(w.kkt(a).Serial).FN = other }, false},
		"it is declared": {func(w *world, a string) {
			w.prints(a, time.Hour, other)
			w.edit(a, func(k *spec.KKT) { k.FN.Number = other })
		}, false},
		"an application brings it": {func(w *world, a string) {
			w.prints(a, time.Hour, other)
			wish := w.Fleet.AttributesOf(w.kkt(a))
			wish.FN = other
			w.record(a, func(r *Resource) {
				r.Running = []Running{{Action: Reregister, Desired: &wish, ApplicationID: "1", Phase: "tax-service", WaitingFor: WaitTaxService}}
			})
		}, false},
		"printed before the change": {func(w *world, a string) {
			w.prints(a, 10*testDay, other)
			was := w.Fleet.AttributesOf(w.kkt(a))
			was.FN = other
			w.record(a, func(r *Resource) { r.Replaced, r.AppliedAt = &was, w.Now.Add(-9*testDay) })
		}, false},
		"changed back long after": {func(w *world, a string) {
			w.prints(a, testDay, other)
			was := w.Fleet.AttributesOf(w.kkt(a))
			was.FN = other
			w.record(a, func(r *Resource) { r.Replaced, r.AppliedAt = &was, w.Now.Add(-9*testDay) })
		}, true},
		"met for the first time": {func(w *world, a string) { w.prints(a, time.Hour, other); delete(w.Prior.Resources, a) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := collecting()
			a := w.inCentre(1)
			c.prepare(w, a)
			p := w.plan()
			want := []Drift{{Address: a, Path: "fn", Applied: "9287440300000001", Live: other, Source: SourceReceipts}}
			got := slices.DeleteFunc(slices.Clone(p.Drift), func(d Drift) bool { return d.Source != SourceReceipts })
			if !c.want {
				if len(got) != 0 {
					t.Errorf("%+v", got)
				}
				return
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
			if p.HasChanges() || p.Complete || !slices.Contains(warnings(p), a+" prints with the ФН "+other+", not with 9287440300000001") {
				t.Errorf("%v, %v", warnings(p), p.SummaryLine())
			}
		})
	}
}

// A ФН that is ignored is still drift, as in the list of tills, but nobody is
// told to do anything about it.
func TestPrintsWithAnIgnoredFN(t *testing.T) {
	w := collecting()
	a := w.inCentre(1)
	w.edit(a, func(k *spec.KKT) { k.Ignore = []string{"fn"} })
	w.prints(a, time.Hour, "9251440300000001")
	p := w.plan()
	if len(p.Drift) != 1 || !p.Complete || len(warnings(p)) != 0 {
		t.Errorf("%+v, %v", p.Drift, warnings(p))
	}
}

// Receipts are read by company, and only where a centre declares them.
func TestReceiptNeeds(t *testing.T) {
	w := newWorld()
	w.settled(1, renta)
	if n := NeedsOf(w.Fleet, w.Prior, w.Now); len(n.Receipts) > 0 {
		t.Errorf("%+v", n.Receipts)
	}
	w.Fleet.Centres["galereya"] = spec.Centre{INN: "7802870820", Receipts: &spec.CentreReceipts{}}
	w.Fleet.Centres["atrium"] = spec.Centre{INN: "7709125605", Receipts: &spec.CentreReceipts{SilentAfter: 20 * testDay}}
	w.settled(2, renta)
	w.settled(3, renta, func(k *spec.KKT) { k.Company = "yug" })
	w.settled(4, func(k *spec.KKT) { k.Company, k.Renta = "yug", "atrium" })
	w.settled(5)
	w.settled(6, renta, func(k *spec.KKT) { k.Unregister = spec.ReasonLost })
	want := []ReceiptNeed{
		{INN: testINN, Since: w.Now.Add(-3 * testDay), Serials: []string{"1001", "1002"}},
		{INN: "7841465198", Since: w.Now.Add(-20 * testDay), Serials: []string{"1003", "1004"}},
	}
	n := NeedsOf(w.Fleet, w.Prior, w.Now)
	if d := cmp.Diff(want, n.Receipts); d != "" {
		t.Error(d)
	}
	if n.RequestsAbout != 2+1+4 { // tills and members, one window and three, with their slack
		t.Errorf("%d calls", n.RequestsAbout)
	}
	if n = SilenceNeeds(w.Fleet, w.Now); !n.Tills || !n.Renta || n.Codes || n.Payments || len(n.Receipts) != 2 {
		t.Errorf("%+v", n)
	}
	clear(w.Fleet.Centres)
	if n = SilenceNeeds(w.Fleet, w.Now); n.Tills || n.Renta || len(n.Receipts) != 0 {
		t.Errorf("nothing is declared: %+v", n)
	}
	w.Fleet.Centres["galereya"] = spec.Centre{INN: "7802870820", Receipts: &spec.CentreReceipts{}}
	w.Fleet.Policy.SilentAfter = 10 * testDay
	if n = NeedsOf(w.Fleet, w.Prior, w.Now); !n.Receipts[0].Since.Equal(w.Now.Add(-10 * testDay)) {
		t.Errorf("the policy is not the default: %+v", n.Receipts[0])
	}
}

// Receipts that could not be read are told, and stop nothing.
func TestReceiptsTrouble(t *testing.T) {
	w := collecting()
	w.declare(1, renta)
	w.Live.ReceiptsRead, w.Live.ReceiptsTrouble = false, "HTTP 500\nhint: wait"
	p := w.plan()
	if !p.Applyable || len(warnings(p)) != 1 || !strings.HasPrefix(warnings(p)[0], "the receipts were not read") {
		t.Errorf("%v", warnings(p))
	}
}

// BenchmarkSilence: receipts cost a plan one look for each till.
func BenchmarkSilence(b *testing.B) {
	const n = 100_000
	w := collecting()
	for i := range n {
		w.declare(i, renta)
	}
	idle(w)
	for _, k := range w.Fleet.KKTs {
		w.Live.Receipts = append(w.Live.Receipts, LastReceipt{Serial: k.Serial, FN: k.FN.Number, At: w.Now, Received: w.Now})
	}
	b.Run(fmt.Sprint(n), func(b *testing.B) { benchmark(b, w, 0) })
}
