package planner

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/spec"
)

// wantCabinet declares that a company is to have a cabinet.
func (w *world) wantCabinet(company string) {
	c := w.Fleet.Companies[company]
	c.CreateCabinet = true
	w.Fleet.Companies[company] = c
}

func (w *world) order(edit ...func(o *spec.Order)) {
	o := spec.Order{Company: "sever", Quantity: 3, Tariff: "Urgent12M", FN: spec.FN15, Payment: "bill"}
	for _, e := range edit {
		e(&o)
	}
	w.Fleet.Orders = map[string]spec.Order{"cloud": o}
}

func (w *world) cabinet(agreement string) *spec.CabinetRecord {
	c := w.Fleet.Companies["sever"]
	return &spec.CabinetRecord{INN: c.INN, KPP: c.KPP, Agreement: agreement}
}

func TestCabinetComesFirst(t *testing.T) {
	w := newWorld()
	w.declare(1)
	w.declare(2, func(k *spec.KKT) { k.Company = "yug" })
	w.order()
	w.wantCabinet("sever")
	p := w.plan()
	wantIDs(t, p, "create-cabinet:companies.sever", "register:kkts.till-01", "register:kkts.till-02", "order:orders.cloud")
	for i, want := range [][]string{{}, {"create-cabinet:companies.sever"}, {}, {"create-cabinet:companies.sever"}} {
		if d := cmp.Diff(want, p.Steps[i].Requires); d != "" {
			t.Errorf("%s requires %s", p.Steps[i].ID, d)
		}
	}
	if !p.Steps[0].Irreversible || !p.Steps[3].Irreversible || !strings.Contains(p.Steps[0].Reason, w.Fleet.Companies["sever"].Email) {
		t.Errorf("%+v", p.Steps)
	}
	if want := "Plan: 2 to register, 0 to re-register, 0 to unregister, 0 to pay, 0 to add to Renta, 0 to remove, 1 to create a cabinet, 1 to order."; p.SummaryLine() != want {
		t.Error(p.SummaryLine())
	}
}

// A cabinet is made once, whoever told of it: the making, a person, or an
// application of the company.
func TestCabinetThatIsThere(t *testing.T) {
	for name, put := range map[string]func(w *world){
		"made":               func(w *world) { w.remember("companies.sever", Resource{Cabinet: w.cabinet("a-1")}) },
		"exists":             func(w *world) { w.remember("companies.sever", Resource{Cabinet: w.cabinet("")}) },
		"under a former key": func(w *world) { w.remember("companies.north", Resource{Cabinet: w.cabinet("a-1")}) },
		"named by a till":    func(w *world) { w.Prior.Resources["kkts.x"] = Resource{Agreement: w.cabinet("a-1")} },
		"named by what runs": func(w *world) {
			w.Prior.Resources["kkts.x"] = Resource{Running: []Running{{Action: Register, Phase: "signature", ApplicationID: "1", Agreement: w.cabinet("a-1")}}}
		},
	} {
		w := newWorld()
		w.wantCabinet("sever")
		put(w)
		if p := w.plan(); p.Summary[CreateCabinet] != 0 {
			t.Errorf("%s: %s", name, ids(p))
		}
	}
	w := newWorld() // a branch has a cabinet of its own
	w.wantCabinet("sever")
	other := w.cabinet("a-1")
	other.KPP = "525202002"
	w.remember("companies.sever", Resource{Cabinet: other})
	wantIDs(t, w.plan(), "create-cabinet:companies.sever")
}

func TestCabinetOfOneCompanyUnderTwoKeys(t *testing.T) {
	w := newWorld()
	w.Fleet.Companies["again"] = w.Fleet.Companies["sever"]
	w.wantCabinet("sever")
	w.wantCabinet("again")
	w.declare(1)
	p := w.plan()
	wantIDs(t, p, "create-cabinet:companies.again", "register:kkts.till-01")
	if d := cmp.Diff([]string{"create-cabinet:companies.again"}, p.Steps[1].Requires); d != "" {
		t.Error(d)
	}
}

