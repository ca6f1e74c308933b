package ofd_test

import (
	"bufio"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/providers/ofd"
	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/spec"
)

// collected is a fleet of n tills of a centre that has its receipts read.
func collected(t *testing.T, n int) *bench {
	t.Helper()
	var kkts []spec.KKT
	var live []sim.SeedTill
	for i := range n {
		k := till(fmt.Sprintf("k%03d", i), fmt.Sprint(1000+i), fmt.Sprintf("92874403007%05d", i))
		k.Renta = "galereya"
		kkts, live = append(kkts, k), append(live, seeded(k, sever))
	}
	fleet := testFleet(kkts...)
	fleet.Centres["galereya"] = spec.Centre{INN: centre, Receipts: &spec.CentreReceipts{SilentAfter: 20 * 24 * time.Hour}}
	w := world(live...)
	for _, k := range kkts {
		w.AddMember("", k.Serial)
	}
	b := newBench(t, fleet, w)
	b.converge(1)
	return b
}

// receiptCalls counts the lists of receipts that a plan reads.
func (b *bench) receiptCalls() (int, *planner.Plan) {
	before, n := len(b.svc.Calls()), 0
	p := b.plan()
	for _, c := range b.svc.Calls()[before:] {
		if strings.Contains(c.Path, "/receipts/") {
			n++
		}
	}
	return n, p
}

func (b *bench) print(serial string, ago time.Duration, fn string) {
	b.t.Helper()
	err := b.svc.Print(sim.Printing{Serial: serial, Last: b.now().UTC().Add(3*time.Hour - ago), FN: fn})
	if err != nil {
		b.t.Fatalf("%v", err)
	}
}

// A plan reads receipts by company and window, not by till, and no further
// back than it takes to see each of them.
func TestReceiptsAreReadByCompanyAndWindow(t *testing.T) {
	for _, n := range []int{1, 60} {
		b := collected(t, n)
		for i := range n {
			b.print(fmt.Sprint(1000+i), time.Hour, "")
		}
		if calls, p := b.receiptCalls(); calls != 1 || p.HasChanges() || len(p.Diagnostics) > 0 {
			t.Errorf("%d tills that all print: %d calls, %v", n, calls, p.Diagnostics)
		}
		b.svc.Mutate(func(w *sim.World) { w.RentaReceipts = nil })
		b.print("1000", 12*24*time.Hour, "")
		calls, p := b.receiptCalls()
		want, said := 2, ""
		if n > 1 {
			want, said = 4, "59 tills silent" // 20 days with their slack
		}
		if calls != want || (len(p.Diagnostics) > 0) != (said != "") || !strings.Contains(fmt.Sprint(p.Diagnostics), said) {
			t.Errorf("%d tills, one of them prints: %d calls, %v", n, calls, p.Diagnostics)
		}
	}
}

// The newest receipt counts, whatever order they come in and whatever clock
// the service takes a period by.
func TestNewestReceiptCounts(t *testing.T) {
	for _, by := range []string{sim.PeriodByTill, sim.PeriodByReception} {
		b := collected(t, 2)
		b.svc.Mutate(func(w *sim.World) { w.RentaPeriodBy = by })
		b.print("1000", time.Minute, "9287440300799999")
		b.print("1000", time.Hour, "")
		b.print("1001", time.Hour, "9287440300799999")
		b.print("0001001", time.Minute, "")
		p := b.plan()
		if len(p.Drift) != 1 || p.Drift[0].Address != "kkts.k000" || p.Drift[0].Live != "9287440300799999" || p.Drift[0].Source != planner.SourceReceipts {
			t.Errorf("by %s: %+v", by, p.Drift)
		}
	}
}

// A company of whom Renta knows no till prints nothing, and that is no error;
// a service that fails is one, but stops no plan.
func TestReceiptsThatCannotBeRead(t *testing.T) {
	b := collected(t, 1)
	b.svc.Mutate(func(w *sim.World) { w.Members = nil })
	if _, p := b.receiptCalls(); len(p.Diagnostics) > 0 || !p.HasChanges() {
		t.Errorf("%v", p.Diagnostics)
	}
	b = collected(t, 1)
	if err := b.svc.Fault(sim.Fault{Path: "*/receipts/*", Kind: sim.FaultStatus, Status: 500, Times: -1}); err != nil {
		t.Fatal(err)
	}
	_, p := b.receiptCalls()
	if len(p.Diagnostics) != 1 || !strings.Contains(p.Diagnostics[0].Detail, "HTTP 500") || p.HasChanges() {
		t.Errorf("%+v", p.Diagnostics)
	}
	c := b.config()
	c.RentaLogin = ""
	if _, err := ofd.NewReceipts(c); err == nil || !strings.Contains(err.Error(), "hint: set provider.renta.login") {
		t.Errorf("%v", err)
	}
}

