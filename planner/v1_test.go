package planner

import (
	"strings"
	"testing"

	"github.com/kktctl/kktctl/spec"
	"github.com/kktctl/kktctl/spec/diag"
)

// loginOnly takes the key of the partner API v2 from a fleet.
func (w *world) loginOnly() {
	w.Fleet.Provider.Partner = spec.Partner{
		Login: spec.Secret{Kind: spec.SecretEnv, Name: "L"}, Password: spec.Secret{Kind: spec.SecretEnv, Name: "P"},
		Pos: diag.Pos{File: "fleet.yaml", Line: 7, Column: 12},
	}
	w.Live.Codes, w.Live.CodesRead = nil, false
}

// Everything that only the API v2 does is an error that names the key, once
// for each kind, at the place of the partner.
func TestV1NeedsTheKey(t *testing.T) {
	w := newWorld()
	w.loginOnly()
	fresh := w.declare(1)
	moved := w.declare(2)
	w.list(moved)
	w.record(moved)
	w.edit(moved, func(k *spec.KKT) { k.Place = "elsewhere" })
	gone := w.declare(3, func(k *spec.KKT) { k.Unregister = spec.ReasonStolen })
	w.list(gone)
	w.record(gone)
	pool := w.declare(4, func(k *spec.KKT) { k.ActivationCode = spec.Code{Auto: true} })
	w.list(pool)
	w.record(pool)
	w.order()
	w.wantCabinet("sever")
	p := w.plan()
	if p.Applyable {
		t.Error("the plan can be applied")
	}
	for what, addr := range map[string]string{"create-cabinet": "companies.sever", "order": "orders.cloud", "register": fresh, "reregister": moved, "unregister": gone, "activationCode: auto": pool} {
		found := 0
		for _, d := range p.Diagnostics {
			if d.Severity == diag.Error && strings.HasPrefix(d.Summary, what+" ") {
				found++
				if d.Pos.Line != 7 || d.Pos.Column != 12 || d.Detail != "for "+addr || !strings.Contains(d.Summary, "provider.partner.apiKey") || d.Hint == "" {
					t.Errorf("%s: %+v", what, d)
				}
			}
		}
		if found != 1 {
			t.Errorf("%s: %d errors", what, found)
		}
	}
}

// Paying with declared codes, watching and leaving a centre need no key.
func TestV1WithoutTheKey(t *testing.T) {
	w := newWorld()
	w.loginOnly()
	a, b := w.declare(1), w.declare(2)
	for _, addr := range []string{a, b} {
		w.list(addr)
		w.record(addr)
		w.pays(addr, "SHARED-CODE")
	}
	w.edit(a, func(k *spec.KKT) { k.Renta = "galereya" })
	p := w.plan()
	steps(t, p, "pay:"+a+" addKkt:"+a+" pay:"+b)
	if s := find(t, p, "pay:"+a); s.CodeID != "" || s.Cost.Codes != 1 || *s.Code != spec.RecordCode("key", "SHARED-CODE") {
		t.Errorf("%+v", s)
	}
	if !p.Applyable || len(p.Diagnostics) != 1 || p.Diagnostics[0].Severity != diag.Note {
		t.Errorf("%+v", p.Diagnostics)
	}
}

// What v1 does not show is not read.
func TestV1Needs(t *testing.T) {
	w := newWorld()
	a := w.declare(1)
	w.pays(a, "CODE")
	prior := Prior{Resources: map[string]Resource{a: {Running: []Running{{Action: Register, Phase: "tax-service", ApplicationID: "x"}}}}}
	n := NeedsOf(w.Fleet, prior, w.Now)
	if !n.Codes || len(n.Applications) != 1 || n.RequestsAbout != 4 {
		t.Errorf("with a key: %+v", n)
	}
	w.loginOnly()
	if n = NeedsOf(w.Fleet, prior, w.Now); n.Codes || len(n.Applications) != 0 || !n.Payments || !n.Tills || n.RequestsAbout != 2 {
		t.Errorf("without: %+v", n)
	}
}