func TestTwoCabinetsWithOneEmail(t *testing.T) {
	w := newWorld()
	w.wantCabinet("sever")
	w.wantCabinet("yug")
	p := w.plan()
	if p.Applyable || !strings.Contains(strings.Join(texts(p), "\n"), "is the one that the cabinet of companies.sever is made with") {
		t.Errorf("%v", p.Diagnostics)
	}
	w.Exclude = []string{"companies.yug"}
	if p := w.plan(); !p.Applyable {
		t.Errorf("%v", p.Diagnostics)
	}
}

func TestCabinetNeedsAnEmail(t *testing.T) {
	w := newWorld()
	w.wantCabinet("sever")
	c := w.Fleet.Companies["sever"]
	c.Email = ""
	w.Fleet.Companies["sever"] = c
	p := w.plan()
	if !strings.Contains(strings.Join(texts(p), "\n"), "email is missing, which create-cabinet:companies.sever needs") || p.Applyable {
		t.Errorf("%v", p.Diagnostics)
	}
}

// A target draws the cabinet in that its steps need, and no other; without the
// cabinet there is nothing that needs it.
func TestTargetsDrawTheCabinetIn(t *testing.T) {
	for _, tt := range []struct{ target, exclude, want string }{
		{"till-01", "", "create-cabinet:companies.sever register:kkts.till-01"},
		{"till-02", "", "register:kkts.till-02"},
		{"till-03", "", "addKkt:kkts.till-03"},
		{"orders.cloud", "", "create-cabinet:companies.sever order:orders.cloud"},
		{"companies.sever", "", "create-cabinet:companies.sever"},
		{"", "companies.sever", "register:kkts.till-02 addKkt:kkts.till-03"},
		{"", "orders.cloud", "create-cabinet:companies.sever register:kkts.till-01 register:kkts.till-02 addKkt:kkts.till-03"},
	} {
		w := newWorld()
		w.declare(1)
		w.declare(2, func(k *spec.KKT) { k.Company = "yug" })
		w.edit(w.settled(3), func(k *spec.KKT) { k.Renta = "galereya" })
		w.order()
		w.wantCabinet("sever")
		if tt.target != "" {
			w.Targets = []string{tt.target}
		}
		if tt.exclude != "" {
			w.Exclude = []string{tt.exclude}
		}
		p := w.plan()
		if got := ids(p); got != tt.want {
			t.Errorf("%+v: %s", tt, got)
		}
		if p.Complete {
			t.Errorf("%+v: complete", tt)
		}
	}
}

func TestOrderNeedsTheAgreement(t *testing.T) {
	w := newWorld()
	w.order()
	p := w.plan()
	if len(p.Steps) != 0 || p.Applyable || !p.Diagnostics.HasErrors() {
		t.Fatalf("%s", ids(p))
	}
	d := p.Diagnostics[0]
	if !strings.Contains(d.Hint, "kktctl resolve companies.sever --sent --id AGREEMENT") || !strings.Contains(d.Hint, "cabinet: {create: true}") {
		t.Error(d.Hint)
	}
	w.remember("companies.sever", Resource{Cabinet: w.cabinet("")}) // it exists: making one helps nobody
	if d := w.plan().Diagnostics[0]; strings.Contains(d.Hint, "create") {
		t.Error(d.Hint)
	}
	w.remember("companies.sever", Resource{Cabinet: w.cabinet("a-1")})
	wantIDs(t, w.plan(), "order:orders.cloud")
}

