package planner

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
	"github.com/kktctl/kktctl/spec/fiscal"
)

const testINN = "5252012620"

func testNow() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) }

// world is an input together with the simplest service that obeys its plans.
type world struct {
	Input
	seq uint64
}

func newWorld() *world {
	return &world{Input: Input{
		Fleet: &spec.Fleet{
			Name: "test", Hash: "hash",
			Companies: map[string]spec.Company{"sever": testCompany(testINN), "yug": testCompany("7841465198")},
			Centres:   map[string]spec.Centre{"galereya": {INN: "7802870820"}, "atrium": {INN: "7709125605"}},
			KKTs:      map[string]spec.KKT{},
		},
		Codes: map[string]string{},
		Prior: Prior{Lineage: "lineage", Serial: 7, FingerprintKey: "key", Resources: map[string]Resource{}},
		Live:  Live{TillsRead: true, CodesRead: true, PaymentsRead: true, RentaRead: true, Applications: map[string]Application{}},
		Now:   testNow(),
	}}
}

func (w *world) nextRNM(serial string) string {
	w.seq++
	return fiscal.RNMFor(w.seq, testINN, serial)
}

// declare puts a till into the file and returns its address.
func (w *world) declare(n int, edit ...func(k *spec.KKT)) string {
	k := spec.KKT{
		Name: fmt.Sprintf("till-%02d", n), Company: "sever", Model: "АТОЛ 42ФС", Serial: fmt.Sprintf("%014d", 1000+n),
		FN: spec.FN{Number: fmt.Sprintf("92874403%08d", n), Type: spec.FN15}, Address: spec.Address{Full: fmt.Sprintf("г Москва, ул Ленинская Слобода, д %d", n)},
		Place: "Магазин №1", FFD: "1.2", Usage: []string{"internet"}, OFD: spec.OFD{INN: spec.OFDRuINN}, Registration: spec.RegistrationFull,
		Pos: diag.Pos{File: "fleet.yaml", Line: n},
	}
	for _, e := range edit {
		e(&k)
	}
	w.Fleet.KKTs[k.Name] = k
	return k.Resource()
}

func (w *world) kkt(addr string) spec.KKT {
	return w.Fleet.KKTs[strings.TrimPrefix(addr, "kkts.")]
}

func (w *world) edit(addr string, e func(k *spec.KKT)) {
	k := w.kkt(addr)
	e(&k)
	w.Fleet.KKTs[k.Name] = k
}

// list puts the till as declared into the live list.
func (w *world) list(addr string, edit ...func(r *Till)) *Till {
	k := w.kkt(addr)
	rnm := k.RNM
	if rnm == "" {
		rnm = w.nextRNM(k.Serial)
	}
	r := Till{
		RNM: rnm, Serial: strings.TrimLeft(k.Serial, "0"), FN: k.FN.Number, Model: k.Model, Address: k.Address.Full, Place: k.Place,
		LastDocument: w.Now.Add(-time.Hour),
	}
	for _, e := range edit {
		e(&r)
	}
	w.Live.Tills = append(w.Live.Tills, r)
	return &w.Live.Tills[len(w.Live.Tills)-1]
}

// record puts the till as declared into the state.
func (w *world) record(addr string, edit ...func(r *Resource)) {
	k := w.kkt(addr)
	a := w.Fleet.AttributesOf(k)
	r := Resource{Registered: true, Since: w.Now.Add(-240 * time.Hour), Serial: k.Serial, INN: a.INN, Attributes: &a}
	if row := w.row(k.Serial); row != nil {
		r.RNM = row.RNM
	} else {
		r.RNM = w.nextRNM(k.Serial)
	}
	a.RNM = r.RNM
	for _, e := range edit {
		e(&r)
	}
	w.Prior.Resources[addr] = r
}

// settled declares a till that is live and recorded just as declared.
func (w *world) settled(n int, edit ...func(k *spec.KKT)) string {
	addr := w.declare(n, edit...)
	w.list(addr)
	w.record(addr)
	return addr
}

