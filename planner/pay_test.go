package planner

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

func day(n int) time.Time { return testNow().Add(time.Duration(n) * 24 * time.Hour) }

func TestPayFollowsRegister(t *testing.T) {
	w := newWorld()
	a := w.declare(1)
	w.pays(a, "SECRET-CODE-Lq1")
	w.code("SECRET-CODE-Lq1", 1)
	p := w.plan()
	steps(t, p, "register:"+a+" pay:"+a)
	s := find(t, p, "pay:"+a)
	if d := cmp.Diff([]string{"register:" + a}, s.Requires); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]Wait{WaitFirstDocument}, s.Waits); d != "" {
		t.Error(d)
	}
	if *s.Code != spec.RecordCode("key", "SECRET-CODE-Lq1") || s.CodeID != "id-SECRET-CODE-Lq1" || s.Cost.Codes != 1 || !s.Irreversible {
		t.Errorf("%+v", s)
	}
}

func TestPayOrNot(t *testing.T) {
	const code = "CODE-ABC"
	record := spec.RecordCode("key", code)
	for name, c := range map[string]struct {
		row      func(r *Till)
		record   func(r *Resource)
		payments []Payment
		pay      bool
		severity diag.Severity
		says     string
	}{
		"never had a service":       {pay: true},
		"the service ended":         {row: func(r *Till) { r.ContractStart, r.ContractEnd = day(-400), day(-1) }, pay: true},
		"the service is active":     {row: func(r *Till) { r.ContractStart, r.ContractEnd = day(-10), day(10) }, severity: diag.Note, says: "can be used from 2026-11-30"},
		"the service is open-ended": {row: func(r *Till) { r.ContractStart = day(-10) }, severity: diag.Note, says: "open-ended"},
		"active by this very code": {
			row:    func(r *Till) { r.ContractStart = day(-10) },
			record: func(r *Resource) { r.PaidCode, r.PaidAt = record, day(-10) },
		},
		"paid and not shown": {record: func(r *Resource) { r.PaidCode, r.PaidAt = record, day(-1) }, severity: diag.Warning, says: "paid on 2026-11-19"},
		"what was bought has ended": {
			row:    func(r *Till) { r.ContractStart, r.ContractEnd = day(-400), day(-1) },
			record: func(r *Resource) { r.PaidCode, r.PaidAt = record, day(-400) }, pay: true,
		},
		"paid after the last one ended": {
			row:    func(r *Till) { r.ContractStart, r.ContractEnd = day(-400), day(-5) },
			record: func(r *Resource) { r.PaidCode, r.PaidAt = record, day(-1) }, severity: diag.Warning, says: "paid on 2026-11-19",
		},
		"accepted": {
			payments: []Payment{{Status: "WaitingActivation", At: day(-2)}}, severity: diag.Note, says: "waits for the till's first fiscal document",
		},
		"accepted and lapsed": {payments: []Payment{{Status: "WaitingActivation", At: day(-4)}}, pay: true},
		"cancelled":           {payments: []Payment{{Status: "Cancelled", At: day(-1)}}, pay: true},
		"paid by somebody":    {payments: []Payment{{Status: "Payed", At: day(-1)}}, severity: diag.Warning, says: "paid on 2026-11-19"},
		"of another till":     {payments: []Payment{{Status: "WaitingActivation", At: day(-1), RNM: "x"}}, pay: true},
		"a payment runs":      {record: func(r *Resource) { r.Running = []Running{{Action: Pay, Code: record, CodeID: "id-" + code}} }},
		"being unregistered":  {record: func(r *Resource) { r.Running = []Running{{Action: Unregister}} }},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			a := w.settled(1)
			w.pays(a, code)
			w.code(code, 1)
			if c.row != nil {
				c.row(w.row("1001"))
			}
			if c.record != nil {
				r := w.Prior.Resources[a]
				c.record(&r)
				w.Prior.Resources[a] = r
			}
			for _, row := range c.payments {
				if row.RNM == "" {
					row.RNM = w.row("1001").RNM
				}
				w.Live.Payments = append(w.Live.Payments, row)
			}
			p := w.plan()
			paid := false
			for _, s := range p.Steps {
				paid = paid || s.Action == Pay
			}
			if paid != c.pay {
				t.Errorf("pays: %v\n%s", paid, outline(p))
			}
			if c.says != "" {
				says(t, p, c.severity, c.says)
			} else if name != "being unregistered" && len(p.Diagnostics) > 0 {
				t.Errorf("unasked:\n%s", outline(p))
			}
		})
	}
}

