package ofd_test

import (
	"crypto/tls"
	"net/http"
	"testing"

	"github.com/kktctl/kktctl/planner"
	"github.com/kktctl/kktctl/providers/ofd"
	"github.com/kktctl/kktctl/providers/ofd/sim"
	"github.com/kktctl/kktctl/spec"
)

// fermaKeys open the simulated Ferma.
type fermaKeys struct {
	authority *sim.Authority
	client    tls.Certificate
}

func newFermaKeys(t *testing.T) *fermaKeys {
	t.Helper()
	authority, err := sim.NewAuthority()
	must(t, err)
	client, err := authority.Client("")
	must(t, err)
	_, err = authority.SigningKey() // made once: it takes a while
	must(t, err)
	return &fermaKeys{authority, client}
}

// open gives a configuration the access.
func (k *fermaKeys) open(c *ofd.Config) {
	c.RootCAs = k.authority.Pool()
	c.CheckOnline.Certificate, c.OrangeData.Certificate = &k.client, &k.client
	c.OrangeData.SigningKey, _ = k.authority.SigningKey() // it is there already
}

// fermaEndpoints are the calls that print: their outcome is settled by sending
// the same under the same id.
func fermaEndpoints() []endpoint {
	const sync, documents, corrections = "*/cloud/sync/receipt", "*/api/v2/documents", "*/api/v1/corrections"
	print := func(name, path, address string, skip int, build func(*cell) *bench) endpoint {
		return endpoint{
			name: name, method: http.MethodPost, path: path, skip: skip, effect: sim.EffectReceipt, sameID: true, address: address, build: build,
			emptyAnswer: path != sync,
		}
	}
	return []endpoint{
		print("check-sale", sync, "checks.shop", 0, checkedTill(spec.KindCheckOnline)),
		print("check-return", sync, "checks.shop", 1, checkedTill(spec.KindCheckOnline)),
		print("check-orange", documents, "checks.shop", 0, checkedTill(spec.KindOrangeData)),
		print("check-orange-return", documents, "checks.shop", 1, checkedTill(spec.KindOrangeData)),
		print("receipt", sync, "receipts.order-17", 0, sentFile(`{kind: checkonline, company: sever, id: order-17, receipt: {
			documentType: 0, lines: [{qty: 1000, price: 100, taxid: 1, description: Хлеб}], nonCash: [100]}}`)),
		print("correction", corrections, "receipts.fix-1", 0, sentFile(`{kind: orangedata, company: sever, id: fix-1, correction: {content: {
			type: 1, correctionType: 0, causeDocumentDate: 2026-11-01, causeDocumentNumber: "1", totalSum: 10, cashSum: 10, eCashSum: 0,
			prepaymentSum: 0, postpaymentSum: 0, otherPaymentTypeSum: 0, taxationSystem: 0}}}`)),
	}
}

// secured serves a cell's bench with TLS.
func (c *cell) secured(b *bench) *bench {
	url, err := b.svc.StartTLS("127.0.0.1:0", c.env.ferma.authority)
	c.check(err)
	b.url, b.ferma, b.checks = url, c.env.ferma, true
	return b
}

// checkedTill is proved by a receipt and its return.
func checkedTill(kind string) func(*cell) *bench {
	receipt := map[string]any{
		"documentType": 0, "nonCash": []any{100}, "lines": []any{map[string]any{"qty": 1000, "price": 100, "taxid": 1, "description": "Хлеб"}},
	}
	if kind == spec.KindOrangeData {
		receipt = map[string]any{"content": map[string]any{
			"type": 1, "customerContact": "a@b.ru", "positions": []any{map[string]any{"quantity": 1, "price": 1, "tax": 6, "text": "Хлеб"}},
			"checkClose": map[string]any{"taxationSystem": 0, "payments": []any{map[string]any{"type": 2, "amount": 1}}},
		}}
	}
	return func(c *cell) *bench {
		k := till("a", "00307404867358", fn1)
		fleet := testFleet(k)
		fleet.Checks = map[string]spec.Check{"shop": {Kind: kind, Company: "sever", Expect: "a", Receipt: receipt, Return: true}}
		return c.secured(c.bench(fleet, world(seeded(k, sever))))
	}
}

// sentFile is a receipt or a correction that a person sends.
func sentFile(text string) func(*cell) *bench {
	return func(c *cell) *bench {
		file, list := spec.ParseReceipt(spec.Source{Name: "r.yaml", Data: []byte(text)}, func() string { return "" })
		c.check(list.Err())
		read, written := ofd.ReadReceipt, file.Receipt
		if !file.Correction.IsZero() {
			read, written = ofd.ReadCorrection, file.Correction
		}
		document, list := read(file.Kind, sever, written)
		c.check(list.Err())
		address := spec.ReceiptAddress(file.ID)
		b := c.secured(c.bench(testFleet(), world(seeded(till("a", "00307404867358", fn1), sever))))
		b.documents = map[string]*ofd.Document{address: document}
		b.planner = func(in planner.Input) *planner.Plan { return planOfReceipt(in, address) }
		return b
	}
}

// planOfReceipt sends what is not recorded as printed.
func planOfReceipt(in planner.Input, address string) *planner.Plan {
	plan := planner.New(in)
	plan.Steps = nil
	if other, ok := in.Prior.Others[address]; ok && other.Proof != nil {
		return plan
	}
	plan.Steps = []planner.Step{{ID: planner.StepID(planner.Receipt, address), Address: address, Action: planner.Receipt, Irreversible: true}}
	return plan
}
