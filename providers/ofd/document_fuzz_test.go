package ofd

import (
	"testing"

	"github.com/kktctl/kktctl/spec"
)

// FuzzReceiptFile: whatever a receipt's file holds, reading it ends; what is
// accepted comes back from the state as it is, and its return is good too.
func FuzzReceiptFile(f *testing.F) {
	for _, kind := range []string{spec.KindCheckOnline, spec.KindOrangeData} {
		text := bread
		if kind == spec.KindOrangeData {
			text = orange
		}
		f.Add([]byte("kind: " + kind + "\ncompany: sever\nid: a1\nreceipt: " + text + "\n"))
	}
	f.Add([]byte("kind: orangedata\ncompany: sever\nid: a1\nreceipt: &a {content: *a}\n"))
	f.Add([]byte("kind: checkonline\ncompany: sever\nid: a1\nreceipt: {Lines: [{<<: [{Qty: 1}, {Qty: 0x10}]}], NonCash: {a: 1}}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, list := spec.ParseReceipt(spec.Source{Name: "r.yaml", Data: data}, func() string { return "new" })
		if file == nil && !list.HasErrors() {
			t.Fatalf("%v %v", file, list)
		}
		if file == nil || file.Receipt.IsZero() {
			return
		}
		d, list := ReadReceipt(file.Kind, "5252012620", file.Receipt)
		if (d == nil) != list.HasErrors() {
			t.Fatalf("%v %v", d, list)
		}
		if d == nil {
			return
		}
		again, err := fromBody(file.Kind, d.INN, string(d.body()))
		if err != nil || again.Hash() != d.Hash() {
			t.Fatalf("%s comes back as something else: %v", d.body(), err)
		}
		if p := again.Return().problems(); len(p) > 0 {
			t.Fatalf("the return of %s: %v", d.body(), p)
		}
	})
}