func TestOrderThatWasPlaced(t *testing.T) {
	day := 24 * time.Hour
	for _, tt := range []struct {
		name   string
		edit   func(o *spec.Order)
		record spec.OrderRecord
		runs   bool
		says   string
		bad    bool
	}{
		{"paid", nil, spec.OrderRecord{Status: spec.OrderPaid}, false, "", false},
		{"ends soon", nil, spec.OrderRecord{Status: spec.OrderPaid, PaidUntil: testNow().Add(day)}, false, "the tariff of the ordered tills ends on 2026-11-21", false},
		{"ended", nil, spec.OrderRecord{Status: spec.OrderPaid, PaidUntil: testNow().Add(-day)}, false, "the tariff of the ordered tills ended on 2026-11-19", false},
		{"ends later", nil, spec.OrderRecord{Status: spec.OrderPaid, PaidUntil: testNow().Add(300 * day)}, false, "", false},
		{"lapsed", nil, spec.OrderRecord{Status: spec.OrderOverdue}, false, "has lapsed", false},
		{"another quantity", func(o *spec.Order) { o.Quantity = 4 }, spec.OrderRecord{Status: spec.OrderPaid}, false, "cannot be changed", true},
		{"another tariff while it runs", func(o *spec.Order) { o.Tariff = "Urgent1M" }, spec.OrderRecord{}, true, "cannot be changed", true},
		{"runs", nil, spec.OrderRecord{}, true, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			w.Fleet.Policy.RenewBefore = 30 * day
			w.order()
			tt.record.ID, tt.record.Terms = "17", w.Fleet.TermsOf(w.Fleet.Orders["cloud"])
			r := Resource{Order: &tt.record}
			if tt.runs {
				run := running(Order, "payment")
				run.Order = &tt.record
				r = Resource{Running: []Running{run}}
			}
			w.remember("orders.cloud", r)
			if tt.edit != nil {
				w.order(tt.edit)
			}
			p := w.plan()
			if p.Summary[Order] != 0 || (p.Summary[Continue] == 1) != tt.runs {
				t.Errorf("%s", ids(p))
			}
			if got := strings.Join(texts(p), "\n"); !strings.Contains(got, tt.says) || tt.says == "" && got != "" {
				t.Errorf("%q", got)
			}
			if p.Diagnostics.HasErrors() != tt.bad {
				t.Errorf("%v", p.Diagnostics)
			}
		})
	}
}

// What an order costs is not known: a bound on costs says so, and holds
// nothing back.
func TestMaxCostDoesNotCountOrders(t *testing.T) {
	w := newWorld()
	most := 0
	w.Fleet.Policy.MaxCost = &most
	w.order()
	w.remember("companies.sever", Resource{Cabinet: w.cabinet("a-1")})
	p := w.plan()
	if !p.Applyable || !strings.Contains(strings.Join(texts(p), "\n"), "what 1 order will cost is not known") {
		t.Errorf("%v", p.Diagnostics)
	}
}

func TestRefusedCabinetIsToldOf(t *testing.T) {
	w := newWorld()
	w.wantCabinet("sever")
	w.remember("companies.sever", Resource{Refusal: &Refusal{Action: CreateCabinet, Reason: "the email is taken", At: testNow()}})
	p := w.plan()
	if len(p.Steps) != 1 || !strings.Contains(p.Steps[0].Reason, "the last attempt was refused on 2026-11-20: the email is taken") {
		t.Errorf("%+v", p.Steps)
	}
}

// An order that was recorded and never sent is the new one when it is wanted,
// and dropped when it is not.
func TestOrderThatSentNothing(t *testing.T) {
	w := newWorld()
	w.order()
	w.remember("companies.sever", Resource{Cabinet: w.cabinet("a-1")})
	run := running(Order, "start")
	run.Order = &spec.OrderRecord{}
	w.remember("orders.cloud", Resource{Running: []Running{run}})
	p := w.plan()
	if len(p.Steps) != 1 || !p.Steps[0].Unbegun || p.Steps[0].Order == nil || p.Steps[0].Order.Quantity != 3 {
		t.Errorf("%+v", p.Steps)
	}
	w.Fleet.Orders = nil
	wantIDs(t, w.plan(), "forget:orders.cloud")
}