func (w *world) member(addr string, edit ...func(r *RentaTill)) {
	k := w.kkt(addr)
	m := RentaTill{INN: testINN, Serial: k.Serial, FN: k.FN.Number}
	if row := w.row(k.Serial); row != nil {
		m.RNM = row.RNM
	}
	for _, e := range edit {
		e(&m)
	}
	w.Live.Renta = append(w.Live.Renta, m)
}

func (w *world) row(serial string) *Till {
	for i := range w.Live.Tills {
		if fiscal.SameSerial(w.Live.Tills[i].Serial, serial) {
			return &w.Live.Tills[i]
		}
	}
	return nil
}

func (w *world) code(code string, left int, edit ...func(c *Code)) {
	c := Code{ID: "id-" + code, Code: code, Service: "Ofd", Tariff: "Green", Left: left, Status: "Active"}
	for _, e := range edit {
		e(&c)
	}
	w.Live.Codes = append(w.Live.Codes, c)
}

// pays declares a literal code for the till.
func (w *world) pays(addr, code string) {
	w.edit(addr, func(k *spec.KKT) { k.ActivationCode = spec.Code{Literal: code} })
	w.Codes[addr] = code
}

func (w *world) plan() *Plan { return New(w.Input) }

// apply does what the plan says, and lets everything that runs end well.
func (w *world) apply(p *Plan) {
	w.applyMoves(p)
	for _, s := range p.Steps {
		a := s.Action
		if a == Continue {
			a = s.Continues
		}
		if !spec.IsKKTAddress(s.Address) {
			w.applyOther(a, s)
			continue
		}
		r := w.Prior.Resources[s.Address]
		r.Running = slices.DeleteFunc(slices.Clone(r.Running), func(x Running) bool { return x.Action == a })
		if r.Serial == "" {
			k := w.kkt(s.Address)
			r.Serial, r.INN = k.Serial, w.Fleet.Companies[k.Company].INN
		}
		switch {
		case a == Move:
			continue
		case s.Obsolete: // dropped, and that is all
		case a == Forget:
			delete(w.Prior.Resources, s.Address)
			continue
		case a == Adopt:
			r.Registered, r.Unregistered, r.Attributes, r.RNM = true, false, s.Prior, s.RNM
			if s.Centre != "" {
				r.Renta = s.Centre
			}
		default:
			w.perform(a, s, &r)
		}
		if r.Refusal != nil && r.Refusal.Action == a {
			r.Refusal = nil
		}
		w.Prior.Resources[s.Address] = r
	}
}

func (w *world) applyMoves(p *Plan) {
	old := maps.Clone(w.Prior.Resources)
	for _, s := range p.Steps {
		if s.Action == Move {
			delete(w.Prior.Resources, s.From)
		}
	}
	for _, s := range p.Steps {
		if s.Action == Move {
			w.Prior.Resources[s.Address] = old[s.From]
		}
	}
}

func (w *world) perform(a Action, s Step, r *Resource) {
	k := w.kkt(s.Address)
	want := w.Fleet.AttributesOf(k)
	row := w.row(r.Serial)
	switch a {
	case Book:
		w.book(s, r)
	case Register:
		r.Registered, r.Unregistered, r.Attributes, r.RNM = true, false, &want, w.nextRNM(k.Serial)
		if w.seq%2 == 0 && row == nil { // the others are shown once they are paid for
			w.list(s.Address, func(t *Till) { t.RNM = r.RNM; t.LastDocument = time.Time{} })
		}
	case Reregister:
		r.Attributes = &want
		row.FN, row.Address, row.Place, row.Model = want.FN, want.Address.Text(), want.Place, want.Model
	case Pay:
		w.pay(s, r)
	case AddKKT:
		w.Live.Renta = slices.DeleteFunc(w.Live.Renta, func(m RentaTill) bool { return fiscal.SameSerial(m.Serial, r.Serial) })
		w.member(s.Address, func(m *RentaTill) { m.RNM = "" })
		r.Renta = s.Centre
	case RemoveKKT:
		w.Live.Renta = slices.DeleteFunc(w.Live.Renta, func(m RentaTill) bool { return fiscal.SameSerial(m.Serial, r.Serial) })
		r.Renta = ""
	case Unregister:
		r.Registered, r.Unregistered, r.Booking = false, true, nil
		w.Live.Tills = slices.DeleteFunc(w.Live.Tills, func(t Till) bool { return fiscal.SameSerial(t.Serial, r.Serial) })
	}
}

