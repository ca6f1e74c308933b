package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kktctl/kktctl/providers/ofd/sim"
)

const agreement = "999ae9fc-1c34-4b6c-8d0a-3f3c1d0e7a11"

const hostileOrder = `
orders:
  cloud: {company: sever, quantity: 3, tariff: Urgent12M, fn: fn15, payment: bill}
`

// Whatever the service calls an order, and gives to pay it with: nothing steers
// the terminal, no file lands elsewhere, and only what is http is called a
// link.
func TestHostileOrders(t *testing.T) {
	texts := evil()
	for path, keys := range map[string][]string{
		"/partnerbookingkkt": {"OrderReceiptUrl", "OrderID"}, "/getstatus": {"Status", "DueDate"},
	} {
		for _, key := range keys {
			for _, name := range some(sortedKeys(texts), path, key) {
				t.Run(key+"/"+name, func(t *testing.T) {
					w := &sim.World{Cabinets: []*sim.Cabinet{{INN: "5252012620", KPP: "525201001", Agreement: agreement}}}
					w.Billing.PaidPolls = 3
					h := newHostile(t, hostileOrder, w, change{path: path, key: key, text: texts[name]})
					h.run("resolve", "companies.sever", "--sent", "--id", agreement)
					h.run("apply", "--auto-approve", "-v")
					h.json("tasks", "--json")
					h.run("tasks")
					h.json("plan", "--json")
					h.markdown()
					h.run("state", "show", "orders.cloud")
					h.run("tasks", "payment", "orders.cloud", "--to", filepath.Join(h.dir, "outbox"))
					if link := strings.TrimSpace(h.last); link != "" && !strings.HasPrefix(link, "http") {
						t.Errorf("given to open: %q", link)
					}
					h.jsonLines("resume", "--json")
					h.confined()
					if saved, err := os.ReadDir(filepath.Join(h.dir, "outbox")); err == nil && len(saved) > 0 {
						t.Errorf("text was saved as a picture: %v", saved)
					}
					if n := len(h.service.Snapshot().Orders); n != 1 {
						t.Errorf("%d orders", n)
					}
				})
			}
		}
	}
}