// many is a service with rows of receipts of some tills, the same ones in each
// window. It makes each as it is sent.
func many(rows, tills int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(strings.ToLower(r.URL.Path), "createauthtoken") {
			fmt.Fprint(w, `{"AuthToken":"t"}`)
			return
		}
		out := bufio.NewWriter(w)
		fmt.Fprint(out, `{"Status":"Success","Data":[`)
		for i := range rows {
			if i > 0 {
				fmt.Fprint(out, ",")
			}
			fmt.Fprintf(out, `{"Id":"3a6e3b83-a0b0-4587-bfb3-%012d","IsCorrection":false,"CDateUtc":"2026-11-19T%02d:%02d:%02d","Tag":3,"IsBso":false,`+
				`"OperationType":"Income","UserInn":"5252012620","KktAddress":"142000, МО, г. Домодедово, Каширское шоссе, 63","SerialNumber":"%020d",`+
				`"KktRegNumber":"0000002950038403","FnNumber":"9287440300784224","DocNumber":%d,"DocDateTime":"2026-11-19T12:32:00","DocShiftNumber":1,"ReceiptNumber":1,`+
				`"TotalSumm":51360,"CashSumm":51360,"ECashSumm":0,"CreditSumm":0,"PrepaidSumm":0,"TaxTotalSumm":0,"Tax10Summ":0,"Tax18Summ":0,`+
				`"Tax110Summ":0,"Tax118Summ":0,"TaxNaSumm":0,"Tax0Summ":0,"Depth":3}`, i, i/3600%24, i/60%60, i%60, 1000+i%tills, i)
		}
		fmt.Fprint(out, `]}`)
		_ = out.Flush() // a client that has gone is no trouble of the service
	})
}

func manyNeeds(tills int, now time.Time) planner.Needs {
	n := planner.ReceiptNeed{INN: sever, Since: now.Add(-24 * time.Hour)}
	for i := range tills {
		n.Serials = append(n.Serials, fmt.Sprint(1000+i))
	}
	slices.Sort(n.Serials)
	return planner.Needs{Receipts: []planner.ReceiptNeed{n}}
}

func manyObserver(tb testing.TB, rows, tills int) (*ofd.Observer, planner.Needs) {
	tb.Helper()
	server := httptest.NewServer(many(rows, tills))
	tb.Cleanup(server.Close)
	now := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	o, err := ofd.NewObserver(ofd.Config{
		Fleet: testFleet(), Endpoint: server.URL, APIKey: "k", RentaLogin: "l", RentaPassword: "p", Now: func() time.Time { return now },
	})
	if err != nil {
		tb.Fatal(err)
	}
	return o, manyNeeds(tills, now)
}

// More receipts than a list that is kept may hold are read, and what is kept
// of them is one a till.
func TestManyReceiptsTakeLittleMemory(t *testing.T) {
	const rows, tills = 121_000, 500
	o, needs := manyObserver(t, rows, tills)
	peak := uint64(0)
	var before, stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	done := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				runtime.ReadMemStats(&stats)
				peak = max(peak, stats.HeapAlloc)
			}
		}
	}()
	live, err := o.Observe(t.Context(), needs)
	close(done)
	<-ended
	if err != nil || len(live.Receipts) != tills || !live.ReceiptsRead {
		t.Fatalf("%d receipts, %q, %v", len(live.Receipts), live.ReceiptsTrouble, err)
	}
	t.Logf("%d bytes more at most", int64(peak)-int64(before.HeapAlloc))
	if grown := int64(peak) - int64(before.HeapAlloc); grown > 32<<20 { // the answer alone is 80 MB
		t.Errorf("%d bytes were taken", grown)
	}
}

// BenchmarkReceipts: what it takes to read the receipts of a window for the
// newest of each till.
func BenchmarkReceipts(b *testing.B) {
	const rows = 20_000
	o, needs := manyObserver(b, rows, 500)
	b.ReportAllocs()
	for b.Loop() {
		o.Round()
		if live, err := o.Observe(b.Context(), needs); err != nil || len(live.Receipts) != 500 {
			b.Fatal(live.ReceiptsTrouble, err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/receipt")
}
