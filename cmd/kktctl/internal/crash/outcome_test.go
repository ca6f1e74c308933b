package crash

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/state"
	"github.com/kktctl/kktctl/state/local"
)

// outcome is what has become of the world and the state, without what may
// differ between two runs: serials, ids, times, and drafts, which nothing
// lists and which cost nothing.
type outcome struct {
	world, state []string
	drafts       int // unsigned applications at the service
	orphans      int // drafts that the state tells of
}

func outcomeOf(t testing.TB, j *judge, dir, fleet string) outcome {
	t.Helper()
	w := j.svc.Snapshot()
	o := outcome{world: worldLines(w)}
	for _, a := range w.Applications {
		if !a.Signed && a.Simplified == nil {
			o.drafts++
		}
	}
	snap, notices, err := local.Open(filepath.Join(dir, fleet+".kktstate")).Load(context.Background())
	if err != nil || snap == nil {
		t.Fatalf("the final state: %v", err)
	}
	o.state = append(stateLines(snap, w), notices...)
	for _, r := range snap.Resources {
		o.orphans += len(r.Orphans)
	}
	return o
}

func worldLines(w *sim.World) []string {
	serials := map[string]string{}
	out := []string{fmt.Sprintf("balance %d", *w.Partner.Balance)}
	for _, t := range w.Tills {
		serials[t.RNM] = t.Serial
		out = append(out, fmt.Sprintf("till %s of %s: registered %v, fn %s, %q, %q, %q, ofd %s, format %d, tariff %q, service %v",
			t.Serial, t.INN, t.Registered(), t.FN, t.Model, t.Address, t.Place, t.OFD, t.FormatVersion, t.Tariff, !t.ContractEnd.IsZero()))
	}
	for _, c := range w.Codes {
		out = append(out, fmt.Sprintf("code %s: %d left", c.Code, *c.Count))
	}
	for _, p := range w.PayStatuses {
		out = append(out, fmt.Sprintf("payment of %s with %s: %s", serials[p.RNM], p.Code, p.Status))
	}
	for _, m := range w.Members {
		out = append(out, fmt.Sprintf("member %s of %s: fn %s, left %v", m.Serial, m.Centre, m.FN, !m.Off.IsZero()))
	}
	for _, b := range w.Bookings {
		out = append(out, fmt.Sprintf("booking of %s with %s", b.Serial, b.Code))
	}
	for _, c := range w.Cabinets {
		out = append(out, fmt.Sprintf("cabinet of %s %s: %s", c.INN, c.KPP, c.Email))
	}
	for _, r := range w.CheckReceipts {
		out = append(out, fmt.Sprintf("receipt of %s, type %d, %d kopecks", r.Serial, r.Type, r.Total))
	}
	for _, r := range w.OrangeReceipts {
		out = append(out, fmt.Sprintf("receipt of %s, printed %v: %s", r.Serial, r.Number > 0, r.Content))
	}
	for _, o := range w.Orders {
		out = append(out, fmt.Sprintf("order of %d × %s with %s: %s", o.Quantity, o.Tariff, o.FN, o.Status))
	}
	for _, a := range w.Applications {
		if a.Signed || a.Simplified != nil {
			out = append(out, fmt.Sprintf("%s of %s: %s, %s, signed %d times, finished %v, reasons %s",
				a.Purpose, a.KKT.SerialNumber, a.Stage, a.Status, len(a.SignedIDs), a.Finished, text(a.KKT)))
		}
	}
	slices.Sort(out)
	return out
}

func stateLines(snap *state.Snapshot, w *sim.World) []string {
	rnms := map[string]string{}
	for _, t := range w.Tills {
		rnms[t.Serial] = t.RNM
	}
	out := []string{fmt.Sprintf("intents %d", len(snap.Intents))}
	for address, r := range snap.Resources {
		right := r.Identity.RNM == rnms[r.Identity.Serial]
		line := fmt.Sprintf("%s: %s, inn %s, right РНМ %v, renta %q, refusal %v, applied %s, before %s",
			address, r.Status, r.Identity.INN, right, r.Renta, r.Refusal, attributes(r.Attributes), attributes(r.Replaced))
		if r.Payment != nil {
			line += fmt.Sprintf(", paid with %s for %s", r.Payment.Code.Tail, r.Payment.Service)
		}
		if r.Booking != nil {
			line += fmt.Sprintf(", booked with %s, %d left before", r.Booking.Code.Tail, r.Booking.Left)
		}
		if r.Cabinet != nil {
			line += fmt.Sprintf(", cabinet of %s %s, agreement known %v", r.Cabinet.INN, r.Cabinet.KPP, r.Cabinet.Agreement != "")
		}
		if r.Receipt != nil {
			line += fmt.Sprintf(", receipt of %s: printed %v, returned %v", r.Receipt.Kind, r.Receipt.Printed != nil, r.Receipt.Return != nil)
		}
		if r.Order != nil {
			line += fmt.Sprintf(", order of %s is %s", text(r.Order.Terms), r.Order.Status)
		}
		for _, action := range slices.Sorted(maps.Keys(r.Workflows)) {
			wf := r.Workflows[action]
			line += fmt.Sprintf(", %s in %s, unknown %v, %s", action, wf.Phase, wf.Unknown, wf.Message)
		}
		out = append(out, line)
	}
	slices.Sort(out)
	return out
}

// attributes are shown without the РНМ, which the service gives.
func attributes(a *spec.Attributes) string {
	if a == nil {
		return "nothing"
	}
	c := *a
	c.RNM = cmp.Or(map[bool]string{c.RNM != "": "given"}[true], "none")
	return text(c)
}

// text shows a value without ids that the service gives, and without the time
// at which people read a report.
func text(v any) string {
	if k, ok := v.(sim.KKTDetails); ok {
		k.RegNumber, k.FiscalDocumentData.DateTime = "", ""
		v = k
	}
	data, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return strings.ReplaceAll(string(data), `"`, "")
}
