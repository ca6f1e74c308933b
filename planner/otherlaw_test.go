package planner

import (
	"slices"

	"pgregory.net/rapid"

	"github.com/kktctl/kktctl/spec"
)

// drawOthers makes companies whose cabinets are wished for, made, being made or
// told of, and orders in any state, declared and not.
func drawOthers(t *rapid.T, w *world) {
	if rapid.IntRange(0, 2).Draw(t, "twice") == 0 { // one company under two keys
		w.Fleet.Companies["again"] = w.Fleet.Companies["sever"]
	}
	for _, name := range []string{"sever", "yug", "again"} {
		if _, ok := w.Fleet.Companies[name]; ok && rapid.Bool().Draw(t, "cabinet") {
			w.wantCabinet(name)
		}
		drawCabinet(t, w, name)
	}
	w.Fleet.Orders = map[string]spec.Order{}
	for _, name := range []string{"a", "b"} {
		drawOrder(t, w, name)
	}
}

func drawCabinet(t *rapid.T, w *world, name string) {
	c, ok := w.Fleet.Companies[name]
	if !ok {
		return
	}
	addr := spec.CompanyAddress(name)
	record := &spec.CabinetRecord{INN: c.INN, KPP: c.KPP, Agreement: rapid.SampledFrom([]string{"", "a-1", "a-2"}).Draw(t, "agreement")}
	switch rapid.IntRange(0, 8).Draw(t, "known") {
	case 0:
		w.remember(addr, Resource{Cabinet: record})
	case 1:
		w.remember(addr, Resource{Running: []Running{drawStep(t, CreateCabinet)}})
	case 2: // known as long as its till is
		if r, ok := w.Prior.Resources["kkts.till-01"]; ok && sameTill(&r, w.kkt("kkts.till-01").Serial) {
			r.Agreement = record
			w.Prior.Resources["kkts.till-01"] = r
		}
	}
}

func drawStep(t *rapid.T, a Action) Running {
	r := running(a, rapid.SampledFrom([]string{"start", "payment"}).Draw(t, "otherPhase"))
	r.Unknown = rapid.IntRange(0, 3).Draw(t, "unknown") == 0
	r.Unsettled = r.Unknown || rapid.IntRange(0, 3).Draw(t, "unsettled") == 0
	return r
}

func drawOrder(t *rapid.T, w *world, name string) {
	o := spec.Order{
		Company: rapid.SampledFrom([]string{"sever", "yug"}).Draw(t, "orderOf"), Quantity: rapid.IntRange(1, 2).Draw(t, "quantity"),
		Tariff: "Urgent12M", FN: spec.FN15, Payment: "bill",
	}
	record := &spec.OrderRecord{Terms: w.Fleet.TermsOf(o), ID: name}
	switch rapid.IntRange(0, 4).Draw(t, "order") {
	case 0:
		record.Status = rapid.SampledFrom([]spec.OrderStatus{spec.OrderPaid, spec.OrderOverdue}).Draw(t, "orderStatus")
		w.remember(spec.OrderAddress(name), Resource{Order: record})
	case 1:
		r := drawStep(t, Order)
		r.Order = record
		w.remember(spec.OrderAddress(name), Resource{Running: []Running{r}})
	}
	if rapid.IntRange(0, 2).Draw(t, "inFile") > 0 {
		if rapid.IntRange(0, 5).Draw(t, "otherWish") == 0 {
			o.Quantity++
		}
		w.Fleet.Orders[name] = o
	}
}

// checkCabinets: a cabinet is made once for a company however many keys it
// has, and what needs it waits for it.
func checkCabinets(t *rapid.T, w *world, p *Plan) {
	made := map[cabinetKey]string{}
	for _, s := range p.Steps {
		key := keyOf(w.Fleet.Companies[spec.NameOf(s.Address)])
		if s.kind() == CreateCabinet && !s.Obsolete {
			if made[key] != "" && s.Action == CreateCabinet {
				t.Fatalf("%s, and %s makes the same:\n%s", s.ID, made[key], outline(p))
			}
			made[key] = s.ID
		}
		company := ""
		switch s.Action {
		case Register:
			company = w.kkt(s.Address).Company
		case Order:
			company = w.Fleet.Orders[spec.NameOf(s.Address)].Company
		}
		if by := made[keyOf(w.Fleet.Companies[company])]; company != "" && by != "" && !slices.ContainsFunc(s.Requires, func(id string) bool {
			return len(id) > len(CreateCabinet) && id[:len(CreateCabinet)] == string(CreateCabinet)
		}) {
			t.Fatalf("%s does not wait for %s:\n%s", s.ID, by, outline(p))
		}
	}
}

// applyOther does what the plan says of what is no till.
func (w *world) applyOther(a Action, s Step) {
	r := w.Prior.Others[s.Address]
	r.Running = slices.DeleteFunc(slices.Clone(r.Running), func(x Running) bool { return x.Action == a })
	switch {
	case a == Forget:
		delete(w.Prior.Others, s.Address)
		return
	case s.Obsolete:
	case a == CreateCabinet:
		c := w.Fleet.Companies[spec.NameOf(s.Address)]
		r.Cabinet = &spec.CabinetRecord{INN: c.INN, KPP: c.KPP, Agreement: "a-3"}
	case a == Order:
		r.Order = &spec.OrderRecord{ID: s.Address, Status: spec.OrderPaid}
		if o, ok := w.Fleet.Orders[spec.NameOf(s.Address)]; ok {
			r.Order.Terms = w.Fleet.TermsOf(o)
		}
	}
	w.remember(s.Address, r)
}
