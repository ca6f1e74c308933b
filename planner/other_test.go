package planner

import (
	"slices"
	"strings"
	"testing"

	"github.com/kktctl/kktctl/spec"
)

// remember puts what is no till into the state.
func (w *world) remember(addr string, r Resource) {
	if w.Prior.Others == nil {
		w.Prior.Others = map[string]Resource{}
	}
	w.Prior.Others[addr] = r
}

func wantIDs(t *testing.T, p *Plan, want ...string) {
	t.Helper()
	if got := ids(p); got != strings.Join(want, " ") {
		t.Errorf("steps %s, want %s: %v", got, want, p.Diagnostics)
	}
}

func running(a Action, phase string) Running {
	return Running{Action: a, Phase: phase, Started: testNow(), Since: testNow(), WaitingFor: WaitPayment, Message: "pay it"}
}

func TestWhatIsNoTillGoesOnWithItsPhase(t *testing.T) {
	w := newWorld()
	w.Fleet.Orders = map[string]spec.Order{"cloud": {Company: "sever", Quantity: 3, Tariff: "Urgent12M", FN: spec.FN15, Payment: "bill"}}
	w.remember("orders.cloud", Resource{Running: []Running{running(Order, "payment")}})
	p := w.plan()
	wantIDs(t, p, "order:orders.cloud")
	s := p.Steps[0]
	if s.Action != Continue || s.Phase != "payment" || s.WaitingFor != WaitPayment || s.Message != "pay it" || !s.Since.Equal(testNow()) {
		t.Errorf("%+v", s)
	}
}

func TestWhatIsNoTillAndUnknownWaitsForAPerson(t *testing.T) {
	w := newWorld()
	r := running(Order, "start")
	r.Unknown = true
	w.remember("orders.gone", Resource{Running: []Running{r}})
	p := w.plan()
	wantIDs(t, p, "order:orders.gone")
	if p.Steps[0].WaitingFor != WaitPerson || !p.Complete {
		t.Errorf("%+v", p.Steps[0])
	}
}

func TestWhatIsNoTillAndLeftNothingBehindIsForgotten(t *testing.T) {
	w := newWorld()
	w.remember("checks.old", Resource{Refusal: &Refusal{Action: Check, Reason: "no", At: testNow()}})
	w.remember("orders.paid", Resource{Order: &spec.OrderRecord{ID: "1", Status: spec.OrderPaid}})
	w.remember("companies.old", Resource{Cabinet: &spec.CabinetRecord{INN: "5252012620"}})
	w.remember("orders.unbegun", Resource{Running: []Running{running(Order, "start")}})
	wantIDs(t, w.plan(), "forget:orders.unbegun", "forget:checks.old")
}

func TestStepsStandBehindThoseOfCompanies(t *testing.T) {
	w := newWorld()
	w.declare(1)
	w.remember("orders.a", Resource{Running: []Running{running(Order, "payment")}})
	w.remember("companies.z", Resource{Running: []Running{running(CreateCabinet, "send")}})
	wantIDs(t, w.plan(), "create-cabinet:companies.z", "register:kkts.till-01", "order:orders.a")
}

func TestTargetsAndExclusionsOfWhatIsNoTill(t *testing.T) {
	for _, tt := range []struct {
		name            string
		target, exclude []string
		want            []string
		note            string
	}{
		{"an order alone", []string{"orders.a"}, nil, []string{"order:orders.a"}, "1 till, 1 order left out"},
		{"a till alone", []string{"till-01"}, nil, []string{"register:kkts.till-01"}, "2 orders left out"},
		{"without an order", nil, []string{"orders.a"}, []string{"register:kkts.till-01", "order:orders.b"}, "1 order left out"},
		{"both", []string{"orders.a", "orders.b"}, []string{"orders.b"}, []string{"order:orders.a"}, "1 till, 1 order left out"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			w.declare(1)
			w.remember("orders.a", Resource{Running: []Running{running(Order, "payment")}})
			w.remember("orders.b", Resource{Running: []Running{running(Order, "payment")}})
			w.Targets, w.Exclude = tt.target, tt.exclude
			p := w.plan()
			wantIDs(t, p, tt.want...)
			if !slices.ContainsFunc(texts(p), func(s string) bool { return strings.Contains(s, tt.note) }) {
				t.Errorf("%q is not among %q", tt.note, texts(p))
			}
		})
	}
}

func TestUnknownAddressFindsWhatIsNoTill(t *testing.T) {
	w := newWorld()
	w.remember("orders.cloud", Resource{Running: []Running{running(Order, "payment")}})
	w.Targets = []string{"orders.clout"}
	p := w.plan()
	if !strings.Contains(p.Diagnostics[0].Hint, "orders.cloud") {
		t.Errorf("%v", p.Diagnostics)
	}
}

func texts(p *Plan) []string {
	var out []string
	for _, d := range p.Diagnostics {
		out = append(out, d.Summary)
	}
	return out
}