func TestBudget(t *testing.T) {
	const code = "SECRET-ABC"
	for name, c := range map[string]struct {
		edit  func(c *Code)
		tills int
		says  string
		steps int
	}{
		"enough":               {nil, 2, "", 2},
		"too few":              {nil, 4, "has 2 left: 2 payments too many", 2},
		"expired":              {func(c *Code) { c.Expires = testNow() }, 1, "expired on 2026-11-20", 0},
		"not active":           {func(c *Code) { c.Status = "Blocked" }, 1, "not active: its status is Blocked", 0},
		"for Ferma":            {func(c *Code) { c.Service = "Ferma" }, 1, "is for the service Ferma", 0},
		"another partner's":    {func(c *Code) { c.Code = "OTHER" }, 1, "another partner's, or used up", 0},
		"of another tariff":    {func(c *Code) { c.Tariff = "Red" }, 1, "of tariff Red, declared is green", 0},
		"expires in a second":  {func(c *Code) { c.Expires = testNow().Add(time.Second) }, 1, "", 1},
		"less than nothing":    {func(c *Code) { c.Left = -3 }, 1, "has 0 left", 0},
		"a tariff spelled big": {func(c *Code) { c.Tariff = "GREEN" }, 1, "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.code(code, 2, func(x *Code) {
				if c.edit != nil {
					c.edit(x)
				}
			})
			for i := range c.tills {
				w.pays(w.settled(i+1, func(k *spec.KKT) { k.Tariff = "green" }), code)
			}
			p := w.plan()
			if len(p.Steps) != c.steps {
				t.Errorf("%d steps, want %d", len(p.Steps), c.steps)
			}
			if c.says != "" {
				d := says(t, p, diag.Error, c.says)
				if !strings.Contains(d.Summary, "…ABC") || p.Applyable || p.Complete {
					t.Errorf("%+v", d)
				}
			} else if !p.Applyable {
				t.Error(outline(p))
			}
			if strings.Contains(strings.ReplaceAll(mustJSON(p), "id-"+code, ""), code) {
				t.Error("the code is in the plan")
			}
		})
	}
}

func TestRunningPaymentsCount(t *testing.T) {
	for wait, left := range map[Wait]int{"": 0, WaitFirstDocument: 1} {
		w := newWorld()
		w.code("CODE-ABC", 1)
		a, b := w.settled(1), w.settled(2)
		w.pays(b, "CODE-ABC")
		r := w.Prior.Resources[a]
		r.Running = []Running{{Action: Pay, WaitingFor: wait, Code: spec.RecordCode("key", "CODE-ABC")}}
		w.Prior.Resources[a] = r
		p := w.plan()
		if got := len(p.Steps) - 1; got != left {
			t.Errorf("%q: %d new payments, want %d\n%s", wait, got, left, outline(p))
		}
		if got := find(t, p, "pay:"+a).Cost.Codes; got != 1-left {
			t.Errorf("%q: the running one costs %d", wait, got)
		}
	}
}

func TestAuto(t *testing.T) {
	w := newWorld()
	w.code("NOEND", 1)
	w.code("LATE", 1, func(c *Code) { c.Expires = day(20) })
	w.code("SOON", 1, func(c *Code) { c.Expires = day(2) })
	w.code("GONE", 1, func(c *Code) { c.Expires = day(-2) })
	w.code("DECLARED", 1, func(c *Code) { c.Expires = day(1) })
	w.code("FERMA", 1, func(c *Code) { c.Service = "Ferma" })
	w.code("RED", 1, func(c *Code) { c.Tariff = "Red" })
	auto := func(tariff string) func(k *spec.KKT) {
		return func(k *spec.KKT) { k.ActivationCode.Auto, k.Tariff = true, tariff }
	}
	w.settled(1, auto(""))
	w.settled(2, auto("green"))
	w.settled(3, auto("green"))
	w.settled(4, auto("green"))
	w.pays(w.settled(5), "DECLARED")
	p := w.plan()
	var got []string
	for _, s := range p.Steps {
		got = append(got, s.ID+" "+s.CodeID)
	}
	want := []string{
		"pay:kkts.till-01 id-RED", "pay:kkts.till-02 id-SOON", "pay:kkts.till-03 id-LATE", "pay:kkts.till-04 id-NOEND", "pay:kkts.till-05 id-DECLARED",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	w.settled(6, auto("red"))
	w.settled(7, auto(""))
	p = w.plan()
	if d := says(t, p, diag.Error, "too few activation codes: 2 missing"); !strings.Contains(d.Detail, "kkts.till-01, kkts.till-07") {
		t.Error(d)
	}
}

func TestCodesNotRead(t *testing.T) {
	w := newWorld()
	w.settled(1, func(k *spec.KKT) { k.ActivationCode.Auto = true })
	w.Live.CodesRead = false
	p := w.plan()
	steps(t, p, "")
	says(t, p, diag.Error, "codes were not read")
}

func TestCodeThatCouldNotBeRead(t *testing.T) {
	w := newWorld()
	w.settled(1, func(k *spec.KKT) { k.ActivationCode.Ref = spec.Secret{Kind: spec.SecretEnv, Name: "CODE"} })
	says(t, w.plan(), diag.Error, "env:CODE could not be read")
}

func TestTariffOfTheRunningService(t *testing.T) {
	w := newWorld()
	w.settled(1, func(k *spec.KKT) { k.Tariff = "green" })
	w.row("1001").Tariff = "Red"
	if p := w.plan(); len(p.Diagnostics) > 0 {
		t.Error(outline(p))
	}
	w.row("1001").ContractStart = day(-1)
	says(t, w.plan(), diag.Warning, "runs on tariff Red, declared is green")
	w.row("1001").Tariff = "Green"
	if p := w.plan(); len(p.Diagnostics) > 0 {
		t.Error(outline(p))
	}
}

func TestTailsOnly(t *testing.T) {
	w := newWorld()
	for i := range 3 {
		w.pays(w.settled(i+1), fmt.Sprintf("SECRET%dXYZ", i))
	}
	w.row("1001").ContractStart = day(-1)
	w.code("SECRET1XYZ", 0)
	if text := strings.ReplaceAll(mustJSON(w.plan()), "id-SECRET", ""); strings.Contains(text, "SECRET") {
		t.Error(text)
	}
}
