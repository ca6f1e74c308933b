package ofd

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kktctl/kktctl/spec"
)

func document(t *testing.T, kind, receipt string) *Document {
	t.Helper()
	f, list := spec.ParseReceipt(spec.Source{Name: "r.yaml", Data: []byte("{kind: " + kind + ", company: a, id: a1, receipt: " + receipt + "}")}, nil)
	if f == nil {
		t.Fatal(list.Err())
	}
	d, list := ReadReceipt(f.Kind, "5252012620", f.Receipt)
	if d == nil {
		t.Fatal(list.Err())
	}
	return d
}

const (
	bread  = `{DocumentType: 0, Lines: [{Qty: 1000, Price: 100, TaxId: 1, Description: Хлеб}], NonCash: [100], PhoneOrEmail: "79878985623"}`
	orange = `{content: {type: 1, positions: [{quantity: 0.5, price: 10.01, tax: 6, text: Хлеб}, {quantity: 1, price: 1, tax: 6, text: Соль}],
		checkClose: {payments: [{type: 1, amount: 6.01}], taxationSystem: 0}, customerContact: foo@example.com}}`
)

// What a check prints later is what it printed first: the state keeps the
// document whole.
func TestDocumentsComeBackFromTheState(t *testing.T) {
	for kind, text := range map[string]string{spec.KindCheckOnline: bread, spec.KindOrangeData: orange} {
		d := document(t, kind, text)
		again, err := fromBody(kind, d.INN, string(d.body()))
		if err != nil || again.Hash() != d.Hash() || again.Return().Hash() != d.Return().Hash() {
			t.Errorf("%s: %v\n%s\n%s", kind, err, d.body(), again.body())
		}
		if !d.Returns() || d.Return().Returns() || d.Return().Hash() == d.Hash() {
			t.Errorf("%s: a receipt is returned once", kind)
		}
		if p := d.Return().problems(); len(p) > 0 {
			t.Errorf("%s: its return: %v", kind, p)
		}
	}
}

func TestDocumentsOfOneIDAreToldApart(t *testing.T) {
	a, b := document(t, spec.KindOrangeData, orange), document(t, spec.KindOrangeData, strings.Replace(orange, "Соль", "Сахар", 1))
	if a.Hash() == b.Hash() || a.Total() != 601 {
		t.Errorf("total %d", a.Total())
	}
	if d := cmp.Diff([]string{"content.positions[1]"}, Differences(a.Parts("key"), b.Parts("key"))); d != "" {
		t.Error(d)
	}
	more := document(t, spec.KindOrangeData, strings.Replace(orange, "customerContact", "automatNumber: \"1\", customerContact", 1))
	if d := cmp.Diff([]string{"content.automatNumber"}, Differences(a.Parts("key"), more.Parts("key"))); d != "" {
		t.Error(d)
	}
	if d := Differences(a.Parts("key"), a.Parts("key")); d != nil {
		t.Errorf("%v", d)
	}
	for path, hash := range a.Parts("key") {
		if len(hash) != 2*partBytes || hash == a.Parts("another key")[path] {
			t.Errorf("%s: %s tells too much", path, hash)
		}
	}
}

// A company's ИНН and the id are given once, beside the receipt.
func TestDocumentsDoNotNameThemselves(t *testing.T) {
	for text, want := range map[string]string{
		`{inn: "5252012620", id: x, ` + orange[1:]: "receipt.id: is not given here;receipt.inn: is not given here",
	} {
		f, list := spec.ParseReceipt(spec.Source{Name: "r.yaml", Data: []byte("{kind: orangedata, company: a, id: a1, receipt: " + text + "}")}, nil)
		if f == nil {
			t.Fatal(list.Err())
		}
		d, list := ReadReceipt(f.Kind, "5252012620", f.Receipt)
		var got []string
		for _, x := range list {
			got = append(got, x.Summary)
		}
		if d != nil || strings.Join(got, ";") != want {
			t.Errorf("%v", got)
		}
	}
}