// book takes a unit of the code, which the payment uses.
func (w *world) book(s Step, r *Resource) {
	r.Booking = &Booking{Code: *s.Code, CodeID: s.CodeID, FN: w.kkt(s.Address).FN.Number, At: w.Now}
	for i := range w.Live.Codes {
		if c := &w.Live.Codes[i]; c.ID == s.CodeID {
			r.Booking.Left = c.Left
			c.Left--
		}
	}
}

func (w *world) pay(s Step, r *Resource) {
	if s.Cost.Codes > 0 {
		for i := range w.Live.Codes {
			if w.Live.Codes[i].ID == s.CodeID {
				w.Live.Codes[i].Left--
			}
		}
	}
	r.PaidAt = w.Now
	if s.Code != nil {
		r.PaidCode = *s.Code
	}
	row := w.row(r.Serial)
	if row == nil {
		row = w.list(s.Address)
		if r.RNM != "" {
			row.RNM = r.RNM
		}
		if a := r.Attributes; a != nil {
			row.FN, row.Address, row.Place, row.Model = a.FN, a.Address.Text(), a.Place, a.Model
		}
	}
	row.ContractStart, row.ContractEnd, row.LastDocument = w.Now, w.Now.Add(365*24*time.Hour), w.Now
}

// outline says a plan in one line a step and one a diagnostic.
func outline(p *Plan) string {
	var b strings.Builder
	for _, s := range p.Steps {
		fmt.Fprintf(&b, "%s %s %s", s.Action, s.ID, s.Reason)
		if len(s.Requires) > 0 {
			fmt.Fprintf(&b, " <- %s", strings.Join(s.Requires, " "))
		}
		b.WriteByte('\n')
	}
	for _, d := range p.Diagnostics {
		fmt.Fprintf(&b, "%s %s: %s\n", d.Severity, d.Address, d.Summary)
	}
	return b.String()
}

func ids(p *Plan) string {
	var out []string
	for _, s := range p.Steps {
		out = append(out, s.ID)
	}
	return strings.Join(out, " ")
}

func find(t testing.TB, p *Plan, id string) Step {
	t.Helper()
	for _, s := range p.Steps {
		if s.ID == id {
			return s
		}
	}
	t.Fatalf("no step %s in\n%s", id, outline(p))
	return Step{}
}

// says checks that one diagnostic of the severity holds the text.
func says(t testing.TB, p *Plan, s diag.Severity, text string) diag.Diagnostic {
	t.Helper()
	for _, d := range p.Diagnostics {
		if d.Severity == s && strings.Contains(d.Error(), text) {
			return d
		}
	}
	t.Fatalf("no %s says %q in\n%s", s, text, outline(p))
	return diag.Diagnostic{}
}

func steps(t testing.TB, p *Plan, want string) {
	t.Helper()
	if got := ids(p); got != want {
		t.Fatalf("steps are %q, want %q\n%s", got, want, outline(p))
	}
}

func mustJSON(p *Plan) string {
	b, err := json.Marshal(p)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// testCompany says everything that any step sends.
func testCompany(inn string) spec.Company {
	return spec.Company{
		INN: inn, KPP: "525201001", OGRN: "1025202124716", Name: "ООО", Email: "office@sever.example",
		Signatory: spec.Signatory{LastName: "Романова", GivenName: "Алла", Position: "директор", Signer: "director"},
	}
}
